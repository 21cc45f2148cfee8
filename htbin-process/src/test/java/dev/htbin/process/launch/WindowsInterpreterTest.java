package dev.htbin.process.launch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.htbin.process.LaunchException;
import dev.htbin.process.LaunchException.Reason;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Table tests: what runs a script on Windows. */
final class WindowsInterpreterTest {
    @ParameterizedTest
    @CsvSource(nullValues = "-", textBlock = """
                    C:\\cgi-bin\\a.exe,         MZ,                                ''
                    C:\\cgi-bin\\A.EXE,         #!/usr/bin/perl,                   ''
                    C:\\cgi-bin\\a.com,         '',                                ''
                    C:\\cgi-bin\\a.py,          print(),                           python -u
                    C:\\cgi-bin\\a.PYW,         '',                                python -u
                    C:\\cgi-bin\\a.pl,          use strict;,                       perl
                    C:\\cgi-bin\\a.rb,          '',                                ruby
                    C:\\cgi-bin\\a.sh,          '',                                sh
                    C:\\cgi-bin\\a.php,         <?php,                             php-cgi
                    C:\\cgi-bin\\a.pl,          #!/usr/bin/ruby,                   ruby
                    C:\\cgi-bin\\a,             #!/usr/bin/perl -wT,               perl -wT
                    C:\\cgi-bin\\a.cgi,         #! /usr/bin/env python3,           python
                    C:\\cgi-bin\\a.cgi,         #!/usr/bin/env -S python3 -u -E,   python -u -E
                    C:\\cgi-bin\\a.cgi,         #!C:/Perl/bin/perl.exe -w,         C:/Perl/bin/perl.exe -w
                    C:\\x.py\\a.pl,             '',                                perl
                    """)
    void choosesByFirstLineThenByExtension(String file, String firstLine, String expected) throws LaunchException {
        assertEquals(expected, String.join(" ", WindowsInterpreter.of(file, firstLine)));
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
                    C:\\cgi-bin\\a.bat,       @echo off,         NOT_PERMITTED
                    C:\\cgi-bin\\a.CMD,       '',                NOT_PERMITTED
                    'C:\\cgi-bin\\a.bat. .',  '',                NOT_PERMITTED
                    C:\\cgi-bin\\a.bat,       #!/usr/bin/perl,   NOT_PERMITTED
                    C:\\cgi-bin\\a.pl,        #!C:/x/perl.bat,   NOT_PERMITTED
                    C:\\cgi-bin\\a.txt,       hello,             NOT_EXECUTABLE_FORMAT
                    C:\\cgi-bin\\a,           '',                NOT_EXECUTABLE_FORMAT
                    C:\\cgi-bin\\a,           #!,                NOT_FOUND
                    C:\\cgi-bin\\a,           #!/usr/bin/,       NOT_FOUND
                    C:\\cgi-bin\\a,           #!/usr/bin/env -S, NOT_FOUND
                    """)
    void refuses(String file, String firstLine, Reason reason) {
        assertEquals(
                reason,
                assertThrows(LaunchException.class, () -> WindowsInterpreter.of(file, firstLine))
                        .reason());
    }
}

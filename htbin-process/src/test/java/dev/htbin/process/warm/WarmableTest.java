package dev.htbin.process.warm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Table: first lines of scripts, which of them a warm interpreter can serve, and how it is started. */
class WarmableTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "#!/usr/bin/python3 | PYTHON | /usr/bin/python3",
                "#! /usr/bin/python3 | PYTHON | /usr/bin/python3",
                "#!/usr/bin/python3.13 -u | PYTHON | /usr/bin/python3.13,-u",
                "#!/srv/venv/bin/python3 -I | PYTHON | /srv/venv/bin/python3,-I",
                "#!/usr/bin/python3 -Wignore | PYTHON | /usr/bin/python3,-Wignore",
                "#!/usr/bin/env python3 | PYTHON | /usr/bin/env,python3",
                "#!/usr/bin/env -S python3 -u -B | PYTHON | /usr/bin/env,-S python3 -u -B",
                "#!/usr/bin/perl | PERL | /usr/bin/perl",
                "#!/usr/bin/perl -wT | PERL | /usr/bin/perl,-wT",
                "#!/usr/bin/perl5.38.2 -CSD | PERL | /usr/bin/perl5.38.2,-CSD",
                "#!/usr/bin/ruby | RUBY | /usr/bin/ruby",
                "#!/usr/bin/ruby3.3 -W0 | RUBY | /usr/bin/ruby3.3,-W0",
                "#!/usr/bin/env ruby | RUBY | /usr/bin/env,ruby",
            })
    void canBeWarm(String line, Interpreter interpreter, String command) {
        Warmable.Yes yes = (Warmable.Yes) Warmable.of(line + "\ncode\n");
        assertEquals(interpreter, yes.interpreter());
        assertEquals(List.of(command.split(",", -1)), yes.arguments());
        assertEquals(command.split(",", -1)[0], yes.executable().toString());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "#!/bin/sh | 'sh' can't be warm",
                "#!/usr/bin/python | 'python' can't be warm",
                "#!/usr/bin/python2.7 | 'python2.7' can't be warm",
                "#!python3 | no absolute path",
                "#!/usr/bin/python3 -m cgi | python can't be warm with '-m cgi'",
                "#!/usr/bin/python3 -c pass | can't be warm with '-c pass'",
                "#!/usr/bin/python3 -X dev | can't be warm with",
                "#!/usr/bin/perl -n | perl can't be warm with '-n'",
                "#!/usr/bin/perl -MCGI | can't be warm with",
                "#!/usr/bin/perl -i.bak | can't be warm with",
                "#!/usr/bin/ruby -rjson | ruby can't be warm with '-rjson'",
                "#!/usr/bin/ruby -x | can't be warm with",
                "#!/usr/bin/env | options of env",
                "#!/usr/bin/env -i python3 | options of env",
                "#!/usr/bin/env -S A=1 python3 | options of env",
                "#!/usr/bin/env python3 -u | options of env",
                "print 1 | does not begin with a line",
                " #!/usr/bin/python3 | does not begin with a line",
            },
            quoteCharacter = '"',
            ignoreLeadingAndTrailingWhitespace = false)
    void canNotBeWarm(String line, String reason) {
        Warmable.No no = (Warmable.No) Warmable.of(line.replaceAll(" $", "") + "\ncode\n");
        assertTrue(no.reason().contains(reason.strip()), no::reason);
    }

    @Test
    void readsNoMoreThanTheKernelDoes() {
        String longest = "#!/usr/bin/python3" + " ".repeat(255 - "#!/usr/bin/python3".length());
        assertTrue(Warmable.of(longest + "\n") instanceof Warmable.Yes);
        assertTrue(Warmable.of(longest + " \n") instanceof Warmable.No);
        assertTrue(Warmable.of("#!/usr/bin/python3") instanceof Warmable.No);
        assertTrue(Warmable.of("#!\n") instanceof Warmable.No);
        assertTrue(Warmable.of("#!/usr/bin/python3\r\n") instanceof Warmable.No);
        assertTrue(Warmable.of("") instanceof Warmable.No);
    }

    @ParameterizedTest
    @CsvSource({
        "PYTHON, json, json",
        "PYTHON, urllib.parse, urllib.parse",
        "PYTHON, ../evil, ''",
        "PERL, CGI, CGI.pm",
        "PERL, File::Spec, File/Spec.pm",
        "PERL, File/Spec.pm, File/Spec.pm",
        "PERL, ../x, ''",
        "RUBY, json, json",
        "RUBY, net/http, net/http",
        "RUBY, ../x, ''"
    })
    void takesNamesOfModulesAsScriptsWriteThem(Interpreter interpreter, String written, String module) {
        assertEquals(module, String.join(",", interpreter.modules(List.of(written))));
    }
}

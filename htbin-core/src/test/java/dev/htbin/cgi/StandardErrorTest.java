package dev.htbin.cgi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.htbin.http.Octets;
import dev.htbin.process.Profile;
import dev.htbin.process.RunsAs;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Table: messages that interpreters really print, and the cause that each names. */
class StandardErrorTest {
    private static Optional<Finding> python(String text) {
        return PythonFailure.in(RunReport.linesOf(Octets.ofText(text)));
    }

    private static Optional<Finding> other(String text) {
        return OtherFailure.in(RunReport.linesOf(Octets.ofText(text)));
    }

    private static void assertFinds(Cause cause, String part, Optional<Finding> found) {
        assertEquals(Optional.of(cause), found.map(Finding::cause));
        assertTrue(found.orElseThrow().detail().contains(part), found.toString());
    }

    @Test
    void quotesTheLastLineOfAPythonTraceback() {
        assertFinds(Cause.PYTHON_ERROR, "NameError: name 'x' is not defined (line 3 of '/a.py')", python("""
                        Traceback (most recent call last):
                          File "/a.py", line 3, in <module>
                            print(x)
                                  ^
                        NameError: name 'x' is not defined
                        """));
    }

    @Test
    void takesTheLastOfSeveralTracebacks() {
        assertFinds(Cause.PYTHON_ERROR, "ValueError: second (line 5 of '/a.py')", python("""
                        Traceback (most recent call last):
                          File "/a.py", line 2, in <module>
                        KeyError: 'first'

                        During handling of the above exception, another exception occurred:

                        Traceback (most recent call last):
                          File "/a.py", line 5, in <module>
                        ValueError: second
                        more of the message
                        """));
    }

    @Test
    void knowsSyntaxErrorsAndScriptsOfPython2() {
        assertFinds(Cause.PYTHON_ERROR, "written for Python 2", python("""
                          File "/a.py", line 2
                            print "hello"
                            ^^^^^^^^^^^^^
                        SyntaxError: Missing parentheses in call to 'print'. Did you mean print(...)?
                        """));
    }

    @Test
    void tellsRemovedModulesFromMissingOnes() {
        String traceback =
                "Traceback (most recent call last):\n  File \"/a.py\", line 2, in <module>\nModuleNotFoundError: No module named '%s'\n";
        assertFinds(Cause.PYTHON_MODULE_REMOVED, "'cgi'", python(traceback.formatted("cgi")));
        assertFinds(Cause.PYTHON_MODULE_REMOVED, "3.12", python(traceback.formatted("distutils.core")));
        assertFinds(Cause.PYTHON_MODULE_MISSING, "'flask'", python(traceback.formatted("flask")));
        assertFinds(
                Cause.PYTHON_MODULE_MISSING,
                "'old'",
                python(
                        "Traceback (most recent call last):\n  File \"/a.py\", line 2\nImportError: No module named old\n"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/a.sh: 3: convert: not found",
                "/a.sh: line 3: convert: command not found",
                "zsh: command not found: convert",
                "/usr/bin/env: \u2018convert\u2019: No such file or directory",
                "/usr/bin/env: 'convert': No such file or directory",
                "env: can't execute 'convert': No such file or directory",
                "Can't exec \"convert\": No such file or directory at /a.pl line 2."
            })
    void namesTheCommandThatIsMissing(String line) {
        assertFinds(Cause.COMMAND_MISSING, "'convert'", other(line));
    }

    @Test
    void namesPerlsModulesAndErrors() {
        assertFinds(Cause.PERL_MODULE_MISSING, "'HTML::Template' (line 2 of '/a.pl')", other("""
                        Can't locate HTML/Template.pm in @INC (you may need to install the HTML::Template module) (@INC contains: /etc/perl) at /a.pl line 2.
                        BEGIN failed--compilation aborted at /a.pl line 2.
                        """));
        assertFinds(
                Cause.PERL_MODULE_MISSING,
                "libcgi-pm-perl",
                other(
                        "Can't locate CGI.pm in @INC (you may need to install the CGI module) (@INC entries checked: /x) at /a.pl line 2."));
        assertFinds(Cause.PERL_ERROR, "line 4", other("Can't open file: No such file or directory at /a.pl line 4."));
        assertFinds(Cause.PERL_ERROR, "near", other("syntax error at /a.pl line 4, near \"}\""));
    }

    @Test
    void namesErrorsOfOthers() {
        assertFinds(Cause.PHP_ERROR, "no in", other("PHP Fatal error:  Uncaught Exception: no in /a.php:1"));
        assertFinds(
                Cause.PHP_ERROR,
                "unexpected",
                other("PHP Parse error:  syntax error, unexpected end of file in /a.php on line 3"));
        assertFinds(Cause.RUBY_ERROR, "NameError", other("/a.rb:2:in `<main>': undefined local variable (NameError)"));
        assertFinds(
                Cause.SHELL_SYNTAX, "fi", other("/a.sh: 3: Syntax error: end of file unexpected (expecting \"fi\")"));
        assertFinds(Cause.SHELL_SYNTAX, "near", other("/a.sh: line 3: syntax error near unexpected token `}'"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "all is well",
                "warning: something",
                "GET /x not found",
                "Traceback (most recent call last):",
                "connected at port 80"
            })
    void findsNothingInOtherWords(String line) {
        assertEquals(Optional.empty(), python(line));
        assertEquals(Optional.empty(), other(line));
    }

    /** Looked at whole, each line would take ages. */
    @Test
    void looksAtNoMoreOfHostileLinesThanItCanBear() {
        for (String part : List.of(" ", "a", "at ", "/", "'/", ": 1", "a:1:in (A", "Can't locate ")) {
            List<String> lines = Diagnosis.readable(Collections.nCopies(1000, part.repeat(50_000)));
            PythonFailure.in(lines);
            OtherFailure.in(lines);
            Denial.in(lines, Path.of("/x"), Profile.standard(), new RunsAs("nobody", 65534, 65534, List.of()));
        }
    }
}

package dev.htbin.process.warm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.htbin.process.LaunchSpec;
import dev.htbin.process.Run;
import java.util.List;
import java.util.SequencedMap;
import org.junit.jupiter.api.Test;

/** Process test: a Perl script does the same cold, warm, and warm with all its modules imported before. */
class PerlEqualityTest extends EqualityFixture {
    private static final Language PERL = new Language(
            "perl",
            ".pl",
            "^\\$case\\{(\\w+)\\}",
            50,
            List.of("warns", "env", "standard", "taint", "reads", "empty", "nonl"),
            List.of(
                    "CGI.pm CGI/Carp.pm FindBin.pm Data/Dumper.pm List/Util.pm POSIX.pm File/Temp.pm JSON/PP.pm Digest/SHA.pm Encode.pm Carp.pm"
                            .split(" ", -1)));

    PerlEqualityTest() {
        super(PERL, "a=first&b=\u00c3\u00a4\nsecond line\nthird\n");
    }

    @Override
    void describe(SequencedMap<String, String> variables) {
        variables.put("REQUEST_METHOD", "POST");
        variables.put("CONTENT_TYPE", "application/x-www-form-urlencoded");
        variables.put("CONTENT_LENGTH", Integer.toString(body().length));
        variables.put("QUERY_STRING", "");
    }

    @Override
    void checkRemarks(String remarks) {
        assertTrue(remarks.contains("CGI/Carp.pm: it overrides functions of Perl"), remarks);
    }

    /** Perl names its program as it was called for this one sentence alone. */
    @Test
    void aProgramWithErrorsIsNamedOtherwiseAtTheEnd() throws Exception {
        LaunchSpec spec = request("broken");
        Run cold = run(spec);
        warmUp(warm(spec));
        Run warm = runWarm(warm(spec), body());
        assertEquals(cold.exit(), warm.exit());
        assertEquals(
                cold.error().replace("Execution of " + directory.resolve("broken.pl"), "Execution of /dev/stdin"),
                warm.error());
    }
}

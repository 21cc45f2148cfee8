package dev.htbin.process.warm;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.htbin.process.LaunchSpec;
import dev.htbin.process.Run;
import java.util.List;
import java.util.SequencedMap;
import org.junit.jupiter.api.Test;

/** Process test: a Ruby script does the same cold, warm, and warm with all its modules imported before. */
class RubyEqualityTest extends EqualityFixture {
    private static final Language RUBY = new Language(
            "ruby",
            ".rb",
            "^def case_(\\w+)",
            50,
            List.of("warns", "env", "empty", "returns", "begins"),
            List.of("json cgi erb time digest openssl set tempfile open3 socket logger".split(" ", -1)));

    RubyEqualityTest() {
        super(RUBY, "a=first&b=\u00c3\u00a4\nsecond line\nthird\n");
    }

    @Override
    void describe(SequencedMap<String, String> variables) {
        variables.put("REQUEST_METHOD", "POST");
        variables.put("CONTENT_TYPE", "application/x-www-form-urlencoded");
        variables.put("CONTENT_LENGTH", Integer.toString(body().length));
        variables.put("QUERY_STRING", "");
    }

    @Test
    void whatIsNoProgramIsServedCold() throws Exception {
        LaunchSpec spec = request("broken");
        Run cold = run(spec);
        warmUp(warm(spec));
        assertEquals(cold, run(warm(spec)));
        assertEquals(0, state(spec.executable()).served());
    }
}

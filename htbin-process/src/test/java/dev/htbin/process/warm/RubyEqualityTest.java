package dev.htbin.process.warm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.htbin.process.LaunchSpec;
import dev.htbin.process.Run;
import dev.htbin.process.WarmModules;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SequencedMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Process test: a Ruby script does the same cold, warm, and warm with all its modules imported before. */
@Timeout(600)
class RubyEqualityTest extends WarmFixture {
    private static final byte[] BODY = octets("a=first&b=\u00c3\u00a4\nsecond line\nthird\n");
    private static final List<String> MODULES =
            List.of("json cgi erb time digest openssl set tempfile open3 socket logger".split(" ", -1));

    @BeforeEach
    void copyScripts() throws Exception {
        Scripts.copy("ruby", directory);
    }

    @Test
    void everyCaseIsTheSameColdAndWarm() throws Exception {
        assertEquals("", differences());
    }

    @Test
    void everyCaseIsTheSameWithItsModulesImportedBefore() throws Exception {
        launcher.close();
        launcher = start();
        modules = new WarmModules(MODULES, List.of());
        assertEquals("", differences());
    }

    @Test
    void everyKindOfFileIsTheSameColdAndWarm() throws Exception {
        List<String> different = new ArrayList<>();
        for (String name : List.of("warns", "env", "empty", "returns", "begins")) {
            LaunchSpec spec = request(directory.resolve(name + ".rb"), "a");
            Run cold = run(spec, BODY);
            warmUp(warm(spec));
            for (int round = 0; round < 2; round++) {
                Difference.between(name, cold, runWarm(warm(spec), BODY)).ifPresent(different::add);
            }
        }
        assertEquals("", String.join("\n", different));
    }

    @Test
    void whatIsNoProgramIsServedCold() throws Exception {
        LaunchSpec spec = request(directory.resolve("broken.rb"));
        Run cold = run(spec);
        warmUp(warm(spec));
        assertEquals(cold, run(warm(spec)));
        assertEquals(0, state(spec.executable()).served());
    }

    private String differences() throws Exception {
        Path script = directory.resolve("cases.rb");
        List<String> cases = Scripts.cases("ruby/cases.rb", "^def case_(\\w+)");
        assertTrue(cases.size() > 50, cases::toString);
        List<String> different = new ArrayList<>();
        warmUp(warm(request(script, "arguments")));
        for (String name : cases) {
            LaunchSpec spec = request(script, name, "an argument", "gr\u00c3\u00bc");
            Run cold = run(spec, BODY);
            Difference.between(name, cold, runWarm(warm(spec), BODY)).ifPresent(different::add);
        }
        return String.join("\n", different);
    }

    private LaunchSpec request(Path script, String... arguments) {
        SequencedMap<String, String> variables = environment();
        variables.put("GATEWAY_INTERFACE", "CGI/1.1");
        variables.put("REQUEST_METHOD", "POST");
        variables.put("CONTENT_TYPE", "application/x-www-form-urlencoded");
        variables.put("CONTENT_LENGTH", Integer.toString(BODY.length));
        variables.put("QUERY_STRING", "");
        return spec(script, arguments).withEnvironment(variables);
    }
}

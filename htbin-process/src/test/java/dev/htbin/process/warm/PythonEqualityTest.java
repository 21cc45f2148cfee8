package dev.htbin.process.warm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.htbin.process.LaunchSpec;
import dev.htbin.process.Run;
import dev.htbin.process.WarmModules;
import dev.htbin.process.WarmState;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Process test: a Python script does the same cold, warm, and warm with all its modules imported before. */
@Timeout(600)
class PythonEqualityTest extends WarmFixture {
    private static final List<String> MODULES = List.of(
                    "json cgitb logging sqlite3 ssl ctypes.util multiprocessing.pool multiprocessing.queues asyncio tempfile uuid secrets",
                    "concurrent.futures.thread subprocess decimal hashlib inspect pickle lxml.etree numpy resource signal weakref")
            .stream()
            .flatMap(names -> Stream.of(names.split(" ", -1)))
            .toList();

    private static final byte[] BODY = octets("first line\nsecond \u00c3\u00a4\nthird\n");

    @BeforeEach
    void copyScripts() throws Exception {
        Scripts.copy("python", directory);
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
        WarmState state = state(directory.resolve("cases.py"));
        assertTrue(state.remarks().toString().contains("cgitb: it writes output"), state::toString);
    }

    private String differences() throws Exception {
        Path script = directory.resolve("cases.py");
        List<String> cases = Scripts.cases("python/cases.py", "^def case_(\\w+)");
        assertTrue(cases.size() > 60, cases::toString);
        List<String> different = new ArrayList<>();
        warmUp(warm(request(script, "arguments")));
        for (String name : cases) {
            LaunchSpec spec = request(script, name, "an argument", "gr\u00c3\u00bc");
            Run cold = run(spec, BODY);
            Difference.between(name, cold, runWarm(warm(spec), BODY)).ifPresent(different::add);
        }
        return String.join("\n", different);
    }

    @Test
    void everyKindOfFileIsTheSameColdAndWarm() throws Exception {
        List<String> different = new ArrayList<>();
        for (String name : List.of(
                "warns",
                "latin1",
                "unbuffered",
                "isolated",
                "env",
                "split",
                "inner",
                "empty",
                "ends",
                "told",
                "nothing")) {
            LaunchSpec spec = request(directory.resolve(name + ".py"), "a");
            Run cold = run(spec, BODY);
            warmUp(warm(spec));
            Difference.between(name, cold, runWarm(warm(spec), BODY)).ifPresent(different::add);
        }
        assertEquals("", String.join("\n", different));
    }

    @Test
    void whatIsNoProgramIsServedCold() throws Exception {
        for (String name : List.of("broken", "encoding")) {
            LaunchSpec spec = request(directory.resolve(name + ".py"), "a");
            Run cold = run(spec, BODY);
            warmUp(warm(spec));
            assertEquals(Optional.empty(), Difference.between(name, cold, run(warm(spec), BODY)));
            assertEquals(0, state(spec.executable()).served());
        }
    }

    private LaunchSpec request(Path script, String... arguments) {
        SequencedMap<String, String> variables = environment();
        variables.put("GATEWAY_INTERFACE", "CGI/1.1");
        variables.put("QUERY_STRING", "a=\u00e9&b=");
        variables.put("EMPTY", "");
        return spec(script, arguments).withEnvironment(new LinkedHashMap<>(variables));
    }
}

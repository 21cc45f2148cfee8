package dev.htbin.process.warm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.htbin.process.LaunchSpec;
import dev.htbin.process.Run;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Process test: a Python script does the same cold, warm, and warm with all its modules imported before. */
class PythonEqualityTest extends EqualityFixture {
    private static final Language PYTHON = new Language(
            "python",
            ".py",
            "^def case_(\\w+)",
            60,
            List.of("warns latin1 unbuffered isolated env split inner empty ends told nothing unseen watched"
                    .split(" ", -1)),
            Stream.of(
                            "json cgitb logging sqlite3 ssl ctypes.util multiprocessing.pool multiprocessing.queues asyncio tempfile uuid secrets",
                            "concurrent.futures.thread subprocess decimal hashlib inspect pickle lxml.etree numpy resource signal weakref")
                    .flatMap(names -> Stream.of(names.split(" ", -1)))
                    .toList());

    PythonEqualityTest() {
        super(PYTHON, "first line\nsecond \u00c3\u00a4\nthird\n");
    }

    @Override
    void describe(SequencedMap<String, String> variables) {
        variables.put("QUERY_STRING", "a=\u00e9&b=");
        variables.put("EMPTY", "");
    }

    @Override
    void checkRemarks(String remarks) {
        assertTrue(remarks.contains("cgitb: it writes output"), remarks);
    }

    @Test
    void whatIsNoProgramIsServedCold() throws Exception {
        for (String name : List.of("broken", "encoding")) {
            LaunchSpec spec = request(name, "a");
            Run cold = run(spec, body());
            warmUp(warm(spec));
            assertEquals(Optional.empty(), Difference.between(name, cold, run(warm(spec), body())));
            assertEquals(0, state(spec.executable()).served());
        }
    }
}

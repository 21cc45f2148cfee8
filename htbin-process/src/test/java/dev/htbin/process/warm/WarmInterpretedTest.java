package dev.htbin.process.warm;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.htbin.process.Child;
import dev.htbin.process.LaunchSpec;
import dev.htbin.process.Run;
import dev.htbin.process.WarmState.Phase;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Process test: scripts that can't be executed, whose interpreter the spec names, are served by forks as they are when it is executed. */
@Timeout(120)
class WarmInterpretedTest extends WarmFixture {
    /** A script without a first line that names its interpreter. */
    private LaunchSpec interpreted(String name, String program, String options, String code) throws Exception {
        Path script = file(name, code, "rw-r--r--");
        var arguments = new ArrayList<String>();
        arguments.add(program);
        arguments.addAll(options.isEmpty() ? List.of() : List.of(options.split(" ")));
        int at = arguments.size();
        arguments.addAll(List.of(script.toString(), "one", "two words"));
        var environment = new LinkedHashMap<String, String>();
        environment.put("PATH", "/usr/bin:/bin");
        environment.put("NAME", "value");
        return warm(new LaunchSpec(Path.of(program), arguments, environment, requireNonNull(script.getParent()))
                .withScriptAt(at));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "x.py | /usr/bin/python3 | '' | import sys, os; print(sys.argv, __file__, os.getcwd(), os.environ, sys.stdin.read())",
                "x.py | /usr/bin/python3 | -B -u | import sys, os; print(sys.argv, sys.dont_write_bytecode, sys.stdin.read())",
                "x.pl | /usr/bin/perl | -T | print join(',', $0, @ARGV, $ENV{NAME}, ${^TAINT}, <STDIN>), \"\\n\";"
            })
    void areServedAsTheyAreWhenTheInterpreterIsExecuted(String name, String program, String options, String code)
            throws Exception {
        LaunchSpec spec = interpreted(name, program, options, code);
        Path script = spec.directory().resolve(name);
        byte[] body = "body".getBytes(StandardCharsets.US_ASCII);
        String cold;
        try (Child child = launch(spec, body)) {
            cold = Run.toEnd(child).output();
        }
        assertTrue(cold.contains("one") && cold.contains("two words") && cold.contains("body"), cold);
        until(() -> state(script).phase() == Phase.READY || state(script).phase() == Phase.FAILED);
        assertEquals(Phase.READY, state(script).phase(), () -> states().toString());
        assertEquals(Optional.empty(), launcher.coldReason(spec));
        long before = state(script).served();
        try (Child child = launch(spec, body)) {
            assertEquals(cold, Run.toEnd(child).output());
        }
        assertEquals(before + 1, state(script).served());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "/bin/sh | \"\" | 'sh' can't be warm",
                "/usr/bin/python3 | -X dev | python can't be warm with '-X dev'"
            })
    void saysWhyNot(String program, String options, String reason) throws Exception {
        LaunchSpec spec = interpreted("y", program, options, "");
        assertTrue(
                launcher.coldReason(spec).orElse("").contains(reason),
                () -> launcher.coldReason(spec).toString());
    }
}

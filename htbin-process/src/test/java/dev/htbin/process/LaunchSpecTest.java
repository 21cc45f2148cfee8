package dev.htbin.process;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Table tests: what a spec refuses. */
final class LaunchSpecTest {
    private static final Path PROGRAM = Path.of("/bin/true");
    private static final Path DIRECTORY = Path.of("/");

    @ParameterizedTest
    @ValueSource(strings = {"a\0b", "\0", "\u0100", "\u20ac"})
    void refusesArgumentsThatAreNoOctetsOrHoldNul(String argument) {
        assertThrows(
                IllegalArgumentException.class,
                () -> new LaunchSpec(PROGRAM, List.of("true", argument), environment("A", "b"), DIRECTORY));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "A=B", "A\0", "\u0100"})
    void refusesEnvironmentNames(String name) {
        assertThrows(
                IllegalArgumentException.class,
                () -> new LaunchSpec(PROGRAM, List.of("true"), environment(name, "b"), DIRECTORY));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\0b", "\u0100"})
    void refusesEnvironmentValues(String value) {
        assertThrows(
                IllegalArgumentException.class,
                () -> new LaunchSpec(PROGRAM, List.of("true"), environment("A", value), DIRECTORY));
    }

    @Test
    void refusesRelativePathsAndNoArguments() {
        SequencedMap<String, String> none = new LinkedHashMap<>();
        var relative = assertThrows(
                IllegalArgumentException.class,
                () -> new LaunchSpec(Path.of("true"), List.of("true"), none, DIRECTORY));
        assertTrue(String.valueOf(relative.getMessage()).contains("expected: absolute paths"));
        assertThrows(
                IllegalArgumentException.class,
                () -> new LaunchSpec(PROGRAM, List.of("true"), none, Path.of("relative")));
        assertThrows(IllegalArgumentException.class, () -> new LaunchSpec(PROGRAM, List.of(), none, DIRECTORY));
    }

    private static SequencedMap<String, String> environment(String name, String value) {
        SequencedMap<String, String> environment = new LinkedHashMap<>();
        environment.put(name, value);
        return environment;
    }
}

package dev.htbin.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.htbin.process.Resource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Table: the limits, and that the documentation has the same. */
class LimitTest {
    @Test
    void theDocumentationHasTheSameTable() throws IOException {
        var table = new StringBuilder("| limit | default | beyond it |\n|---|---|---|\n");
        for (Limit limit : Limit.values()) {
            table.append("| `%s` | %s | %s |%n".formatted(limit.label(), limit.standardText(), limit.beyond()));
        }
        String documentation = Files.readString(Path.of("../docs/operations.md"));
        assertTrue(documentation.contains(table), () -> "docs/operations.md lacks:\n" + table);
    }

    @ParameterizedTest
    @EnumSource(Resource.class)
    void everyResourceOfProcessesHasALimit(Resource resource) {
        assertEquals(
                1,
                Stream.of(Limit.values())
                        .filter(limit ->
                                limit.resource().filter(resource::equals).isPresent())
                        .count());
    }

    @ParameterizedTest
    @CsvSource({
        "BYTES, 0, 0",
        "BYTES, 3K, 3072",
        "BYTES, 1G, 1073741824",
        "SECONDS, 1.5, 1500",
        "SECONDS, 0.001, 1",
        "WHOLE_SECONDS, 60, 60",
        "NUMBER, 1000000000, 1000000000"
    })
    void readsWhatItsUnitSays(Limit.Unit unit, String text, long value) {
        assertEquals(OptionalLong.of(value), unit.parse(text));
    }

    @ParameterizedTest
    @CsvSource({
        "BYTES, 1T",
        "BYTES, -1",
        "BYTES, K",
        "SECONDS, 1e3",
        "SECONDS, 1.0001",
        "WHOLE_SECONDS, 1.5",
        "NUMBER, 1K",
        "NUMBER, 1000000001",
        "NUMBER, ''"
    })
    void refusesWhatItsUnitIsNot(Limit.Unit unit, String text) {
        assertEquals(OptionalLong.empty(), unit.parse(text));
    }
}

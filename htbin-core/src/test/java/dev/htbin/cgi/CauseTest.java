package dev.htbin.cgi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class CauseTest {
    @Test
    void everyCauseHasAnIdentifierOfItsOwn() {
        assertEquals(
                Cause.values().length,
                Arrays.stream(Cause.values()).map(Cause::id).distinct().count());
    }

    @ParameterizedTest
    @EnumSource
    void saysWhatWasSeenAndWhatToDoInASentenceEach(Cause cause) {
        assertTrue(cause.id().matches("HTB-[0-9]{3}"), cause::id);
        for (String sentence : new String[] {cause.seen(), cause.remedy()}) {
            assertTrue(sentence.matches("\\S.*[.]{1,3}"), sentence);
        }
        assertTrue(cause.status() >= 400 && cause.status() <= 599, cause::id);
    }

    @Test
    void theDocumentationHasTheSameTable() throws IOException {
        String document = Files.readString(Path.of("../docs/causes.md"));
        String rows = Arrays.stream(Cause.values())
                .map(cause -> "| %s | %d | %s | %s |\n"
                        .formatted(
                                cause.id(),
                                cause.status(),
                                cause.seen(),
                                cause.remedy().replace("|", "\\|")))
                .collect(Collectors.joining());
        assertTrue(document.contains(rows), "docs/causes.md lacks:\n" + rows);
    }
}

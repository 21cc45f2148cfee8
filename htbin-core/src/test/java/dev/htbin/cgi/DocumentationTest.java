package dev.htbin.cgi;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** docs/cgi.md is the definition that RFC 3875 asks for, so it must be whole. */
class DocumentationTest {
    @Test
    void everyVariableIsDocumentedWithItsSection() throws IOException {
        String page = Files.readString(Path.of("../docs/cgi.md"));
        for (MetaVariable variable : MetaVariable.values()) {
            String row = page.lines()
                    .filter(line -> line.startsWith("| ") && line.contains("`" + variable.name() + "`"))
                    .findFirst()
                    .orElse("");
            assertTrue(!row.isEmpty() && row.contains(variable.section()), variable.name());
        }
    }

    @Test
    void theDefaultLimitsAreDocumented() throws IOException {
        String page = Files.readString(Path.of("../docs/cgi.md"));
        CgiLimits limits = CgiLimits.defaults();
        assertTrue(
                page.contains("at most %d KiB and %d fields".formatted(limits.headBytes() >> 10, limits.headFields())));
        assertTrue(page.contains("at most %d times".formatted(limits.localRedirects())));
        assertTrue(page.contains("at most %d KiB for each request".formatted(limits.stderrBytes() >> 10)));
    }
}

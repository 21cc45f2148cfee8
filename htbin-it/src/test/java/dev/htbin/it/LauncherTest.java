package dev.htbin.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code ./htbin} does before there is a server. */
class LauncherTest {
    @TempDir
    private Path folder;

    /** With profiles of the rehearsal, JDK 25 compiles methods that are used otherwise again and again. */
    @Test
    void keepsClassesOfARehearsalAndNoProfiles() throws Exception {
        Installation installation = Installation.in(folder);
        var rehearsing = installation.command(List.of(), "--version");
        rehearsing.environment().remove("HTBIN_BUILD");
        var first = Product.run(rehearsing);
        assertEquals(0, first.code(), first.err());
        assertTrue(Files.size(installation.home().resolve("htbin-cli/target/htbin.aot")) > 1 << 20);

        var telling = installation.command(List.of(), "--version");
        telling.environment().put("HTBIN_JAVA_OPTS", "-XX:+UnlockDiagnosticVMOptions -XX:+AOTPrintTrainingInfo");
        var second = Product.run(telling);
        assertEquals(0, second.code(), second.err());
        assertTrue(second.out().contains("Archived TrainingData Dictionary\n" + first.out()), second.out());
    }
}

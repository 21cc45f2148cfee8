package dev.htbin.process.launch;

import dev.htbin.process.Child;
import dev.htbin.process.LaunchSpec;
import dev.htbin.process.Launcher;
import dev.htbin.process.Run;
import dev.htbin.process.Stdin;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;

/** Says on standard output what {@link Launchers} gives in this JVM. */
final class LaunchersMain {
    private LaunchersMain() {}

    /** Starts a launcher, launches a process, and closes both. */
    public static void main(String[] arguments) throws Exception {
        var spec = new LaunchSpec(
                Path.of("/bin/grep"),
                List.of("grep", "^Groups:", "/proc/self/status"),
                new LinkedHashMap<>(),
                Path.of("/"));
        try (Launcher launcher = Launchers.start(Optional.empty())) {
            System.out.println("started: " + launcher.name());
            try (Stdin stdin = launcher.newStdin();
                    Child child = launcher.launch(spec, stdin)) {
                Run run = Run.toEnd(child);
                System.out.println("ended: " + run.exit() + "\n" + run.output().strip());
            }
        } catch (IOException e) {
            System.out.println("refused: " + e.getMessage());
        }
    }
}

package dev.htbin.process.launch;

import dev.htbin.process.Launcher;
import java.io.IOException;
import java.util.Optional;

/** Says on standard output what {@link Launchers} gives in this JVM. */
final class LaunchersMain {
    private LaunchersMain() {}

    /** Starts a launcher and closes it. */
    public static void main(String[] arguments) {
        try (Launcher launcher = Launchers.start(Optional.empty())) {
            System.out.println("started: " + launcher.name());
        } catch (IOException e) {
            System.out.println("refused: " + e.getMessage());
        }
    }
}

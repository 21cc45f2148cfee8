package dev.htbin.it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The product as its users have it: the folder with {@code ./htbin}. */
final class Product {
    private static final int SECONDS = 60;

    private Product() {}

    /** What a command printed and how it ended. */
    record Ended(int code, String out, String err) {}

    /** Returns the root of the project: the nearest folder upwards that has the command. */
    static Path home() {
        Path folder = Path.of("").toAbsolutePath();
        while (!Files.exists(folder.resolve("htbin"))) {
            folder = folder.getParent();
            if (folder == null) {
                throw new IllegalStateException("no folder upwards has the command htbin");
            }
        }
        return folder;
    }

    /** Returns a builder of a process of a command in the root of the project; nothing is built again. */
    static ProcessBuilder command(List<String> words) {
        var builder = new ProcessBuilder(words).directory(home().toFile());
        builder.environment().put("HTBIN_BUILD", "never");
        builder.environment().put("HTBIN_JAVA_HOME", System.getProperty("java.home"));
        builder.environment().remove("HTBIN_JAVA_OPTS");
        return builder;
    }

    /** Runs {@code ./htbin} to its end. */
    static Ended htbin(String... arguments) throws IOException, InterruptedException {
        var words = new java.util.ArrayList<String>();
        words.add(home().resolve("htbin").toString());
        words.addAll(List.of(arguments));
        return run(command(words));
    }

    /** Runs a process to its end, within a minute. */
    static Ended run(ProcessBuilder builder) throws IOException, InterruptedException {
        Path out = Files.createTempFile("htbin-it", ".out");
        Path err = Files.createTempFile("htbin-it", ".err");
        try {
            Process process = builder.redirectOutput(out.toFile())
                    .redirectError(err.toFile())
                    .redirectInput(ProcessBuilder.Redirect.from(new java.io.File("/dev/null")))
                    .start();
            if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
                throw new IllegalStateException("still running after %d s: %s%n%s"
                        .formatted(SECONDS, builder.command(), Files.readString(err)));
            }
            return new Ended(process.exitValue(), Files.readString(out), Files.readString(err));
        } finally {
            Files.delete(out);
            Files.delete(err);
        }
    }
}

package dev.htbin.process.warm;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The scripts of this folder's resources, copied to where every user can run them. */
final class Scripts {
    private Scripts() {}

    /** Copies the scripts of a language; those that begin with {@code #!} become executable. */
    static void copy(String language, Path directory) throws IOException, URISyntaxException {
        URL folder = requireNonNull(Scripts.class.getResource(language), language);
        Path from = Path.of(folder.toURI());
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.sorted().toList()) {
                Path to = directory.resolve(from.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(to);
                } else {
                    Files.copy(file, to);
                }
                boolean closed = !Files.isDirectory(to)
                        && !Files.readString(to, ISO_8859_1).startsWith("#!");
                Files.setPosixFilePermissions(to, PosixFilePermissions.fromString(closed ? "rw-r--r--" : "rwxr-xr-x"));
            }
        }
    }

    /** Returns the names that a pattern's group finds in a script. */
    static List<String> cases(String script, String pattern) throws IOException {
        try (var in = requireNonNull(Scripts.class.getResourceAsStream(script), script)) {
            String text = new String(in.readAllBytes(), ISO_8859_1);
            return Pattern.compile(pattern, Pattern.MULTILINE)
                    .matcher(text)
                    .results()
                    .map((MatchResult result) -> result.group(1))
                    .toList();
        }
    }
}

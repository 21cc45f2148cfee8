package dev.htbin.it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * A copy of the built product where every user can read it: the checkout may lie in a folder that is one user's own.
 *
 * @param home the folder with {@code htbin}
 */
record Installation(Path home) {
    /** Copies the product below a folder, which everybody may enter from then on. */
    static Installation in(Path folder) throws IOException {
        permit(folder);
        Path home = Files.createDirectory(folder.resolve("installed"));
        for (String part : List.of("htbin", "bin", "htbin-cli/target/lib")) {
            copy(Product.home().resolve(part), home.resolve(part));
        }
        try (Stream<Path> all = Files.walk(home)) {
            for (Path path : (Iterable<Path>) all::iterator) {
                permit(path);
            }
        }
        return new Installation(home);
    }

    /** Returns the command as started by whoever runs the tests, with words before it, such as another user's. */
    ProcessBuilder command(List<String> before, String... options) {
        List<String> words = new ArrayList<>(before);
        words.add(home.resolve("htbin").toString());
        words.addAll(List.of(options));
        return Product.command(words).directory(home.toFile());
    }

    private static void copy(Path from, Path to) throws IOException {
        Files.createDirectories(to.getParent());
        try (Stream<Path> all = Files.walk(from)) {
            for (Path path : (Iterable<Path>) all::iterator) {
                Files.copy(path, to.resolve(from.relativize(path).toString()));
            }
        }
    }

    private static void permit(Path path) throws IOException {
        boolean all = Files.isDirectory(path) || Files.isExecutable(path);
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(all ? "rwxr-xr-x" : "rw-r--r--"));
    }
}

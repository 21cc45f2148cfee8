package dev.htbin.process.posix;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** Whether a user may read a tree, judged by owners and permissions, since the question is asked before anybody is that user. Access lists are not looked at. */
record Readability(Account account) {
    private static final int READ = 4;
    private static final int PASS = 1;

    /**
     * Returns why the user can't read a directory with the files in it, or a file.
     *
     * @return what refuses it, and the remedy; empty if nothing does
     */
    Optional<String> obstacle(Path tree) {
        try {
            Path real = tree.toRealPath();
            for (Path above = real.getParent(); above != null; above = above.getParent()) {
                if (!may(above, PASS)) {
                    return Optional.of(
                            "'%s' may not enter '%s' (chmod o+x '%s')".formatted(account.name(), above, above));
                }
            }
            boolean directory = Files.isDirectory(real);
            if (!may(real, directory ? READ | PASS : READ)) {
                String mode = directory ? "o+rx" : "o+r";
                return Optional.of(
                        "'%s' may not read '%s' (chmod %s '%s')".formatted(account.name(), real, mode, real));
            }
            return Optional.empty();
        } catch (IOException e) {
            return Optional.of("'%s' can't be looked at: %s".formatted(tree, e));
        }
    }

    private boolean may(Path path, int access) throws IOException {
        Map<String, Object> found = Files.readAttributes(path, "unix:mode,uid,gid");
        int mode = (Integer) found.getOrDefault("mode", 0);
        int gid = (Integer) found.getOrDefault("gid", -1);
        int shift = 0;
        if ((Integer) found.getOrDefault("uid", -1) == account.uid()) {
            shift = 6;
        } else if (gid == account.gid() || account.groups().contains(gid)) {
            shift = 3;
        }
        return ((mode >> shift) & access) == access;
    }
}

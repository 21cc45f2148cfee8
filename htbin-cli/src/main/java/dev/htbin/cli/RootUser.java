package dev.htbin.cli;

import dev.htbin.http.Mounts;
import dev.htbin.process.ServerUser;
import dev.htbin.process.launch.Launchers;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Whom a server that was started as root becomes. */
final class RootUser {
    private RootUser() {}

    /**
     * Chooses the user: it must be able to read what is served, and the program itself, of which much is read only when it is needed.
     *
     * @return empty if this process is not root; without a name if nobody can do and nobody was asked for
     * @throws IOException if the user that was asked for can't do; the message says why and what to do
     */
    static Optional<ServerUser> choose(Settings settings, Mounts mounts) throws IOException {
        var trees = new ArrayList<Path>();
        mounts.all().forEach(mount -> trees.add(mount.root().directory()));
        trees.add(Path.of(System.getProperty("java.home"), "lib"));
        trees.addAll(program());
        Optional<ServerUser> user = Launchers.serverUser(settings.serverUser(), scriptUsers(settings), trees);
        if (settings.serverUser().isPresent()) {
            String asked = settings.serverUser().get();
            if (user.isEmpty()) {
                throw new IOException(
                        "--server-user: '%s' (expected: no such option, since only root can become somebody else)"
                                .formatted(asked));
            }
            if (user.get().name().isEmpty()) {
                throw new IOException("--server-user: %s"
                        .formatted(String.join("; ", user.get().obstacles())));
            }
        }
        return user;
    }

    /** Becomes the user, for a server that runs no scripts. */
    static void leave(Optional<ServerUser> user) throws IOException {
        Optional<String> name = user.flatMap(ServerUser::name);
        if (name.isPresent()) {
            Launchers.leaveRoot(name.get());
        }
    }

    private static Set<String> scriptUsers(Settings settings) {
        var users = new LinkedHashSet<String>();
        settings.scripts().ifPresent(scripts -> {
            users.add(scripts.user().orElse("nobody"));
            users.addAll(scripts.rules().users());
        });
        return users;
    }

    private static List<Path> program() throws IOException {
        var files = new ArrayList<Path>();
        for (String property : List.of("jdk.module.path", "java.class.path")) {
            for (String entry : System.getProperty(property, "").split(File.pathSeparator, -1)) {
                Path path = Path.of(entry);
                if (entry.isEmpty() || !Files.exists(path)) {
                    continue;
                }
                files.add(path);
                if (Files.isDirectory(path)) {
                    try (Stream<Path> inside = Files.list(path)) {
                        files.addAll(inside.toList());
                    }
                }
            }
        }
        return files;
    }
}

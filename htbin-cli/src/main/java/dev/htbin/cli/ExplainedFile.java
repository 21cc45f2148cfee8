package dev.htbin.cli;

import dev.htbin.cgi.CgiConfig;
import dev.htbin.cgi.CgiInfo;
import dev.htbin.cli.Explain.Outcome;
import dev.htbin.http.Mount;
import dev.htbin.http.Mounts;
import dev.htbin.http.Octets;
import dev.htbin.http.UrlPath;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Which file a request would get, or why none. */
final class ExplainedFile {
    private ExplainedFile() {}

    /** Tells of a server that runs scripts, whose source it never sends. */
    static Outcome of(UrlPath path, Mounts mounts, CgiConfig config, String whyNoScript) throws IOException {
        Outcome outcome = of(path, mounts, whyNoScript);
        Optional<Path> file = mounts.resolve(path);
        if (outcome.served()
                && file.isPresent()
                && CgiInfo.coversReally(file.get().toRealPath(), mounts, config)) {
            return Outcome.refused(
                    404, "'%s' is a script by where it lies: its source is never sent".formatted(file.get()));
        }
        return outcome;
    }

    /** Tells of a server that runs none. */
    static Outcome of(UrlPath path, Mounts mounts, String whyNoScript) throws IOException {
        Mount mount = mounts.of(path);
        Optional<Path> file = mount.resolve(path);
        if (file.isEmpty() || !Files.exists(file.get())) {
            return Outcome.refused(
                    404,
                    "no file for %s%s; no script either: %s"
                            .formatted(Octets.toText(path.decoded()), in(mount), whyNoScript));
        }
        if (mount.hides(path)) {
            return Outcome.refused(404, "'%s' begins with a dot".formatted(file.get()));
        }
        if (!mount.root().contains(file.get())) {
            return Outcome.refused(
                    404,
                    "'%s' is a symbolic link out of '%s'"
                            .formatted(file.get(), mount.root().directory()));
        }
        String kind = Files.isDirectory(file.get()) ? "directory" : "file";
        String mounted = mount.names().isEmpty()
                ? ""
                : "mount: %s at %s%n"
                        .formatted(
                                LogText.escape(mount.root().directory().toString()),
                                LogText.escape(Octets.toText(mount.urlPath())));
        return new Outcome(
                true,
                "%s: %s%n%sno script: %s%n"
                        .formatted(kind, LogText.escape(file.get().toString()), mounted, whyNoScript));
    }

    private static String in(Mount mount) {
        return mount.names().isEmpty()
                ? ""
                : " in '%s', which is mounted at %s"
                        .formatted(mount.root().directory(), Octets.toText(mount.urlPath()));
    }
}

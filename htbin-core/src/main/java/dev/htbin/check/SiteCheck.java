package dev.htbin.check;

import static java.util.Objects.requireNonNull;

import dev.htbin.cgi.Cause;
import dev.htbin.cgi.CgiConfig;
import dev.htbin.cgi.CgiInfo;
import dev.htbin.cgi.MountedProgram;
import dev.htbin.cgi.ScriptResolver;
import dev.htbin.http.DocumentRoot;
import dev.htbin.http.Mount;
import dev.htbin.http.Mounts;
import dev.htbin.http.UrlPath;
import java.io.IOException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Goes through a site: every script that could be run is checked, and what is served though it hardly should be is named. Nothing is run.
 *
 * @param mounts the directory that is served, and what is mounted beside it
 * @param config what is a script and how it is run
 */
public record SiteCheck(Mounts mounts, CgiConfig config) {
    public SiteCheck {
        requireNonNull(mounts, "mounts");
        requireNonNull(config, "config");
    }

    /**
     * What was found.
     *
     * @param scripts the scripts, in the order of their paths
     * @param served how many files are served
     * @param hidden how many files are never served: their names begin with a dot, or they are data among scripts, or they lie outside
     * @param exposed what is wrong with files that are no scripts
     * @param whole whether everything was seen; not if the check was ended early
     */
    public record Result(
            List<CheckedScript> scripts, long served, long hidden, List<CheckFinding> exposed, boolean whole) {
        public Result {
            scripts = List.copyOf(scripts);
            exposed = List.copyOf(exposed);
        }

        /** Returns every finding, those of scripts first. */
        public List<CheckFinding> findings() {
            var all = new ArrayList<CheckFinding>();
            scripts.forEach(script -> all.addAll(script.findings()));
            all.addAll(exposed);
            return all;
        }
    }

    /**
     * Checks what lies in the directories that are served, and the programs that answer at URL paths.
     *
     * @param progress told how many files were seen, after each; false ends the check
     * @throws IOException if a directory can't be read
     */
    public Result check(LongPredicate progress) throws IOException {
        var visitor = new Visitor(progress);
        for (MountedProgram program : config.programs().mounted()) {
            visitor.scripts.add(visitor.check.check(
                    new UrlPath(program.names(), program.names().isEmpty())));
        }
        for (Mount mount : mounts.all().reversed()) {
            if (visitor.whole) {
                visitor.mount = mount;
                Files.walkFileTree(
                        mount.root().directory(), EnumSet.of(FileVisitOption.FOLLOW_LINKS), Integer.MAX_VALUE, visitor);
            }
        }
        visitor.scripts.sort((a, b) -> a.urlPath().compareTo(b.urlPath()));
        visitor.exposed.sort((a, b) -> a.file().compareTo(b.file()));
        return new Result(visitor.scripts, visitor.served, visitor.hidden, visitor.exposed, visitor.whole);
    }

    private final class Visitor extends SimpleFileVisitor<Path> {
        private final ScriptCheck check = new ScriptCheck(mounts, config);
        private Mount mount = mounts.all().getLast();
        private final LongPredicate progress;
        private final List<CheckedScript> scripts = new ArrayList<>();
        private final List<CheckFinding> exposed = new ArrayList<>();
        private long seen;
        private long served;
        private long hidden;
        private boolean whole = true;

        Visitor(LongPredicate progress) {
            this.progress = progress;
        }

        @Override
        public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
            try {
                DocumentRoot root = mount.root();
                boolean visible = directory.equals(root.directory())
                        || (!isHidden(directory) && root.contains(directory) && isReached(directory));
                return visible ? FileVisitResult.CONTINUE : FileVisitResult.SKIP_SUBTREE;
            } catch (IOException e) {
                unreadable(directory, e);
                return FileVisitResult.SKIP_SUBTREE;
            }
        }

        @Override
        public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException failure) {
            if (failure != null) {
                unreadable(directory, failure);
            }
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            seen++;
            try {
                visit(file, attributes);
            } catch (IOException e) {
                unreadable(file, e);
            }
            return proceed();
        }

        @Override
        public FileVisitResult visitFileFailed(Path file, IOException failure) {
            seen++;
            if (!(failure instanceof FileSystemLoopException)) {
                unreadable(file, failure);
            }
            return proceed();
        }

        private void unreadable(Path file, IOException failure) {
            exposed.add(new CheckFinding(
                    Cause.UNREACHABLE.id(), file, "'%s' can't be read: %s".formatted(file, failure), ""));
        }

        private void visit(Path file, BasicFileAttributes attributes) throws IOException {
            if (isHidden(file)) {
                hidden++;
                return;
            }
            UrlPath path = mount.urlOf(file);
            boolean cgi = CgiInfo.of(path, config, mounts).isPresent();
            if (!isReached(file)) {
                hidden++;
            } else if (cgi && isMeantToRun(file, attributes)) {
                scripts.add(check.check(path));
            } else if (cgi
                    || !attributes.isRegularFile()
                    || !mount.root().contains(file)
                    || CgiInfo.coversReally(file.toRealPath(), mounts, config)) {
                // Links that could be followed are not seen as such: one that is seen leads nowhere.
                hidden++;
            } else {
                served++;
                Exposure.ofServed(file).ifPresent(exposure -> exposed.add(CheckFinding.of(file, exposure)));
            }
        }

        /** Tells whether the URL path of a file or directory leads to it, and not to something else that is mounted there. */
        private boolean isReached(Path file) {
            UrlPath path = mount.urlOf(file);
            return mounts.of(path).equals(mount)
                    && CgiInfo.of(path, config, mounts)
                            .flatMap(CgiInfo::program)
                            .isEmpty();
        }

        /** What lies among scripts and neither is executable nor looks like a script is data, and never sent. */
        private boolean isMeantToRun(Path file, BasicFileAttributes attributes) {
            return attributes.isSymbolicLink()
                    || !attributes.isRegularFile()
                    || ScriptResolver.isExecutable(file)
                    || config.programs().interpreterOf(file).isPresent()
                    || Exposure.isScript(file);
        }

        private FileVisitResult proceed() {
            if (progress.test(seen)) {
                return FileVisitResult.CONTINUE;
            }
            whole = false;
            return FileVisitResult.TERMINATE;
        }
    }

    private static boolean isHidden(Path file) {
        return String.valueOf(file.getFileName()).startsWith(".");
    }
}

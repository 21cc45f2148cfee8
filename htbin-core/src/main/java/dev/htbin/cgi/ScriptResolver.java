package dev.htbin.cgi;

import dev.htbin.http.DocumentRoot;
import dev.htbin.http.Mount;
import dev.htbin.http.Mounts;
import dev.htbin.http.UrlPath;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Finds the script that a URL path of CGI names: from left to right, the first regular file is the script and what follows it is {@code PATH_INFO}.
 *
 * <p>The guards hold whatever the translation returns: every step must lie in the root with all symbolic links followed, no name before or at the script
 * may begin with a dot or hold an encoded slash, and a name must be spelled as it is on disk.
 *
 * @spec https://www.rfc-editor.org/rfc/rfc3875#section-3.2 RFC 3875 section 3.2
 */
public final class ScriptResolver {
    private static final Set<PosixFilePermission> EXECUTE = EnumSet.of(
            PosixFilePermission.OWNER_EXECUTE, PosixFilePermission.GROUP_EXECUTE, PosixFilePermission.OTHERS_EXECUTE);
    private static final List<String> RUNNABLE_ENDINGS = List.of(".exe", ".com", ".py", ".pyw", ".pl", ".cgi");
    private static final List<String> SHELL_ENDINGS = List.of(".bat", ".cmd");

    private ScriptResolver() {}

    /** Finds the script of a path; see {@link #resolve(CgiInfo, Function, Mounts, Predicate)}, with {@link Mounts#resolve} and {@link #isExecutable}. */
    public static ScriptResolution resolve(CgiInfo info, Mounts mounts) {
        return resolve(info, mounts::resolve, mounts, ScriptResolver::isExecutable);
    }

    /**
     * Finds the script of a path.
     *
     * @param info the path and where in it the script may be
     * @param translate maps a URL path to a file; empty if none can have it. Python: {@code translate_path}
     * @param mounts which directories paths lead to; the script lies in that of its path
     * @param executable whether a regular file may be executed, which one that an interpreter runs need not be. Python: {@code is_executable}
     * @return the script, or why there is none; reasons name the file and the remedy
     */
    public static ScriptResolution resolve(
            CgiInfo info, Function<UrlPath, Optional<Path>> translate, Mounts mounts, Predicate<Path> executable) {
        if (info.program().isPresent()) {
            return program(info, info.program().get(), executable);
        }
        Mount mount = mounts.of(info.path());
        DocumentRoot root = mount.root();
        int start = Math.max(info.start(), info.path().startBelow(mount.names()));
        List<String> segments = info.path().segments();
        var names = new ArrayList<String>(segments.subList(0, start));
        names.removeIf(String::isEmpty);
        Path last = root.directory();
        if (!names.isEmpty()) {
            Step directory = step(new UrlPath(names, false), translate, root);
            if (directory.refusal().isPresent()) {
                return directory.refusal().get();
            }
            last = directory.path();
        }
        for (int i = start; i < segments.size(); i++) {
            String segment = segments.get(i);
            if (segment.isEmpty()) {
                continue;
            }
            if (segment.startsWith(".") || segment.indexOf('/') >= 0) {
                return notFound(
                        Cause.HIDDEN_NAME,
                        info.path(),
                        "a name before PATH_INFO begins with a dot or has an encoded slash: " + segment);
            }
            names.add(segment);
            Step step = step(new UrlPath(names, false), translate, root);
            if (step.refusal().isPresent()) {
                return step.refusal().get();
            }
            last = step.path();
            if (step.regular()) {
                boolean named = info.extensions().isEmpty() || CgiInfo.endsInOne(segment, info.extensions(), false);
                return named
                        ? script(info, i, names, last, executable)
                        : notFound(
                                Cause.OTHER_EXTENSION,
                                info.path(),
                                "'%s' does not end in one of %s".formatted(last, info.extensions()));
            }
        }
        return forbidden(Cause.DIRECTORY, "'%s' is a directory; name a script in it".formatted(last));
    }

    /**
     * Tells whether a file may be executed: on POSIX systems, any of its execute permissions is set, whoever the server runs as; elsewhere its name ends as
     * that of a program or script does, or it begins with {@code #!}; batch files never. Python: {@code executable}.
     */
    public static boolean isExecutable(Path file) {
        try {
            Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(file);
            return permissions.stream().anyMatch(EXECUTE::contains);
        } catch (UnsupportedOperationException e) {
            return isExecutableByName(file);
        } catch (IOException e) {
            return false;
        }
    }

    /** Tells whether a file may be executed where there are no execute permissions. */
    static boolean isExecutableByName(Path file) {
        String name = String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT);
        if (SHELL_ENDINGS.stream().anyMatch(name::endsWith)) {
            return false;
        }
        if (RUNNABLE_ENDINGS.stream().anyMatch(name::endsWith)) {
            return true;
        }
        try (InputStream in = Files.newInputStream(file)) {
            return in.read() == '#' && in.read() == '!';
        } catch (IOException e) {
            return false;
        }
    }

    private record Step(Path path, boolean regular, Optional<ScriptResolution> refusal) {
        static Step refused(Path path, ScriptResolution why) {
            return new Step(path, false, Optional.of(why));
        }
    }

    private static Step step(UrlPath prefix, Function<UrlPath, Optional<Path>> translate, DocumentRoot root) {
        Optional<Path> translated = translate.apply(prefix);
        if (translated.isEmpty()) {
            return Step.refused(root.directory(), notFound(Cause.NOT_THERE, prefix, "no file can have such a name"));
        }
        Path path = translated.get().toAbsolutePath();
        try {
            Path real = path.toRealPath();
            if (!real.startsWith(root.directory())) {
                return Step.refused(
                        path,
                        forbidden(
                                Cause.OUTSIDE,
                                "'%s' is '%s', which lies outside of '%s'; move it inside"
                                        .formatted(path, real, root.directory())));
            }
            if (!spelledAsOnDisk(path, real)) {
                return Step.refused(
                        path,
                        notFound(Cause.SPELLED_OTHERWISE, prefix, "'%s' is spelled otherwise on disk".formatted(path)));
            }
            var attributes = Files.readAttributes(real, BasicFileAttributes.class);
            if (attributes.isDirectory() || attributes.isRegularFile()) {
                return new Step(path, attributes.isRegularFile(), Optional.empty());
            }
            return Step.refused(
                    path,
                    forbidden(Cause.NO_REGULAR_FILE, "'%s' is neither a regular file nor a directory".formatted(path)));
        } catch (NoSuchFileException e) {
            return Step.refused(path, absent(prefix, path));
        } catch (AccessDeniedException e) {
            return Step.refused(path, forbidden(Cause.UNREACHABLE, unreachable(path)));
        } catch (FileSystemException e) {
            return Step.refused(path, notFound(Cause.NOT_THERE, prefix, "'%s': %s".formatted(path, e.getReason())));
        } catch (IOException e) {
            return Step.refused(path, notFound(Cause.NOT_THERE, prefix, "'%s': %s".formatted(path, e.getMessage())));
        }
    }

    // On file systems that ignore case the path as it was asked for exists though no file is called so
    // (CVE-2025-46701); short names alike.
    private static boolean spelledAsOnDisk(Path path, Path real) throws IOException {
        Path asked = path.normalize().getFileName();
        if (asked == null || asked.toString().equals(String.valueOf(real.getFileName()))) {
            return true;
        }
        Path onDisk = path.toRealPath(LinkOption.NOFOLLOW_LINKS).getFileName();
        return onDisk == null || onDisk.toString().equals(asked.toString());
    }

    private static ScriptResolution script(
            CgiInfo info, int index, List<String> names, Path file, Predicate<Path> executable) {
        Optional<ScriptInterpreter> interpreter = info.programs().interpreterOf(file);
        if (interpreter.isEmpty() && !executable.test(file)) {
            return forbidden(Cause.NOT_EXECUTABLE, "'%s' is not executable: chmod +x '%s'".formatted(file, file));
        }
        return new ScriptResolution.Script(
                file, "/" + String.join("/", names), pathInfo(info.path(), index + 1), interpreter, false);
    }

    /** What the configuration names is not looked for: nothing but whether it can be run is looked at. */
    private static ScriptResolution program(CgiInfo info, MountedProgram program, Predicate<Path> executable) {
        Path file = program.file();
        Optional<ScriptInterpreter> interpreter = info.programs().interpreterOf(file);
        try {
            if (!Files.readAttributes(file, BasicFileAttributes.class).isRegularFile()) {
                return forbidden(Cause.NO_REGULAR_FILE, "'%s' is not a regular file".formatted(file));
            }
        } catch (AccessDeniedException e) {
            return forbidden(Cause.UNREACHABLE, unreachable(file));
        } catch (IOException e) {
            return absent(info.path(), file);
        }
        if (interpreter.isEmpty() && !executable.test(file)) {
            return forbidden(Cause.NOT_EXECUTABLE, "'%s' is not executable: chmod +x '%s'".formatted(file, file));
        }
        return new ScriptResolution.Script(
                file, program.urlPath(), pathInfo(info.path(), info.start()), interpreter, true);
    }

    private static String pathInfo(UrlPath path, int start) {
        List<String> rest = path.segments().subList(start, path.segments().size());
        String pathInfo = rest.isEmpty() ? "" : "/" + String.join("/", rest);
        return path.directory() ? pathInfo + "/" : pathInfo;
    }

    private static String unreachable(Path path) {
        return "'%s' may not be reached: chmod +x the directories above it".formatted(path);
    }

    private static ScriptResolution absent(UrlPath prefix, Path path) {
        return Files.isSymbolicLink(path)
                ? notFound(
                        Cause.DANGLING_LINK, prefix, "'%s' is a link to something that does not exist".formatted(path))
                : notFound(Cause.NOT_THERE, prefix, "'%s' does not exist".formatted(path));
    }

    private static ScriptResolution notFound(Cause cause, UrlPath path, String why) {
        return new ScriptResolution.NotFound(new Finding(cause, "%s: %s".formatted(Excerpt.of(path.decoded()), why)));
    }

    private static ScriptResolution forbidden(Cause cause, String detail) {
        return new ScriptResolution.Forbidden(new Finding(cause, detail));
    }
}

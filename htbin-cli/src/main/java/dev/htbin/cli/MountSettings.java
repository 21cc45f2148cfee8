package dev.htbin.cli;

import dev.htbin.cgi.MountedProgram;
import dev.htbin.cgi.Programs;
import dev.htbin.cgi.ScriptInterpreter;
import dev.htbin.cgi.ScriptResolver;
import dev.htbin.http.DocumentRoot;
import dev.htbin.http.Mount;
import dev.htbin.http.Mounts;
import dev.htbin.http.Octets;
import dev.htbin.http.UrlPath;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;

/**
 * What is found at which URL path beside the directory that is served, and what runs scripts of which ending.
 *
 * @param directories directories by their URL path, decoded octet strings without a slash at the end
 * @param programs programs in the same way; the empty path is that of the whole server
 * @param interpreters what runs scripts, one for each ending
 */
record MountSettings(
        SequencedMap<String, Path> directories,
        SequencedMap<String, Path> programs,
        List<ScriptInterpreter> interpreters) {
    MountSettings {
        directories = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(directories));
        programs = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(programs));
        interpreters = List.copyOf(interpreters);
    }

    /**
     * Reads the settings from the command line.
     *
     * @throws UsageException if a value is not what its option expects, or two are for one URL path or ending
     */
    static MountSettings of(Arguments arguments) {
        var directories = new LinkedHashMap<String, Path>();
        var programs = new LinkedHashMap<String, Path>();
        for (String value : arguments.all(Option.MOUNT)) {
            String url = url(Option.MOUNT, value);
            if (url.isEmpty()) {
                throw Values.refused("--mount", value, "a URL path below '/'; --directory names what is at '/'");
            }
            refuseTaken(Option.MOUNT, value, url, directories, programs);
            directories.put(url, Values.directory(Option.MOUNT, place(value)));
        }
        for (String value : arguments.all(Option.SCRIPT)) {
            String url = url(Option.SCRIPT, value);
            refuseTaken(Option.SCRIPT, value, url, directories, programs);
            programs.put(url, Values.directory(Option.SCRIPT, place(value)));
        }
        var interpreters = new ArrayList<ScriptInterpreter>();
        for (String value : arguments.all(Option.INTERPRETER)) {
            ScriptInterpreter interpreter = interpreter(value);
            if (interpreters.stream().anyMatch(i -> i.extension().equals(interpreter.extension()))) {
                throw Values.refused("--interpreter", value, "one program for each ending");
            }
            interpreters.add(interpreter);
        }
        return new MountSettings(directories, programs, interpreters);
    }

    /** Returns the URL path at which a file is a program; empty if it is at none. */
    Optional<UrlPath> urlOf(Path file) {
        return programs.entrySet().stream()
                .filter(entry -> entry.getValue().equals(file))
                .findFirst()
                .map(entry -> UrlPath.parse(entry.getKey().isEmpty() ? "/" : UrlPath.encode(entry.getKey())));
    }

    /** Tells whether something asks for scripts to be run. */
    boolean asksForScripts() {
        return !programs.isEmpty() || !interpreters.isEmpty();
    }

    /**
     * Refuses directories whose URL paths lie below a CGI directory: their files would be scripts by the name of another place.
     *
     * @param cgiDirectories URL paths, octet strings
     */
    void refuseBelow(List<String> cgiDirectories) {
        directories.forEach((url, directory) -> {
            boolean itself = cgiDirectories.contains(url);
            Optional<String> above = cgiDirectories.stream()
                    .filter(cgi -> url.startsWith(cgi + "/"))
                    .findFirst();
            if (!itself && above.isPresent()) {
                throw UsageException.ofCombination(
                        "--mount: '%s' lies below the CGI directory '%s' (expected: a URL path beside it; its files are scripts if --cgi-directory names it, too)"
                                .formatted(shown(url, directory), Octets.toText(above.get())));
            }
        });
    }

    /**
     * Returns the mounts.
     *
     * @param root what is served where nothing else is
     * @param cgiDirectories the URL paths below which everything is a script; none when no scripts are run
     * @throws IOException if a directory does not exist, is none, may not be read, or holds the scripts of another URL path; the message names the option
     */
    Mounts open(DocumentRoot root, List<String> cgiDirectories) throws IOException {
        var others = new ArrayList<Mount>();
        for (Map.Entry<String, Path> entry : directories.entrySet()) {
            try {
                others.add(Mount.at(entry.getKey(), DocumentRoot.of(entry.getValue())));
            } catch (IOException e) {
                throw new IOException(
                        "--mount: '%s': %s (expected: URL=DIR, DIR a directory that the server may read)"
                                .formatted(shown(entry.getKey(), entry.getValue()), e.getMessage()),
                        e);
            }
        }
        Mounts mounts = new Mounts(root).plus(others);
        for (String cgi : cgiDirectories) {
            refuseScriptsOf(cgi, mounts, cgiDirectories);
        }
        return mounts;
    }

    private static void refuseScriptsOf(String cgi, Mounts mounts, List<String> cgiDirectories) throws IOException {
        Optional<Path> scripts =
                mounts.resolve(new UrlPath(List.of(cgi.substring(1).split("/", -1)), false));
        if (scripts.isEmpty() || !Files.isDirectory(scripts.get())) {
            return;
        }
        Path real = scripts.get().toRealPath();
        for (Mount mount : mounts.others()) {
            boolean runs = cgiDirectories.stream()
                    .anyMatch(d -> mount.urlPath().equals(d) || mount.urlPath().startsWith(d + "/"));
            if (!runs && mount.root().directory().startsWith(real)) {
                throw new IOException(
                        "--mount: '%s': there lie scripts of '%s', whose source is never sent (expected: another directory, or --cgi-directory '%s', which runs them there, too)"
                                .formatted(
                                        shown(mount.urlPath(), mount.root().directory()),
                                        Octets.toText(cgi),
                                        Octets.toText(mount.urlPath())));
            }
        }
    }

    /**
     * Returns the programs.
     *
     * @throws IOException if one is not there, or can't be executed; the message names the option
     */
    Programs openPrograms() throws IOException {
        var mounted = new ArrayList<MountedProgram>();
        var all = new Programs(List.of(), interpreters);
        for (Map.Entry<String, Path> entry : programs.entrySet()) {
            Path file = entry.getValue();
            boolean executed = all.interpreterOf(file).isEmpty();
            requireProgram("--script", shown(entry.getKey(), file), file, executed);
            mounted.add(MountedProgram.at(entry.getKey(), file));
        }
        for (ScriptInterpreter interpreter : interpreters) {
            requireProgram(
                    "--interpreter",
                    Octets.toText(interpreter.extension()) + "=" + interpreter.program(),
                    interpreter.program(),
                    true);
        }
        return new Programs(mounted, interpreters);
    }

    private static void requireProgram(String option, String value, Path file, boolean executed) throws IOException {
        String wrong = wrongWith(file, executed);
        if (!wrong.isEmpty()) {
            throw new IOException("%s: '%s': '%s' %s (expected: a program that can be executed, for example %s)"
                    .formatted(option, value, file, wrong, Values.example(option)));
        }
    }

    private static String wrongWith(Path file, boolean executed) {
        try {
            if (!Files.readAttributes(file, BasicFileAttributes.class).isRegularFile()) {
                return "is not a file";
            }
            return executed && !ScriptResolver.isExecutable(file) ? "is not executable" : "";
        } catch (AccessDeniedException e) {
            return "may not be reached by the server's user";
        } catch (IOException e) {
            return "does not exist";
        }
    }

    /**
     * Returns what scripts may read by their URL path.
     *
     * @param site the directory that is served
     */
    ReadableTrees trees(Path site) {
        var trees = new LinkedHashMap<String, List<Path>>();
        trees.put("", List.of(site));
        directories.forEach((url, directory) -> trees.put(url, List.of(directory)));
        programs.forEach((url, file) -> {
            Path directory = file.getParent() == null ? file : file.getParent();
            trees.merge(url, List.of(directory), (first, more) -> List.of(first.getFirst(), more.getFirst()));
        });
        return new ReadableTrees(
                trees, interpreters.stream().map(ScriptInterpreter::program).toList());
    }

    private static String shown(String url, Path place) {
        return (url.isEmpty() ? "/" : Octets.toText(url)) + "=" + place;
    }

    private static String place(String value) {
        return value.substring(value.indexOf('=') + 1);
    }

    /** Returns the URL path of {@code URL=PLACE}, an octet string; empty for {@code /}. */
    private static String url(Option option, String value) {
        int equals = value.indexOf('=');
        if (equals < 0) {
            throw Values.refused(option.longName(), value, option.label());
        }
        String url = value.substring(0, equals);
        boolean dots = (url + "/").contains("/./") || (url + "/").contains("/../");
        String expected = !url.startsWith("/")
                ? "a URL path that begins with a slash before the ="
                : url.indexOf('?') >= 0 || url.indexOf('#') >= 0
                        ? "a URL path without a query or fragment"
                        : url.indexOf('%') >= 0
                                ? "a URL path as it is, not percent-encoded"
                                : dots
                                        ? "a URL path without dot segments"
                                        : url.contains("//") || url.chars().anyMatch(Character::isISOControl)
                                                ? "a URL path without empty names and control characters"
                                                : "";
        if (!expected.isEmpty()) {
            throw Values.refused(option.longName(), value, expected);
        }
        return Octets.ofText(url.endsWith("/") ? url.substring(0, url.length() - 1) : url);
    }

    private static void refuseTaken(
            Option option, String value, String url, Map<String, Path> directories, Map<String, Path> programs) {
        if (directories.containsKey(url) || programs.containsKey(url)) {
            throw Values.refused(option.longName(), value, "one directory or program for each URL path");
        }
    }

    private static ScriptInterpreter interpreter(String value) {
        int equals = value.indexOf('=');
        String expected =
                ".EXT=PROGRAM, the absolute path of a program, and what arguments it has before the script's path";
        if (equals < 0) {
            throw Values.refused("--interpreter", value, expected);
        }
        List<String> words = ShellWords.split("--interpreter", place(value));
        try {
            Path program = words.isEmpty() ? Path.of("") : Path.of(words.getFirst());
            boolean named = value.substring(0, equals).matches("\\.[^/\\p{Cntrl}]+");
            if (named && program.isAbsolute() && words.stream().noneMatch(word -> word.indexOf(0) >= 0)) {
                return new ScriptInterpreter(
                        Octets.ofText(value.substring(0, equals)),
                        program.normalize(),
                        words.subList(1, words.size()).stream()
                                .map(Octets::ofText)
                                .toList());
            }
        } catch (InvalidPathException e) {
            // refused below
        }
        throw Values.refused("--interpreter", value, expected);
    }
}

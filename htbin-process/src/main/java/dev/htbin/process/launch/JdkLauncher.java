package dev.htbin.process.launch;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.htbin.process.Child;
import dev.htbin.process.LaunchException;
import dev.htbin.process.LaunchException.Reason;
import dev.htbin.process.LaunchSpec;
import dev.htbin.process.Launcher;
import dev.htbin.process.LauncherConfig;
import dev.htbin.process.Profile;
import dev.htbin.process.RunsAs;
import dev.htbin.process.Stdin;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Starts processes by {@link ProcessBuilder}: on Windows, macOS, with musl, and where native access is not granted. What it can't do, and the other launcher can:
 *
 * <ul>
 *   <li>another user than the server's, or any confinement: root is therefore refused;
 *   <li>octets that are no text in the JVM's encoding of system strings ({@code sun.jnu.encoding}): U+FFFD stands for them;
 *   <li>a session of its own: processes share the server's process group, and its umask;
 *   <li>a tree that is killed whole: a process whose parent has already ended is out of reach;
 *   <li>telling a signal's death from an exit with 128 and the signal's number;
 *   <li>watching the client.
 * </ul>
 */
final class JdkLauncher implements Launcher {
    private static final boolean WINDOWS = System.getProperty("os.name").startsWith("Windows");
    private static final Charset SYSTEM_STRINGS =
            Charset.forName(System.getProperty("sun.jnu.encoding", "UTF-8"), Charset.defaultCharset());
    /** What the JDK writes: {@code error=2, No such file} or {@code Exec failed, error: 8 (Exec format error)}. */
    private static final Pattern ERROR_NUMBER = Pattern.compile("error[=:] ?(\\d+)");

    private static final int BUSY = 26;
    private static final int MOST_BUSY_ATTEMPTS = 50;
    private static final long BUSY_PAUSE_MILLIS = 2;

    static final List<String> UNCONFINED = List.of("Nothing confines it but its user: this launcher can't.");

    private final RunsAs runsAs;

    JdkLauncher(RunsAs runsAs) {
        this.runsAs = runsAs;
    }

    /**
     * Returns the launcher, unless it would have to run processes as root or as another user.
     *
     * @param config what is asked for
     * @param obstacle why nothing better works here
     * @throws IOException if processes would run as the wrong user
     */
    static JdkLauncher start(LauncherConfig config, String obstacle) throws IOException {
        RunsAs own = ownUser();
        if (own.uid() == 0) {
            throw new IOException("%s; without it, scripts would run as root, and none ever does".formatted(obstacle));
        }
        requireOwn(config.user(), own, obstacle);
        for (Profile profile : config.profiles()) {
            requireOwn(profile.user(), own, obstacle);
        }
        return new JdkLauncher(own);
    }

    private static void requireOwn(Optional<String> user, RunsAs own, String obstacle) throws IOException {
        if (user.isPresent() && !user.get().equals(own.user()) && !user.get().equals(String.valueOf(own.uid()))) {
            throw new IOException(
                    "user: '%s' (expected: '%s', the server's own): %s".formatted(user.get(), own.user(), obstacle));
        }
    }

    /** Asks the file system who makes files here: there is no other portable way. */
    private static RunsAs ownUser() throws IOException {
        String name = System.getProperty("user.name");
        if (WINDOWS) {
            return new RunsAs(name, -1, -1, UNCONFINED);
        }
        Path probe = Files.createTempFile("htbin-user-", null);
        try {
            long uid = Integer.toUnsignedLong((Integer) Files.getAttribute(probe, "unix:uid"));
            long gid = Integer.toUnsignedLong((Integer) Files.getAttribute(probe, "unix:gid"));
            return new RunsAs(name, uid, gid, UNCONFINED);
        } finally {
            Files.delete(probe);
        }
    }

    @Override
    public Stdin newStdin() {
        return new JdkStdin();
    }

    @Override
    public Child launch(LaunchSpec spec, Stdin stdin) throws LaunchException, InterruptedException {
        if (!(stdin instanceof JdkStdin input)) {
            throw new IllegalArgumentException(
                    "stdin: %s (expected: from newStdin() of this launcher)".formatted(stdin));
        }
        var builder =
                new ProcessBuilder(command(spec)).directory(spec.directory().toFile());
        Map<String, String> environment = builder.environment();
        environment.clear();
        spec.environment().forEach((name, value) -> environment.put(text(name), text(value)));
        try {
            input.retain();
            boolean started = false;
            try {
                builder.redirectInput(input.source());
                Process process = start(spec, builder);
                started = true;
                return new JdkChild(process, input);
            } finally {
                if (!started) {
                    input.release();
                }
            }
        } catch (IOException e) {
            throw new LaunchException(Reason.EXHAUSTED, "standard input: " + e.getMessage(), e);
        }
    }

    @Override
    public RunsAs runsAs(Profile profile) {
        return runsAs;
    }

    @Override
    public String name() {
        return "ProcessBuilder";
    }

    @Override
    public void close() {}

    private static Process start(LaunchSpec spec, ProcessBuilder builder) throws LaunchException, InterruptedException {
        for (int attempt = 1; ; attempt++) {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            try {
                return builder.start();
            } catch (IOException e) {
                int error = errorNumber(e);
                if (error != BUSY || WINDOWS || attempt == MOST_BUSY_ATTEMPTS) {
                    throw new LaunchException(
                            WINDOWS ? windowsReason(error) : unixReason(error),
                            "%s: %s".formatted(spec.executable(), e.getMessage()),
                            e);
                }
                // Another launch of this very moment may still hold a descriptor that wrote this file.
                TimeUnit.MILLISECONDS.sleep(BUSY_PAUSE_MILLIS);
            }
        }
    }

    private static List<String> command(LaunchSpec spec) throws LaunchException {
        Path executable = spec.executable();
        byte[] head = head(executable);
        List<String> command = new ArrayList<>();
        if (WINDOWS) {
            command.addAll(WindowsInterpreter.of(executable.toString(), firstLine(head)));
        } else if (!isExecutableFormat(head) && Files.isExecutable(executable)) {
            // The JDK would hand it to /bin/sh, as no kernel does.
            throw new LaunchException(
                    Reason.NOT_EXECUTABLE_FORMAT, executable + ": neither a program nor a script that begins with #!");
        }
        command.add(executable.toString());
        for (String argument : spec.arguments().subList(1, spec.arguments().size())) {
            command.add(text(argument));
        }
        return command;
    }

    private static byte[] head(Path executable) throws LaunchException {
        try (InputStream in = Files.newInputStream(executable)) {
            return in.readNBytes(256);
        } catch (java.nio.file.NoSuchFileException e) {
            throw new LaunchException(Reason.NOT_FOUND, executable + ": no such file", e);
        } catch (IOException e) {
            // Programs may be executable without being readable; what the file is, the system says when it starts.
            return new byte[] {'#', '!'};
        }
    }

    private static String firstLine(byte[] head) {
        String text = new String(head, ISO_8859_1);
        int end = text.indexOf('\n');
        return (end < 0 ? text : text.substring(0, end)).strip();
    }

    /** Tells whether a file begins as a script, ELF or Mach-O file does. */
    static boolean isExecutableFormat(byte[] head) {
        if (head.length >= 2 && head[0] == '#' && head[1] == '!') {
            return true;
        }
        if (head.length < 4) {
            return false;
        }
        int magic = ((head[0] & 0xFF) << 24) | ((head[1] & 0xFF) << 16) | ((head[2] & 0xFF) << 8) | (head[3] & 0xFF);
        return switch (magic) {
            case 0x7F454C46, 0xFEEDFACE, 0xFEEDFACF, 0xCEFAEDFE, 0xCFFAEDFE, 0xCAFEBABE -> true;
            default -> false;
        };
    }

    /** Turns octets into the text that the JDK turns into the same octets, where there is one. */
    static String text(String octets) {
        return new String(octets.getBytes(ISO_8859_1), SYSTEM_STRINGS);
    }

    private static int errorNumber(IOException failure) {
        Matcher matcher = ERROR_NUMBER.matcher(String.valueOf(failure.getMessage()));
        return matcher.find() ? Integer.parseInt(matcher.group(1)) : 0;
    }

    private static Reason unixReason(int error) {
        return switch (error) {
            case 2, 20 -> Reason.NOT_FOUND;
            case 1, 13 -> Reason.NOT_PERMITTED;
            case 8 -> Reason.NOT_EXECUTABLE_FORMAT;
            case 7 -> Reason.TOO_LONG;
            case 11, 12, 23, 24 -> Reason.EXHAUSTED;
            case BUSY -> Reason.BUSY;
            default -> Reason.OTHER;
        };
    }

    private static Reason windowsReason(int error) {
        return switch (error) {
            case 2, 3 -> Reason.NOT_FOUND;
            case 5 -> Reason.NOT_PERMITTED;
            case 193, 216 -> Reason.NOT_EXECUTABLE_FORMAT;
            case 87, 206 -> Reason.TOO_LONG;
            case 4, 8, 14, 1455 -> Reason.EXHAUSTED;
            case 32 -> Reason.BUSY;
            default -> Reason.OTHER;
        };
    }
}

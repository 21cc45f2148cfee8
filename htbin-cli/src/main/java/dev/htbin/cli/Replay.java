package dev.htbin.cli;

import static java.util.Objects.requireNonNull;

import dev.htbin.develop.RecordingFolder;
import dev.htbin.develop.RecordingText;
import dev.htbin.develop.RecordingText.Recorded;
import dev.htbin.develop.Secrets;
import dev.htbin.http.Fields;
import dev.htbin.http.Mounts;
import dev.htbin.http.Octets;
import dev.htbin.http.Request;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Makes a recorded request again.
 *
 * @param settings how the server would run it
 * @param file the recording
 * @param under the words of the command to run the script by; none: it is run as the server would
 */
record Replay(Settings settings, Path file, List<String> under) {
    private static final long MOST_BYTES = 64L << 20;

    Replay {
        requireNonNull(settings, "settings");
        requireNonNull(file, "file");
        under = List.copyOf(under);
    }

    static Replay of(Arguments arguments, Settings settings) throws IOException {
        String name = arguments.positionals().getFirst();
        List<String> under = arguments
                .last(Option.UNDER)
                .map(command -> ShellWords.split("--under", command))
                .orElse(List.of());
        if (arguments.has(Option.UNDER) && under.isEmpty()) {
            throw Values.refused("--under", arguments.last(Option.UNDER).orElse(""), "a command");
        }
        Optional<Path> folder = settings.development().record();
        if (!name.equals("last")) {
            return new Replay(settings, Values.path("FILE", name), under);
        }
        if (folder.isEmpty() || !Files.isDirectory(folder.get())) {
            throw new UsageException(
                    "replay: last of which directory (expected: --record DIR, with the directory that the server records to)");
        }
        Path newest = RecordingFolder.newestIn(folder.get())
                .orElseThrow(() -> new UsageException(
                        "replay: no recording in '%s' (expected: at least one)".formatted(folder.get())));
        return new Replay(settings, newest, under);
    }

    /**
     * Makes the request and prints the response; to standard error, whether the script ended as it had.
     *
     * @return 0 if the script answered, with a status below 500
     */
    int print(Console console) throws IOException {
        LogConfiguration.keepToErrors();
        Recorded recorded = read();
        if (!recorded.body().whole()) {
            throw new UsageException("replay: '%s' has only %d of the %d octets of the request's body (expected: all)"
                    .formatted(
                            file,
                            recorded.body().octets().length(),
                            recorded.body().bytes()));
        }
        boolean masked = recorded.request().fields().stream()
                .anyMatch(field -> field.value().equals(Secrets.MASK));
        if (masked) {
            console.tell("note: fields with secrets are masked in the recording, so the script does not see them");
        }
        Mounts mounts = settings.openMounts();
        Request request = withLength(recorded);
        byte[] octets = Octets.bytes(recorded.body().octets());
        Optional<InputStream> body = octets.length > 0 || request.fields().contains("Content-Length")
                ? Optional.of(new ByteArrayInputStream(octets))
                : Optional.empty();
        if (!under.isEmpty()) {
            return new Supervised(settings, mounts, under)
                    .run(request, body.isPresent() ? Optional.of(octets) : Optional.empty(), console);
        }
        console.tell("replaying %s %s, request %s"
                .formatted(request.method(), Octets.toText(request.target()), recorded.id()));
        Trial.Ended ended = new Trial(settings, mounts).run(config -> config, request, body, console);
        console.tell(
                ended.cause().equals(recorded.finding())
                        ? "it ended as recorded, with " + end(recorded.finding())
                        : "it ended otherwise: recorded with %s, now with %s"
                                .formatted(end(recorded.finding()), end(ended.cause())));
        return ended.code();
    }

    private static String end(String cause) {
        return cause.isEmpty() ? "a response" : cause;
    }

    /** Returns the head of the request with the length of the body that is there: masks change it. */
    private static Request withLength(Recorded recorded) {
        Request request = recorded.request();
        Fields fields = request.fields().contains("Content-Length")
                ? request.fields()
                        .with(
                                "Content-Length",
                                Integer.toString(recorded.body().octets().length()))
                : request.fields();
        return new Request(request.method(), request.target(), request.version(), fields);
    }

    private Recorded read() throws IOException {
        if (!Files.isRegularFile(file)) {
            throw new UsageException(
                    "replay: '%s' is no file (expected: a recording, as --record DIR makes them)".formatted(file));
        }
        if (Files.size(file) > MOST_BYTES) {
            throw new UsageException("replay: '%s' is too long for a recording".formatted(file));
        }
        try {
            return RecordingText.read(Files.readString(file));
        } catch (RecordingText.Damaged | MalformedInputException e) {
            throw new UsageException("replay: '%s' is no recording: %s".formatted(file, e.getMessage()));
        }
    }
}

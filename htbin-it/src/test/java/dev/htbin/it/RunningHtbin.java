package dev.htbin.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The command {@code htbin} as a process of its own, on a port that it chose. */
final class RunningHtbin implements AutoCloseable {
    private static final Pattern URL = Pattern.compile("https?://[^\\s/]*:(\\d+)");

    private static final String LAST_OF_BANNER = "  reachable  ";

    private final Process process;
    private final Queue<String> log = new ConcurrentLinkedQueue<>();
    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(10))
            .build();
    private final int port;
    private boolean killed;

    private RunningHtbin(Process process) throws InterruptedException {
        this.process = process;
        BlockingQueue<Integer> ports = new LinkedBlockingQueue<>();
        Thread.ofPlatform().daemon().name("log of htbin").start(() -> collect(ports));
        Integer found = ports.poll(60, TimeUnit.SECONDS);
        if (found == null || found < 0) {
            process.destroyForcibly();
            throw new AssertionError("htbin did not say where it listens:\n" + log());
        }
        this.port = found;
    }

    /** Starts {@code ./htbin --cgi} on a site; the options come before the port. */
    static RunningHtbin on(Site site, String... options) throws Exception {
        return started(command(site, List.of(), options));
    }

    /** Starts what {@link #command} returned. */
    static RunningHtbin started(ProcessBuilder command) throws Exception {
        return new RunningHtbin(command.redirectErrorStream(true).start());
    }

    /** Returns the command that starts {@code ./htbin --cgi} on a site, as the last words of another one; the options come before the port. */
    static ProcessBuilder command(Site site, List<String> before, String... options) {
        List<String> words = new ArrayList<>(before);
        words.add(Product.home().resolve("htbin").toString());
        words.addAll(List.of("--cgi", "--directory", site.root().toString()));
        words.addAll(List.of(options));
        words.add("0");
        return Product.command(words);
    }

    int port() {
        return port;
    }

    long pid() {
        return process.pid();
    }

    String url(String path) {
        return "http://127.0.0.1:" + port + path;
    }

    /** What the command has printed until now. */
    String log() {
        return String.join("\n", log);
    }

    HttpResponse<byte[]> get(String path) throws Exception {
        return send("GET", path, BodyPublishers.noBody());
    }

    HttpResponse<byte[]> post(String path, byte[] body, String... headers) throws Exception {
        return send("POST", path, BodyPublishers.ofByteArray(body), headers);
    }

    HttpResponse<byte[]> send(String method, String path, BodyPublisher body, String... headers) throws Exception {
        return client.send(request(method, path, body, headers), BodyHandlers.ofByteArray());
    }

    HttpRequest request(String method, String path, BodyPublisher body, String... headers) {
        var request = HttpRequest.newBuilder(URI.create(url(path)))
                .timeout(Duration.ofSeconds(90))
                .method(method, body);
        if (headers.length > 0) {
            request.headers(headers);
        }
        return request.build();
    }

    HttpClient client() {
        return client;
    }

    /** A connection of its own, for what no well-behaved client does. */
    Socket connect() throws IOException {
        var socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(60_000);
        return socket;
    }

    /** How many descriptors the server holds. */
    long descriptors() {
        return descriptors("");
    }

    /** The same of those whose file {@code /proc} names so, such as {@code socket:}. */
    long descriptors(String kind) {
        try (Stream<Path> open = Files.list(Path.of("/proc", Long.toString(pid()), "fd"))) {
            return open.filter(each -> kind.isEmpty() || isOf(kind, each)).count();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static boolean isOf(String kind, Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString().contains(kind);
        } catch (IOException e) {
            // Closed meanwhile.
            return false;
        }
    }

    /** How many processes are there whose parent is the server: running scripts, and dead ones that it has not waited for. */
    long children() {
        return process.toHandle().children().count();
    }

    /** How many octets of objects live in the server's heap, after a collection. */
    long liveOctets() throws Exception {
        Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
        Run run = Run.of(
                Path.of("/"), Map.of(), new byte[0], jcmd.toString(), Long.toString(pid()), "GC.class_histogram");
        Matcher total = Pattern.compile("(?m)^Total\\s+\\d+\\s+(\\d+)")
                .matcher(run.good().text());
        assertTrue(total.find(), run::text);
        return Long.parseLong(total.group(1));
    }

    /** Waits until a condition holds that no event announces, such as a count in {@code /proc}. */
    static void eventually(String what, BooleanSupplier condition) {
        long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() < end, what);
            LockSupport.parkNanos(1_000_000);
        }
    }

    /** Ends it so that it can do nothing about it. */
    void kill() throws InterruptedException {
        killed = true;
        process.destroyForcibly().waitFor();
    }

    /** Stops it as Ctrl-C does, unless it was killed, and expects that it ends well. */
    @Override
    public void close() throws IOException {
        client.shutdownNow();
        if (killed) {
            return;
        }
        process.destroy();
        boolean ended =
                process.onExit().completeOnTimeout(null, 30, TimeUnit.SECONDS).join() != null;
        if (!ended) {
            process.destroyForcibly();
        }
        assertTrue(ended, () -> "htbin did not end on SIGTERM:\n" + log());
        assertEquals(0, process.exitValue(), this::log);
    }

    /** Reads what is printed; tells the first port named in it, but not before the banner's last line, so that tests may read all of that. */
    private void collect(BlockingQueue<Integer> ports) {
        int first = -1;
        boolean started = false;
        boolean told = false;
        try (BufferedReader lines = process.inputReader()) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                log.add(line);
                Matcher url = URL.matcher(line);
                if (first < 0 && url.find()) {
                    first = Integer.parseInt(url.group(1));
                }
                started |= line.startsWith(LAST_OF_BANNER);
                if (started && first >= 0 && !told) {
                    ports.add(first);
                    told = true;
                }
            }
        } catch (IOException e) {
            log.add(e.toString());
        }
        ports.add(-1);
    }
}

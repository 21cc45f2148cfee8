package dev.htbin.it;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** HAProxy before two servers, with {@code deploy/haproxy/haproxy.cfg}: addresses are replaced, and nothing else. */
final class Haproxy implements AutoCloseable {
    /** Debian has it where only root looks. */
    static final String PROGRAM = "/usr/sbin/haproxy";

    private final Process process;
    private final int port;
    private final Path statistics;
    private final Path log;

    private Haproxy(Process process, int port, Path statistics, Path log) {
        this.process = process;
        this.port = port;
        this.statistics = statistics;
        this.log = log;
    }

    /**
     * Starts it.
     *
     * @param addresses what takes the place of which address of the file; each of them is there once
     */
    static Haproxy start(Path folder, Map<String, String> addresses) throws Exception {
        int port;
        try (var free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        Path statistics = folder.resolve("haproxy.sock");
        var replaced = new LinkedHashMap<>(addresses);
        replaced.put("bind 10.0.0.10:80\n", "bind 127.0.0.1:%d\n".formatted(port));
        replaced.put("/run/haproxy/admin.sock mode", statistics + " mode");
        String text = Files.readString(Product.home().resolve("deploy/haproxy/haproxy.cfg"));
        for (Map.Entry<String, String> entry : replaced.entrySet()) {
            assertEquals(2, text.split(entry.getKey(), -1).length, entry.getKey() + " once in haproxy.cfg");
            text = text.replace(entry.getKey(), entry.getValue());
        }
        Path file = Files.writeString(folder.resolve("haproxy.cfg"), text);
        Run.of(folder, Map.of(), new byte[0], PROGRAM, "-c", "-f", file.toString())
                .good();
        Path log = folder.resolve("haproxy.log");
        Process process = new ProcessBuilder(List.of(PROGRAM, "-db", "-f", file.toString()))
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        return new Haproxy(process, port, statistics, log);
    }

    int port() {
        return port;
    }

    /** Waits until HAProxy sends requests to a server, which its checks allow then. */
    void awaitUp(String server) {
        RunningHtbin.eventually(server + " is up", () -> status(server).startsWith("UP"));
    }

    String log() throws IOException {
        return Files.readString(log);
    }

    /** Returns what HAProxy thinks of a server; empty when it can't be asked yet. */
    private String status(String server) {
        try (var channel = SocketChannel.open(UnixDomainSocketAddress.of(statistics))) {
            channel.write(ByteBuffer.wrap("show stat\n".getBytes(US_ASCII)));
            String table = new String(Channels.newInputStream(channel).readAllBytes(), US_ASCII);
            List<String> names = List.of(table.lines().findFirst().orElseThrow().split(",", -1));
            return table.lines()
                    .filter(line -> line.startsWith("htbin," + server + ","))
                    .map(line -> line.split(",", -1)[names.indexOf("status")])
                    .findFirst()
                    .orElse("");
        } catch (IOException e) {
            assertTrue(process.isAlive(), () -> "HAProxy ended: " + e);
            return "";
        }
    }

    @Override
    public void close() {
        process.destroy();
        boolean ended =
                process.onExit().completeOnTimeout(null, 30, TimeUnit.SECONDS).join() != null;
        if (!ended) {
            process.destroyForcibly();
        }
    }
}

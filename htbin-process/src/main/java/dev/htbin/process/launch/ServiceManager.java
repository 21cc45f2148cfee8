package dev.htbin.process.launch;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import dev.htbin.process.posix.ServiceSockets;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The service manager that started this process, if one did that speaks systemd's protocol: it may listen for this process already, and wants to be told when
 * it is ready.
 *
 * @spec https://www.freedesktop.org/software/systemd/man/latest/sd_listen_fds.html sd_listen_fds(3)
 * @spec https://www.freedesktop.org/software/systemd/man/latest/sd_notify.html sd_notify(3)
 */
public final class ServiceManager {
    private static final Logger LOG = LoggerFactory.getLogger("dev.htbin.process");
    private static final int FIRST_DESCRIPTOR = 3;
    private static final int MOST_SOCKETS = 1024;

    private final Map<String, String> environment;
    private final long pid;

    private ServiceManager(Map<String, String> environment, long pid) {
        this.environment = Map.copyOf(environment);
        this.pid = pid;
    }

    /**
     * Returns the service manager that an environment speaks of.
     *
     * @param environment this process's own
     */
    public static ServiceManager of(Map<String, String> environment) {
        return new ServiceManager(environment, ProcessHandle.current().pid());
    }

    /** Returns the service manager that an environment speaks of to the process of this number. */
    static ServiceManager of(Map<String, String> environment, long pid) {
        return new ServiceManager(environment, pid);
    }

    /**
     * Returns the descriptors of the sockets that listen for this process; empty when there are none, or they are meant for another process.
     *
     * @throws IOException if the environment says what can't be ({@code LISTEN_FDS})
     */
    public List<Integer> sockets() throws IOException {
        String count = environment.get("LISTEN_FDS");
        if (count == null || !Long.toString(pid).equals(environment.get("LISTEN_PID"))) {
            return List.of();
        }
        if (!count.matches("[0-9]{1,4}") || Integer.parseInt(count) > MOST_SOCKETS) {
            throw new IOException("LISTEN_FDS: '%s' (expected: a number from 0 to %d)".formatted(count, MOST_SOCKETS));
        }
        return IntStream.range(FIRST_DESCRIPTOR, FIRST_DESCRIPTOR + Integer.parseInt(count))
                .boxed()
                .toList();
    }

    /** Tells that the service is ready: it listens, and what needs it may start. */
    public void ready() {
        tell("READY=1");
    }

    /** Tells that the service reads its configuration again; {@link #ready} ends that. */
    public void reloading() {
        ServiceSockets.monotonicMicros().ifPresent(now -> tell("RELOADING=1\nMONOTONIC_USEC=" + now));
    }

    /** Tells that the service is ending. */
    public void stopping() {
        tell("STOPPING=1");
    }

    /** Tells in one line what the service does, for {@code systemctl status}. */
    public void status(String line) {
        tell("STATUS=" + requireNonNull(line, "line").replace('\n', ' '));
    }

    /** Nobody must fail because a service manager does not listen: that is logged. */
    private void tell(String state) {
        String socket = environment.get("NOTIFY_SOCKET");
        if (socket == null || socket.isEmpty()) {
            return;
        }
        Optional<String> obstacle = ServiceSockets.obstacle();
        if (obstacle.isPresent()) {
            LOG.warn("the service manager can't be told {}: {}", state, obstacle.get());
            return;
        }
        try {
            ServiceSockets.send(socket, state.getBytes(UTF_8));
        } catch (IOException e) {
            LOG.warn(
                    "the service manager can't be told {}: {}",
                    state.lines().findFirst().orElse(""),
                    e.getMessage());
        }
    }
}

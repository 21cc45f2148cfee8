package dev.htbin.jetty;

import java.io.IOException;
import java.nio.channels.SelectableChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.SelectorManager;
import org.eclipse.jetty.server.AbstractConnector;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps connections from taking all descriptors of the process, which files and scripts need, too: when there are too many, half of the idle ones are closed, those
 * that have waited longest; when none is idle, no other is accepted until one ends. Safe for use by several threads.
 */
final class OpenConnections implements SelectorManager.AcceptListener {
    private static final Logger LOG = LoggerFactory.getLogger(OpenConnections.class);

    /** A connection that was quiet for less may have a request on its way. */
    private static final long IDLE_MILLIS = 500;

    private static final long REVIEW_MILLIS = 100;

    private static final int RESERVE = 64;
    private static final int LEAST = 16;
    private static final Pattern SOFT_LIMIT = Pattern.compile("(?m)^Max open files +(\\d+)");
    private static final long WARNING_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final List<AbstractConnector> connectors = new ArrayList<>();
    private final int most;
    /** From when they are accepted; not those that are being closed to make room. */
    private final Set<SelectableChannel> open = new HashSet<>();

    private boolean paused;
    private long lastWarning;

    /**
     * Creates the record of a server's connections.
     *
     * @param most how many there may be; 0: as many as the limit of descriptors makes advisable
     */
    OpenConnections(int most) {
        this.most = most > 0 ? most : advisable();
    }

    /** Adds a connector, whose connections count from now on. */
    synchronized void add(AbstractConnector connector) {
        connectors.add(connector);
    }

    /** There may be many more before the selectors have seen the first. */
    @Override
    public synchronized void onAccepting(SelectableChannel channel) {
        open.add(channel);
        if (open.size() >= most && connectors.stream().noneMatch(AbstractConnector::isShutdown)) {
            makeRoom();
        }
    }

    @Override
    public void onAcceptFailed(SelectableChannel channel, Throwable cause) {
        closed(channel);
    }

    /**
     * Waits until no connection is left.
     *
     * @return whether that is so
     */
    synchronized boolean awaitNone(Duration most) throws InterruptedException {
        long end = System.nanoTime() + most.toNanos();
        long left = most.toNanos();
        while (!open.isEmpty() && left > 0) {
            TimeUnit.NANOSECONDS.timedWait(this, left);
            left = end - System.nanoTime();
        }
        return open.isEmpty();
    }

    /** Returns how many there are. */
    synchronized int count() {
        return open.size();
    }

    synchronized void closed(SelectableChannel channel) {
        open.remove(channel);
        notifyAll();
        if (paused && open.size() < most) {
            resume();
        }
    }

    /** The operating system refused a connection; tells whether idle ones were closed to make room. */
    synchronized boolean refused(IOException failure) {
        int closed = closeIdle();
        warn("connections can't be accepted: %s; %d idle ones were closed to make room"
                .formatted(failure.getMessage(), closed));
        return closed > 0;
    }

    private void makeRoom() {
        if (closeIdle() == 0) {
            paused = true;
            connectors.forEach(connector -> connector.setAccepting(false));
            warn("%d connections are open and busy: others must wait".formatted(open.size()));
            reviewLater();
        }
    }

    private void reviewLater() {
        var _ = connectors.getFirst().getScheduler().schedule(this::review, REVIEW_MILLIS, TimeUnit.MILLISECONDS);
    }

    private synchronized void review() {
        if (!paused || connectors.stream().noneMatch(AbstractConnector::isRunning)) {
            return;
        }
        if (closeIdle() > 0) {
            resume();
        } else {
            reviewLater();
        }
    }

    private void resume() {
        paused = false;
        connectors.forEach(connector -> connector.setAccepting(true));
    }

    private int closeIdle() {
        var since = new IdentityHashMap<ClientEndPoint, Long>();
        for (AbstractConnector connector : connectors) {
            for (EndPoint endPoint : connector.getConnectedEndPoints()) {
                if (endPoint instanceof ClientEndPoint client && client.isOpen() && client.isIdle()) {
                    long millis = client.idleFor();
                    if (millis >= IDLE_MILLIS) {
                        since.put(client, millis);
                    }
                }
            }
        }
        List<ClientEndPoint> idle = new ArrayList<>(since.keySet());
        idle.sort(Comparator.comparing((ClientEndPoint client) -> since.getOrDefault(client, 0L))
                .reversed());
        int closed = (idle.size() + 1) / 2;
        for (ClientEndPoint client : idle.subList(0, closed)) {
            open.remove(client.getChannel());
            client.close();
        }
        return closed;
    }

    private void warn(String what) {
        long now = System.nanoTime();
        if (lastWarning == 0 || now - lastWarning > WARNING_NANOS) {
            lastWarning = now | 1;
            LOG.warn("{} (more are possible after 'ulimit -n')", what);
        }
    }

    private static int advisable() {
        try {
            Matcher limit = SOFT_LIMIT.matcher(Files.readString(Path.of("/proc/self/limits")));
            if (limit.find()) {
                long descriptors = Long.parseLong(limit.group(1));
                return Math.clamp(descriptors / 4 * 3 - RESERVE, LEAST, Integer.MAX_VALUE);
            }
        } catch (IOException e) {
            LOG.debug("the limit of descriptors is unknown", e);
        }
        return Integer.MAX_VALUE;
    }
}

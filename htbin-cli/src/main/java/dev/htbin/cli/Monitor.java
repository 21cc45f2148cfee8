package dev.htbin.cli;

import dev.htbin.admin.AdminServer;
import dev.htbin.admin.HealthServer;
import dev.htbin.admin.Metrics;
import dev.htbin.admin.Watched;
import dev.htbin.cgi.ScriptHost;
import dev.htbin.http.HttpHandler;
import dev.htbin.http.Peer;
import dev.htbin.jetty.HttpServer;
import dev.htbin.observe.AccessFormat;
import dev.htbin.observe.ObservedHandler;
import dev.htbin.observe.RequestListener;
import dev.htbin.observe.RequestReport;
import dev.htbin.observe.TracingHandler;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Watches a server as its settings ask: writes its access log, counts, and tells of it at the administrator's address. */
final class Monitor implements AutoCloseable {
    private final Monitoring monitoring;
    private volatile boolean quiet;
    private @Nullable LogFile log;
    private @Nullable AdminServer admin;
    private @Nullable HealthServer health;
    private @Nullable Metrics metrics;
    private volatile boolean stopping;

    /** Creates a monitor, which does nothing yet; {@code quiet} when requests are not to be logged on standard error. */
    Monitor(Monitoring monitoring, boolean quiet) {
        this.monitoring = monitoring;
        this.quiet = quiet;
    }

    /** Has requests logged on standard error from now on, or no longer, where there is no file for them. */
    void quiet(boolean yes) {
        quiet = yes;
    }

    /**
     * Opens what is asked for, while this process may.
     *
     * @param becomes whom it becomes: files that are created here are that user's; empty: it remains who it is
     * @throws IOException if that is not possible; the message is for the user
     */
    void open(Optional<String> becomes) throws IOException {
        if (monitoring.admin().isPresent()) {
            admin = bind(monitoring.admin().get());
            metrics = new Metrics();
        }
        if (monitoring.health().isPresent()) {
            health = HealthServer.bind(resolved("--health", monitoring.health().get()));
        }
        if (monitoring.accessLogFile().isPresent()) {
            Path path = monitoring.accessLogFile().get();
            boolean creates = !Files.exists(path);
            log = LogFile.open(path);
            if (creates && becomes.isPresent()) {
                var users = path.getFileSystem().getUserPrincipalLookupService();
                Files.setOwner(path, users.lookupPrincipalByName(becomes.get()));
            }
        }
    }

    /** Puts what watches before a server's handler. */
    HttpHandler around(HttpHandler handler) {
        List<RequestListener> listeners = new ArrayList<>();
        monitoring.accessLog().ifPresent(format -> {
            LogFile file = log;
            if (file != null) {
                listeners.add(request -> file.write(format.line(request)));
            } else {
                listeners.add(request -> print(format, request));
            }
        });
        Metrics counted = metrics;
        if (counted != null) {
            listeners.add(counted);
        }
        HttpHandler watched = listeners.isEmpty() ? handler : new ObservedHandler(handler, listeners);
        return monitoring.beginsTraces() ? new TracingHandler(watched) : watched;
    }

    /**
     * Tells of a server that was started.
     *
     * @return lines for the banner; empty when there is nothing to say
     * @throws IOException if that can't be served
     */
    String serve(HttpServer server, Optional<ScriptHost> host) throws IOException {
        var lines = new StringBuilder();
        AdminServer beside = admin;
        Metrics counted = metrics;
        if (beside != null && counted != null) {
            counted.watchConnections(server::connections);
            beside.serve(new Watched("htbin at " + placeOf(server), host, () -> obstacle(server)), counted);
            lines.append(line("admin", beside.address()));
        }
        HealthServer alone = health;
        if (alone != null) {
            alone.serve(() -> obstacle(server));
            lines.append(line("health", alone.address()));
        }
        return lines.toString();
    }

    private static String line(String what, InetSocketAddress where) {
        String address = Peer.textOf(where);
        return "  %-10s http://%s:%d/%n"
                .formatted(what, address.contains(":") ? "[" + address + "]" : address, where.getPort());
    }

    private static String placeOf(HttpServer server) {
        List<SocketAddress> addresses = server.addresses();
        return addresses.stream().anyMatch(InetSocketAddress.class::isInstance)
                ? server.uri().toString()
                : "unix:" + addresses.getFirst();
    }

    private Optional<String> obstacle(HttpServer server) {
        if (stopping) {
            return Optional.of("the server is stopping");
        }
        return server.accepting() ? Optional.empty() : Optional.of("the server does not listen");
    }

    private AdminServer bind(InetSocketAddress asked) throws IOException {
        try {
            return AdminServer.bind(resolved("--admin", asked), monitoring.adminAnywhere());
        } catch (IllegalArgumentException e) {
            throw new UsageException("--admin: %s (expected: --admin 127.0.0.1:%d, or --admin-anywhere)"
                    .formatted(e.getMessage(), asked.getPort()));
        }
    }

    private static InetSocketAddress resolved(String option, InetSocketAddress asked) throws IOException {
        String name = asked.getHostString();
        var address = new InetSocketAddress(name, asked.getPort());
        if (address.isUnresolved()) {
            throw new IOException(
                    "%s: '%s' is no address and no name that can be resolved (expected: for example 127.0.0.1:9000)"
                            .formatted(option, name));
        }
        return address;
    }

    private void print(AccessFormat format, RequestReport request) {
        if (!quiet) {
            LogWriter.STDERR.write(format.line(request) + System.lineSeparator());
        }
    }

    /** Opens the log file anew, if there is one: it may have been renamed. */
    void reopen() {
        LogFile file = log;
        if (file != null) {
            file.reopen();
        }
    }

    /** Has it said, from now on, that the server is not ready. */
    void stopping() {
        stopping = true;
    }

    @Override
    public void close() {
        AdminServer beside = admin;
        if (beside != null) {
            beside.close();
        }
        HealthServer alone = health;
        if (alone != null) {
            alone.close();
        }
        Metrics counted = metrics;
        if (counted != null) {
            counted.close();
        }
        LogFile file = log;
        if (file != null) {
            file.close();
        }
    }
}

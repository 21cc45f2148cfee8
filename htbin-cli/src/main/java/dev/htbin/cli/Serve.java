package dev.htbin.cli;

import dev.htbin.cgi.CgiConfig;
import dev.htbin.cgi.CgiLimits;
import dev.htbin.cgi.ScriptHost;
import dev.htbin.file.FileConfig;
import dev.htbin.handler.BaseHttpRequestHandler;
import dev.htbin.handler.CgiHttpRequestHandler;
import dev.htbin.handler.HostCheck;
import dev.htbin.handler.SimpleHttpRequestHandler;
import dev.htbin.http.DocumentRoot;
import dev.htbin.http.HttpHandler;
import dev.htbin.jetty.EngineConfig;
import dev.htbin.jetty.HttpServer;
import dev.htbin.process.Launcher;
import dev.htbin.process.launch.Launchers;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Optional;
import java.util.Set;

/** A server that runs: its parts are started in order, and closed in the reverse order. */
final class Serve implements AutoCloseable {
    private final Optional<ScriptHost> host;
    private final HttpServer server;

    private Serve(Optional<ScriptHost> host, HttpServer server) {
        this.host = host;
        this.server = server;
    }

    /** Serves until a signal asks to stop. */
    static int run(Settings settings, Console console) throws IOException, InterruptedException {
        StopSignals signals = StopSignals.watch();
        LogConfiguration.adjust(settings.quiet(), settings.verbose());
        try (Serve _ = start(settings, console)) {
            signals.await();
            if (signals.fromKeyboard()) {
                console.print("%nKeyboard interrupt received, exiting.%n".formatted());
            }
        }
        return Command.OK;
    }

    /**
     * Starts a server and prints its banner.
     *
     * @throws IOException if it can't be started here; the message is for the user
     */
    static Serve start(Settings settings, Console console) throws IOException {
        DocumentRoot root = DocumentRoot.of(settings.directory());
        InetSocketAddress address = new InetSocketAddress(resolve(settings.bind()), settings.port());
        FileConfig files = new FileConfig(root);
        Optional<ScriptHost> host = Optional.empty();
        try {
            HttpHandler handler;
            var banner = new Banner(root, settings);
            if (settings.scripts().isPresent()) {
                Settings.Scripts scripts = settings.scripts().get();
                Launcher launcher = Launchers.start(scripts.user());
                host = Optional.of(hostOf(launcher, scripts));
                banner = banner.runBy(launcher);
                handler = cgi(files, configOf(scripts, host.get()));
            } else {
                handler = BaseHttpRequestHandler.perRequest(x -> new SimpleHttpRequestHandler(x, files));
            }
            HttpServer server = HttpServer.start(address, checked(handler, address, settings), engine(settings));
            console.print(banner.text(server.address()));
            return new Serve(host, server);
        } catch (IOException | RuntimeException e) {
            host.ifPresent(ScriptHost::close);
            throw e;
        }
    }

    /** Returns where the server listens. */
    InetSocketAddress address() {
        return server.address();
    }

    /** Lets what runs end within the grace, and frees everything. */
    @Override
    public void close() {
        server.close();
        host.ifPresent(ScriptHost::close);
    }

    /** Returns how scripts are run, for a host. */
    static CgiConfig configOf(Settings.Scripts scripts, ScriptHost host) {
        return new CgiConfig(scripts.directories(), scripts.extensions(), scripts.variables(), scripts.limits(), host);
    }

    private static HttpHandler cgi(FileConfig files, CgiConfig config) {
        return BaseHttpRequestHandler.perRequest(x -> new CgiHttpRequestHandler(x, files, config));
    }

    private static ScriptHost hostOf(Launcher launcher, Settings.Scripts scripts) {
        int most = scripts.most().orElse(ScriptHost.DEFAULT_MAX_SCRIPTS);
        int queue = scripts.queue().orElse(Math.multiplyExact(ScriptHost.WAITING_PER_SCRIPT, most));
        return new ScriptHost(launcher, most, queue);
    }

    private static HttpHandler checked(HttpHandler handler, InetSocketAddress address, Settings settings) {
        boolean loopback = address.getAddress().isLoopbackAddress();
        boolean restricted = loopback || !settings.allowedHosts().isEmpty();
        return HostCheck.before(handler, restricted ? settings.allowedHosts() : Set.of(HostCheck.ANY));
    }

    private static EngineConfig engine(Settings settings) {
        CgiLimits limits = settings.scripts().map(Settings.Scripts::limits).orElseGet(CgiLimits::defaults);
        EngineConfig defaults = EngineConfig.defaults();
        return defaults.withProtocol(settings.protocol())
                .withLimits(defaults.limits().withBodyBytes(settings.requestBodyBytes()))
                .withStopGrace(limits.grace());
    }

    private static InetAddress resolve(String bind) throws IOException {
        try {
            return InetAddress.getByName(bind);
        } catch (UnknownHostException e) {
            throw new IOException(
                    "--bind: '%s' is no address and no name that can be resolved (expected: for example 127.0.0.1, ::1 or 0.0.0.0)"
                            .formatted(bind),
                    e);
        }
    }
}

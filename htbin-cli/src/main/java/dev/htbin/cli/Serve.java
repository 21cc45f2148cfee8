package dev.htbin.cli;

import dev.htbin.cgi.CgiConfig;
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
import dev.htbin.jetty.Listener;
import dev.htbin.jetty.ListenerConfig;
import dev.htbin.process.Launcher;
import dev.htbin.process.LauncherConfig;
import dev.htbin.process.ServerUser;
import dev.htbin.process.launch.Launchers;
import dev.htbin.process.launch.ServiceManager;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** A server that runs: its parts are started in order, and closed in the reverse order. */
final class Serve implements AutoCloseable {
    private final Optional<ScriptHost> host;
    private final HttpServer server;
    private final ServiceManager manager;

    private Serve(Optional<ScriptHost> host, HttpServer server, ServiceManager manager) {
        this.host = host;
        this.server = server;
        this.manager = manager;
    }

    /** Serves until a signal asks to stop. */
    static int run(Settings settings, Console console) throws IOException, InterruptedException {
        StopSignals signals = StopSignals.watch();
        LogConfiguration.adjust(settings.quiet(), settings.verbose());
        try (Serve _ = start(settings, console, true)) {
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
     * @param leavesRoot whether a server that is root becomes somebody else
     * @throws IOException if it can't be started here; the message is for the user
     */
    static Serve start(Settings settings, Console console, boolean leavesRoot) throws IOException {
        DocumentRoot root = DocumentRoot.of(settings.directory());
        ServiceManager manager = ServiceManager.of(System.getenv());
        List<ListenerConfig> places = settings.network().listeners(manager.sockets());
        Listener listener = HttpServer.bind(places, engine(settings));
        Optional<ScriptHost> host = Optional.empty();
        try {
            // Last of what needs root: the wardens are made, and the port is bound.
            Optional<ServerUser> become = leavesRoot ? RootUser.choose(settings, root) : Optional.empty();
            var files = new FileConfig(root);
            var banner = new Banner(root, settings, become);
            HttpHandler handler;
            if (settings.scripts().isPresent()) {
                Settings.Scripts scripts = settings.scripts().get();
                Launcher launcher = Launchers.start(launcherConfig(scripts, root, become.flatMap(ServerUser::name)));
                host = Optional.of(new ScriptHost(launcher, settings.limits().concurrency()));
                banner = banner.runBy(launcher);
                handler = cgi(files, configOf(settings, root, host.get()));
            } else {
                RootUser.leave(become);
                handler = BaseHttpRequestHandler.perRequest(x -> new SimpleHttpRequestHandler(x, files));
            }
            HttpServer server = listener.serve(checked(handler, listener.addresses(), settings));
            console.print(banner.text(places, server.addresses()));
            manager.ready();
            return new Serve(host, server, manager);
        } catch (IOException | RuntimeException e) {
            host.ifPresent(ScriptHost::close);
            listener.close();
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
        manager.stopping();
        server.close();
        host.ifPresent(ScriptHost::close);
    }

    /** Returns how scripts are run, for a host that was started with {@link #launcherConfig}. */
    static CgiConfig configOf(Settings settings, DocumentRoot root, ScriptHost host) {
        Settings.Scripts scripts = settings.scripts().orElseThrow();
        return new CgiConfig(
                scripts.directories(),
                scripts.extensions(),
                scripts.variables(),
                settings.limits().cgi(),
                host,
                scripts.rules().toScriptRules(root.directory()));
    }

    /**
     * Returns what a launcher must be started with to run the scripts.
     *
     * @param serverUser whom the server becomes; empty: it remains who it is
     */
    static LauncherConfig launcherConfig(Settings.Scripts scripts, DocumentRoot root, Optional<String> serverUser) {
        return new LauncherConfig(
                scripts.user(),
                scripts.rules().toScriptRules(root.directory()).profiles(),
                serverUser,
                scripts.confinementRequired());
    }

    private static HttpHandler cgi(FileConfig files, CgiConfig config) {
        return BaseHttpRequestHandler.perRequest(x -> new CgiHttpRequestHandler(x, files, config));
    }

    /** Checks host names where only this machine's browsers come: on TCP, when it listens on loopback addresses alone. No browser speaks to Unix sockets. */
    private static HttpHandler checked(HttpHandler handler, List<SocketAddress> addresses, Settings settings) {
        boolean loopback = addresses.stream()
                .allMatch(a -> !(a instanceof InetSocketAddress tcp)
                        || tcp.getAddress().isLoopbackAddress());
        boolean named = !settings.allowedHosts().isEmpty();
        HttpHandler checked =
                HostCheck.before(handler, loopback || named ? settings.allowedHosts() : Set.of(HostCheck.ANY));
        HttpHandler any = HostCheck.before(handler, named ? settings.allowedHosts() : Set.of(HostCheck.ANY));
        return x -> (x.peer().local().getAddress() == null ? any : checked).handle(x);
    }

    private static EngineConfig engine(Settings settings) {
        return settings.limits()
                .engine(EngineConfig.defaults().withProtocol(settings.protocol()))
                .withProxies(settings.network().proxies());
    }
}

package dev.htbin.cli;

import dev.htbin.cgi.CgiConfig;
import dev.htbin.cgi.ScriptHost;
import dev.htbin.file.FileConfig;
import dev.htbin.handler.CgiHttpRequestHandler;
import dev.htbin.handler.HostCheck;
import dev.htbin.handler.SimpleHttpRequestHandler;
import dev.htbin.http.DocumentRoot;
import dev.htbin.http.Exchange;
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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A server that runs: its parts are started in order, and closed in the reverse order. */
final class Serve implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Serve.class);

    private final Optional<ScriptHost> host;
    private final HttpServer server;
    private final ServiceManager manager;
    private final CurrentHandler handler;
    private Settings settings;

    /** What is asked for, from the command line and the configuration file. */
    @FunctionalInterface
    interface Source {
        Settings read() throws IOException;
    }

    private Serve(
            Settings settings,
            Optional<ScriptHost> host,
            HttpServer server,
            CurrentHandler handler,
            ServiceManager manager) {
        this.settings = settings;
        this.host = host;
        this.server = server;
        this.handler = handler;
        this.manager = manager;
    }

    /**
     * Serves until a signal asks to stop.
     *
     * @param reloads whether SIGHUP has the settings read again
     */
    static int run(Source source, boolean reloads, Console console) throws IOException, InterruptedException {
        Settings settings = source.read();
        StopSignals signals = StopSignals.watch(reloads);
        LogConfiguration.adjust(settings.quiet(), settings.verbose());
        try (Serve serving = start(settings, console, true)) {
            StopSignals.Asked asked = signals.await();
            while (asked == StopSignals.Asked.RELOAD) {
                serving.reload(source);
                asked = signals.await();
            }
            if (asked == StopSignals.Asked.INTERRUPT) {
                console.print("%nKeyboard interrupt received, exiting.%n".formatted());
            }
        }
        return Command.OK;
    }

    /** Reads the settings again. What can't be had leaves the old ones in force, whole. */
    private void reload(Source source) {
        try {
            Settings fresh = source.read();
            List<String> restart = settings.needingRestart(fresh);
            if (!restart.isEmpty()) {
                LOG.error("the configuration stays as it was: a restart is needed for {}", String.join(", ", restart));
                return;
            }
            HttpHandler next = handlerOf(fresh, DocumentRoot.of(fresh.directory()), host, server.addresses());
            server.reloadCertificates();
            host.ifPresent(h -> h.bound(fresh.limits().concurrency()));
            handler.become(next);
            settings = fresh;
            LogConfiguration.adjust(fresh.quiet(), fresh.verbose());
            LOG.info("the configuration was read again and is in force");
        } catch (UsageException e) {
            e.messages().forEach(message -> LOG.error("the configuration stays as it was: {}", message));
        } catch (IOException e) {
            LOG.error("the configuration stays as it was: {}", e.getMessage());
        }
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
            var banner = new Banner(root, settings, become);
            if (settings.scripts().isPresent()) {
                Settings.Scripts scripts = settings.scripts().get();
                Launcher launcher = Launchers.start(launcherConfig(scripts, root, become.flatMap(ServerUser::name)));
                host = Optional.of(new ScriptHost(launcher, settings.limits().concurrency()));
                banner = banner.runBy(launcher);
            } else {
                RootUser.leave(become);
            }
            var handler = new CurrentHandler(handlerOf(settings, root, host, listener.addresses()));
            HttpServer server = listener.serve(handler);
            console.print(banner.text(places, server.addresses()));
            manager.ready();
            return new Serve(settings, host, server, handler, manager);
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

    private static HttpHandler handlerOf(
            Settings settings, DocumentRoot root, Optional<ScriptHost> host, List<SocketAddress> addresses)
            throws IOException {
        FileConfig files = settings.files().config(root);
        HttpHandler handler = host.isPresent()
                ? CgiHttpRequestHandler.serving(files, configOf(settings, root, host.get()))
                : SimpleHttpRequestHandler.serving(files);
        return checked(handler, addresses, settings);
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
        return new HttpHandler() {
            @Override
            public void handle(Exchange x) throws IOException {
                of(x).handle(x);
            }

            @Override
            public boolean answerNow(Exchange x) throws IOException {
                return of(x).answerNow(x);
            }

            private HttpHandler of(Exchange x) {
                return x.peer().local().getAddress() == null ? any : checked;
            }
        };
    }

    private static EngineConfig engine(Settings settings) {
        return settings.limits()
                .engine(EngineConfig.defaults().withProtocol(settings.protocol()))
                .withProxies(settings.network().proxies());
    }
}

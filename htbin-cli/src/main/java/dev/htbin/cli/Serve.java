package dev.htbin.cli;

import dev.htbin.auth.AuthRules;
import dev.htbin.auth.BasicAuthentication;
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
import dev.htbin.process.Launcher;
import dev.htbin.process.LauncherConfig;
import dev.htbin.process.ServerUser;
import dev.htbin.process.launch.Launchers;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
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
    private final CurrentHandler handler;
    private Settings settings;

    /** What is asked for, from the command line and the configuration file. */
    @FunctionalInterface
    interface Source {
        Settings read() throws IOException;
    }

    private Serve(Settings settings, Optional<ScriptHost> host, HttpServer server, CurrentHandler handler) {
        this.settings = settings;
        this.host = host;
        this.server = server;
        this.handler = handler;
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
            HttpHandler next = handlerOf(fresh, Site.of(fresh), host, server.address());
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
        Site site = Site.of(settings);
        DocumentRoot root = site.root();
        InetSocketAddress address = new InetSocketAddress(resolve(settings.bind()), settings.port());
        Listener listener = HttpServer.bind(address, engine(settings));
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
            var handler = new CurrentHandler(handlerOf(settings, site, host, address));
            HttpServer server = listener.serve(handler);
            console.print(banner.text(server.address(), site.logins()));
            return new Serve(settings, host, server, handler);
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

    /** What is served, and who may ask for it. */
    private record Site(DocumentRoot root, AuthRules logins) {
        static Site of(Settings settings) throws IOException {
            DocumentRoot root = DocumentRoot.of(settings.directory());
            return new Site(root, settings.logins().load(root));
        }
    }

    private static HttpHandler handlerOf(
            Settings settings, Site site, Optional<ScriptHost> host, InetSocketAddress address) {
        var files = new FileConfig(site.root());
        HttpHandler handler;
        if (host.isPresent()) {
            CgiConfig config = configOf(settings, site.root(), host.get());
            handler = BaseHttpRequestHandler.perRequest(x -> new CgiHttpRequestHandler(x, files, config));
        } else {
            handler = BaseHttpRequestHandler.perRequest(x -> new SimpleHttpRequestHandler(x, files));
        }
        return checked(asked(handler, site.logins()), address, settings);
    }

    private static HttpHandler asked(HttpHandler handler, AuthRules logins) {
        return logins.rules().isEmpty() ? handler : BasicAuthentication.before(handler, logins);
    }

    private static HttpHandler checked(HttpHandler handler, InetSocketAddress address, Settings settings) {
        boolean loopback = address.getAddress().isLoopbackAddress();
        boolean restricted = loopback || !settings.allowedHosts().isEmpty();
        return HostCheck.before(handler, restricted ? settings.allowedHosts() : Set.of(HostCheck.ANY));
    }

    private static EngineConfig engine(Settings settings) {
        return settings.limits().engine(EngineConfig.defaults().withProtocol(settings.protocol()));
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

package dev.htbin.cli;

import dev.htbin.cgi.CgiConfig;
import dev.htbin.cgi.ScriptHost;
import dev.htbin.develop.Development;
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
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A server that runs: its parts are started in order, and closed in the reverse order. */
final class Serve implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Serve.class);

    private final Optional<ScriptHost> host;
    private final Optional<Development> development;
    private final HttpServer server;
    private final CurrentHandler handler;
    private final Monitor monitor;
    private Settings settings;

    /** What is asked for, from the command line and the configuration file. */
    @FunctionalInterface
    interface Source {
        Settings read() throws IOException;
    }

    private Serve(
            Settings settings,
            Optional<ScriptHost> host,
            Optional<Development> development,
            HttpServer server,
            CurrentHandler handler,
            Monitor monitor) {
        this.settings = settings;
        this.host = host;
        this.development = development;
        this.server = server;
        this.handler = handler;
        this.monitor = monitor;
    }

    /**
     * Serves until a signal asks to stop.
     *
     * @param reloads whether SIGHUP has the settings read again; a log file is opened anew in any case
     */
    static int run(Source source, boolean reloads, Console console) throws IOException, InterruptedException {
        Settings settings = source.read();
        StopSignals signals = StopSignals.watch(
                reloads || settings.monitoring().accessLogFile().isPresent());
        adjustLog(settings);
        try (Serve serving = start(settings, console, true)) {
            StopSignals.Asked asked = signals.await();
            while (asked == StopSignals.Asked.RELOAD) {
                serving.monitor.reopen();
                if (reloads) {
                    serving.reload(source);
                }
                asked = signals.await();
            }
            if (asked == StopSignals.Asked.INTERRUPT) {
                console.print("%nKeyboard interrupt received, exiting.%n".formatted());
            }
        }
        return Command.OK;
    }

    /** Lines as those of Python's server are left out where others take their place. */
    private static void adjustLog(Settings settings) {
        LogConfiguration.adjust(settings.quiet() || settings.monitoring().logsRequests(), settings.verbose());
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
            HttpHandler next = handlerOf(fresh, DocumentRoot.of(fresh.directory()), host, development);
            host.ifPresent(h -> h.bound(fresh.limits().concurrency()));
            handler.become(checked(next, server.address(), fresh));
            settings = fresh;
            adjustLog(fresh);
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
        InetSocketAddress address = new InetSocketAddress(resolve(settings.bind()), settings.port());
        requireLoopback(settings, address);
        requireRecordsElsewhere(settings, root);
        Listener listener = HttpServer.bind(address, engine(settings));
        Optional<ScriptHost> host = Optional.empty();
        Optional<Development> development = Optional.empty();
        var monitor = new Monitor(settings.monitoring(), settings.quiet());
        try {
            // Last of what needs root: the wardens are made, and the port is bound.
            Optional<ServerUser> become = leavesRoot ? RootUser.choose(settings, root) : Optional.empty();
            monitor.open(become.flatMap(ServerUser::name));
            var banner = new Banner(root, settings, become);
            if (settings.scripts().isPresent()) {
                Settings.Scripts scripts = settings.scripts().get();
                prepareRecords(settings, become);
                Launcher launcher = Launchers.start(launcherConfig(scripts, root, become.flatMap(ServerUser::name)));
                host = Optional.of(new ScriptHost(launcher, settings.limits().concurrency()));
                banner = banner.runBy(launcher);
                if (settings.development().any()) {
                    development = Optional.of(Development.start(root.directory(), settings.development()));
                }
            } else {
                RootUser.leave(become);
            }
            var handler = new CurrentHandler(checked(handlerOf(settings, root, host, development), address, settings));
            HttpServer server = listener.serve(monitor.around(handler));
            console.print(banner.text(server.address()) + monitor.serve(server, host));
            return new Serve(settings, host, development, server, handler, monitor);
        } catch (IOException | RuntimeException e) {
            development.ifPresent(Development::close);
            host.ifPresent(ScriptHost::close);
            listener.close();
            monitor.close();
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
        // Pages that wait for changes would hold the server up.
        development.ifPresent(Development::endWaiting);
        monitor.stopping();
        server.close();
        host.ifPresent(ScriptHost::close);
        development.ifPresent(Development::close);
        monitor.close();
    }

    /** Pages of development tell all that the server knows. */
    private static void requireLoopback(Settings settings, InetSocketAddress address) {
        if (settings.development().pages()
                && !address.getAddress().isLoopbackAddress()
                && !settings.developmentAnywhere()) {
            throw new UsageException(
                    "--dev: not with --bind %s, where other machines could see environments and requests (expected: --bind 127.0.0.1, or --dev-anywhere)"
                            .formatted(settings.bind()));
        }
    }

    /** Recordings in the directory that is served would be sent to whoever asks, and be changes that pages reload for. */
    private static void requireRecordsElsewhere(Settings settings, DocumentRoot root) throws IOException {
        Optional<Path> folder = settings.development().record();
        if (folder.isEmpty()) {
            return;
        }
        Path there = folder.get().normalize();
        while (there.getParent() != null && !Files.exists(there)) {
            there = there.getParent();
        }
        if (there.toRealPath().startsWith(root.directory())) {
            throw new UsageException("--record: '%s' lies in '%s', which is served (expected: a directory elsewhere)"
                    .formatted(folder.get(), root.directory()));
        }
    }

    /** Makes the directory of recordings while this process may, for whom it becomes. */
    private static void prepareRecords(Settings settings, Optional<ServerUser> become) throws IOException {
        Optional<Path> folder = settings.development().record();
        if (folder.isEmpty() || Files.exists(folder.get())) {
            return;
        }
        Files.createDirectories(folder.get());
        if (folder.get().getFileSystem().supportedFileAttributeViews().contains("posix")) {
            Files.setPosixFilePermissions(folder.get(), PosixFilePermissions.fromString("rwx------"));
            Optional<String> user = become.flatMap(ServerUser::name);
            if (user.isPresent()) {
                var users = folder.get().getFileSystem().getUserPrincipalLookupService();
                Files.setOwner(folder.get(), users.lookupPrincipalByName(user.get()));
            }
        }
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
            Settings settings, DocumentRoot root, Optional<ScriptHost> host, Optional<Development> development) {
        var files = new FileConfig(root);
        if (host.isEmpty()) {
            return BaseHttpRequestHandler.perRequest(x -> new SimpleHttpRequestHandler(x, files));
        }
        CgiConfig config = configOf(settings, root, host.get());
        return development
                .map(d -> d.handler(files, config))
                .orElseGet(() -> BaseHttpRequestHandler.perRequest(x -> new CgiHttpRequestHandler(x, files, config)));
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

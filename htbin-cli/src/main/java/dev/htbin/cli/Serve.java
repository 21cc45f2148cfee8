package dev.htbin.cli;

import dev.htbin.auth.AuthRules;
import dev.htbin.auth.BasicAuthentication;
import dev.htbin.auth.ProxyUser;
import dev.htbin.cgi.CgiConfig;
import dev.htbin.cgi.ScriptHost;
import dev.htbin.develop.Development;
import dev.htbin.file.FileConfig;
import dev.htbin.handler.CgiHttpRequestHandler;
import dev.htbin.handler.HostCheck;
import dev.htbin.handler.SimpleHttpRequestHandler;
import dev.htbin.http.Exchange;
import dev.htbin.http.HttpHandler;
import dev.htbin.http.Mount;
import dev.htbin.http.Mounts;
import dev.htbin.http.Peer;
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
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
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
    private final ServiceManager manager;
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
            ServiceManager manager,
            Monitor monitor) {
        this.settings = settings;
        this.host = host;
        this.development = development;
        this.server = server;
        this.handler = handler;
        this.manager = manager;
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
                serving.manager.reloading();
                serving.monitor.reopen();
                if (reloads) {
                    serving.reload(source);
                }
                serving.manager.ready();
                asked = signals.await();
            }
            if (asked == StopSignals.Asked.INTERRUPT) {
                console.print("%nKeyboard interrupt received, exiting.%n".formatted());
            } else {
                serving.drain(signals);
            }
        }
        return Command.OK;
    }

    /** Lines as those of Python's server are left out where others take their place. */
    private static void adjustLog(Settings settings) {
        LogConfiguration.adjust(settings.quiet() || settings.monitoring().logsRequests(), settings.verbose());
    }

    /** Serves on until all who send requests here had the time to see that they shouldn't. */
    private void drain(StopSignals signals) throws InterruptedException {
        if (settings.drain().isZero()) {
            return;
        }
        manager.stopping();
        monitor.stopping();
        server.drain();
        LOG.info(
                "asked to stop: not ready any longer, and ending in {} s",
                settings.drain().toMillis() / 1000.0);
        long end = System.nanoTime() + settings.drain().toNanos();
        while (signals.reloadWithin(Duration.ofNanos(end - System.nanoTime()))) {
            // The log may be rotated meanwhile; the settings stay as they are.
            monitor.reopen();
        }
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
            HttpHandler next = handlerOf(fresh, Site.of(fresh), host, development);
            server.reloadCertificates();
            host.ifPresent(h -> h.bound(fresh.limits().concurrency()));
            handler.become(checked(next, server.addresses(), fresh));
            settings = fresh;
            adjustLog(fresh);
            monitor.quiet(fresh.quiet());
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
        Mounts mounts = site.mounts();
        requireRecordsElsewhere(settings, mounts);
        ServiceManager manager = ServiceManager.of(System.getenv());
        List<ListenerConfig> places = settings.network().listeners(manager.sockets());
        Listener listener = HttpServer.bind(places, engine(settings));
        Optional<ScriptHost> host = Optional.empty();
        Optional<Development> development = Optional.empty();
        var monitor = new Monitor(settings.monitoring(), settings.quiet());
        try {
            requireLoopback(settings, listener.addresses());
            // Last of what needs root: the wardens are made, and the port is bound.
            Optional<ServerUser> become = leavesRoot ? RootUser.choose(settings, mounts) : Optional.empty();
            monitor.open(become.flatMap(ServerUser::name));
            var banner = new Banner(mounts, settings, become);
            if (settings.scripts().isPresent()) {
                prepareRecords(settings, become);
                Launchers.lengthenTimeSlices();
                Launcher launcher = Launchers.start(launcherConfig(settings, mounts, become.flatMap(ServerUser::name)));
                host = Optional.of(new ScriptHost(launcher, settings.limits().concurrency()));
                banner = banner.runBy(launcher);
                if (settings.development().any()) {
                    development = Optional.of(Development.start(
                            mounts.all().stream().map(m -> m.root().directory()).toList(), settings.development()));
                }
            } else {
                RootUser.leave(become);
            }
            var handler = new CurrentHandler(
                    checked(handlerOf(settings, site, host, development), listener.addresses(), settings));
            HttpServer server = listener.serve(monitor.around(handler));
            String admin = monitor.serve(server, host);
            console.print(banner.text(places, server.addresses(), site.logins()) + admin);
            manager.ready();
            return new Serve(settings, host, development, server, handler, manager, monitor);
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
        manager.stopping();
        // Pages that wait for changes would hold the server up.
        development.ifPresent(Development::endWaiting);
        monitor.stopping();
        server.close();
        host.ifPresent(ScriptHost::close);
        development.ifPresent(Development::close);
        monitor.close();
    }

    /** Pages of development tell all that the server knows. */
    private static void requireLoopback(Settings settings, List<SocketAddress> addresses) {
        if (!settings.development().pages() || settings.developmentAnywhere()) {
            return;
        }
        for (SocketAddress address : addresses) {
            if (address instanceof InetSocketAddress tcp && !tcp.getAddress().isLoopbackAddress()) {
                throw new UsageException(
                        "--dev: not when listening on %s, where other machines could see environments and requests (expected: 127.0.0.1 alone, or --dev-anywhere)"
                                .formatted(Peer.textOf(tcp)));
            }
        }
    }

    /** Recordings in the directory that is served would be sent to whoever asks, and be changes that pages reload for. */
    private static void requireRecordsElsewhere(Settings settings, Mounts mounts) throws IOException {
        Optional<Path> folder = settings.development().record();
        if (folder.isEmpty()) {
            return;
        }
        Path there = folder.get().normalize();
        while (there.getParent() != null && !Files.exists(there)) {
            there = there.getParent();
        }
        for (Mount mount : mounts.all()) {
            if (there.toRealPath().startsWith(mount.root().directory())) {
                throw new UsageException(
                        "--record: '%s' lies in '%s', which is served (expected: a directory elsewhere)"
                                .formatted(folder.get(), mount.root().directory()));
            }
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
    static CgiConfig configOf(Settings settings, Mounts mounts, ScriptHost host) throws IOException {
        Settings.Scripts scripts = settings.scripts().orElseThrow();
        return new CgiConfig(
                scripts.directories(),
                scripts.extensions(),
                scripts.variables(),
                settings.limits().cgi(),
                host,
                settings.scriptRules(mounts.root().directory()),
                settings.mounts().openPrograms());
    }

    /**
     * Returns what a launcher must be started with to run the scripts.
     *
     * @param serverUser whom the server becomes; empty: it remains who it is
     */
    static LauncherConfig launcherConfig(Settings settings, Mounts mounts, Optional<String> serverUser) {
        Settings.Scripts scripts = settings.scripts().orElseThrow();
        return new LauncherConfig(
                scripts.user(),
                settings.scriptRules(mounts.root().directory()).profiles(),
                serverUser,
                scripts.confinementRequired());
    }

    /** What is served, and who may ask for it. */
    private record Site(Mounts mounts, AuthRules logins) {
        static Site of(Settings settings) throws IOException {
            Mounts mounts = settings.openMounts();
            return new Site(mounts, settings.logins().load(mounts));
        }
    }

    private static HttpHandler handlerOf(
            Settings settings, Site site, Optional<ScriptHost> host, Optional<Development> development)
            throws IOException {
        HttpHandler asked = asked(answering(settings, site, host, development), site.logins());
        return settings.network()
                .userField()
                .<HttpHandler>map(field -> ProxyUser.before(asked, field))
                .orElse(asked);
    }

    private static HttpHandler answering(
            Settings settings, Site site, Optional<ScriptHost> host, Optional<Development> development)
            throws IOException {
        FileConfig files = settings.files().config(site.mounts());
        if (host.isEmpty()) {
            return SimpleHttpRequestHandler.serving(files);
        }
        CgiConfig config = configOf(settings, site.mounts(), host.get());
        return development
                .map(d -> d.handler(files, config))
                .orElseGet(() -> CgiHttpRequestHandler.serving(files, config));
    }

    private static HttpHandler asked(HttpHandler handler, AuthRules logins) {
        return logins.rules().isEmpty() ? handler : BasicAuthentication.before(handler, logins);
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

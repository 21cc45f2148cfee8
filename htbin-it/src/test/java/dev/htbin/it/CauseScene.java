package dev.htbin.it;

import dev.htbin.cgi.CgiConfig;
import dev.htbin.cgi.Concurrency;
import dev.htbin.cgi.ScriptHost;
import dev.htbin.cgi.ScriptRules;
import dev.htbin.process.LauncherConfig;
import dev.htbin.process.Profile;
import dev.htbin.process.Resource;
import dev.htbin.process.launch.Launchers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.function.Consumer;

/** A site with one failing script, and how the server over it is set up. */
final class CauseScene {
    static final Profile LIMITED = Profile.standard()
            .withLimits(Profile.standard()
                    .limits()
                    .with(Resource.CPU, 1)
                    .with(Resource.FILE_SIZE, 64 << 10)
                    .with(Resource.ADDRESS_SPACE, 512 << 20)
                    .with(Resource.OPEN_FILES, 32));
    static final Profile ALONE =
            Profile.standard().withLimits(Profile.standard().limits().with(Resource.PROCESSES, 1));
    static final Profile READONLY =
            Profile.of(Profile.Kind.READONLY).withReadable(List.of(Path.of(System.getProperty("java.io.tmpdir"))));

    private final Site site;
    private final List<AutoCloseable> cleanup = new ArrayList<>();
    private CgiConfig config;
    private String target = "/cgi-bin/x";
    private String occupier = "";
    private Runnable occupied = () -> {};

    private CauseScene(Site site, ScriptHost host) {
        this.site = site;
        this.config = CgiConfig.defaults().withHost(host);
    }

    static CauseScene in(Path folder, ScriptHost host) throws IOException {
        return new CauseScene(Site.in(folder), host);
    }

    /** Starts a host with every profile of the scenes. */
    static ScriptHost host(Concurrency most) throws IOException {
        var profiles = new LinkedHashSet<>(List.of(Profile.standard(), LIMITED, ALONE, READONLY));
        return new ScriptHost(Launchers.start(LauncherConfig.defaults().withProfiles(profiles)), most);
    }

    Site site() {
        return site;
    }

    CgiConfig config() {
        return config;
    }

    String target() {
        return target;
    }

    /** Has another request made before, and waits until it is where it should be. */
    void beforeAsking(String path, Runnable wait) {
        occupier = path;
        occupied = wait;
    }

    /** Makes the request that comes before, if there is one. */
    void occupy(Consumer<String> ask) {
        if (!occupier.isEmpty()) {
            ask.accept(occupier);
            occupied.run();
        }
    }

    CauseScene with(CgiConfig other) {
        config = other;
        return this;
    }

    CauseScene with(Profile profile) {
        config = config.withRules(ScriptRules.all(profile));
        return this;
    }

    /** Has another host, of its own. */
    CauseScene with(Concurrency most) throws IOException {
        ScriptHost own = host(most);
        cleanup.addFirst(own);
        return with(config.withHost(own));
    }

    CauseScene asking(String other) {
        target = other;
        return this;
    }

    /** Has something done before the end, the last asked for first. */
    CauseScene atTheEnd(AutoCloseable action) {
        cleanup.addFirst(action);
        return this;
    }

    /** Writes the script, which is a shell script. */
    CauseScene shell(String text) throws IOException {
        return script("#!/bin/sh\n" + text + "\n");
    }

    /** Writes the script, the whole of it. */
    CauseScene script(String text) throws IOException {
        site.script("x", text);
        return this;
    }

    CauseScene program(byte[] octets) throws IOException {
        Path file = site.scripts().resolve("x");
        Files.write(file, octets);
        return mode(file, "rwxr-xr-x");
    }

    CauseScene mode(Path path, String permissions) throws IOException {
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(permissions));
        return this;
    }

    /** Does what was asked for; once. */
    void end() throws Exception {
        while (!cleanup.isEmpty()) {
            cleanup.removeFirst().close();
        }
    }
}

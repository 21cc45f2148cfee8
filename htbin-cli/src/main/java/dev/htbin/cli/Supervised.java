package dev.htbin.cli;

import static java.util.Objects.requireNonNull;

import dev.htbin.cgi.CgiConfig;
import dev.htbin.cgi.CgiInfo;
import dev.htbin.cgi.CgiRequest;
import dev.htbin.cgi.Finding;
import dev.htbin.cgi.LaunchPlan;
import dev.htbin.cgi.ScriptHost;
import dev.htbin.cgi.ScriptResolution;
import dev.htbin.cgi.ScriptResolver;
import dev.htbin.http.HttpException;
import dev.htbin.http.Mounts;
import dev.htbin.http.Octets;
import dev.htbin.http.Peer;
import dev.htbin.http.Request;
import dev.htbin.http.RequestIds;
import dev.htbin.http.UrlPath;
import dev.htbin.jetty.EngineConfig;
import dev.htbin.process.RunsAs;
import dev.htbin.process.launch.Launchers;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Runs a script by another command, a debugger or a tracer: with the environment and the directory that the server would give it, but on this terminal, and not confined,
 * since a tracer could do nothing then.
 *
 * @param settings how the server would run it
 * @param mounts the directory that is served, and what is mounted beside it
 * @param under the command
 */
record Supervised(Settings settings, Mounts mounts, List<String> under) {
    Supervised {
        requireNonNull(settings, "settings");
        requireNonNull(mounts, "mounts");
        under = List.copyOf(under);
    }

    /**
     * Runs the script and waits for its end.
     *
     * @param body the request's body, which is its standard input; without one that is the terminal
     * @return 0 if it ended with 0
     */
    int run(Request request, Optional<byte[]> body, Console console) throws IOException {
        LaunchPlan plan;
        RunsAs user;
        try (var host = new ScriptHost(Launchers.start(Serve.launcherConfig(settings, mounts, Optional.empty())))) {
            CgiConfig config = Serve.configOf(settings, mounts, host);
            plan = plan(request, body, config);
            user = host.runsAs(plan.spec().profile());
        }
        Path input = Files.createTempFile("htbin-body", "");
        try {
            var words = new ArrayList<String>(asUser(user));
            words.addAll(under);
            plan.spec().arguments().forEach(argument -> words.add(Octets.toText(argument)));
            var builder = new ProcessBuilder(words)
                    .directory(plan.spec().directory().toFile())
                    .inheritIO();
            builder.environment().clear();
            plan.spec()
                    .environment()
                    .forEach((name, value) -> builder.environment().put(Octets.toText(name), Octets.toText(value)));
            // The command is looked for where this one would be, the script's own programs where the server has them
            // looked for.
            if (body.isPresent()) {
                Files.write(input, body.get());
                builder.redirectInput(new File(input.toString()));
            }
            console.tell("not confined: %s".formatted(String.join(" ", words)));
            int code = builder.start().waitFor();
            console.tell("ended with " + code);
            return code == 0 ? Command.OK : Command.FAILED;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Command.FAILED;
        } finally {
            Files.deleteIfExists(input);
        }
    }

    private LaunchPlan plan(Request request, Optional<byte[]> body, CgiConfig config) {
        UrlPath path;
        try {
            path = UrlPath.parse(request.rawPath());
        } catch (HttpException e) {
            throw new UsageException("replay: '%s': %s".formatted(request.target(), e.getMessage()));
        }
        CgiInfo info = CgiInfo.of(path, config, mounts)
                .orElseThrow(() -> new UsageException("replay: '%s' is no script's path here (expected: below %s)"
                        .formatted(request.target(), config.directories())));
        return switch (ScriptResolver.resolve(info, mounts)) {
            case ScriptResolution.NotFound(Finding finding) -> throw new UsageException(finding.toString());
            case ScriptResolution.Forbidden(Finding finding) -> throw new UsageException(finding.toString());
            case ScriptResolution.Script script ->
                LaunchPlan.of(
                        new CgiRequest(
                                request,
                                peer(),
                                EngineConfig.defaults().server(),
                                script,
                                mounts,
                                LaunchPlan.pathTranslated(
                                        script, mounts::resolve, mounts.root().directory()),
                                body.isPresent() ? OptionalLong.of(body.get().length) : OptionalLong.empty(),
                                RequestIds.next(),
                                Optional.empty()),
                        config);
        };
    }

    private Peer peer() {
        InetAddress loopback = InetAddress.getLoopbackAddress();
        return new Peer(
                new InetSocketAddress(loopback, 0),
                new InetSocketAddress(loopback, settings.network().port()),
                false,
                Optional.empty());
    }

    /** Returns what makes root another user first: a script must never run as root. */
    private static List<String> asUser(RunsAs user) {
        if (!"root".equals(System.getProperty("user.name"))) {
            return List.of();
        }
        return List.of(
                "setpriv", "--reuid=" + user.uid(), "--regid=" + user.gid(), "--clear-groups", "--inh-caps=-all", "--");
    }
}

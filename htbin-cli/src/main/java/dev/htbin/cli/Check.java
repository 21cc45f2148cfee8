package dev.htbin.cli;

import static java.util.Objects.requireNonNull;

import dev.htbin.cgi.CgiConfig;
import dev.htbin.cgi.ScriptHost;
import dev.htbin.check.CheckFinding;
import dev.htbin.check.CheckedScript;
import dev.htbin.check.ScriptCheck;
import dev.htbin.check.SiteCheck;
import dev.htbin.file.FileConfig;
import dev.htbin.handler.ScriptTrial;
import dev.htbin.http.DocumentRoot;
import dev.htbin.http.Field;
import dev.htbin.http.Fields;
import dev.htbin.http.HttpVersion;
import dev.htbin.http.Mounts;
import dev.htbin.http.Octets;
import dev.htbin.http.Request;
import dev.htbin.jetty.EngineConfig;
import dev.htbin.json.JsonWriter;
import dev.htbin.process.launch.Launchers;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Says what is wrong with a script, or with all that a directory serves.
 *
 * @param settings how the server would serve it
 * @param served the directory that was named as the one that is served; empty if none was
 * @param target what to check
 * @param run whether scripts that nothing is wrong with are run too
 * @param json whether the result is printed as JSON
 */
record Check(Settings settings, Optional<Path> served, Path target, boolean run, boolean json) {
    private static final int INTERRUPTED = 130;

    Check {
        requireNonNull(settings, "settings");
        requireNonNull(served, "served");
        requireNonNull(target, "target");
    }

    static Check of(Arguments arguments, Settings settings) {
        Optional<Path> served = arguments.last(Option.DIRECTORY).map(d -> settings.directory());
        Path target = arguments.positionals().isEmpty()
                ? settings.directory()
                : Values.path("SCRIPT", arguments.positionals().getFirst());
        return new Check(settings, served, target, arguments.has(Option.RUN), arguments.has(Option.JSON));
    }

    /**
     * Checks and prints what was found, one line each.
     *
     * @return 0 if nothing is wrong, 1 if something is, 130 if it was interrupted
     */
    int print(Console console) throws IOException {
        LogConfiguration.keepToErrors();
        requireCheckable();
        boolean site = Files.isDirectory(target);
        Mounts mounts;
        Optional<ScriptLocation> location = Optional.empty();
        if (site) {
            mounts = settings.openMounts(DocumentRoot.of(target.toAbsolutePath().normalize()));
        } else {
            location = Optional.of(ScriptLocation.of(target, served, settings));
            mounts = location.get().mounts();
        }
        DocumentRoot root = mounts.root();
        try (var host = new ScriptHost(Launchers.start(Serve.launcherConfig(settings, mounts, Optional.empty())))) {
            CgiConfig plain = Serve.configOf(settings, mounts, host);
            CgiConfig config = location.map(l -> l.withDirectory(plain)).orElse(plain);
            SiteCheck.Result result = location.isPresent()
                    ? new SiteCheck.Result(
                            List.of(new ScriptCheck(mounts, config)
                                    .check(location.get().path())),
                            0,
                            0,
                            List.of(),
                            true)
                    : checkSite(mounts, config, console);
            if (!result.whole()) {
                return INTERRUPTED;
            }
            if (run) {
                result = withRuns(result, mounts, config);
            }
            console.print(json ? jsonOf(result, root) : textOf(result, root, site));
            return result.findings().isEmpty() ? Command.OK : Command.FAILED;
        }
    }

    private void requireCheckable() {
        if (!Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
            throw refused("does not exist");
        }
        boolean link = Files.isSymbolicLink(target);
        if (!link && !Files.isDirectory(target) && !Files.isRegularFile(target)) {
            throw refused("is neither a file nor a directory");
        }
        if (!link && !Files.isReadable(target)) {
            throw refused("may not be read by this user");
        }
    }

    private UsageException refused(String what) {
        return new UsageException(
                "check: '%s' %s (expected: a script or a directory, such as cgi-bin/hello.py)".formatted(target, what));
    }

    private SiteCheck.Result checkSite(Mounts mounts, CgiConfig config, Console console) throws IOException {
        StopSignals signals = StopSignals.watch(false);
        var progress = new Progress(console, System::nanoTime);
        SiteCheck.Result result = new SiteCheck(mounts, config).check(files -> {
            progress.seen(files);
            return !signals.stopping();
        });
        progress.end();
        if (!result.whole()) {
            console.complain("interrupted after %d files".formatted(result.served() + result.hidden()));
        }
        return result;
    }

    /** Makes a GET request to every script that nothing is wrong with. */
    private SiteCheck.Result withRuns(SiteCheck.Result result, Mounts mounts, CgiConfig config) throws IOException {
        var trial = new ScriptTrial(
                new FileConfig(mounts.root()).withMounts(mounts.others()),
                config,
                64 << 10,
                config.limits().grace());
        var scripts = new ArrayList<CheckedScript>();
        for (CheckedScript script : result.scripts()) {
            scripts.add(script.findings().isEmpty() ? tried(script, trial) : script);
        }
        return new SiteCheck.Result(scripts, result.served(), result.hidden(), result.exposed(), result.whole());
    }

    private CheckedScript tried(CheckedScript script, ScriptTrial trial) throws IOException {
        var request = new Request(
                "GET",
                script.urlPath(),
                HttpVersion.HTTP_1_1,
                Fields.of(new Field("Host", "localhost:" + settings.network().port())));
        var attempt = new ScriptTrial.Attempt(
                request,
                Optional.empty(),
                EngineConfig.defaults().server(),
                settings.network().port());
        ScriptTrial.Outcome outcome = trial.run(attempt, OutputStream.nullOutputStream());
        return outcome.finding()
                .map(finding -> new CheckedScript(
                        script.file(),
                        script.urlPath(),
                        List.of(new CheckFinding(
                                finding.cause().id(),
                                script.file(),
                                finding.detail(),
                                finding.cause().remedy()))))
                .orElse(script);
    }

    private String textOf(SiteCheck.Result result, DocumentRoot root, boolean site) {
        var text = new StringBuilder();
        for (CheckedScript script : result.scripts()) {
            if (script.findings().isEmpty()) {
                line(text, "ok       " + Octets.toText(script.urlPath()));
            }
            script.findings().forEach(finding -> line(text, finding, root));
        }
        result.exposed().forEach(finding -> line(text, finding, root));
        if (site) {
            line(
                    text,
                    "%d scripts, %d files served, %d not; findings: %d"
                            .formatted(
                                    result.scripts().size(),
                                    result.served(),
                                    result.hidden(),
                                    result.findings().size()));
        }
        return text.toString();
    }

    private static void line(StringBuilder text, CheckFinding finding, DocumentRoot root) {
        line(text, "%s  %s: %s".formatted(finding.id(), shown(finding.file(), root), finding.seen()));
    }

    private static String shown(Path file, DocumentRoot root) {
        return file.startsWith(root.directory()) && !file.equals(root.directory())
                ? root.directory().relativize(file).toString()
                : file.toString();
    }

    private static void line(StringBuilder text, String line) {
        text.append(LogText.escape(line)).append(System.lineSeparator());
    }

    private static String jsonOf(SiteCheck.Result result, DocumentRoot root) {
        var all = new LinkedHashMap<String, Object>();
        all.put("directory", root.directory().toString());
        all.put("served", result.served());
        all.put("hidden", result.hidden());
        var scripts = new ArrayList<Map<String, Object>>();
        for (CheckedScript script : result.scripts()) {
            var one = new LinkedHashMap<String, Object>();
            one.put("path", Octets.toText(script.urlPath()));
            one.put("file", script.file().toString());
            one.put("findings", script.findings().stream().map(Check::jsonOf).toList());
            scripts.add(one);
        }
        all.put("scripts", scripts);
        all.put("exposed", result.exposed().stream().map(Check::jsonOf).toList());
        return JsonWriter.text(all);
    }

    private static Map<String, Object> jsonOf(CheckFinding finding) {
        var one = new LinkedHashMap<String, Object>();
        one.put("id", finding.id());
        one.put("file", finding.file().toString());
        one.put("seen", finding.seen());
        one.put("remedy", finding.remedy());
        return one;
    }
}

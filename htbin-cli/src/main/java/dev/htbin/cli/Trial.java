package dev.htbin.cli;

import static java.util.Objects.requireNonNull;

import dev.htbin.cgi.CgiConfig;
import dev.htbin.cgi.RunReport;
import dev.htbin.cgi.RunTimes;
import dev.htbin.cgi.ScriptHost;
import dev.htbin.file.FileConfig;
import dev.htbin.handler.ScriptTrial;
import dev.htbin.http.Mounts;
import dev.htbin.http.Octets;
import dev.htbin.http.Request;
import dev.htbin.jetty.EngineConfig;
import dev.htbin.process.launch.Launchers;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * One request without a server: the response is printed to standard output; what is wrong, and with {@code --verbose} more, to standard error.
 *
 * @param settings how the server would run it
 * @param mounts the directory that is served, and what is mounted beside it
 */
record Trial(Settings settings, Mounts mounts) {
    private static final int KEPT_BYTES = 1 << 20;

    Trial {
        requireNonNull(settings, "settings");
        requireNonNull(mounts, "mounts");
    }

    /**
     * How the request ended.
     *
     * @param code 0 if the script answered, with a status below 500; else 1
     * @param cause the identifier of what was wrong; empty if nothing was
     */
    record Ended(int code, String cause) {}

    /**
     * Makes the request.
     *
     * @param adapt changes the configuration of the settings
     * @param body the request's body; empty if it has none. Left open
     */
    Ended run(UnaryOperator<CgiConfig> adapt, Request request, Optional<InputStream> body, Console console)
            throws IOException {
        try (var host = new ScriptHost(Launchers.start(Serve.launcherConfig(settings, mounts, Optional.empty())))) {
            CgiConfig config = adapt.apply(Serve.configOf(settings, mounts, host));
            var trial = new ScriptTrial(
                    new FileConfig(mounts.root()).withMounts(mounts.others()),
                    config,
                    KEPT_BYTES,
                    config.limits().grace());
            var attempt = new ScriptTrial.Attempt(
                    request,
                    body,
                    EngineConfig.defaults().server(),
                    settings.network().port());
            ScriptTrial.Outcome outcome = trial.run(attempt, console.body());
            console.flush();
            return new Ended(
                    report(outcome, console),
                    outcome.finding().map(f -> f.cause().id()).orElse(""));
        }
    }

    private int report(ScriptTrial.Outcome outcome, Console console) {
        if (settings.verbose()) {
            outcome.report().ifPresent(report -> describe(report, console));
        } else {
            outcome.report().ifPresent(report -> report.stderrLines().forEach(line -> console.tell("stderr: " + line)));
        }
        outcome.finding().ifPresent(finding -> console.complain(finding.toString()));
        boolean good = outcome.finding().isEmpty()
                && outcome.broken().isEmpty()
                && outcome.status() > 0
                && outcome.status() < 500;
        return good ? Command.OK : Command.FAILED;
    }

    private void describe(RunReport report, Console console) {
        report.plan().ifPresent(plan -> {
            console.tell("script: " + plan.script().file());
            console.tell("directory: " + plan.spec().directory());
            console.tell("profile: " + plan.spec().profile().name() + ", user " + report.user());
            plan.spec()
                    .environment()
                    .forEach((name, value) ->
                            console.tell("environment: " + Octets.toText(name) + "=" + Octets.toText(value)));
            plan.dropped().forEach(field -> console.tell("not passed on: " + field.name() + ": " + field.reason()));
        });
        report.stderrLines().forEach(line -> console.tell("stderr: " + line));
        console.tell("request id: " + report.id());
        console.tell("times: " + times(report.times()));
        console.tell("output: %d octets".formatted(report.output().bytes()));
        console.tell("end: " + report.exit().map(Object::toString).orElse("it lives on, or was ended"));
    }

    private static String times(RunTimes times) {
        var text = new ArrayList<String>();
        times.queued().ifPresent(t -> text.add("queued " + millis(t)));
        times.started().ifPresent(t -> text.add("started " + millis(t)));
        times.firstOctet().ifPresent(t -> text.add("first octet " + millis(t)));
        times.ended().ifPresent(t -> text.add("ended " + millis(t)));
        return String.join(", ", text);
    }

    private static String millis(Duration time) {
        return "%.1f ms".formatted(time.toNanos() / 1e6);
    }
}

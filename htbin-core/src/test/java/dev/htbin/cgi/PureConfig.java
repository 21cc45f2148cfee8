package dev.htbin.cgi;

import dev.htbin.process.Child;
import dev.htbin.process.LaunchSpec;
import dev.htbin.process.Launcher;
import dev.htbin.process.Profile;
import dev.htbin.process.RunsAs;
import dev.htbin.process.Stdin;
import java.util.LinkedHashMap;
import java.util.List;

/** The documented defaults over a host that starts nothing: what is tested with it is pure, or fails. */
final class PureConfig {
    private PureConfig() {}

    static CgiConfig defaults() {
        var environment = new LinkedHashMap<String, String>();
        environment.put("PATH", CgiConfig.DEFAULT_PATH);
        var host = new ScriptHost(new StartsNothing());
        return new CgiConfig(List.of("/cgi-bin", "/htbin"), List.of(), environment, CgiLimits.defaults(), host);
    }

    private static final class StartsNothing implements Launcher {
        @Override
        public Stdin newStdin() {
            throw new AssertionError("newStdin() was called");
        }

        @Override
        public Child launch(LaunchSpec spec, Stdin stdin) {
            throw new AssertionError("launch(%s) was called".formatted(spec));
        }

        @Override
        public RunsAs runsAs(Profile profile) {
            return new RunsAs("nobody", 65534, 65534, List.of());
        }

        @Override
        public String name() {
            return "nothing";
        }

        @Override
        public void close() {}
    }
}

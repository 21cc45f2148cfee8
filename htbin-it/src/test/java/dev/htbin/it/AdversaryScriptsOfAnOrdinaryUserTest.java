package dev.htbin.it;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;

/** The server of an ordinary user, also where root runs the tests: its scripts have its own uid, so that nothing but their confinement is between them. */
class AdversaryScriptsOfAnOrdinaryUserTest extends AdversaryScripts {
    private static final List<String> USER = List.of("setpriv", "--reuid=daemon", "--regid=daemon", "--clear-groups");

    @TempDir
    static Path product;

    @Override
    RunningHtbin start(Site site, Map<String, String> environment, List<String> options) throws Exception {
        if (!ROOT) {
            Programs.leaveOut("the ordinary user beside root", "the tests run as one already");
        }
        Programs.require("the ordinary user beside root", "setpriv");
        var words = new ArrayList<>(List.of("--cgi", "--directory", site.root().toString()));
        words.addAll(options);
        words.add("0");
        ProcessBuilder command = Installation.in(product).command(USER, words.toArray(String[]::new));
        command.environment().putAll(environment);
        return RunningHtbin.started(command);
    }

    @Override
    boolean limitsProcesses() {
        return false;
    }
}

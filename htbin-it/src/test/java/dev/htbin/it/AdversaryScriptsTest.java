package dev.htbin.it;

import java.util.List;
import java.util.Map;

/** The server of whoever runs the tests: as root, its scripts are another user's; as another user, they are its own. */
class AdversaryScriptsTest extends AdversaryScripts {
    @Override
    RunningHtbin start(Site site, Map<String, String> environment, List<String> options) throws Exception {
        ProcessBuilder command = RunningHtbin.command(site, List.of(), options.toArray(String[]::new));
        command.environment().putAll(environment);
        return RunningHtbin.started(command);
    }
}

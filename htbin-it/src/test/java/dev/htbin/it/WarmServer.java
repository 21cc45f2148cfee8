package dev.htbin.it;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** A server with warm interpreters, and what can be seen of them from outside. */
final class WarmServer {
    private WarmServer() {}

    /** Returns the processes of interpreters that serve a script, as their command lines tell, which forks of them share. */
    static List<ProcessHandle> processes(String script) {
        try (Stream<ProcessHandle> all = ProcessHandle.allProcesses()) {
            return all.filter(process -> arguments(process).anyMatch(argument -> argument.endsWith("warm:" + script)))
                    .toList();
        }
    }

    /** Returns the processes of a server's interpreters that serve a script. */
    static List<ProcessHandle> interpreters(RunningHtbin htbin, String script) {
        return processes(script).stream()
                .filter(process -> process.parent().map(ProcessHandle::pid).orElse(0L) == htbin.pid())
                .toList();
    }

    /** Requests a script until an interpreter serves it. */
    static void warmUp(RunningHtbin htbin, Site site, String name) throws Exception {
        String ready = site.scripts().resolve(name) + ": warm, process ";
        htbin.get("/cgi-bin/" + name);
        RunningHtbin.eventually(
                name + " is warm: " + htbin.log(), () -> htbin.log().contains(ready));
    }

    /** Ends a process so that it can do nothing about it. */
    static void kill(ProcessHandle process) throws Exception {
        Run.of(Path.of("/"), Map.of(), new byte[0], "kill", "-KILL", Long.toString(process.pid()));
    }

    private static Stream<String> arguments(ProcessHandle process) {
        // ProcessHandle cuts long command lines, and Ruby writes its own.
        try {
            byte[] line = Files.readAllBytes(Path.of("/proc", Long.toString(process.pid()), "cmdline"));
            return Stream.of(new String(line, StandardCharsets.UTF_8)
                    .replaceAll("[\0 ]+$", "")
                    .split("\0", -1));
        } catch (IOException e) {
            return Stream.empty();
        }
    }
}

package dev.htbin.process.warm;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.htbin.process.Child;
import dev.htbin.process.LaunchSpec;
import dev.htbin.process.Launcher;
import dev.htbin.process.LauncherConfig;
import dev.htbin.process.Profile;
import dev.htbin.process.Profile.Kind;
import dev.htbin.process.Run;
import dev.htbin.process.WarmState.Phase;
import dev.htbin.process.posix.PosixLauncher;
import dev.htbin.process.posix.WarmProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Process test: scripts that try to poison the interpreter that they are forks of, or that another one is to be a fork of. The next request is clean. */
@Timeout(300)
class WarmAdversaryTest extends WarmFixture {
    /** So many that every warden has started some. */
    private static final int RUNS = 12;

    private static final String ATTACK = """
            import ctypes, os, resource, sys
            pid = int(sys.argv[1])
            libc = ctypes.CDLL(None, use_errno=True)
            def attempt(name, act):
                try: act()
                except OSError: return
                print('hole:', name)
            def call(*arguments):
                if libc.syscall(*arguments) < 0: raise OSError(ctypes.get_errno(), 'refused')
            def read(name): open('/proc/%d/%s' % (pid, name), 'rb').read(1)
            for number in (0, 28): attempt('signal %d' % number, lambda: os.kill(pid, number))
            for name in ('maps', 'environ', 'auxv', 'stack'): attempt(name, lambda: read(name))
            attempt('mem', lambda: open('/proc/%d/mem' % pid, 'rb+').close())
            for number in range(4):
                attempt('descriptor %d' % number, lambda: os.readlink('/proc/%d/fd/%d' % (pid, number)))
            attempt('its program', lambda: os.close(os.open('/proc/%d/fd/0' % pid, os.O_RDWR)))
            attempt('root', lambda: os.listdir('/proc/%d/root/' % pid))
            attempt('ptrace', lambda: call(117 if os.uname().machine == 'aarch64' else 101, 16, pid, None, None))
            attempt('limits', lambda: resource.prlimit(pid, resource.RLIMIT_CPU, (1, 1)))
            attempt('getfd', lambda: call(438, os.pidfd_open(pid), 3, 0))
            for name in os.listdir('/proc/self/fd'):
                try: target = os.readlink('/proc/self/fd/' + name)
                except OSError: continue
                if target.startswith('socket:'): print('hole: a socket of its interpreter')
            print('done')
            """;

    private @Nullable PosixLauncher posix;

    @Override
    protected Launcher start() throws IOException {
        var profiles = new LinkedHashSet<>(List.of(Profile.standard(), Profile.of(Kind.OPEN)));
        var started = PosixLauncher.start(LauncherConfig.defaults().withProfiles(profiles));
        posix = started;
        return WarmLauncher.over(started, config());
    }

    @BeforeEach
    void assumeScopes() {
        String confinement = launcher.runsAs(Profile.standard()).confinement().toString();
        assumeFalse(confinement.contains("Missing: "), confinement);
    }

    @Test
    void aForkReachesNotItsInterpreter() throws Exception {
        Path script = program("attack.py", "/usr/bin/python3", ATTACK);
        warmUp(warm(spec(script, "1")));
        for (int i = 0; i < 3; i++) {
            until(() -> state(script).phase() == Phase.READY);
            long interpreter = state(script).pid();
            Run run = run(warm(spec(script, Long.toString(interpreter))));
            assertEquals("done\n", run.output(), run::error);
        }
    }

    /** No domain is in the way there, but the interpreter has closed itself. */
    @Test
    void anInterpreterThatNothingConfinesCanNotBeReadOrWritten() throws Exception {
        Path script = program("attack.py", "/usr/bin/python3", ATTACK);
        LaunchSpec plain = spec(script, "1");
        var open = new LaunchSpec(
                script, plain.arguments(), plain.environment(), plain.directory(), Profile.of(Kind.OPEN));
        warmUp(warm(open));
        var attack = new LaunchSpec(
                script,
                List.of(script.toString(), Long.toString(state(script).pid())),
                plain.environment(),
                plain.directory(),
                Profile.of(Kind.OPEN));
        String found = run(warm(attack)).output().replaceAll("hole: (signal [0-9]+|limits)\n", "");
        assertEquals("done\n", found);
    }

    @Test
    void nobodyReachesAnInterpreterThatStarts() throws Exception {
        Path script = program("attack.py", "/usr/bin/python3", ATTACK);
        Path perl = program("attack.pl", "/usr/bin/perl", """
                print "hole: signal\\n" if kill 0, $ARGV[0];
                print "hole: environ\\n" if open(my $f, '<', "/proc/$ARGV[0]/environ") && defined <$f>;
                print "done\\n";
                """);
        Path ruby = program("attack.rb", "/usr/bin/ruby", """
                begin; Process.kill(0, ARGV[0].to_i); puts "hole: signal"; rescue SystemCallError; end
                begin; File.binread("/proc/#{ARGV[0]}/environ"); puts "hole: environ"; rescue SystemCallError; end
                puts "done"
                """);
        List<Path> scripts = new ArrayList<>(List.of(script, perl));
        if (Files.exists(Path.of("/usr/bin/ruby"))) {
            scripts.add(ruby);
        }
        for (Path each : scripts) {
            warmUp(warm(spec(each, "1")));
        }
        // It is as open as an interpreter is until it has closed itself.
        var starting =
                new LaunchSpec(Path.of("/usr/bin/python3"), List.of("python3", "-"), environment(), Path.of("/"));
        try (WarmProcess open =
                requireNonNull(posix).startWarm(starting, "import time\ntime.sleep(600)\n".getBytes(US_ASCII))) {
            String pid = Long.toString(open.child().pid());
            for (Path each : scripts) {
                for (int i = 0; i < RUNS; i++) {
                    assertEquals("done\n", run(spec(each, pid)).output(), "cold " + each);
                }
                try (Child child = launchWarm(warm(spec(each, pid)), new byte[0])) {
                    assertEquals("done\n", Run.toEnd(child).output(), "warm " + each);
                }
            }
        }
    }

    @Test
    void filesBesideAScriptCountAsTheyDoWithoutAnInterpreter() throws Exception {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxrwxrwx"));
        Path script = program("uses.py", "/usr/bin/python3", """
                import sys, json, os, py_compile
                print(json.dumps([1]), json.__file__)
                if sys.argv[1] == 'poison':
                    with open('json.py', 'w') as f: f.write("def dumps(x): return 'poison'\\n")
                    py_compile.compile('json.py')
                if sys.argv[1] == 'clean':
                    os.unlink('json.py')
                """);
        warmUp(warm(spec(script, "look")));
        String clean = run(spec(script, "look")).output();
        assertEquals(clean, runWarm(warm(spec(script, "look")), new byte[0]).output());
        assertEquals(clean, run(warm(spec(script, "poison"))).output());
        String poisoned = run(spec(script, "look")).output();
        assertEquals("poison " + directory.resolve("json.py") + "\n", poisoned);
        for (int i = 0; i < 3; i++) {
            assertEquals(poisoned, run(warm(spec(script, "look"))).output());
        }
        assertEquals(poisoned, run(warm(spec(script, "clean"))).output());
        for (int i = 0; i < 3; i++) {
            assertEquals(clean, run(warm(spec(script, "look"))).output());
        }
    }

    @Test
    void filesBesideAScriptThatCanNotBeImportedDoNotCount() throws Exception {
        file("json.rb", "", "rw-r--r--");
        file("json", "", "rw-r--r--");
        Path script = program("uses.py", "/usr/bin/python3", "import json\nprint(json.dumps([1]))");
        warmUp(warm(spec(script)));
        until(() -> {
            runWarm(warm(spec(script)), new byte[0]);
            return state(script).modules().contains("json");
        });
        for (int i = 0; i < 3; i++) {
            assertEquals("[1]\n", runWarm(warm(spec(script)), new byte[0]).output());
        }
    }

    @Test
    void anInterpreterThatIsStoppedOrKilledIsReplaced() throws Exception {
        Path script = program("plain.py", "/usr/bin/python3", "print('plain')");
        LaunchSpec spec = warm(spec(script));
        for (String signal : List.of("STOP", "KILL", "INT", "USR1")) {
            run(spec);
            until(() -> state(script).phase() == Phase.READY);
            runWarm(spec, new byte[0]);
            new ProcessBuilder("kill", "-" + signal, Long.toString(state(script).pid()))
                    .start()
                    .waitFor();
            for (int i = 0; i < 3; i++) {
                assertEquals("plain\n", run(spec).output(), signal);
            }
        }
    }
}

package dev.htbin.process.warm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.htbin.process.Child;
import dev.htbin.process.LaunchSpec;
import dev.htbin.process.Run;
import dev.htbin.process.Warmth;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.SequencedMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Process test: how interpreters fork, by a system call or by the C library. */
@Timeout(120)
class WarmForkTest extends WarmFixture {
    /** Leaves a mark in each process that the C library has forked. */
    private static final String MARKS_FORKS = """
            #include <pthread.h>
            #include <stdlib.h>
            static void mark(void) { setenv("FORKED", "1", 1); }
            __attribute__((constructor)) static void begin(void) { pthread_atfork(NULL, NULL, mark); }
            """;

    private static final String MARKS_ENDS = """
            #include <unistd.h>
            __attribute__((destructor)) static void end(void) { write(1, "end\\n", 4); }
            """;

    private static final String PYTHON = """
            import os
            print(os.getppid(), flush=True)
            os.execv('/bin/sh', ['sh', '-c', 'echo "${FORKED-no}"'])
            """;

    private static final String PERL = """
            $| = 1;
            print getppid(), "\\n";
            exec '/bin/sh', '-c', 'echo "${FORKED-no}"';
            """;

    @Test
    void forksAreTheServersOwnChildren() throws Exception {
        for (Path script : scripts()) {
            LaunchSpec spec = warm(spec(script));
            warmUp(spec);
            for (int i = 0; i < 3; i++) {
                assertEquals(own() + "\nno\n", runWarm(spec, new byte[0]).output(), script.toString());
            }
        }
    }

    @Test
    void aLibraryThatWantsToKnowOfForksDoes() throws Exception {
        Path library = library(MARKS_FORKS);
        for (Path script : scripts()) {
            LaunchSpec spec = with(library, script);
            warmUp(spec);
            for (int i = 0; i < 3; i++) {
                assertEquals(own() + "\n1\n", runWarm(spec, new byte[0]).output(), script.toString());
            }
        }
    }

    @Test
    void aLibraryThatHasSomethingToDoAtTheEndDoesIt() throws Exception {
        Path library = library(MARKS_ENDS);
        for (Path script : List.of(
                program("end.py", "/usr/bin/python3", "print(1)"),
                program("end.pl", "/usr/bin/perl", "print qq{1\\n};"))) {
            LaunchSpec spec = with(library, script);
            warmUp(spec);
            assertEquals("1\nend\n", runWarm(spec, new byte[0]).output(), script.toString());
        }
    }

    /** More at once than pipes are made at once; each is told from the others. */
    @Test
    void manyAtOnceAreEachServed() throws Exception {
        Path script = program("many.py", "/usr/bin/python3", "import sys\nprint(sys.argv[1], sys.stdin.read())");
        warmUp(warm(spec(script, "x")));
        List<Child> running = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            running.add(launchWarm(warm(spec(script, Integer.toString(i))), octets("body " + i)));
        }
        for (int i = 0; i < running.size(); i++) {
            try (Child child = running.get(i)) {
                assertEquals("%d body %d\n".formatted(i, i), Run.toEnd(child).output());
            }
        }
    }

    private List<Path> scripts() throws Exception {
        return List.of(program("forked.py", "/usr/bin/python3", PYTHON), program("forked.pl", "/usr/bin/perl", PERL));
    }

    private static long own() {
        return ProcessHandle.current().pid();
    }

    private LaunchSpec with(Path library, Path script) {
        SequencedMap<String, String> variables = environment();
        variables.put("LD_PRELOAD", library.toString());
        var lasting = new Warmth(new LinkedHashSet<>(List.of("PATH", "LD_PRELOAD")), modules);
        return spec(script).withEnvironment(variables).withWarmth(lasting);
    }

    private Path library(String text) throws Exception {
        boolean required = "all".equals(System.getProperty("htbin.require")) || "true".equals(System.getenv("CI"));
        assumeTrue(required || Files.isExecutable(Path.of("/usr/bin/cc")), "no /usr/bin/cc to compile a library with");
        Path source = file("marks.c", text, "rw-r--r--");
        Path library = directory.resolve("marks.so");
        Process cc = new ProcessBuilder(
                        "/usr/bin/cc", "-shared", "-fPIC", "-pthread", "-o", library.toString(), source.toString())
                .redirectErrorStream(true)
                .redirectOutput(Redirect.INHERIT)
                .start();
        assertEquals(0, cc.waitFor());
        return library;
    }
}

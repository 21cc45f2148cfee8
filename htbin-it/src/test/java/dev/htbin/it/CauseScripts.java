package dev.htbin.it;

import dev.htbin.cgi.Cause;
import dev.htbin.cgi.Concurrency;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** For every cause a real script that fails of it. */
final class CauseScripts {
    /** Sets a scene up. */
    interface Arrangement {
        void arrange(CauseScene scene) throws Exception;
    }

    static final Map<Cause, Arrangement> ALL = all();

    private CauseScripts() {}

    private static Map<Cause, Arrangement> all() {
        var all = new EnumMap<Cause, Arrangement>(Cause.class);
        ofTheName(all);
        ofTheFile(all);
        ofThePrograms(all);
        ofTheOutput(all);
        ofTheFields(all);
        ofTheEnd(all);
        ofTheLimits(all);
        ofStandardError(all);
        return all;
    }

    private static void ofTheName(Map<Cause, Arrangement> all) {
        all.put(Cause.NOT_THERE, scene -> {});
        all.put(Cause.HIDDEN_NAME, scene -> scene.asking("/cgi-bin/.x"));
        all.put(Cause.OTHER_EXTENSION, scene -> {
            scene.shell(":").site().file("lib/x.cgi.bak", "");
            scene.with(scene.config().withExtensions(List.of(".cgi"))).asking("/lib/x.cgi.bak/y.cgi");
        });
        all.put(Cause.SPELLED_OTHERWISE, CauseScripts::spelledOtherwise);
        all.put(
                Cause.DANGLING_LINK,
                scene -> Files.createSymbolicLink(scene.site().scripts().resolve("x"), Path.of("/nowhere")));
        all.put(
                Cause.DIRECTORY,
                scene -> Files.createDirectory(scene.site().scripts().resolve("x")));
        all.put(
                Cause.OUTSIDE,
                scene -> Files.createSymbolicLink(scene.site().scripts().resolve("x"), Path.of("/bin/true")));
        all.put(Cause.NO_REGULAR_FILE, scene -> fifo(scene.site().scripts().resolve("x")));
        all.put(Cause.UNREACHABLE, scene -> {
            Path closed = Files.createDirectory(scene.site().scripts().resolve("closed"));
            scene.shell(":").asking("/cgi-bin/closed/x");
            Files.move(scene.site().scripts().resolve("x"), closed.resolve("x"));
            scene.mode(closed, Programs.root() ? "rwx------" : "rw-------")
                    .atTheEnd(() -> scene.mode(closed, "rwx------"));
        });
    }

    private static void ofTheFile(Map<Cause, Arrangement> all) {
        all.put(
                Cause.NOT_EXECUTABLE,
                scene -> scene.shell(":").mode(scene.site().scripts().resolve("x"), "rw-r--r--"));
        all.put(Cause.OWNER_OR_MODE, scene -> {
            Programs.requireRoot("a script that its user may execute but not read");
            scene.shell("echo never").mode(scene.site().scripts().resolve("x"), "rwx--x--x");
        });
        all.put(Cause.EMPTY_FILE, scene -> scene.script(""));
        all.put(Cause.BYTE_ORDER_MARK, scene -> scene.script("\u00EF\u00BB\u00BF#!/bin/sh\necho\n"));
        all.put(Cause.CRLF, scene -> scene.script("#!/bin/sh\r\necho\r\n"));
        all.put(Cause.NO_INTERPRETER_LINE, scene -> scene.script("print('Content-Type: text/plain')\n"));
        all.put(Cause.NO_INTERPRETER_NAMED, scene -> scene.script("#!\necho\n"));
        all.put(Cause.RELATIVE_INTERPRETER, scene -> scene.script("#!python3\nprint()\n"));
        all.put(Cause.NO_INTERPRETER, scene -> scene.script("#!/usr/local/bin/perl99\nprint 1;\n"));
        all.put(Cause.INTERPRETER_NOT_EXECUTABLE, scene -> scene.script("#!/etc/passwd\n"));
        all.put(Cause.NOT_STARTED, scene -> scene.program(new byte[] {1, 2, 3, 4}));
    }

    private static void ofThePrograms(Map<Cause, Arrangement> all) {
        all.put(Cause.OTHER_ARCHITECTURE, scene -> {
            ByteBuffer program = ByteBuffer.allocate(256).order(ByteOrder.BIG_ENDIAN);
            program.putInt(0, 0x7F454C46).put(4, (byte) 2).put(5, (byte) 2).put(6, (byte) 1);
            program.putShort(16, (short) 2).putShort(18, (short) 2);
            scene.program(program.array());
        });
        all.put(Cause.NO_LOADER, scene -> {
            String program = Files.readString(Path.of("/bin/true"), StandardCharsets.ISO_8859_1);
            scene.program(program.replace("/ld-linux", "/no-linux").getBytes(StandardCharsets.ISO_8859_1));
        });
        all.put(Cause.BUSY_FILE, scene -> {
            scene.program(Files.readAllBytes(Path.of("/bin/true")));
            scene.atTheEnd(FileChannel.open(scene.site().scripts().resolve("x"), StandardOpenOption.WRITE));
        });
        all.put(Cause.NO_EXEC_MOUNT, CauseScripts::noExecMount);
        all.put(
                Cause.TOO_LONG,
                scene -> scene.shell("echo").with(scene.config().withVariable("LONG", "x".repeat(200_000))));
        all.put(Cause.EXHAUSTED, scene -> {
            Programs.requireRoot("a user without processes");
            scene.shell("echo");
            String before = processesOfThisProcess();
            scene.atTheEnd(() -> setProcessesOfThisProcess(before));
            setProcessesOfThisProcess("0");
        });
        all.put(Cause.NO_SPACE, CauseScripts::noSpace);
        all.put(Cause.TOO_MANY, scene -> {
            scene.with(Concurrency.of(1, 0)).shell("echo");
            occupy(scene);
        });
        all.put(Cause.QUEUE_TIME, scene -> {
            scene.with(Concurrency.of(1, 1).withLongestWait(Duration.ofMillis(50)))
                    .shell("echo");
            occupy(scene);
        });
    }

    private static void ofTheOutput(Map<Cause, Arrangement> all) {
        all.put(Cause.NO_OUTPUT, scene -> scene.shell(":"));
        all.put(Cause.NO_BLANK_LINE, scene -> scene.shell("echo Content-Type: text/plain"));
        all.put(Cause.NO_FIELD_LINE, scene -> scene.shell("echo 'hello, world'; echo Content-Type: text/plain; echo"));
        all.put(
                Cause.CONTROL_CHARACTER,
                scene -> scene.shell("printf 'Content-Type: text/plain\\nX-A: b\\000c\\n\\nhello'"));
        all.put(Cause.FOLDED_LINE, scene -> scene.shell("printf 'X-A: b\\n c\\n\\nhello'"));
        all.put(
                Cause.HEAD_TOO_LONG,
                scene -> scene.shell("printf 'X-A: '; head -c 1000000 /dev/zero | tr '\\0' x; printf '\\n\\n'"));
        all.put(Cause.NO_FIELDS, scene -> scene.shell("printf '\\n<html>hello'"));
        all.put(Cause.NO_STATUS_LINE, scene -> {
            scene.asking("/cgi-bin/nph-x").site().script("nph-x", "#!/bin/sh\nprintf 'Content-Type: a/b\\n\\n'\n");
        });
        all.put(Cause.STATUS_LINE, scene -> scene.shell("printf 'HTTP/1.1 200 OK\\nContent-Type: a/b\\n\\n'"));
    }

    private static void ofTheFields(Map<Cause, Arrangement> all) {
        all.put(Cause.SECOND_FIELD, scene -> scene.shell("printf 'Content-Type: a/b\\nContent-Type: a/c\\n\\n'"));
        all.put(Cause.BAD_STATUS, scene -> scene.shell("printf 'Status: OK\\n\\n'"));
        all.put(Cause.BAD_LENGTH, scene -> scene.shell("printf 'Content-Length: five\\n\\n'"));
        all.put(
                Cause.LENGTH_MISMATCH,
                scene -> scene.shell("printf 'Location: http://localhost/\\nContent-Length: 5\\n\\n'"));
        all.put(Cause.TRANSFER_ENCODING, scene -> scene.shell("printf 'Transfer-Encoding: chunked\\n\\n'"));
        all.put(Cause.BAD_LOCATION, scene -> scene.shell("printf 'Location: /../x\\n\\n'"));
        all.put(Cause.REDIRECT_LOOP, scene -> scene.shell("printf 'Location: /cgi-bin/x\\n\\n'"));
    }

    private static void ofTheEnd(Map<Cause, Arrangement> all) {
        all.put(Cause.KILLED, scene -> scene.shell("kill -SEGV $$"));
        all.put(Cause.FAILED, scene -> scene.shell("exit 3"));
        all.put(Cause.NO_FIRST_OCTET, scene -> {
            scene.with(scene.config().withLimits(scene.config().limits().withScriptTimeout(Duration.ofMillis(200))));
            scene.shell("sleep 60");
        });
        all.put(Cause.SILENT, scene -> {
            scene.with(scene.config().withLimits(scene.config().limits().withScriptTimeout(Duration.ofMillis(500))));
            scene.shell("printf Content-; sleep 60");
        });
        all.put(Cause.TOTAL_TIME, scene -> {
            scene.with(scene.config().withLimits(scene.config().limits().withTotal(Duration.ofMillis(200))));
            scene.shell("sleep 60");
        });
        all.put(Cause.OTHER_SYSTEM_CALLS, CauseScripts::otherSystemCalls);
        all.put(Cause.DENIED, scene -> {
            scene.with(CauseScene.READONLY);
            scene.shell(
                    "set -e\necho x > '%s/kept'\necho".formatted(scene.site().data()));
        });
    }

    /** Limits are set a moment after the start, so what meets them goes on until it does. */
    private static void ofTheLimits(Map<Cause, Arrangement> all) {
        all.put(Cause.PROCESSOR_LIMIT, scene -> scene.with(CauseScene.LIMITED).shell("while :; do :; done"));
        all.put(Cause.FILE_SIZE_LIMIT, scene -> {
            scene.with(CauseScene.LIMITED);
            scene.shell("exec head -c 10G /dev/zero > '%s/large'"
                    .formatted(scene.site().data()));
        });
        all.put(Cause.MEMORY, scene -> scene.with(CauseScene.LIMITED).script("#!/usr/bin/python3\nx = 'a' * 10**10\n"));
        all.put(Cause.PROCESS_LIMIT, scene -> {
            Programs.requireRoot("processes of a user that only scripts run as");
            scene.with(CauseScene.ALONE).shell("while :; do sleep 0; done");
        });
        all.put(
                Cause.DESCRIPTOR_LIMIT,
                scene -> scene.with(CauseScene.LIMITED)
                        .script("#!/usr/bin/python3\nfiles = [open('/dev/null') for i in range(100)]\n"));
        all.put(Cause.DISK_FULL, scene -> scene.shell("cat /etc/passwd > /dev/full || exit 1"));
    }

    private static void ofStandardError(Map<Cause, Arrangement> all) {
        all.put(
                Cause.PYTHON_MODULE_REMOVED,
                scene -> scene.script("#!/usr/bin/python3\nimport sys\nsys.path.clear()\nimport cgi\n"));
        all.put(Cause.PYTHON_MODULE_MISSING, scene -> scene.script("#!/usr/bin/python3\nimport htbin.nothing\n"));
        all.put(Cause.PYTHON_ERROR, scene -> scene.script("#!/usr/bin/python3\nprint(undefined)\n"));
        all.put(Cause.PERL_MODULE_MISSING, scene -> scene.script("#!/usr/bin/perl\nuse Htbin::Nothing;\n"));
        all.put(Cause.PERL_ERROR, scene -> scene.script("#!/usr/bin/perl\nuse strict;\nmy $x = undef_function(1);\n"));
        all.put(Cause.COMMAND_MISSING, scene -> scene.shell("no-such-command"));
        all.put(
                Cause.PHP_ERROR,
                scene -> scene.shell(
                                "SCRIPT_FILENAME=x.php exec php-cgi -q -n -d display_errors=0 -d log_errors=1 > /dev/null")
                        .site()
                        .script("x.php", "<?php throw new Exception('no');"));
        all.put(Cause.RUBY_ERROR, scene -> scene.script("#!/usr/bin/ruby\nputs undefined_name\n"));
        all.put(Cause.SHELL_SYNTAX, scene -> scene.shell("if true; then"));
    }

    private static void spelledOtherwise(CauseScene scene) throws Exception {
        scene.shell(":");
        Path file = scene.site().scripts().resolve("x");
        Path other = scene.site().scripts().resolve("X");
        if (!Files.exists(other)) {
            Programs.leaveOut("names that are spelled otherwise", "the file system tells upper from lower case");
        }
        scene.asking("/cgi-bin/" + other.getFileName()).mode(file, "rwxr-xr-x");
    }

    private static void noExecMount(CauseScene scene) throws Exception {
        Path mount = mounted(scene, scene.site().scripts(), "noexec,mode=755");
        scene.shell(":").asking("/cgi-bin/mount/x");
        Files.move(scene.site().scripts().resolve("x"), mount.resolve("x"));
        scene.mode(mount.resolve("x"), "rwxr-xr-x");
    }

    /** Has a script's private temporary directory be made where there is no room for one more. */
    private static void noSpace(CauseScene scene) throws Exception {
        Path mount = mounted(scene, scene.site().root(), "nr_inodes=8,mode=1777");
        String before = System.getProperty("java.io.tmpdir");
        System.setProperty("java.io.tmpdir", mount.toString());
        try {
            scene.with(Concurrency.defaults()).with(CauseScene.READONLY).shell("echo");
        } finally {
            System.setProperty("java.io.tmpdir", before);
        }
        try {
            for (int i = 0; i < 8; i++) {
                Files.createFile(mount.resolve("taken" + i));
            }
            throw new AssertionError("there is room in " + mount);
        } catch (FileSystemException e) {
            // No space is left.
        }
    }

    private static Path mounted(CauseScene scene, Path folder, String options) throws Exception {
        Programs.requireRoot("a file system of its own");
        Path mount = Files.createDirectory(folder.resolve("mount"));
        var command = new String[] {"mount", "-t", "tmpfs", "-o", options, "none", mount.toString()};
        Run run = Run.of(folder, Map.of(), new byte[0], command);
        if (run.status() != 0) {
            Programs.leaveOut("a file system of its own", run.errors());
        }
        scene.atTheEnd(() -> Run.of(folder, Map.of(), new byte[0], "umount", mount.toString())
                .good());
        return mount;
    }

    /** Makes a system call of x32. */
    private static void otherSystemCalls(CauseScene scene) throws Exception {
        Programs.require("system calls of another architecture", "gcc");
        if (!System.getProperty("os.arch").equals("amd64")) {
            Programs.leaveOut("system calls of another architecture", "this processor has one");
        }
        Path source = scene.site()
                .datum("x.c", "#include <unistd.h>\nint main(void) { return syscall(0x40000000 + 39) < 0; }");
        Path program = scene.site().scripts().resolve("x");
        Run.of(scene.site().data(), Map.of(), new byte[0], "gcc", "-o", program.toString(), source.toString())
                .good();
        scene.mode(program, "rwxr-xr-x");
    }

    private static void fifo(Path path) throws Exception {
        Run.of(Path.of("/"), Map.of(), new byte[0], "mkfifo", path.toString()).good();
    }

    private static String processesOfThisProcess() throws IOException {
        try (var limits = Files.lines(Path.of("/proc/self/limits"))) {
            return limits.filter(line -> line.startsWith("Max processes"))
                    .map(line -> line.split("\\s+", -1)[2])
                    .findFirst()
                    .orElseThrow();
        }
    }

    private static void setProcessesOfThisProcess(String most) throws Exception {
        Programs.require("a user without processes", "prlimit");
        String self = Long.toString(ProcessHandle.current().pid());
        Run.of(Path.of("/"), Map.of(), new byte[0], "prlimit", "--pid", self, "--nproc=" + most + ":")
                .good();
    }

    /** Has the one place taken by a script that runs until the end of the scene. */
    private static void occupy(CauseScene scene) throws Exception {
        Path begun = scene.site().fifo("begun");
        Path end = scene.site().fifo("end");
        scene.site().script("occupies", "#!/bin/sh\necho > '%s'\nread line < '%s'\necho\n".formatted(begun, end));
        scene.beforeAsking("/cgi-bin/occupies", () -> {
            try {
                CompletableFuture.supplyAsync(() -> read(begun)).get(30, TimeUnit.SECONDS);
            } catch (InterruptedException | ExecutionException | TimeoutException e) {
                throw new AssertionError("the script that comes first did not begin", e);
            }
        });
        scene.atTheEnd(() -> Files.writeString(end, "yes\n"));
    }

    private static String read(Path fifo) {
        try {
            return Files.readString(fifo);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

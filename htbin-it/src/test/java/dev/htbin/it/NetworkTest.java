package dev.htbin.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** End to end: TLS and HTTP/2 by curl, sockets and notices as systemd has them, by Python. */
@Timeout(300)
class NetworkTest {
    private static final Path KEYS = Product.home().resolve("htbin-jetty/src/test/resources/dev/htbin/jetty/tls");

    @TempDir
    private Path folder = Path.of("");

    @BeforeEach
    void needsPrograms() {
        Programs.require("network", "curl");
        Programs.require("network", "python3");
    }

    private String[] tls(String... more) throws Exception {
        Files.copy(KEYS.resolve("ec.crt"), folder.resolve("server.crt"), StandardCopyOption.REPLACE_EXISTING);
        Files.copy(KEYS.resolve("ec.key"), folder.resolve("server.key"), StandardCopyOption.REPLACE_EXISTING);
        var options = new java.util.ArrayList<>(List.of(
                "--tls-cert",
                folder.resolve("server.crt").toString(),
                "--tls-key",
                folder.resolve("server.key").toString()));
        options.addAll(List.of(more));
        return options.toArray(String[]::new);
    }

    private String curl(String... arguments) throws Exception {
        var words = new java.util.ArrayList<>(List.of("curl", "-sS", "--max-time", "60"));
        words.addAll(List.of(arguments));
        return Run.of(folder, Map.of(), new byte[0], words.toArray(String[]::new))
                .good()
                .text();
    }

    @Test
    void runsScriptsOverHttp2AndTls() throws Exception {
        Site site = Site.in(folder);
        site.script("env", "#!/bin/sh\nprintf 'Content-Type: text/plain\\n\\n'\nenv | sort\n");
        try (var htbin = RunningHtbin.on(
                site,
                tls(
                        "--tls-client-ca",
                        KEYS.resolve("ca.crt").toString(),
                        "--tls-client-optional",
                        "--access-log",
                        "common"))) {
            String url = "https://localhost:" + htbin.port() + "/cgi-bin/env";
            String authority = folder.resolve("server.crt").toString();
            String second = curl("--http2", "--cacert", authority, "-w", "version=%{http_version}", url);
            assertTrue(second.endsWith("version=2"), second);
            for (String line : List.of(
                    "SERVER_PROTOCOL=HTTP/2.0",
                    "HTTPS=on",
                    "HTTP_HOST=localhost:" + htbin.port(),
                    "SSL_PROTOCOL=TLSv1.3",
                    "SSL_CLIENT_VERIFY=NONE",
                    "SSL_SERVER_S_DN_CN=localhost")) {
                assertTrue(("\n" + second).contains("\n" + line + "\n"), second);
            }
            String first = curl(
                    "--http1.1",
                    "--cacert",
                    authority,
                    "--cert",
                    KEYS.resolve("ann.crt").toString(),
                    "--key",
                    KEYS.resolve("ann.key").toString(),
                    "--tls-max",
                    "1.2",
                    url);
            for (String line : List.of(
                    "SERVER_PROTOCOL=HTTP/1.1",
                    "AUTH_TYPE=CLIENT_CERT",
                    "REMOTE_USER=ann",
                    "SSL_CIPHER=ECDHE-ECDSA-AES256-GCM-SHA384",
                    "SSL_CLIENT_VERIFY=SUCCESS")) {
                assertTrue(("\n" + first).contains("\n" + line + "\n"), first);
            }
            for (String record : List.of(
                    " - - \\[.*] \"GET /cgi-bin/env HTTP/2.0\" 200 ",
                    " - ann \\[.*] \"GET /cgi-bin/env HTTP/1.1\" 200 ")) {
                RunningHtbin.eventually(
                        "the log says who",
                        () -> Pattern.compile(record).matcher(htbin.log()).find());
            }
        }
    }

    @Test
    void endsAScriptWhenItsStreamEndsBeforeIt() throws Exception {
        Site site = Site.in(folder);
        Path pid = site.fifo("silent.pid");
        site.script("silent", "#!/bin/sh\necho $$ > '%s'\nexec sleep 300\n".formatted(pid));
        try (var htbin = RunningHtbin.on(site, tls())) {
            Process curl = new ProcessBuilder(
                            "curl", "-sk", "--http2", "https://localhost:" + htbin.port() + "/cgi-bin/silent")
                    .start();
            ProcessHandle script = ProcessHandle.of(
                            Long.parseLong(Files.readString(pid).strip()))
                    .orElseThrow();
            curl.destroyForcibly();
            script.onExit().get(60, TimeUnit.SECONDS);
            RunningHtbin.eventually("the reason is logged", () -> htbin.log().contains("the client is gone"));
        }
    }

    @Test
    void servesOnSocketsThatAServiceManagerMadeAndTellsItWhenItIsReady() throws Exception {
        Site site = Site.in(folder);
        Path program = Files.writeString(folder.resolve("manager.py"), """
                import os, socket, sys, time
                folder, command = sys.argv[1], sys.argv[2:]
                unix, tcp = socket.socket(socket.AF_UNIX), socket.socket()
                unix.bind(folder + '/listen'); os.chmod(folder + '/listen', 0o777); unix.listen()
                tcp.bind(('127.0.0.1', 0)); tcp.listen()
                notices = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
                name = 'htbin-test-%d' % os.getpid()
                notices.bind('\\0' + name)
                ready, told = os.pipe()
                child = os.fork()
                if child == 0:
                    os.dup2(tcp.fileno(), 3 + 200); os.dup2(unix.fileno(), 4 + 200)
                    os.dup2(203, 3); os.dup2(204, 4)
                    os.closerange(5, 300)
                    os.environ.update(LISTEN_FDS='2', LISTEN_PID=str(os.getpid()), NOTIFY_SOCKET='@' + name)
                    os.execvp(command[0], command)
                notices.settimeout(120)
                print(notices.recv(100).decode(), tcp.getsockname()[1], flush=True)
                port = tcp.getsockname()[1]
                tcp.close(); unix.close()
                sys.stdin.readline()
                before = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
                os.kill(child, 1)
                reloading = dict(line.split('=') for line in notices.recv(200).decode().split('\\n'))
                after = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
                print(sorted(reloading), before <= int(reloading['MONOTONIC_USEC']) <= after, flush=True)
                print(notices.recv(100).decode(), flush=True)
                os.kill(child, 15)
                print(notices.recv(100).decode(), flush=True)
                print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
                """);
        Path configuration = Files.writeString(
                folder.resolve("htbin.toml"), "cgi = true\ndirectory = '%s'\n".formatted(site.root()));
        var command = Product.command(List.of(
                "python3",
                program.toString(),
                folder.toString(),
                Product.home().resolve("htbin").toString(),
                "--config",
                configuration.toString()));
        Process manager = command.redirectError(folder.resolve("err").toFile()).start();
        try (var out = manager.inputReader()) {
            String line = out.readLine();
            while (line != null && !line.startsWith("READY=1 ")) {
                line = out.readLine();
            }
            assertTrue(line != null, () -> "not ready: " + read(folder.resolve("err")));
            String port = line.substring("READY=1 ".length());
            assertEquals("hello from a script\n", curl("http://127.0.0.1:" + port + "/cgi-bin/hello"));
            assertEquals(
                    "hello from a script\n",
                    curl("--unix-socket", folder.resolve("listen").toString(), "http://any.example/cgi-bin/hello"));
            try (var in = manager.outputWriter()) {
                in.write("go on\n");
            }
            assertEquals("['MONOTONIC_USEC', 'RELOADING'] True", out.readLine());
            assertEquals("READY=1", out.readLine());
            assertEquals("STOPPING=1", out.readLine());
            assertEquals("0", out.readLine());
        } finally {
            manager.descendants().forEach(ProcessHandle::destroy);
            manager.destroy();
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (java.io.IOException e) {
            return e.toString();
        }
    }
}

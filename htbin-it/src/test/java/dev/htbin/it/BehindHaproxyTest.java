package dev.htbin.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** End to end: two servers behind Debian's HAProxy, with the configuration that operators are given. */
@Timeout(180)
class BehindHaproxyTest {
    private static final Pattern HEALTH = Pattern.compile("health +http://127\\.0\\.0\\.1:(\\d+)/");

    @TempDir
    Path folder;

    private Site site;
    private Instance a;
    private Instance b;
    private Haproxy haproxy;

    /** One of the two servers: when it is started again, it listens where it did. */
    private final class Instance {
        private final String name;
        private RunningHtbin htbin;
        private int port;
        private int health;

        Instance(String name) throws Exception {
            this.name = name;
            start();
        }

        void start() throws Exception {
            ProcessBuilder command = RunningHtbin.command(
                    site,
                    List.of(),
                    "--proxy-protocol",
                    "--trust-proxy",
                    "127.0.0.1",
                    "--health",
                    Integer.toString(health),
                    "--drain",
                    "3",
                    "--grace",
                    "30");
            command.command().set(command.command().size() - 1, Integer.toString(port));
            htbin = RunningHtbin.started(command);
            RunningHtbin.eventually(
                    "it says where the port for health is",
                    () -> HEALTH.matcher(htbin.log()).find());
            Matcher matcher = HEALTH.matcher(htbin.log());
            assertTrue(matcher.find());
            port = htbin.port();
            health = Integer.parseInt(matcher.group(1));
        }

        void restart() throws Exception {
            htbin.close();
            start();
            haproxy.awaitUp(name);
        }
    }

    @BeforeEach
    void start() throws Exception {
        Programs.require("HAProxy", Haproxy.PROGRAM);
        site = Site.in(folder);
        Path noted = site.datum("noted", "");
        site.script("noted", """
                #!/bin/sh
                echo "$QUERY_STRING" >> '%s'
                printf 'Content-Type: text/plain\\n\\n%%s\\n' "$QUERY_STRING"
                """.formatted(noted));
        a = new Instance("a");
        b = new Instance("b");
        haproxy = Haproxy.start(
                folder, Map.of("10.0.0.11:8000 port 9001", address(a), "10.0.0.12:8000 port 9001", address(b)));
        haproxy.awaitUp("a");
        haproxy.awaitUp("b");
    }

    private static String address(Instance instance) {
        return "127.0.0.1:%d port %d".formatted(instance.port, instance.health);
    }

    @AfterEach
    void stop() throws Exception {
        for (AutoCloseable running :
                new AutoCloseable[] {haproxy, a == null ? null : a.htbin, b == null ? null : b.htbin}) {
            if (running != null) {
                running.close();
            }
        }
    }

    @Test
    void scriptsSeeTheAddressOfTheClient() throws Exception {
        site.script("peer", """
                #!/bin/sh
                printf 'Content-Type: text/plain\\n\\n%s\\n' "$REMOTE_ADDR $REMOTE_PORT $SERVER_PORT"
                """);
        for (String from : List.of("127.0.0.2", "127.0.0.3")) {
            try (var client = RawClient.connect(from, haproxy.port())) {
                String answer = client.send(String.join(
                                "\r\n",
                                "GET /cgi-bin/peer HTTP/1.1",
                                "Host: localhost",
                                "Connection: close",
                                "X-Forwarded-For: 192.0.2.1",
                                "",
                                ""))
                        .readAll();
                assertEquals("%s %d %d\n".formatted(from, client.localPort(), haproxy.port()), RawClient.body(answer));
            }
        }
        assertEquals("", RawClient.ask(a.htbin, "GET", "/hello.txt"), "nobody gets around HAProxy");
    }

    @Test
    void restartsOneAfterTheOtherWithoutAFailedRequest() throws Exception {
        try (var clients = new SteadyClients(haproxy.port())) {
            for (Instance instance : List.of(a, b, a)) {
                clients.awaitAnswers(60);
                instance.restart();
            }
            clients.awaitAnswers(60);
            assertEquals(List.of(), clients.end(), haproxy.log());
            assertEachOnce(clients.posted());
        }
    }

    /** A GET that ran is made again by HAProxy. A POST that ran is lost, with 502, and not made again. Whatever else comes is served. */
    @Test
    void aKilledServerCostsWhatItRanAndNothingElse() throws Exception {
        Path ready = site.fifo("ready");
        site.script("held", """
                #!/bin/sh
                echo "$PPID $REQUEST_METHOD" > '%s'
                read word < "%s/go-$PPID"
                printf 'Content-Type: text/plain\\n\\n%%s\\n' "$word"
                """.formatted(ready, site.data()));
        try (var get = RawClient.connect("127.0.0.1", haproxy.port());
                var clients = SteadyClients.ofGet(haproxy.port())) {
            site.fifo("go-" + a.htbin.pid());
            site.fifo("go-" + b.htbin.pid());
            clients.awaitAnswers(60);
            get.send("GET /cgi-bin/held HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
            Instance first = held(ready, "GET");
            first.htbin.kill();
            Instance second = held(ready, "GET");
            assertTrue(first != second);
            release(second, "again");
            assertEquals("again\n", RawClient.body(get.readAll()));
            release(first, "too late");
            first.start();
            haproxy.awaitUp(first.name);
            site.fifo("go-" + first.htbin.pid());
            clients.awaitAnswers(60);
            assertEquals(List.of(), clients.end(), haproxy.log());
        }
        try (var post = RawClient.connect("127.0.0.1", haproxy.port())) {
            post.send("POST /cgi-bin/held HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\n\r\nbody");
            Instance ran = held(ready, "POST");
            ran.htbin.kill();
            assertEquals(502, RawClient.status(post.readAll()));
            release(ran, "too late");
            ran.start();
            haproxy.awaitUp(ran.name);
            // Had it been made again, it would be what is held first.
            try (var next = RawClient.connect("127.0.0.1", haproxy.port())) {
                site.fifo("go-" + ran.htbin.pid());
                next.send("GET /cgi-bin/held HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
                release(held(ready, "GET"), "next");
                assertEquals("next\n", RawClient.body(next.readAll()));
            }
        }
    }

    /** Waits until a script is held, and returns the server that runs it. */
    private Instance held(Path ready, String method) throws IOException {
        String[] words = Files.readString(ready).strip().split(" ", -1);
        assertEquals(method, words[1]);
        Instance found = Long.parseLong(words[0]) == a.htbin.pid() ? a : b;
        assertEquals(found.htbin.pid(), Long.parseLong(words[0]));
        return found;
    }

    private void release(Instance instance, String word) throws IOException {
        Files.writeString(site.data().resolve("go-" + instance.htbin.pid()), word + "\n");
    }

    private void assertEachOnce(List<String> posted) throws IOException {
        var times = new HashMap<String, Integer>();
        for (String line : Files.readAllLines(site.data().resolve("noted"))) {
            times.merge(line, 1, Integer::sum);
        }
        var wrong = new ArrayList<String>();
        for (String name : posted) {
            if (times.getOrDefault(name, 0) != 1) {
                wrong.add("%s: %d times".formatted(name, times.getOrDefault(name, 0)));
            }
        }
        assertEquals(List.of(), wrong);
    }
}

package dev.htbin.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** End to end: the pages of development mode, and the recordings, which {@code htbin replay} makes again. */
@Timeout(120)
class DevelopmentTest {
    private static final Pattern RUN = Pattern.compile("href=\"(/\\.htbin/run/[0-9a-f]+)\"");
    private static final Pattern ID = Pattern.compile("[0-9a-f]{16,32}");

    @TempDir
    static Path folder;

    private static Site site;
    private static Path records;
    private static RunningHtbin htbin;

    @BeforeAll
    static void start() throws Exception {
        site = Site.in(folder);
        site.script("bad", """
                #!/bin/sh
                echo '<script>alert("output")</script>'
                echo '<script>alert("error")</script>' >&2
                exit 3
                """);
        site.script("id", "#!/bin/sh\nprintf 'Content-Type: text/plain\\n\\n'\necho $UNIQUE_ID\n");
        site.script("cookie", "#!/bin/sh\nprintf 'Set-Cookie: a=hush-set\\nContent-Type: text/plain\\n\\n'\ncat\n");
        records = folder.resolve("records");
        htbin = RunningHtbin.on(site, "--dev", "--record", records.toString());
    }

    @AfterAll
    static void stop() throws Exception {
        if (htbin != null) {
            htbin.close();
        }
    }

    @Test
    void escapesWhatTheScriptAndTheRequestSay() throws Exception {
        String tag = "%3Cscript%3Ealert(1)%3C/script%3E";
        HttpResponse<byte[]> response = htbin.send(
                "GET",
                "/cgi-bin/bad/" + tag + "?q=" + tag,
                BodyPublishers.noBody(),
                "X-Evil",
                "<script>alert(2)</script>",
                "Referer",
                "http://x/\"><img src=x onerror=alert(3)>");
        String page = text(response);
        assertEquals(502, response.statusCode());
        for (String shown : List.of(
                "&lt;script&gt;alert(&quot;output&quot;)",
                "&lt;script&gt;alert(&quot;error&quot;)",
                "HTTP_X_EVIL<td>&lt;script&gt;alert(2)",
                "PATH_INFO<td>/&lt;script&gt;alert(1)",
                "&lt;img src=x onerror=alert(3)&gt;")) {
            assertTrue(page.contains(shown), () -> shown + " is not in " + page);
        }
        assertFalse(page.contains("<script>") || page.contains("<img"), page);
        String policy = response.headers().firstValue("Content-Security-Policy").orElseThrow();
        assertTrue(policy.startsWith("default-src 'none';"), policy);
        assertFalse(listed().isEmpty());
        for (String run : listed()) {
            assertFalse(text(htbin.get(run)).contains("<script>"), run);
        }
    }

    @Test
    void masksSecretsOnPagesAndInRecordings() throws Exception {
        HttpResponse<byte[]> response = htbin.post(
                "/cgi-bin/cookie?token=hush-query",
                "user=Ada&password=hush-form".getBytes(UTF_8),
                "Content-Type",
                "application/x-www-form-urlencoded",
                "Cookie",
                "session=hush-cookie",
                "X-Api-Key",
                "hush-key",
                "Authorization",
                "Basic hush-basic");
        assertTrue(text(response).contains("hush-form"), "the script itself sees all");
        String id = id(response);
        awaitStatus(200, "/.htbin/run/" + id);
        String page = text(htbin.get("/.htbin/run/" + id));
        String download = text(htbin.get("/.htbin/recording/" + id + ".json"));
        String file = Files.readString(recording(id));
        for (String seen : List.of(page, download, file)) {
            assertTrue(seen.contains("********"), seen);
            assertTrue(seen.contains("user=Ada"), seen);
            String head = seen.replace("user=Ada&password=hush-form", "");
            assertFalse(head.contains("hush-query"), seen);
            assertFalse(head.contains("hush-cookie"), seen);
            assertFalse(head.contains("hush-key"), seen);
            assertFalse(head.contains("hush-basic"), seen);
            assertFalse(head.contains("hush-set"), seen);
        }
    }

    @Test
    void recordingsAreForTheirOwnerAlone() throws Exception {
        Path recording = recording(id(htbin.get("/cgi-bin/id")));
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(recording)));
        assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(records)));
    }

    @Test
    void keepsTheLast50Runs() throws Exception {
        String first = id(htbin.get("/cgi-bin/id"));
        awaitStatus(200, "/.htbin/run/" + first);
        for (int i = 0; i < 50; i++) {
            htbin.get("/cgi-bin/id");
        }
        awaitStatus(404, "/.htbin/run/" + first);
        assertEquals(50, listed().size());
    }

    @Test
    void makesARequestAgainFromItsPageButNotFromAnothersPage() throws Exception {
        String id = id(htbin.get("/cgi-bin/id?again"));
        awaitStatus(200, "/.htbin/run/" + id);
        HttpResponse<byte[]> again = htbin.post("/.htbin/replay/" + id, new byte[0]);
        assertEquals(200, again.statusCode());
        assertFalse(text(again).contains(id), "it has an identifier of its own");
        HttpResponse<byte[]> foreign = htbin.post("/.htbin/replay/" + id, new byte[0], "Sec-Fetch-Site", "cross-site");
        assertEquals(403, foreign.statusCode());
        assertEquals(405, htbin.get("/.htbin/replay/" + id).statusCode());
    }

    @Test
    void theSameIdentifierIsInScriptResponseAndLog() throws Exception {
        HttpResponse<byte[]> response = htbin.get("/cgi-bin/id");
        String id = id(response);
        assertTrue(ID.matcher(id).matches(), id);
        assertEquals(id + "\n", text(response));
        RunningHtbin.eventually("the access line has it", () -> htbin.log().contains(id));
        HttpResponse<byte[]> failed = htbin.get("/cgi-bin/bad");
        RunningHtbin.eventually(
                "the line of the failure has it",
                () -> htbin.log().lines().anyMatch(line -> line.contains("HTB-") && line.contains(id(failed))));
        assertTrue(text(failed).contains(id(failed)));
    }

    @Test
    void replaysOnAnotherSite() throws Exception {
        HttpResponse<byte[]> response = htbin.post("/cgi-bin/cookie?a=1", "the body".getBytes(UTF_8));
        Path recording = recording(id(response));
        Site other = Site.in(Files.createTempDirectory(folder, "other"));
        other.script(
                "cookie", "#!/bin/sh\nprintf 'Content-Type: text/plain\\n\\n'\necho \"other $QUERY_STRING\"\ncat\n");
        var replayed = replay(other, recording.toString());
        assertEquals(0, replayed.code(), replayed.err());
        assertTrue(replayed.out().endsWith("other a=1\nthe body"), replayed.out());
        var last = replay(other, "last", "--record", records.toString());
        assertTrue(last.err().startsWith("replaying ") || last.err().contains("\nreplaying "), last.err());
        assertTrue(replayed.err().endsWith("it ended as recorded, with a response\n"), replayed.err());
        other.script("cookie", "#!/bin/sh\n");
        var failing = replay(other, recording.toString());
        assertEquals(1, failing.code(), failing.err());
        assertTrue(failing.err().endsWith("recorded with a response, now with HTB-040\n"), failing.err());
        other.script(
                "cookie", "#!/bin/sh\nprintf 'Content-Type: text/plain\\n\\n'\necho \"other $QUERY_STRING\"\ncat\n");
        var under = replay(other, recording.toString(), "--under", "env 'A B=c'");
        assertEquals(0, under.code(), under.err());
        assertTrue(under.out().endsWith("other a=1\nthe body"), under.out());
    }

    @Test
    void refusesADamagedRecording() throws Exception {
        String good = Files.readString(recording(id(htbin.get("/cgi-bin/id"))));
        List<String> damaged = List.of(
                "",
                good.substring(0, good.length() / 2),
                "[]",
                good.replace("htbin-recording-1", "htbin-recording-9"),
                good.replace("\"target\": \"/", "\"target\": \"x"),
                good.replace("\"method\": \"GET\"", "\"method\": 7"));
        Path file = folder.resolve("damaged.json");
        for (String text : damaged) {
            assertFalse(text.equals(good));
            Files.writeString(file, text);
            var ended = replay(site, file.toString());
            assertEquals(2, ended.code(), ended.err());
            assertEquals(1, ended.err().lines().count(), ended.err());
            assertTrue(ended.err().startsWith("htbin: replay: '" + file + "' is no recording"), ended.err());
        }
        Files.write(file, new byte[] {(byte) 0xFF, 0, 1});
        assertEquals(2, replay(site, file.toString()).code());
        assertEquals(2, replay(site, folder.toString()).code());
    }

    @Test
    void isRefusedWhereOtherMachinesCanSeeIt() throws Exception {
        var ended =
                Product.htbin("--dev", "--bind", "0.0.0.0", "-d", site.root().toString(), "0");
        assertEquals(2, ended.code(), ended.err());
        assertTrue(ended.err().startsWith("htbin: --dev: not when listening on "), ended.err());
        assertTrue(ended.err().contains("--dev-anywhere"), ended.err());
    }

    @Test
    void isRefusedARecordThatWouldBeServed() throws Exception {
        Path inside = site.root().resolve("runs");
        var ended =
                Product.htbin("--record", inside.toString(), "-d", site.root().toString(), "0");
        assertEquals(2, ended.code(), ended.err());
        assertTrue(ended.err().startsWith("htbin: --record: '" + inside + "' lies in '"), ended.err());
        assertFalse(Files.exists(inside));
    }

    @Test
    void outsideOfItAPageTellsNothing() throws Exception {
        Site other = Site.in(Files.createTempDirectory(folder, "plain"));
        other.script("bad", Files.readString(site.scripts().resolve("bad")));
        try (RunningHtbin plain = RunningHtbin.on(other)) {
            HttpResponse<byte[]> response = plain.get("/cgi-bin/bad?secret");
            String page = text(response);
            assertEquals(502, response.statusCode());
            assertTrue(page.contains(id(response)), page);
            for (String hidden :
                    List.of("alert", "HTB-", "exit", "SCRIPT_NAME", other.root().toString())) {
                assertFalse(page.contains(hidden), page);
            }
            assertEquals(404, plain.get("/.htbin/runs").statusCode());
            assertEquals(404, plain.get("/.htbin/changes").statusCode());
        }
    }

    private static List<String> listed() throws Exception {
        var runs = new ArrayList<String>();
        Matcher links = RUN.matcher(text(htbin.get("/.htbin/runs")));
        while (links.find()) {
            runs.add(links.group(1));
        }
        return runs;
    }

    /** A run is kept once it has ended, which the client of its response may be ahead of. */
    private static void awaitStatus(int status, String path) {
        RunningHtbin.eventually(path + " is answered with " + status, () -> {
            try {
                return htbin.get(path).statusCode() == status;
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        });
    }

    private static Path recording(String id) throws Exception {
        var found = new ArrayList<Path>();
        RunningHtbin.eventually("the recording is written", () -> {
            try (Stream<Path> files = Files.list(records)) {
                files.filter(file -> file.getFileName().toString().matches("[^.].*-" + id + "\\.json"))
                        .forEach(found::add);
            } catch (java.io.IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
            return !found.isEmpty();
        });
        return found.getFirst();
    }

    private static Product.Ended replay(Site site, String... arguments) throws Exception {
        var words = new ArrayList<>(List.of("replay", "--directory", site.root().toString()));
        words.addAll(List.of(arguments));
        return Product.htbin(words.toArray(String[]::new));
    }

    private static String id(HttpResponse<byte[]> response) {
        return response.headers().firstValue("X-Request-Id").orElseThrow();
    }

    private static String text(HttpResponse<byte[]> response) {
        return new String(response.body(), UTF_8);
    }
}

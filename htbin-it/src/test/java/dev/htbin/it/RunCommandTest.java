package dev.htbin.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** End to end: {@code htbin run}, one request to a script without a server. */
@Timeout(120)
class RunCommandTest {
    @TempDir
    Path folder;

    private Site site;

    @BeforeEach
    void scripts() throws Exception {
        site = Site.in(folder);
        site.script("echo", """
                #!/bin/sh
                printf 'Content-Type: text/plain\\n\\n'
                echo "$REQUEST_METHOD $SCRIPT_NAME $PATH_INFO $QUERY_STRING $HTTP_COLOUR $CONTENT_TYPE $CONTENT_LENGTH"
                echo "a note" >&2
                cat
                """);
        site.script("fails", "#!/bin/sh\nexit 7\n");
        site.script("sorry", "#!/bin/sh\nprintf 'Status: 503 Sorry\\n\\nsorry'\n");
        site.script("absent", "#!/bin/sh\nprintf 'Status: 404 Not Found\\n\\n'\n");
    }

    @Test
    void printsTheResponseAsAClientGetsIt() throws Exception {
        var ended = run("echo", "/extra?a=1", "-H", "Colour: red");
        assertEquals(0, ended.code(), ended.err());
        assertTrue(ended.out().startsWith("HTTP/1.1 200 "), ended.out());
        assertTrue(ended.out().contains("\nGET /cgi-bin/echo /extra a=1 red  \n"), ended.out());
        assertEquals("stderr: a note\n", ended.err());
    }

    @Test
    void sendsABodyAndAnyMethod() throws Exception {
        var form = run("echo", "-d", "name=Ada");
        assertTrue(
                form.out().contains("POST /cgi-bin/echo    application/x-www-form-urlencoded 8\nname=Ada"), form.out());
        Path file = Files.writeString(folder.resolve("body.txt"), "from a file");
        var put = run("echo", "-X", "PUT", "-d", "@" + file, "-H", "Content-Type: text/plain");
        assertTrue(put.out().contains("PUT /cgi-bin/echo    text/plain 11\nfrom a file"), put.out());
    }

    @Test
    void saysMoreWhenVerbose() throws Exception {
        var ended = run("echo", "-v");
        assertEquals(0, ended.code(), ended.err());
        for (String line : new String[] {
            "environment: SCRIPT_NAME=/cgi-bin/echo\n",
            "environment: UNIQUE_ID=",
            "stderr: a note\n",
            "times: queued ",
            "end: exit 0"
        }) {
            assertTrue(ended.err().contains(line), ended.err());
        }
    }

    @Test
    void exitStatusTellsHowItEnded() throws Exception {
        var failed = run("fails");
        assertEquals(1, failed.code());
        assertTrue(failed.err().contains("htbin: HTB-"), failed.err());
        assertEquals(1, run("sorry").code());
        assertEquals(0, run("absent").code());
    }

    @Test
    void refusesWhatIsNoRequest() throws Exception {
        refused("SCRIPT: '", "nowhere");
        refused("URL: 'extra' (expected: ", "echo", "extra");
        refused("URL: '/a b' has a blank", "echo", "/a b");
        refused("URL: '/%zz': ", "echo", "/%zz");
        refused("--header: 'Colour' (expected: ", "echo", "-H", "Colour");
        refused("--header: 'A: b", "echo", "-H", "A: b\r\nC: d");
        refused("--request: 'G T' (expected: ", "echo", "-X", "G T");
        refused("--data: '@/nowhere' can't be read", "echo", "-d", "@/nowhere");
    }

    private void refused(String expected, String script, String... arguments) throws Exception {
        var ended = run(script, arguments);
        assertEquals(2, ended.code(), ended.err());
        assertEquals("", ended.out());
        assertEquals(1, ended.err().lines().count(), ended.err());
        assertTrue(ended.err().startsWith("htbin: " + expected), ended.err());
        assertFalse(ended.err().contains("Exception"), ended.err());
    }

    private Product.Ended run(String script, String... arguments) throws Exception {
        var words = new java.util.ArrayList<String>();
        words.add("run");
        words.add(site.scripts().resolve(script).toString());
        words.addAll(java.util.List.of(arguments));
        return Product.htbin(words.toArray(String[]::new));
    }
}

package dev.htbin.develop;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.htbin.cgi.Kept;
import dev.htbin.http.Field;
import dev.htbin.http.Fields;
import dev.htbin.http.HttpVersion;
import dev.htbin.http.Request;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A shell must read each word of the command as it was meant. */
class CurlCommandTest {
    private static List<String> wordsAsAShellHasThem(String command) throws Exception {
        Process shell = new ProcessBuilder("sh", "-c", "curl() { printf '%s\\0' \"$@\"; }; " + command).start();
        String words = new String(shell.getInputStream().readAllBytes(), UTF_8);
        assertEquals(0, shell.waitFor());
        return List.of(words.split("\0", -1))
                .subList(0, words.length() - words.replace("\0", "").length());
    }

    @Test
    void quotesWhatAShellWouldActOn() throws Exception {
        var request = new Request(
                "PO'ST",
                "/x?a=$(touch /tmp/no)&b=`id`;'\"\\",
                HttpVersion.HTTP_1_1,
                Fields.of(
                        new Field("Host", "h:1"),
                        new Field("X-A", "it's $HOME \"quoted\" \\ *"),
                        new Field("Content-Length", "3")));
        assertEquals(
                List.of(
                        "-i",
                        "-X",
                        "PO'ST",
                        "-H",
                        "X-A: it's $HOME \"quoted\" \\ *",
                        "--data-binary",
                        "a'b\n$c",
                        "http://h:1/x?a=$(touch /tmp/no)&b=`id`;'\"\\"),
                wordsAsAShellHasThem(CurlCommand.of(request, new Kept("a'b\n$c", 6))));
    }

    @Test
    void leavesABodyOutThatNoCommandLineCanHave() throws Exception {
        var request = new Request("POST", "/x", HttpVersion.HTTP_1_1, Fields.of(new Field("Host", "h")));
        assertEquals(
                List.of("-i", "-X", "POST", "--data-binary", "@BODY", "http://h/x"),
                wordsAsAShellHasThem(CurlCommand.of(request, new Kept("a\u0000b", 3))));
    }
}

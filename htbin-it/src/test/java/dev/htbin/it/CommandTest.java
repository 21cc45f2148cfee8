package dev.htbin.it;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** End to end: the command as a process, its banner, exit codes and complaints. */
class CommandTest {
    @TempDir
    Path directory;

    @Test
    void servesAndEndsWithZeroOnSigterm() throws Exception {
        Files.writeString(directory.resolve("page.txt"), "a page");
        try (var server = RunningServer.start("--directory", directory.toString())) {
            assertEquals("a page", server.get("/page.txt").body());
            String address = "127.0.0.1 port %d (http://127.0.0.1:%1$d/)"
                    .formatted(server.uri().getPort());
            assertEquals(
                    "Serving HTTP on %s ...".formatted(address), server.banner().getFirst());
            assertEquals(0, server.stop(), server.log());
            assertTrue(server.log().contains("\"GET /page.txt HTTP/1.1\" 200"), server.log());
        }
    }

    @Test
    void endsWithZeroOnCtrlC() throws Exception {
        // What a script starts in the background ignores SIGINT, and so would a server below it.
        var htbin = Product.home().resolve("htbin").toString();
        var command = List.of("env", "--default-signal=INT", htbin, "--directory", directory.toString(), "0");
        try (var server = RunningServer.start(Product.command(command))) {
            var kill = new ProcessBuilder(
                    "kill", "-INT", Long.toString(server.process().pid()));
            assertEquals(0, Product.run(kill).code());
            assertTrue(server.process().waitFor(60, TimeUnit.SECONDS), "still running after SIGINT");
            assertEquals(0, server.process().exitValue(), server.log());
        }
    }

    @Test
    void logsNoRequestsWhenQuiet() throws Exception {
        try (var server = RunningServer.start("--quiet", "--directory", directory.toString())) {
            assertEquals(404, server.get("/absent").statusCode());
            server.stop();
            assertEquals("", server.log());
        }
    }

    @Test
    void startsFromAnotherDirectoryThroughASymbolicLinkInAPathWithBlanks() throws Exception {
        Path place = Files.createDirectory(directory.resolve("a place with blanks"));
        Path link = Files.createSymbolicLink(
                place.resolve("my htbin"), Product.home().resolve("htbin"));
        Files.writeString(place.resolve("grüße.txt"), "found");
        var builder = Product.command(List.of(link.toString(), "0")).directory(place.toFile());
        builder.environment().put("LC_ALL", "C");
        try (var server = RunningServer.start(builder)) {
            assertEquals("found", server.get("/gr%C3%BC%C3%9Fe.txt").body());
        }
    }

    @Test
    void listensOnIpv6() throws Exception {
        try (var server = RunningServer.start("-b", "::1", "-d", directory.toString())) {
            assertEquals(200, server.get("/").statusCode());
            assertTrue(
                    server.banner().getFirst().contains("(http://[::1]:"),
                    server.banner().getFirst());
        }
    }

    @Test
    void speaksTheVersionThatIsAskedFor() throws Exception {
        try (var server = RunningServer.start("-p", "HTTP/1.0", "-d", directory.toString())) {
            assertEquals(200, server.get("/").statusCode());
        }
    }

    @Test
    void refusesAPortInUseInOneLine() throws Exception {
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            var ended = Product.htbin(Integer.toString(taken.getLocalPort()));
            assertFailsInOneLine(1, "port " + taken.getLocalPort(), ended);
        }
    }

    @Test
    void refusesWhatIsNoDirectory() throws Exception {
        Path file = Files.writeString(directory.resolve("file"), "");
        assertAll(
                () -> assertFailsInOneLine(
                        1,
                        "absent",
                        Product.htbin("-d", directory.resolve("absent").toString())),
                () -> assertFailsInOneLine(1, file.toString(), Product.htbin("-d", file.toString())));
    }

    @ParameterizedTest
    @CsvSource({
        "99999, PORT: '99999'",
        "abc, PORT: 'abc'",
        "--prot, --protocol: no value",
        "--bnid=127.0.0.1, perhaps --bind",
        "--max-scripts=0, --max-scripts: '0'",
        "--env==x, --env: '=x'",
        "--protocol=HTTP/3, --protocol: 'HTTP/3'",
        "--cgi-directory=cgi, --cgi-directory: 'cgi'"
    })
    void refusesBadArgumentsInOneLine(String argument, String expected) throws Exception {
        assertFailsInOneLine(2, expected, Product.htbin(argument));
    }

    @Test
    void refusesAnAddressThatIsNotOfThisMachine() throws Exception {
        assertFailsInOneLine(1, "192.0.2.1", Product.htbin("--bind", "192.0.2.1", "0"));
    }

    @Test
    void printsItsVersion() throws Exception {
        String pom = Files.readString(Product.home().resolve("pom.xml"));
        int start = pom.indexOf("<version>") + "<version>".length();
        String version = pom.substring(start, pom.indexOf('<', start));
        assertTrue(Product.htbin("--version").out().startsWith("htbin " + version + " (Java "));
    }

    private static void assertFailsInOneLine(int code, String expected, Product.Ended ended) throws IOException {
        assertEquals(code, ended.code(), ended.err());
        assertEquals("", ended.out());
        assertEquals(1, ended.err().lines().count(), ended.err());
        assertTrue(ended.err().startsWith("htbin: ") && ended.err().contains(expected), ended.err());
        assertFalse(ended.err().contains("Exception"), ended.err());
    }
}

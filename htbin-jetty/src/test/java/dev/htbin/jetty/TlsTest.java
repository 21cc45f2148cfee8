package dev.htbin.jetty;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.htbin.http.Exchange;
import dev.htbin.http.Fields;
import dev.htbin.http.ResponseHead;
import dev.htbin.http.Tls;
import dev.htbin.jetty.tls.TestFiles;
import dev.htbin.jetty.tls.TlsConfig;
import dev.htbin.jetty.tls.TlsConfig.ClientCertificates;
import dev.htbin.jetty.tls.TlsConfig.UserName;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/** Engine contract over TLS: certificates of every kind, new ones while connections are open, and those of clients. */
class TlsTest {
    private static final String GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

    @TempDir
    private Path folder = Path.of("");

    private static HttpServer start(TlsConfig tls, EngineConfig config) throws IOException {
        return HttpServer.start(
                List.of(ListenerConfig.of(HttpServerTest.ANYWHERE).withTls(tls)), TlsTest::handle, config);
    }

    private static HttpServer start(TlsConfig tls) throws IOException {
        return start(tls, EngineConfig.defaults());
    }

    private static void handle(Exchange exchange) throws IOException {
        Tls tls = exchange.peer().tls().orElseThrow();
        String text = "%s %s %d %s %d %s"
                .formatted(
                        tls.protocol(),
                        tls.cipher(),
                        tls.server().size(),
                        tls.serverName().orElse("-"),
                        tls.client().size(),
                        tls.user().orElse("-"));
        exchange.respond(ResponseHead.of(200, Fields.empty()), ByteBuffer.wrap(text.getBytes(ISO_8859_1)));
    }

    private static String body(HttpServer server, SSLContext tls) {
        try (var client = RawClient.connect(server.address(), tls)) {
            return client.send(GET).response().body();
        }
    }

    @ParameterizedTest
    @CsvSource({"rsa.crt, rsa.key", "ec.crt, ec.sec1.key", "ed25519.crt, ed25519.key", "leaf.chain.crt, leaf.key"})
    void speaksWithCertificatesOfEveryKind(String certificate, String key) throws IOException {
        try (var server = start(TlsConfig.of(TestFiles.path(certificate), TestFiles.path(key)))) {
            int length = certificate.startsWith("leaf") ? 2 : 1;
            assertEquals(
                    "TLSv1.3 TLS_AES_256_GCM_SHA384 " + length + " www.example.org 0 -",
                    body(server, TestFiles.trusting()));
            assertEquals("https", server.uri().getScheme());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
                "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
                "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256"
            })
    void speaksTls12WithForwardSecrecy(String cipher) throws IOException {
        try (var server = start(TlsConfig.of(TestFiles.path("rsa.crt"), TestFiles.path("rsa.key")))) {
            assertTrue(handshake(server, "TLSv1.2", cipher).startsWith("HTTP/1.1 200"));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "TLS_RSA_WITH_AES_128_GCM_SHA256",
                "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256",
                "TLS_DHE_RSA_WITH_AES_128_GCM_SHA256"
            })
    void refusesOtherCiphers(String cipher) throws IOException {
        try (var server = start(TlsConfig.of(TestFiles.path("rsa.crt"), TestFiles.path("rsa.key")))) {
            assertThrows(IOException.class, () -> handshake(server, "TLSv1.2", cipher));
        }
    }

    private static String handshake(HttpServer server, String protocol, String cipher) throws IOException {
        try (var socket = (SSLSocket) TestFiles.sockets()
                .createSocket(server.address().getAddress(), server.address().getPort())) {
            socket.setSoTimeout(20_000);
            socket.setEnabledProtocols(new String[] {protocol});
            socket.setEnabledCipherSuites(new String[] {cipher});
            socket.startHandshake();
            socket.getOutputStream().write(GET.getBytes(ISO_8859_1));
            return new String(socket.getInputStream().readNBytes(12), ISO_8859_1);
        }
    }

    @Test
    void takesNewCertificatesAndKeepsConnections() throws Exception {
        Path certificate = TestFiles.copy("rsa.crt", folder.resolve("server.crt"));
        Path key = TestFiles.copy("rsa.key", folder.resolve("server.key"));
        try (var server = start(TlsConfig.of(certificate, key));
                var open = RawClient.connect(server)) {
            assertEquals(200, open.send(GET).response().status());
            assertEquals("RSA", algorithm(server));
            TestFiles.copy("ec.crt", certificate);
            TestFiles.copy("ec.key", key);
            eventually("the new certificate is shown", () -> algorithm(server).equals("EC"));
            assertEquals(200, open.send(GET).response().status());
        }
    }

    @Test
    void keepsTheOldCertificateWhenTheNewOneIsBad() throws Exception {
        Path certificate = TestFiles.copy("rsa.crt", folder.resolve("server.crt"));
        Path key = TestFiles.copy("rsa.key", folder.resolve("server.key"));
        var log = (Logger) LoggerFactory.getLogger(TlsContext.class);
        var lines = new ListAppender<ILoggingEvent>();
        lines.start();
        log.addAppender(lines);
        try (var server = start(TlsConfig.of(certificate, key))) {
            TestFiles.copy("ec.crt", certificate);
            eventually("the mismatch is logged", () -> !lines.list.isEmpty());
            String line = lines.list.getFirst().getFormattedMessage();
            assertTrue(line.startsWith("--tls-key: '" + key + "': its RSA key is not that of the certificate"), line);
            assertTrue(line.endsWith("the certificate that was read before stays in force"), line);
            assertEquals("RSA", algorithm(server));
            TestFiles.copy("ec.key", key);
            eventually("the new certificate is shown", () -> algorithm(server).equals("EC"));
            Files.delete(key);
            server.reloadCertificates();
            assertTrue(lines.list.getLast().getFormattedMessage().contains("there is no such file"));
            assertEquals("EC", algorithm(server));
        } finally {
            log.detachAppender(lines);
        }
    }

    /** A certificate and its key are not replaced at one moment, and neither of them at once. */
    @Test
    void readsFilesAgainOnceTheyWereLeftAlone() throws Exception {
        Path certificate = TestFiles.copy("rsa.crt", folder.resolve("server.crt"));
        Path key = TestFiles.copy("rsa.key", folder.resolve("server.key"));
        TlsContext tls = TlsContext.read(TlsConfig.of(certificate, key));
        tls.factory().start();
        var log = (Logger) LoggerFactory.getLogger(TlsContext.class);
        var lines = new ListAppender<ILoggingEvent>();
        lines.start();
        log.setLevel(Level.INFO);
        log.addAppender(lines);
        try {
            TestFiles.copy("ec.crt", certificate);
            tls.follow();
            TestFiles.copy("ec.key", key);
            tls.follow();
            assertEquals(List.of(), lines.list);
            tls.follow();
            assertEquals(1, lines.list.size());
            assertTrue(lines.list.getFirst().getFormattedMessage().endsWith("is in force from now on"));
            tls.follow();
            assertEquals(1, lines.list.size());
        } finally {
            log.detachAppender(lines);
            log.setLevel(null);
            tls.factory().stop();
        }
    }

    @Test
    void warnsOfACertificateThatHasExpiredAndShowsIt() throws IOException {
        var log = (Logger) LoggerFactory.getLogger(TlsContext.class);
        var lines = new ListAppender<ILoggingEvent>();
        lines.start();
        log.addAppender(lines);
        try (var server = start(TlsConfig.of(TestFiles.path("ec.expired.crt"), TestFiles.path("ec.key")))) {
            assertEquals("EC", algorithm(server));
        } finally {
            log.detachAppender(lines);
        }
        assertTrue(lines.list.getFirst().getFormattedMessage().contains("expired on 2001-01-01"));
    }

    private static String algorithm(HttpServer server) throws IOException {
        try (var socket = (SSLSocket) TestFiles.sockets()
                .createSocket(server.address().getAddress(), server.address().getPort())) {
            socket.setSoTimeout(20_000);
            socket.startHandshake();
            return socket.getSession().getPeerCertificates()[0].getPublicKey().getAlgorithm();
        }
    }

    @Test
    void saysWhoTheClientIsByItsCertificate() throws IOException {
        SSLContext ann = TestFiles.showing("ann.crt", "ann.key");
        try (var server = start(clients(true, UserName.COMMON_NAME))) {
            assertTrue(body(server, ann).endsWith(" 1 ann"));
            assertThrows(UncheckedIOException.class, () -> body(server, TestFiles.trusting()));
            assertThrows(UncheckedIOException.class, () -> body(server, TestFiles.showing("ec.crt", "ec.key")));
        }
        try (var server = start(clients(false, UserName.SUBJECT))) {
            assertTrue(body(server, ann).contains(",CN=ann,OU=Dep\\,t,O=htbin tests"), body(server, ann));
            assertTrue(body(server, TestFiles.trusting()).endsWith(" 0 -"));
            assertThrows(UncheckedIOException.class, () -> body(server, TestFiles.showing("ec.crt", "ec.key")));
        }
        try (var server = start(clients(false, UserName.NONE))) {
            assertTrue(body(server, ann).endsWith(" 1 -"));
        }
    }

    private static TlsConfig clients(boolean required, UserName user) {
        return TlsConfig.of(TestFiles.path("ec.crt"), TestFiles.path("ec.key"))
                .withClients(new ClientCertificates(TestFiles.path("ca.crt"), required, user));
    }

    @Test
    void closesAHandshakeThatIsNotFinished() throws IOException {
        var config = EngineConfig.defaults().withHeadTimeout(Duration.ofSeconds(1));
        try (var server = start(TlsConfig.of(TestFiles.path("ec.crt"), TestFiles.path("ec.key")), config);
                var client = RawClient.connect(server.address())) {
            assertEquals("", client.send("\u0016\u0003\u0001\u0002\u0000\u0001").readAll());
        }
    }

    @Test
    void leavesAConnectionAloneThatWaitsAfterItsHandshake() throws Exception {
        var config = EngineConfig.defaults().withHeadTimeout(Duration.ofSeconds(1));
        try (var server = start(TlsConfig.of(TestFiles.path("ec.crt"), TestFiles.path("ec.key")), config);
                var waiting = RawClient.connect(server)) {
            try (var late = RawClient.connect(server)) {
                // Its end shows that heads of that age are refused by now.
                String answer = late.send("GET / HT").readAll();
                assertTrue(answer.startsWith("HTTP/1.1 408 "), answer);
            }
            assertEquals(200, waiting.send(GET).response().status());
        }
    }

    @Test
    void closesAClientThatSpeaksHttpInClear() throws IOException {
        try (var server = start(TlsConfig.of(TestFiles.path("ec.crt"), TestFiles.path("ec.key")));
                var client = RawClient.connect(server.address())) {
            String answer = client.send(GET).readAll();
            assertTrue(!answer.startsWith("HTTP/"), answer);
        }
    }

    @Test
    void saysWhatIsWrongBeforeItListens() {
        var failure = assertThrows(
                IOException.class, () -> start(TlsConfig.of(TestFiles.path("rsa.crt"), TestFiles.path("ec.key"))));
        assertTrue(String.valueOf(failure.getMessage()).startsWith("--tls-key: '"), failure.getMessage());
    }

    private interface Condition {
        boolean holds() throws Exception;
    }

    private static void eventually(String what, Condition condition) throws Exception {
        long end = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (!condition.holds()) {
            assertTrue(System.nanoTime() < end, "in vain: " + what);
            Thread.onSpinWait();
        }
    }
}

package dev.htbin.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** End to end: PHP by php-cgi, once as the script's interpreter and else by the usual wrapper. */
@Timeout(120)
class PhpTest {
    @TempDir
    static Path folder;

    private static Site site;
    private static RunningHtbin htbin;

    @BeforeAll
    static void start() throws Exception {
        Programs.require("php-cgi", "php-cgi");
        site = Site.in(folder);
        site.datum(
                "php.ini",
                "upload_max_filesize=64M\npost_max_size=80M\ndate.timezone=UTC\nsession.save_path='%s'\n"
                        .formatted(site.folder("sessions")));
        wrapped("form", """
                <?php header('Content-Type: text/plain');
                echo $_SERVER['REQUEST_METHOD'], '|', $_GET['q'], '|', $_POST['a'], '|', implode(',', $_POST['b']);
                """);
        wrapped("upload", """
                <?php header('Content-Type: text/plain'); $f = $_FILES['f'];
                echo $f['name'], '|', $f['type'], '|', hash_file('sha256', $f['tmp_name']), '|', $_POST['note'];
                """);
        wrapped("session", """
                <?php session_start(); $_SESSION['n'] = ($_SESSION['n'] ?? 0) + 1;
                header('Content-Type: text/plain'); echo 'visit ' . $_SESSION['n'];
                """);
        wrapped("redirect", "<?php header('Location: ' . $_GET['to']);");
        site.script(
                "direct.php",
                "#!/usr/bin/php-cgi\n<?php header('Content-Type: text/plain'); echo 'path ', $_SERVER['PATH_INFO'] ?? '';\n");
        htbin = RunningHtbin.on(site);
    }

    private static void wrapped(String name, String code) throws Exception {
        Path path = site.datum(name + ".php", code);
        site.script(
                name,
                "#!/bin/sh\nexport REDIRECT_STATUS=200 SCRIPT_FILENAME='%s' PHPRC='%s'\nexec php-cgi\n"
                        .formatted(path, site.data()));
    }

    @AfterAll
    static void stop() throws Exception {
        if (htbin != null) {
            htbin.close();
        }
    }

    @Test
    void readsAForm() throws Exception {
        byte[] form = "a=%E2%82%AC+1&b[]=x&b[]=y%26z".getBytes(StandardCharsets.US_ASCII);
        var response = htbin.post("/cgi-bin/form?q=2", form, "Content-Type", "application/x-www-form-urlencoded");
        assertEquals("POST|2|€ 1|x,y&z", text(response));
    }

    @Test
    void takesAnUploadOfFiveMegabytes() throws Exception {
        byte[] file = Content.random(5 << 20);
        var response = htbin.post("/cgi-bin/upload", Multipart.of(file, "héllo"), "Content-Type", Multipart.TYPE);
        assertEquals("up.bin|application/x-test|" + Content.sha256(file) + "|héllo", text(response));
    }

    @Test
    void keepsASessionInACookie() throws Exception {
        var first = htbin.get("/cgi-bin/session");
        assertEquals("visit 1", text(first));
        String cookie = Content.cookie(first);
        var second = htbin.post("/cgi-bin/session", new byte[0], "Cookie", cookie);
        assertEquals("visit 2", text(second));
    }

    @Test
    void redirectsToAnAddress() throws Exception {
        var response = htbin.get("/cgi-bin/redirect?to=http://example.org/x");
        assertEquals(302, response.statusCode());
        assertEquals(
                "http://example.org/x",
                response.headers().firstValue("Location").orElseThrow());
    }

    @Test
    void redirectsToAPathOfTheServer() throws Exception {
        HttpResponse<byte[]> response = htbin.get("/cgi-bin/redirect?to=/hello.txt");
        if (response.statusCode() == 302) {
            response = htbin.get(response.headers().firstValue("Location").orElseThrow());
        }
        assertEquals("hello, world\n", text(response));
    }

    @Test
    void runsAsTheInterpreterOfAScript() throws Exception {
        String text = text(htbin.get("/cgi-bin/direct.php/some/where"));
        assertTrue(text.endsWith("path /some/where"), text);
    }

    private static String text(HttpResponse<byte[]> response) {
        String text = new String(response.body(), StandardCharsets.UTF_8);
        assertEquals(200, response.statusCode(), text);
        return text;
    }
}

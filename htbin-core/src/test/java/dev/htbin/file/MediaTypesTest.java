package dev.htbin.file;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.htbin.http.DocumentRoot;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Table of names and types. */
class MediaTypesTest {
    @ParameterizedTest
    @CsvSource({
        "a.html, text/html",
        "A.HTM, text/html",
        "a.css, text/css",
        "a.js, text/javascript",
        "a.mjs, text/javascript",
        "a.json, application/json",
        "a.wasm, application/wasm",
        "a.svg, image/svg+xml",
        "a.png, image/png",
        "a.webp, image/webp",
        "a.woff2, font/woff2",
        "a.md, text/markdown",
        "a.txt, text/plain",
        "a.xml, text/xml",
        "a.tar.gz, application/gzip",
        "a.gz, application/gzip",
        "a.Z, application/octet-stream",
        "a.bz2, application/x-bzip2",
        "a.xz, application/x-xz",
        "a.tgz, application/gzip",
        "a.pdf, application/pdf",
        "a.mp4, video/mp4",
        "a.unknown, application/octet-stream",
        "README, application/octet-stream",
        "a., application/octet-stream",
        "a.ico, image/vnd.microsoft.icon",
        "a.py, text/x-python"
    })
    void guessesByTheEnding(String name, String type) {
        assertEquals(type, MediaTypes.of(name));
    }

    @Test
    void configurationWins() {
        FileConfig config = new FileConfig(new DocumentRoot(Path.of("/")))
                .withMediaType(".txt", "text/plain; charset=utf-8")
                .withMediaType(".zz", "x/y");
        assertEquals("text/plain; charset=utf-8", config.mediaType("A.TXT"));
        assertEquals("x/y", config.mediaType("a.zz"));
        assertEquals("text/html", config.mediaType("a.html"));
    }
}

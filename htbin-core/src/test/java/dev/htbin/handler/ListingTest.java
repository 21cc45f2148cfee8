package dev.htbin.handler;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.htbin.file.FileConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Wire tests of listings: their order, and JSON. */
class ListingTest extends FilesFixture {
    private static final Pattern ROW = Pattern.compile("<tr><td><a href=\"([^\"]+)\">");

    @BeforeEach
    void makeEntries() throws IOException {
        entry("sorted/a", 300, 2);
        entry("sorted/B", 100, 3);
        entry("sorted/c", 200, 1);
        entry("sorted/D", 100, 1);
        Files.createDirectory(root.resolve("sorted/sub"));
        Files.setLastModifiedTime(root.resolve("sorted/sub"), FileTime.from(Instant.ofEpochSecond(4)));
    }

    private void entry(String name, int bytes, int second) throws IOException {
        Files.setLastModifiedTime(write(name, "x".repeat(bytes)), FileTime.from(Instant.ofEpochSecond(second)));
    }

    private static List<String> rows(String page) {
        var rows = new ArrayList<String>();
        var matcher = ROW.matcher(page);
        while (matcher.find()) {
            rows.add(matcher.group(1));
        }
        return rows;
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "''|../ a B c D sub/",
                "?C=N;O=A|../ a B c D sub/",
                "?C=N;O=D|../ sub/ D c B a",
                "?C=S;O=A|../ sub/ B D c a",
                "?C=S&O=D|../ a c D B sub/",
                "?C=M;O=A|../ c D a B sub/",
                "?O=D;C=M|../ sub/ B a D c",
                "?C=X;O=Y;<script>|../ a B c D sub/",
            })
    void isSortedAsTheQuerySays(String query, String expected) throws IOException {
        assertEquals(List.of(expected.split(" ", -1)), rows(get("/sorted/" + query)));
    }

    @Test
    void headingsLeadToOtherOrders() throws IOException {
        String page = get("/sorted/?C=S;O=A");
        assertTrue(page.contains("<th><a href=\"?C=N;O=A\">Name</a></th>"), page);
        assertTrue(page.contains("aria-sort=\"ascending\"><a href=\"?C=S;O=D\">Size</a></th>"), page);
        assertTrue(page.contains("<a href=\"?C=M;O=A\">Modified</a>"), page);
    }

    @Test
    void queryNeverReachesThePage() throws IOException {
        String page = get("/sorted/?C=N;O=\"><script>alert(1)</script>;format=html");
        assertFalse(page.contains("<script"), page);
        assertFalse(page.contains("alert"), page);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "?format=json|*/*|application/json",
                "?format=json|text/html|application/json",
                "?format=html|application/json|text/html; charset=utf-8",
                "?|application/json|application/json",
                "?|application/json, text/plain, */*|application/json",
                "?|application/json, text/html|text/html; charset=utf-8",
                "?|application/json;q=0.5, */*|text/html; charset=utf-8",
                "?|application/json;q=0|text/html; charset=utf-8",
                "?|text/html,application/xhtml+xml,*/*;q=0.8|text/html; charset=utf-8",
                "?|*/*|text/html; charset=utf-8",
            })
    void isJsonWhenAskedFor(String query, String accept, String type) throws IOException {
        String response = get("/sorted/" + query, "Accept: " + accept);
        assertEquals(type, field(response, "Content-Type"));
        assertEquals("Accept", field(response, "Vary"));
        assertEquals(Integer.toString(body(response).length()), field(response, "Content-Length"));
    }

    @Test
    void jsonHasEveryEntryInOrder() throws IOException {
        String json = body(get("/sorted/?format=json&C=S;O=D"));
        assertEquals("""
                [
                {"name":"a","type":"file","mtime":"Thu, 01 Jan 1970 00:00:02 GMT","size":300},
                {"name":"c","type":"file","mtime":"Thu, 01 Jan 1970 00:00:01 GMT","size":200},
                {"name":"D","type":"file","mtime":"Thu, 01 Jan 1970 00:00:01 GMT","size":100},
                {"name":"B","type":"file","mtime":"Thu, 01 Jan 1970 00:00:03 GMT","size":100},
                {"name":"sub","type":"directory","mtime":"Thu, 01 Jan 1970 00:00:04 GMT"}
                ]
                """, json);
    }

    @Test
    void jsonEscapesNamesAndLeavesOutWhatIsNotServed() throws IOException {
        write("names/\"quoted\\\n\u0001<script>\u00E9", "x");
        write("names/.hidden", "x");
        String json = new String(body(get("/names/?format=json")).getBytes(ISO_8859_1), UTF_8);
        assertTrue(json.contains("{\"name\":\"\\\"quoted\\\\\\u000a\\u0001\\u003cscript>\u00E9\",\"type\""), json);
        assertFalse(json.contains("hidden"), json);
        Files.createDirectory(root.resolve("empty"));
        assertEquals("[\n]\n", body(get("/empty/?format=json")));
    }

    @Test
    void listingsCanBeOff() throws IOException {
        var handler = handler(FileConfig.of(root).withoutListings());
        assertTrue(get(handler, "/sorted/").startsWith("HTTP/1.1 403 Directory listings are off\r\n"));
        assertTrue(get(handler, "/sorted/?format=json").startsWith("HTTP/1.1 403 "));
        assertEquals("html", body(get(handler, "/both/")));
    }
}

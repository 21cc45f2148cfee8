package dev.htbin.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.htbin.http.HttpVersion;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Table: the command line, in all spellings, and what is refused. */
class SettingsTest {
    @Test
    void defaultsAreThoseOfTheDocumentation() {
        Settings settings = settings();
        assertEquals("127.0.0.1", settings.bind());
        assertEquals(8000, settings.port());
        assertEquals(HttpVersion.HTTP_1_1, settings.protocol());
        assertEquals(Optional.empty(), settings.scripts());
        assertEquals(Set.of(), settings.allowedHosts());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--bind ::1 --protocol HTTP/1.0 --cgi 80",
                "80 --cgi --bind=::1 --protocol=HTTP/1.0",
                "--cgi 80 -b ::1 -p HTTP/1.0",
                "-b::1 -pHTTP/1.0 80 --cgi",
                "--bi ::1 --proto HTTP/1.0 80 --cgi",
                "--bind 0.0.0.0 --bind ::1 -p HTTP/1.1 -p HTTP/1.0 --cgi -- 80"
            })
    void acceptsPythonsSpellings(String line) {
        Settings settings = settings(line.split(" "));
        assertEquals("::1", settings.bind());
        assertEquals(80, settings.port());
        assertEquals(HttpVersion.HTTP_1_0, settings.protocol());
        assertEquals(
                List.of("/cgi-bin", "/htbin"), settings.scripts().orElseThrow().directories());
    }

    @Test
    void aCgiDirectoryReplacesTheDefaultsAndImpliesCgi() {
        Settings.Scripts scripts = settings("--cgi-directory", "/a", "--cgi-directory=/b/c/")
                .scripts()
                .orElseThrow();
        assertEquals(List.of("/a", "/b/c"), scripts.directories());
    }

    @Test
    void anExtensionImpliesCgi() {
        Settings.Scripts scripts = settings("--cgi-extension", ".cgi").scripts().orElseThrow();
        assertEquals(List.of(".cgi"), scripts.extensions());
        assertEquals(List.of("/cgi-bin", "/htbin"), scripts.directories());
    }

    @Test
    void passesVariablesByValueAndByName() {
        Arguments arguments = Arguments.parse("--cgi", "--env", "A=1=2", "--env=HOME", "--env", "E=", "--env=G=ü");
        var variables = Settings.of(arguments, Optional.empty(), Map.of("HOME", "/root"))
                .scripts()
                .orElseThrow()
                .variables();
        assertEquals("1=2", variables.get("A"));
        assertEquals("/root", variables.get("HOME"));
        assertEquals("", variables.get("E"));
        assertEquals("\u00c3\u00bc", variables.get("G"));
        assertEquals("/usr/local/bin:/usr/bin:/bin", variables.get("PATH"));
    }

    @Test
    void readsTimesAndSizes() {
        Settings settings = settings(
                "--cgi", "--script-timeout", "2.5", "--script-total=7200", "--grace=0.001", "--max-body", "3M");
        assertEquals(
                Duration.ofHours(2), settings.scripts().orElseThrow().limits().total());
        assertEquals(
                Duration.ofMillis(2500),
                settings.scripts().orElseThrow().limits().silence());
        assertEquals(
                Duration.ofMillis(1), settings.scripts().orElseThrow().limits().grace());
        assertEquals(3L << 20, settings.requestBodyBytes());
        assertEquals(3L << 20, settings.scripts().orElseThrow().limits().requestBodyBytes());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--max-scripts=0 | --max-scripts: '0' (expected: a number from 1 to 1000000, for example --max-scripts 64)",
                "--max-scripts=-1 | --max-scripts: '-1'",
                "--max-queue=x | --max-queue: 'x'",
                "--script-timeout=0 | --script-timeout: '0' (expected: seconds, more than 0",
                "--script-timeout=1e3 | --script-timeout: '1e3'",
                "--grace=-1 | --grace: '-1'",
                "--env==x | --env: '=x'",
                "--env=A-B=x | --env: 'A-B=x'",
                "--env=ABSENT | --env: 'ABSENT' (expected: a variable that is set",
                "--cgi-directory=cgi | --cgi-directory: 'cgi' (expected: a URL path that begins with a slash, for example --cgi-directory /scripts)",
                "--cgi-directory=/ | --cgi-directory: '/'",
                "--cgi-directory=/a/../b | --cgi-directory: '/a/../b'",
                "--cgi-extension=cgi | --cgi-extension: 'cgi'",
                "--protocol=HTTP/2 | --protocol: 'HTTP/2' (expected: HTTP/1.0 or HTTP/1.1",
                "--bind= | --bind: ''",
                "--directory= | --directory: ''",
                "--user= | --user: ''",
                "--allow-host=a:80 | --allow-host: 'a:80'",
                "--max-body=1T | --max-body: '1T'",
                "--bindd=1 | option: '--bindd=1' (expected: perhaps --bind",
                "--zzzzzzzzzz | option: '--zzzzzzzzzz' (expected: one that 'htbin --help' lists",
                "--user | --user: no value (expected: NAME, for example --user www-data)",
                "-b | --bind: no value",
            })
    void refusesInOneLine(String argument, String expected) {
        var refusal = assertThrows(UsageException.class, () -> settings("--cgi", argument));
        String message = String.valueOf(refusal.getMessage());
        assertTrue(message.startsWith(expected), message);
        assertEquals(1, message.lines().count(), message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"99999", "65536", "abc", "80a", "", "8 0", "٣"})
    void refusesPortsThatAreNone(String port) {
        var refusal = assertThrows(UsageException.class, () -> Values.port(port));
        assertEquals(
                "PORT: '%s' (expected: a number from 0 to 65535, for example 8000)".formatted(port),
                refusal.getMessage());
    }

    @Test
    void doesNotReadArgumentsFromFiles() {
        assertEquals(List.of("@/etc/passwd"), Arguments.parse("@/etc/passwd").positionals());
    }

    private static Settings settings(String... line) {
        Arguments arguments = Arguments.parse(line);
        return Settings.of(arguments, arguments.positionals().stream().findFirst(), Map.of());
    }
}

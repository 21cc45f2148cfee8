package dev.htbin.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.htbin.cgi.ScriptInterpreter;
import dev.htbin.http.Mounts;
import dev.htbin.http.UrlPath;
import dev.htbin.process.Profile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is mounted where, from the command line and the configuration file. */
class MountSettingsTest {
    @TempDir
    private Path folder;

    private static Settings settings(String... arguments) {
        return Settings.of(Arguments.parse(arguments), Optional.empty(), Map.of());
    }

    @Test
    void readsDirectoriesProgramsAndInterpreters() {
        Settings settings = settings(
                "--mount=/static/=/srv/a=b",
                "--mount",
                "/\u00E9 x=/srv/c",
                "--script=/git=/usr/lib/git-core/git-http-backend",
                "--script=/=/srv/front",
                "--interpreter=.pl=/usr/bin/perl -T -I '/srv/my lib'");
        assertEquals(
                Map.of("/static", Path.of("/srv/a=b"), "/\u00C3\u00A9 x", Path.of("/srv/c")),
                settings.mounts().directories());
        assertEquals(
                Map.of("/git", Path.of("/usr/lib/git-core/git-http-backend"), "", Path.of("/srv/front")),
                settings.mounts().programs());
        assertEquals(
                List.of(new ScriptInterpreter(".pl", Path.of("/usr/bin/perl"), List.of("-T", "-I", "/srv/my lib"))),
                settings.mounts().interpreters());
        assertTrue(settings.scripts().isPresent(), "--script implies --cgi");
        assertTrue(settings("--interpreter=.php=/usr/bin/php-cgi").scripts().isPresent());
        assertTrue(settings("--mount=/a=/srv/a").scripts().isEmpty());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--mount | /srv/a | (expected: URL=DIR, for example --mount /static=/srv/static",
                "--mount | static=/srv/a | (expected: a URL path that begins with a slash",
                "--mount | /a?b=/srv/a | (expected: a URL path without a query or fragment",
                "--mount | /a#b=/srv/a | (expected: a URL path without a query or fragment",
                "--mount | /a%20b=/srv/a | (expected: a URL path as it is, not percent-encoded",
                "--mount | /a/../b=/srv/a | (expected: a URL path without dot segments",
                "--mount | /./a=/srv/a | (expected: a URL path without dot segments",
                "--mount | /a//b=/srv/a | (expected: a URL path without empty names",
                "--mount | //=/srv/a | (expected: a URL path without empty names",
                "--mount | /=/srv/a | (expected: a URL path below '/'; --directory names what is at '/'",
                "--mount | /a= | (expected: a directory",
                "--script | /git | (expected: URL=FILE, for example --script /git=/usr/lib",
                "--script | git=/bin/true | (expected: a URL path that begins with a slash",
                "--interpreter | .php | (expected: .EXT=PROGRAM",
                "--interpreter | php=/usr/bin/php-cgi | (expected: .EXT=PROGRAM",
                "--interpreter | .php=php-cgi | (expected: .EXT=PROGRAM, the absolute path of a program",
                "--interpreter | .php= | (expected: .EXT=PROGRAM",
                "--interpreter | .pl=/usr/bin/perl 'x | (expected: the quote closed",
            })
    void refuses(String option, String value, String expected) {
        var refusal = assertThrows(UsageException.class, () -> settings(option, value));
        String message = String.valueOf(refusal.getMessage());
        assertTrue(message.startsWith(option + ": ") && message.contains(expected), message);
    }

    @ParameterizedTest
    @CsvSource({
        "--mount=/a=/srv/x, --mount=/a/=/srv/y, one directory or program for each URL path",
        "--mount=/a=/srv/x, --script=/a=/srv/y, one directory or program for each URL path",
        "--interpreter=.a=/bin/sh, --interpreter=.a=/bin/cat, one program for each ending",
        "--mount=/cgi-bin/x=/srv/x, --cgi, lies below the CGI directory '/cgi-bin'"
    })
    void refusesTwoForOne(String first, String second, String expected) {
        var refusal = assertThrows(UsageException.class, () -> settings(first, second));
        assertTrue(String.valueOf(refusal.getMessage()).contains(expected), refusal::toString);
    }

    @Test
    void aMountMayBeACgiDirectoryOrHoldOne() {
        assertTrue(
                settings("--cgi", "--mount=/cgi-bin=/usr/lib/cgi-bin").scripts().isPresent());
        assertTrue(settings("--cgi-directory=/app/cgi-bin", "--mount=/app=/srv/app")
                .scripts()
                .isPresent());
        assertTrue(settings("--mount=/cgi-bin/x=/srv/x").scripts().isEmpty(), "without scripts it is as any other");
    }

    @Test
    void namesADirectoryThatIsNotThereOrIsNone() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "");
        assertRefused("--mount: '/a=" + folder + "/absent': directory '" + folder + "/absent' does not exist", () -> {
            settings("--directory=" + folder, "--mount=/a=" + folder + "/absent")
                    .openMounts();
        });
        assertRefused("'" + file + "' is not a directory", () -> {
            settings("--directory=" + folder, "--mount=/a=" + file).openMounts();
        });
    }

    @Test
    void refusesToServeTheScriptsOfAnotherPath() throws IOException {
        Files.createDirectories(folder.resolve("cgi-bin/lib"));
        for (String inside : List.of("cgi-bin", "cgi-bin/lib")) {
            assertRefused("there lie scripts of '/cgi-bin', whose source is never sent", () -> {
                settings("--cgi", "--directory=" + folder, "--mount=/a=" + folder + "/" + inside)
                        .openMounts();
            });
        }
        Mounts runs = settings(
                        "--cgi-directory=/cgi-bin",
                        "--cgi-directory=/a",
                        "--directory=" + folder,
                        "--mount=/a=" + folder + "/cgi-bin")
                .openMounts();
        assertEquals("/a", runs.of(UrlPath.parse("/a/x")).urlPath());
    }

    @Test
    void namesAProgramThatIsNotThereOrCanNotBeExecuted() throws IOException {
        Path file = Files.writeString(folder.resolve("x.php"), "");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        assertRefused("--script: '/a=/nowhere/x': '/nowhere/x' does not exist (expected: a program", () -> {
            settings("--script=/a=/nowhere/x").mounts().openPrograms();
        });
        assertRefused("'" + folder + "' is not a file", () -> {
            settings("--script=/a=" + folder).mounts().openPrograms();
        });
        assertRefused("'" + file + "' is not executable", () -> {
            settings("--script=/a=" + file).mounts().openPrograms();
        });
        assertRefused("--interpreter: '.x=" + file + "': '" + file + "' is not executable", () -> {
            settings("--interpreter=.x=" + file).mounts().openPrograms();
        });
        assertEquals(
                1,
                settings("--script=/a=" + file, "--interpreter=.php=/bin/sh")
                        .mounts()
                        .openPrograms()
                        .mounted()
                        .size(),
                "an interpreter runs it");
    }

    @Test
    void scriptsMayReadWhatIsServedAtTheirPathAndNothingElse() throws IOException {
        Settings settings = settings(
                "--profile=readonly",
                "--profile=/open=standard",
                "--read=/app/deep=/srv/more",
                "--mount=/app=/srv/app",
                "--mount=/open=/srv/open",
                "--script=/git=/opt/git/backend",
                "--script=/=/opt/front/main",
                "--interpreter=.php=/opt/php/bin/php-cgi");
        var rules = settings.scriptRules(Path.of("/srv/www"));
        Path php = Path.of("/opt/php/bin/php-cgi");
        assertEquals(
                List.of(Path.of("/srv/www"), Path.of("/opt/front"), php),
                rules.of("/cgi-bin/x").profile().readable());
        assertEquals(
                List.of(Path.of("/srv/app"), php), rules.of("/app/x").profile().readable());
        assertEquals(
                List.of(Path.of("/srv/app"), php, Path.of("/srv/more")),
                rules.of("/app/deep/x").profile().readable());
        assertEquals(
                List.of(Path.of("/opt/git"), php), rules.of("/git").profile().readable());
        assertEquals(
                List.of(Path.of("/srv/www"), Path.of("/opt/front"), php),
                rules.of("/appx").profile().readable());
        assertEquals(Profile.standard(), rules.of("/open/x").profile());
        assertEquals(
                1,
                settings("--cgi", "--mount=/app=/srv/app", "--script=/git=/opt/git/backend")
                        .scriptRules()
                        .profiles()
                        .size(),
                "no more threads where reading is not restricted");
    }

    @Test
    void aConfigurationFileHasTables() throws IOException {
        Path file = Files.writeString(folder.resolve("htbin.toml"), """
                trust-proxy = "unix"
                remote-user-header = "X-Remote-User"
                [mount]
                "/static" = "/srv/static"
                "/a b" = "/srv/b"
                [script]
                "/git" = "/usr/lib/git-core/git-http-backend"
                [interpreter]
                ".php" = "/usr/bin/php-cgi"
                ".pl" = ["/usr/bin/perl", "-T", "-I", "/srv/it's a lib"]
                [path."/git"]
                profile = "strict"
                """);
        Settings settings = Settings.of(ConfigFile.read(file), Optional.empty(), Map.of());
        MountSettings mounts = settings.mounts();
        assertEquals(Map.of("/static", Path.of("/srv/static"), "/a b", Path.of("/srv/b")), mounts.directories());
        assertEquals(List.of("/git"), List.copyOf(mounts.programs().keySet()));
        assertEquals(
                List.of("-T", "-I", "/srv/it's a lib"),
                mounts.interpreters().getLast().arguments());
        assertEquals(Optional.of("X-Remote-User"), settings.network().userField());
        assertEquals(
                Profile.Kind.STRICT, settings.scriptRules().of("/git").profile().kind());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "mount = { 'static' = '/srv/a' } | :1: key 'mount': --mount: 'static=/srv/a' (expected: a URL path",
                "interpreter = { '.x' = 'sh' } | :1: key 'interpreter': --interpreter: '.x=sh'",
                "remote-user-header = 'a b' | :1: key 'remote-user-header': --remote-user-header: 'a b' (expected"
            })
    void mistakesInAConfigurationFileAreNamed(String text, String expected) throws IOException {
        Path file = Files.writeString(folder.resolve("htbin.toml"), text + "\n");
        var refusal = assertThrows(UsageException.class, () -> ConfigFile.read(file));
        String message = refusal.messages().getFirst();
        assertTrue(message.startsWith(file + ":") && message.contains(expected), message);
    }

    @FunctionalInterface
    private interface Opening {
        void run() throws IOException;
    }

    private static void assertRefused(String expected, Opening opening) {
        var refusal = assertThrows(IOException.class, opening::run);
        assertTrue(String.valueOf(refusal.getMessage()).contains(expected), refusal::toString);
    }
}

package dev.htbin.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.htbin.cgi.ScriptRule;
import dev.htbin.process.Profile;
import dev.htbin.process.Resource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Table: configuration files, what they mean, and what is refused at which line. */
class ConfigFileTest {
    @TempDir
    Path folder;

    @Test
    void saysWhatTheCommandLineSays() throws IOException {
        Settings settings = settings("""
                bind = "::1"
                port = 80
                cgi-directory = ["/cgi-bin", "/git"]
                allow-host = "www.example.org"
                quiet = true
                verbose = false
                max-scripts = 8
                script-timeout = 2.5

                [env]
                TZ = "UTC"

                [limit]
                request-line = "16K"
                cpu = 60

                [path."/git"]
                profile = "strict"
                read = ["/srv/git"]
                env = { GIT_PROJECT_ROOT = "/srv/git", TZ = "CET" }
                limit = { memory = "1G", cpu = 300 }
                warm = true
                warm-import = ["CGI", "POSIX"]
                """);
        assertEquals(
                List.of(new ListenOption.Tcp("::1", 80, false)),
                settings.network().places());
        assertEquals(true, settings.quiet());
        assertEquals(false, settings.verbose());
        assertEquals(8, settings.limits().concurrency().scripts());
        assertEquals(2500, settings.limits().cgi().silence().toMillis());
        Settings.Scripts scripts = settings.scripts().orElseThrow();
        assertEquals(List.of("/cgi-bin", "/git"), scripts.directories());
        assertEquals("UTC", scripts.variables().get("TZ"));
        var rules = scripts.rules().toScriptRules(trees(Path.of("/srv/www")));
        ScriptRule git = rules.of("/git/git-http-backend");
        assertEquals(Profile.Kind.STRICT, git.profile().kind());
        assertEquals("/srv/git", git.environment().get("GIT_PROJECT_ROOT"));
        assertEquals("CET", git.environment().get("TZ"));
        assertEquals(List.of("CGI", "POSIX"), git.warm().orElseThrow().imported());
        assertEquals(Optional.empty(), rules.of("/cgi-bin/x").warm());
        assertEquals(OptionalLong.of(300), git.profile().limits().of(Resource.CPU));
        assertEquals(
                OptionalLong.of(60), rules.of("/cgi-bin/x").profile().limits().of(Resource.CPU));
    }

    @Test
    void theCommandLineComesAfterIt() throws IOException {
        Arguments line = Arguments.parse("--bind", "0.0.0.0", "--cgi-directory", "/b", "9000");
        Arguments all = line.after(read("bind = \"::1\"\nport = 80\ncgi-directory = \"/a\"\nquiet = true\n"));
        Settings settings = Settings.of(all, all.positionals().stream().findFirst(), Map.of());
        assertEquals(
                List.of(new ListenOption.Tcp("0.0.0.0", 9000, false)),
                settings.network().places());
        assertEquals(true, settings.quiet());
        assertEquals(List.of("/a", "/b"), settings.scripts().orElseThrow().directories());
    }

    @ParameterizedTest
    @EnumSource(Option.class)
    void everyOptionButThoseOfTheCommandLineAloneHasAKey(Option option) throws IOException {
        if (!option.configurable()) {
            assertRefused("%s = true".formatted(option.longName().substring(2)), ":1: key '");
            return;
        }
        String example = Values.example(option.longName());
        String value = option.label().isEmpty()
                ? "true"
                : "'"
                        + example.substring(example.lastIndexOf(option.longName() + " ")
                                        + option.longName().length()
                                        + 1)
                                .replace("'", "")
                        + "'";
        Arguments read = read("%s = %s".formatted(option.longName().substring(2), value));
        assertTrue(read.has(option), read::toString);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "bnd = '::1' | :1: key 'bnd' (expected: perhaps 'bind')",
                "zzzzzzzz = 1 | :1: key 'zzzzzzzz' (expected: the name of an option",
                "port = 70000 | :1: key 'port': PORT: '70000' (expected: a number from 0 to 65535",
                "port = 'x' | :1: key 'port': PORT: 'x'",
                "quiet = 'yes' | :1: key 'quiet': yes (expected: true or false)",
                "bind = true | :1: key 'bind' (expected: ADDR, for example --bind 127.0.0.1)",
                "bind = [['a']] | :1: key 'bind' (expected: an array of strings)",
                "bind = { a = 'b' } | :1: key 'bind' (expected: ADDR",
                "profile = 'loose' | :1: key 'profile': --profile: 'loose' (expected: open, standard",
                "limit = { cqu = 1 } | :1: key 'limit': --limit: 'cqu=1' (expected: a name",
                "path = 1 | :1: key 'path' (expected: tables",
                "path.'cgi-bin'.profile = 'open' | (expected: a table of a URL path",
                "path.'/x'.bind = '::1' | key 'bind' (expected: outside of [path.\"/x\"]",
                "path.'/x'.limit = { queue = 1 } | (expected: no path before 'queue'",
                "warm = 1 | :1: key 'warm': --warm: '1' (expected: on or off",
                "warm-import = 'a b' | :1: key 'warm-import': --warm-import: 'a b' (expected: the name of a module",
                "bind = | :1: ",
            })
    void refusesWithFileAndLine(String text, String expected) throws IOException {
        assertRefused(text, expected);
    }

    @Test
    void saysAllThatIsWrongInTheOrderOfTheLines() throws IOException {
        Path file = Files.writeString(
                folder.resolve("htbin.toml"), "quiet = 1\n\n[path.'/x']\nprofil = 'open'\nlimit = 3\n");
        var refusal = assertThrows(UsageException.class, () -> ConfigFile.read(file));
        assertEquals(3, refusal.messages().size());
        assertTrue(refusal.messages().get(0).startsWith(file + ":1: "), refusal::toString);
        assertTrue(refusal.messages().get(1).startsWith(file + ":4: "), refusal::toString);
        assertTrue(refusal.messages().get(2).startsWith(file + ":5: "), refusal::toString);
    }

    @Test
    void namesAFileThatIsNotThere() {
        var refusal = assertThrows(IOException.class, () -> ConfigFile.read(Path.of("/nowhere/htbin.toml")));
        assertEquals("configuration '/nowhere/htbin.toml': no such file", refusal.getMessage());
    }

    @Test
    void theDocumentedExampleHasNoMistakes() throws IOException {
        String documentation = Files.readString(Path.of("../docs/operations.md"));
        int start = documentation.indexOf("```toml\n") + "```toml\n".length();
        String example = documentation.substring(start, documentation.indexOf("```", start));
        assertTrue(settings(example).scripts().isPresent());
    }

    private void assertRefused(String text, String expected) throws IOException {
        Path file = Files.writeString(folder.resolve("htbin.toml"), text + "\n");
        var refusal = assertThrows(UsageException.class, () -> ConfigFile.read(file));
        String message = refusal.messages().getFirst();
        assertTrue(message.startsWith(file + ":") && message.contains(expected), message);
    }

    private Arguments read(String text) throws IOException {
        return ConfigFile.read(Files.writeString(folder.resolve("htbin.toml"), text));
    }

    private Settings settings(String text) throws IOException {
        Arguments read = read(text);
        return Settings.of(
                read,
                Optional.ofNullable(
                        read.positionals().isEmpty() ? null : read.positionals().getFirst()),
                Map.of());
    }

    private static ReadableTrees trees(Path site) {
        return new ReadableTrees(new TreeMap<>(Map.of("", List.of(site))), List.of());
    }
}

package dev.htbin.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.htbin.auth.AuthRule;
import dev.htbin.auth.AuthRules;
import dev.htbin.http.DocumentRoot;
import dev.htbin.http.Mounts;
import dev.htbin.http.UrlPath;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Table: what the command line says of who may make requests. */
class LoginsTest {
    private static final String LINE = "ann:$2y$05$t2uwbbHv3zYwR8dhnoXhoedK4a6owChdTDAroWSrQpmPHdoQznaR.\n";

    @TempDir
    private Path folder;

    private Path staff = Path.of("/");
    private Path others = Path.of("/");

    @BeforeEach
    void makeFiles() throws IOException {
        Files.createDirectory(folder.resolve("root"));
        staff = Files.writeString(folder.resolve("staff"), LINE);
        others = Files.writeString(folder.resolve("others"), LINE);
    }

    private AuthRules rules(String... arguments) throws IOException {
        return Logins.of(Arguments.parse(arguments)).load(new Mounts(DocumentRoot.of(folder.resolve("root"))));
    }

    private static Optional<String> asked(AuthRules rules, String method, String path) {
        return rules.of(method, UrlPath.parse(path), "")
                .map(AuthRule::users)
                .map(users -> String.valueOf(users.path().getFileName()));
    }

    @Test
    void nobodyIsAskedUnlessItIsSaid() throws Exception {
        assertEquals(List.of(), rules().rules());
    }

    @ParameterizedTest
    @CsvSource({
        "GET, /, staff",
        "GET, /free, ",
        "PUT, /free/x, ",
        "GET, /free/not, others",
        "GET, /freedom, staff",
        "GET, /wiki/page, ",
        "POST, /wiki/page, staff",
        "GET, /wiki/own/page, others",
        "POST, /wiki/own/page, others"
    })
    void theLongestPathCountsAndAFileMakesANewStart(String method, String path, String file) throws Exception {
        AuthRules rules = rules(
                "--auth=" + staff,
                "--anonymous=/free=*",
                "--auth=/free/not=" + others,
                "--anonymous=/wiki=GET",
                "--auth=/wiki/own=" + others,
                "--realm=/wiki=The wiki");
        assertEquals(Optional.ofNullable(file), asked(rules, method, path));
    }

    @Test
    void theRealmIsThePathOrWhatIsSaid() throws Exception {
        List<AuthRule> rules = rules(
                        "--auth=" + staff, "--auth=/a=" + others, "--realm=/b=B only", "--anonymous=/b/c=PUT")
                .rules();
        assertEquals(
                List.of("/b/c B only", "/a /a", "/b B only", " /"),
                rules.stream().map(rule -> rule.path() + " " + rule.realm()).toList());
    }

    @ParameterizedTest
    @CsvSource({"--anonymous, /b=GET", "--anonymous, GET", "--realm, /b=B", "--realm, /ab=AB"})
    void refusesWhatIsSaidWhereNobodyIsAsked(String option, String value) {
        var refused = assertThrows(UsageException.class, () -> rules("--auth=/a=" + staff, option, value));
        String message = String.valueOf(refused.getMessage());
        assertTrue(message.startsWith(option + ": '/") && message.contains("--auth asks for users"), message);
    }

    @ParameterizedTest
    @CsvSource({"--auth, ''", "--auth, /a=", "--anonymous, /a=GET;", "--anonymous, /a=", "--auth, /a/../b=x"})
    void refuses(String option, String value) {
        var refused = assertThrows(UsageException.class, () -> rules("--auth", staff.toString(), option, value));
        assertTrue(String.valueOf(refused.getMessage()).startsWith(option + ": "), refused::getMessage);
    }

    @Test
    void refusesAFileThatWouldBeServed() throws Exception {
        Path served = Files.writeString(folder.resolve("root/users"), LINE);
        Path link = Files.createSymbolicLink(folder.resolve("link"), served);
        for (Path file : List.of(served, link)) {
            var refused = assertThrows(IOException.class, () -> rules("--auth=" + file));
            assertTrue(String.valueOf(refused.getMessage()).contains("would be served"), refused::getMessage);
        }
        Path hidden = Files.writeString(folder.resolve("root/.htpasswd"), LINE);
        assertEquals(1, rules("--auth=" + hidden).rules().size());
    }
}

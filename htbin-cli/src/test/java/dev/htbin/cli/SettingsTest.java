package dev.htbin.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.htbin.cgi.CgiLimits;
import dev.htbin.cgi.Concurrency;
import dev.htbin.cgi.ScriptRules;
import dev.htbin.http.HttpVersion;
import dev.htbin.jetty.EngineConfig;
import dev.htbin.process.Profile;
import dev.htbin.process.Profile.Kind;
import dev.htbin.process.Resource;
import dev.htbin.process.WarmModules;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Table: the command line, in all spellings, and what is refused. */
class SettingsTest {
    @Test
    void defaultsAreThoseOfTheDocumentation() {
        Settings settings = settings();
        assertEquals(
                List.of(new ListenOption.Tcp("127.0.0.1", 8000, false)),
                settings.network().places());
        assertEquals(HttpVersion.HTTP_2, settings.protocol());
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
        assertEquals(
                List.of(new ListenOption.Tcp("::1", 80, false)),
                settings.network().places());
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

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--warm | /cgi-bin/x | true",
                "--warm 80 | /cgi-bin/x | true",
                "--warm=on | /cgi-bin/x | true",
                "--warm on 80 | /cgi-bin/x | true",
                "--cgi --warm off | /cgi-bin/x | false",
                "--cgi | /cgi-bin/x | false",
                "--warm /cgi-bin/x=on 80 | /cgi-bin/x | true",
                "--warm /cgi-bin/x=on | /cgi-bin/y | false",
                "--warm --warm /cgi-bin/x=off | /cgi-bin/x | false",
                "--warm --warm /cgi-bin/x=off | /cgi-bin/xy | true",
                "--warm off --warm-import /cgi-bin/x=json | /cgi-bin/x | true",
                "--warm-import json --warm=off --cgi | /cgi-bin/x | false",
                "--warm --profile /cgi-bin/x=strict | /cgi-bin/x | true",
            })
    void warmHoldsForPathsAndCanStandAlone(String line, String script, boolean warm) {
        Settings.Scripts scripts = settings(line.split(" ")).scripts().orElseThrow();
        ScriptRules rules = scripts.rules().toScriptRules(trees(Path.of("/srv")));
        assertEquals(warm, rules.of(script).warm().isPresent());
    }

    @Test
    void modulesOfWarmInterpretersAddUpDownThePath() {
        Settings.Scripts scripts = settings(
                        "--warm-import", "json", "--warm-import=/cgi-bin/x=File::Spec", "--warm-exclude", "numpy")
                .scripts()
                .orElseThrow();
        ScriptRules rules = scripts.rules().toScriptRules(trees(Path.of("/srv")));
        assertEquals(
                Optional.of(new WarmModules(List.of("json", "File::Spec"), List.of("numpy"))),
                rules.of("/cgi-bin/x").warm());
        assertEquals(
                Optional.of(new WarmModules(List.of("json"), List.of("numpy"))),
                rules.of("/cgi-bin/y").warm());
    }

    @Test
    void warmOffAloneRunsNoScripts() {
        assertEquals(Optional.empty(), settings("--warm=off").scripts());
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
                "--cgi",
                "--script-timeout",
                "2.5",
                "--script-total=7200",
                "--grace=0.001",
                "--drain",
                "0.5",
                "--max-body",
                "3M");
        CgiLimits limits = settings.limits().cgi();
        assertEquals(Duration.ofHours(2), limits.total());
        assertEquals(Duration.ofMillis(2500), limits.firstByte());
        assertEquals(Duration.ofMillis(2500), limits.silence());
        assertEquals(Duration.ofMillis(1), limits.grace());
        assertEquals(Duration.ofMillis(500), settings.drain());
        assertEquals(Duration.ZERO, settings("--drain=0").drain());
        assertEquals(3L << 20, limits.requestBodyBytes());
        assertEquals(
                3L << 20,
                settings.limits().engine(EngineConfig.defaults()).limits().bodyBytes());
    }

    @Test
    void withoutOptionsEveryLimitIsTheLibrarys() {
        Limits limits = settings().limits();
        assertEquals(CgiLimits.defaults(), limits.cgi());
        assertEquals(Concurrency.defaults(), limits.concurrency());
        assertEquals(
                EngineConfig.defaults().withStopGrace(CgiLimits.defaults().grace()),
                limits.engine(EngineConfig.defaults()));
    }

    @Test
    void readsLimitsByName() {
        Limits limits = settings(
                        "--limit=request-line=16K",
                        "--limit=head-time=1.5",
                        "--limit=per-client=3",
                        "--limit=scripts=10",
                        "--limit=local-redirects=0")
                .limits();
        EngineConfig engine = limits.engine(EngineConfig.defaults());
        assertEquals(16 << 10, engine.limits().requestLineBytes());
        assertEquals(Duration.ofMillis(1500), engine.headTimeout());
        assertEquals(3, limits.concurrency().perClient());
        assertEquals(40, limits.concurrency().queue());
        assertEquals(0, limits.cgi().localRedirects());
    }

    @Test
    void rulesHoldForTheirPathAndBelow() {
        Path site = Path.of("/srv/www");
        ScriptRules rules = settings(
                        "--profile=no-network",
                        "--profile=/cgi-bin/a=strict",
                        "--script-user=/cgi-bin/a/b=alice",
                        "--read=/cgi-bin/a=/srv/git",
                        "--write=/cgi-bin/a/b=/srv/data",
                        "--limit=cpu=7",
                        "--limit=/cgi-bin/a/b=memory=1G")
                .scripts()
                .orElseThrow()
                .rules()
                .toScriptRules(trees(site));
        Profile all = rules.of("/cgi-bin/x").profile();
        assertEquals(Kind.NO_NETWORK, all.kind());
        assertEquals(List.of(), all.readable());
        assertEquals(OptionalLong.of(7), all.limits().of(Resource.CPU));
        Profile a = rules.of("/cgi-bin/a/x").profile();
        assertEquals(Kind.STRICT, a.kind());
        assertEquals(List.of(site, Path.of("/srv/git")), a.readable());
        assertEquals(Optional.empty(), a.user());
        assertEquals(OptionalLong.of(7), a.limits().of(Resource.CPU));
        assertEquals(OptionalLong.of(64), a.limits().of(Resource.PROCESSES));
        Profile b = rules.of("/cgi-bin/a/b/x").profile();
        assertEquals(Optional.of("alice"), b.user());
        assertEquals(List.of(Path.of("/srv/data")), b.writable());
        assertEquals(OptionalLong.of(1L << 30), b.limits().of(Resource.MEMORY));
    }

    @Test
    void aTreeMayHaveAnEqualsSignBehindAPath() {
        Profile profile = settings("--write=/=/srv/a=b")
                .scripts()
                .orElseThrow()
                .rules()
                .toScriptRules(trees(Path.of("/srv/www")))
                .of("/x")
                .profile();
        assertEquals(List.of(Path.of("/srv/a=b")), profile.writable());
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
                "--drain=5s | --drain: '5s' (expected: seconds",
                "--drain=-1 | --drain: '-1'",
                "--env==x | --env: '=x'",
                "--env=A-B=x | --env: 'A-B=x'",
                "--env=ABSENT | --env: 'ABSENT' (expected: a variable that is set",
                "--cgi-directory=cgi | --cgi-directory: 'cgi' (expected: a URL path that begins with a slash, for example --cgi-directory /scripts)",
                "--cgi-directory=/ | --cgi-directory: '/'",
                "--cgi-directory=/a/../b | --cgi-directory: '/a/../b'",
                "--cgi-extension=cgi | --cgi-extension: 'cgi'",
                "--protocol=HTTP/3 | --protocol: 'HTTP/3' (expected: HTTP/1.0, HTTP/1.1 or HTTP/2.0",
                "--bind= | --bind: ''",
                "--listen=8000 | --listen: '8000' (expected: HOST:PORT, http:// or https:// before it, or unix:PATH",
                "--listen=a:99999 | --listen: 'a:99999'",
                "--listen=ftp://a:1 | --listen: 'ftp://a:1'",
                "--listen=unix: | --listen: 'unix:'",
                "--listen=unix:/x,mode=9 | --listen: 'unix:/x,mode=9'",
                "--listen=unix:/x,owner= | --listen: 'unix:/x,owner='",
                "--listen=unix:/x,colour=red | --listen: 'unix:/x,colour=red'",
                "--listen=https://a:1 | --listen: 'https://a:1' without --tls-cert (expected: the certificate",
                "--tls-key=k | --tls-key: without --tls-cert (expected: the certificate, too",
                "--tls-client-ca=k | --tls-client-ca: without --tls-cert",
                "--redirect-http=80 | --redirect-http: without --tls-cert",
                "--proxy-protocol | --proxy-protocol: without --trust-proxy (expected: the addresses",
                "--trust-proxy=10.0.0.1/8 | --trust-proxy: '10.0.0.1/8' (expected: an IP address, a block of them, or unix",
                "--proxy-fields=via | --proxy-fields: 'via' (expected: x-forwarded or forwarded",
                "--directory= | --directory: ''",
                "--user= | --user: ''",
                "--allow-host=a:80 | --allow-host: 'a:80'",
                "--max-body=1T | --max-body: '1T'",
                "--profile=loose | --profile: 'loose' (expected: open, standard, no-network, readonly or strict, for",
                "--profile=/x=loose | --profile: '/x=loose'",
                "--profile=/a/../b=open | --profile: '/a/../b=open' (expected: a URL path",
                "--limit=cpu | --limit: 'cpu' (expected: NAME=VALUE",
                "--limit=cqu=1 | --limit: 'cqu=1' (expected: a name that 'htbin --help' lists, not 'cqu'",
                "--limit=/x=queue=1 | --limit: '/x=queue=1' (expected: no path before 'queue'",
                "--limit=queue=-1 | --limit: 'queue=-1' (expected: a number",
                "--limit=scripts=0 | --limit: 'scripts=0' (expected: a number, not too small",
                "--limit=request-line=8 | --limit: 'request-line=8'",
                "--limit=grace=1e3 | --limit: 'grace=1e3' (expected: seconds",
                "--script-user= | --script-user: ''",
                "--read= | --read: ''",
                "--server-user= | --server-user: ''",
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

    private static ReadableTrees trees(Path site) {
        return new ReadableTrees(new TreeMap<>(Map.of("", List.of(site))), List.of());
    }
}

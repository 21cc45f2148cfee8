package dev.htbin.cgi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.htbin.process.Profile;
import dev.htbin.process.RunsAs;
import dev.htbin.process.WarmModules;
import dev.htbin.process.Warmth;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LaunchPlanTest {
    private static final RunsAs NOBODY = new RunsAs("nobody", 65534, 65534, List.of("It gains no privileges."));

    @Test
    void describesWhatWouldBeExecuted() {
        CgiRequests request = CgiRequests.get(
                        "/cgi-bin/x.cgi/p%C3%A4th?two+words",
                        "Host: a.example:8000",
                        "Proxy: http://evil/",
                        "X_User: admin",
                        "User-Agent: t\u00C3\u00A4st/1 \u001B[31m")
                .info("/p\u00C3\u00A4th");
        assertEquals("""
                script: /srv/cgi-bin/x.cgi
                script name: /cgi-bin/x.cgi
                path info: /p\u00E4th
                directory: /srv/cgi-bin
                user: nobody (uid 65534, gid 65534)
                profile: standard
                  It gains no privileges.
                warm: no: nobody asked for it
                arguments:
                  0: /srv/cgi-bin/x.cgi
                  1: two
                  2: words
                environment:
                  GATEWAY_INTERFACE=CGI/1.1
                  PATH_INFO=/p\u00E4th
                  PATH_TRANSLATED=/srv/p\u00E4th
                  QUERY_STRING=two+words
                  REMOTE_ADDR=192.0.2.7
                  REMOTE_HOST=192.0.2.7
                  REQUEST_METHOD=GET
                  SCRIPT_NAME=/cgi-bin/x.cgi
                  SERVER_NAME=a.example
                  SERVER_PORT=8000
                  SERVER_PROTOCOL=HTTP/1.1
                  SERVER_SOFTWARE=htbin/1.2
                  REQUEST_URI=/cgi-bin/x.cgi/p%C3%A4th?two+words
                  DOCUMENT_ROOT=/srv
                  SCRIPT_FILENAME=/srv/cgi-bin/x.cgi
                  REMOTE_PORT=50123
                  SERVER_ADDR=127.0.0.1
                  REQUEST_SCHEME=http
                  REDIRECT_STATUS=200
                  UNIQUE_ID=id-1
                  HTTP_HOST=a.example:8000
                  HTTP_USER_AGENT=t\u00E4st/1 \\x1B[31m
                  PATH=/usr/local/bin:/usr/bin:/bin
                not passed on:
                  Proxy: HTTP_PROXY would be taken for a proxy's address (CVE-2016-5385)
                  X_User: '_' in a name could make it the variable of another field
                """, plan(request).describe(NOBODY, Optional.of("nobody asked for it")));
    }

    @Test
    void equalRequestsHaveEqualPlans() {
        CgiRequests request = CgiRequests.get("/cgi-bin/x.cgi?a", "Host: a");
        assertEquals(plan(request), plan(request));
    }

    @Test
    void runsTheScriptsOwnFileInItsOwnDirectory() {
        LaunchPlan plan = plan(CgiRequests.get("/cgi-bin/x.cgi"));
        assertEquals(Path.of("/srv/cgi-bin/x.cgi"), plan.spec().executable());
        assertEquals(List.of("/srv/cgi-bin/x.cgi"), plan.spec().arguments());
        assertEquals(Path.of("/srv/cgi-bin"), plan.spec().directory());
        assertFalse(plan.describe(new RunsAs("me", -1, -1, List.of()), Optional.empty())
                .contains("uid"));
    }

    @Test
    void warmScriptsStartWithTheConfiguredVariables() {
        var modules = new WarmModules(List.of("json"), List.of());
        var environment = new LinkedHashMap<String, String>();
        environment.put("DATA", "/srv/data");
        CgiConfig config = PureConfig.defaults()
                .withRules(new ScriptRules(
                        List.of(new ScriptRule("", Profile.standard(), environment, false, Optional.of(modules)))));
        Warmth warmth = LaunchPlan.of(CgiRequests.get("/cgi-bin/x.cgi").make(), config)
                .spec()
                .warmth()
                .orElseThrow();
        assertEquals(List.of("PATH", "DATA"), List.copyOf(warmth.lasting()));
        assertEquals(modules, warmth.modules());
        assertEquals(
                Optional.empty(), plan(CgiRequests.get("/cgi-bin/x.cgi")).spec().warmth());
    }

    @Test
    void descriptionsCannotTrickATerminal() {
        String text = plan(CgiRequests.get("/x", "A: \u00C2\u009B31m\u00E2\u0080\u00AE", "B: \u009B1m\u00E9 \\"))
                .describe(NOBODY, Optional.of("nobody asked for it"));
        assertFalse(text.chars().anyMatch(c -> Character.isISOControl(c) && c != '\n'), text);
        assertFalse(text.contains("\u202E"), text);
    }

    private static LaunchPlan plan(CgiRequests request) {
        return LaunchPlan.of(request.make(), PureConfig.defaults());
    }
}

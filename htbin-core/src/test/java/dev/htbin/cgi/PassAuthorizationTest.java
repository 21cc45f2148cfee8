package dev.htbin.cgi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.htbin.http.Authentication;
import dev.htbin.process.Profile;
import dev.htbin.process.RunsAs;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Table: which scripts get the client's credentials. */
class PassAuthorizationTest {
    private static final String FIELD = "Authorization: Basic c2VjcmV0";

    private static LaunchPlan plan(boolean passes, String... fields) {
        var rule = new ScriptRule("", Profile.standard(), new LinkedHashMap<>(), passes, Optional.empty());
        return LaunchPlan.of(
                CgiRequests.get("/x", fields).make(), PureConfig.defaults().withRules(new ScriptRules(List.of(rule))));
    }

    private static Map<String, String> variables(boolean passes, String... fields) {
        return plan(passes, fields).spec().environment();
    }

    @Test
    void onlyThoseGetThemThatAreToHaveThem() {
        assertNull(variables(false, FIELD).get("HTTP_AUTHORIZATION"));
        assertEquals("Basic c2VjcmV0", variables(true, FIELD).get("HTTP_AUTHORIZATION"));
    }

    @Test
    void nobodyGetsThoseForAProxyOrTwoAtOnce() {
        assertNull(variables(true, "Proxy-Authorization: Basic c2VjcmV0").get("HTTP_PROXY_AUTHORIZATION"));
        assertNull(variables(true, FIELD, "authorization: Basic eDp5").get("HTTP_AUTHORIZATION"));
        assertNull(variables(true, "Authorization_: x", "Author_ization: y").get("HTTP_AUTHORIZATION"));
    }

    @Test
    void aDescriptionDoesNotShowThem() {
        String text = plan(true, FIELD).describe(new RunsAs("nobody", 65534, 65534, List.of()), Optional.empty());
        assertTrue(text.contains("HTTP_AUTHORIZATION=(not shown)"), text);
        assertFalse(text.contains("c2VjcmV0"), text);
    }

    @Test
    void credentialsNameNobody() {
        assertNull(variables(true, FIELD).get("REMOTE_USER"));
        assertNull(variables(true, FIELD).get("AUTH_TYPE"));
    }

    @Test
    void aUserOfUnknownSchemeHasNoAuthType() {
        CgiRequest named =
                CgiRequests.get("/x").by(new Authentication("", "ann")).make();
        Map<String, String> variables =
                CgiEnvironment.of(named, new LinkedHashMap<>()).variables();
        assertEquals("ann", variables.get("REMOTE_USER"));
        assertFalse(variables.containsKey("AUTH_TYPE"));
    }
}

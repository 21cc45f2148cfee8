package dev.htbin.develop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.htbin.http.Field;
import dev.htbin.http.Fields;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SecretsTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "Authorization", "cookie", "Set-Cookie", "HTTP_COOKIE", "HTTP_X_API_KEY", "DB_PASSWORD", "GITHUB_TOKEN",
                        "AWS_SECRET_ACCESS_KEY",
                "password", "passwd", "user_pwd", "csrf", "sessionid", "api-key", "PRIVATE_KEY", "HTTP_X_AUTH_USER"
            })
    void knowsSecretsByTheirNames(String name) {
        assertTrue(Secrets.isSecret(name), name);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"PATH", "HTTP_HOST", "Accept", "QUERY_STRING", "author", "name", "UNIQUE_ID", "REMOTE_ADDR"})
    void leavesOthers(String name) {
        assertFalse(Secrets.isSecret(name), name);
    }

    @Test
    void masksParametersAndLeavesTheRest() {
        assertEquals("/a?b=c&token=********&d", Secrets.inQuery("/a?b=c&token=abc&d"));
        assertEquals("password=********", Secrets.inQuery("password=a%26b"));
        assertEquals("/a", Secrets.inQuery("/a"));
        assertEquals("b=$1", Secrets.inQuery("b=$1"));
    }

    @Test
    void masksFieldsVariablesAndCookiesThatAScriptSets() {
        Fields fields = Fields.of(
                new Field("Cookie", "a=b"), new Field("Referer", "http://x/?sid=1"), new Field("Accept", "*/*"));
        assertEquals(
                Fields.of(
                        new Field("Cookie", "********"),
                        new Field("Referer", "http://x/?sid=********"),
                        new Field("Accept", "*/*")),
                Secrets.inFields(fields));
        assertEquals("a=1&key=2&token=********", Secrets.ofVariable("QUERY_STRING", "a=1&key=2&token=3"));
        assertEquals("********", Secrets.ofVariable("DB_PASSWORD", "x"));
        assertEquals("", Secrets.ofVariable("DB_PASSWORD", ""));
        assertEquals(
                "A: b\r\nSet-Cookie: ********\r\n\r\n", Secrets.inOutput("A: b\r\nSet-Cookie: s=1; Path=/\r\n\r\n"));
    }
}

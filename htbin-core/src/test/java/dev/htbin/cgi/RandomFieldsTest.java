package dev.htbin.cgi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.htbin.http.Field;
import dev.htbin.http.Fields;
import dev.htbin.http.HttpVersion;
import dev.htbin.http.Request;
import dev.htbin.http.Seed;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Table, random header fields to the environment: only names of the RFC and {@code HTTP_*}, each from one field's name, and nothing that scripts must not see. */
class RandomFieldsTest {
    private static final int CASES = 30_000;
    private static final Pattern HTTP_NAME = Pattern.compile("HTTP_[A-Z0-9_]+");
    private static final Set<String> META =
            Arrays.stream(MetaVariable.values()).map(Enum::name).collect(Collectors.toSet());
    private static final Set<String> NEVER =
            Set.of("HTTP_PROXY", "HTTP_AUTHORIZATION", "HTTP_PROXY_AUTHORIZATION", "HTTP_CONNECTION", "HTTP_EXPECT");
    private static final String[] NAME_PARTS = {
        "Proxy",
        "proxy",
        "pRoXy",
        "-",
        "_",
        ".",
        "X-",
        "x_",
        "Auth",
        "Authorization",
        "HTTP_",
        "Host",
        "LD-PRELOAD",
        "PATH",
        "Content-",
        "Length",
        "Remote-User",
        "IFS",
        "BASH_ENV",
        "Cookie",
        "%",
        "|",
        "9",
        "a"
    };
    private static final String[] VALUE_PARTS = {
        "() { :;}; echo",
        "http://evil/",
        "=",
        ";",
        ",",
        "a",
        " ",
        "\t",
        "\u00ff",
        "%00",
        "$(id)",
        "Host",
        "close",
        "X-A"
    };

    @Test
    void noneGivesAVariableThatItMustNotGive() {
        Random random = Seed.random(RandomFieldsTest.class, CASES);
        CgiConfig config =
                PureConfig.defaults().withVariable("REMOTE_USER", "root").withVariable("HTTP_PROXY", "x");
        int variables = 0;
        for (int i = 0; i < CASES; i++) {
            Fields fields = fields(random);
            var request = new Request("GET", "/cgi-bin/x.cgi", HttpVersion.HTTP_1_1, fields);
            var made = new CgiRequests(request, CgiRequests.get("/").peer(), "", OptionalLong.empty()).make();
            String shown = Seed.shown(i, fields);
            // The specification of a launch refuses NUL everywhere and '=' in names.
            Map<String, String> environment = LaunchPlan.of(made, config).spec().environment();
            Map<String, String> origins = origins(fields);
            for (Map.Entry<String, String> variable : environment.entrySet()) {
                String name = variable.getKey();
                boolean ofField = HTTP_NAME.matcher(name).matches();
                assertTrue(ofField || META.contains(name) || name.equals("PATH"), shown);
                assertFalse(NEVER.contains(name), shown);
                assertFalse(ofField && variable.getValue().startsWith("() {"), shown);
                if (ofField) {
                    variables++;
                    assertTrue(origins.containsKey(name), shown);
                }
            }
            assertEquals(CgiConfig.DEFAULT_PATH, environment.get("PATH"), shown);
            assertFalse(environment.containsKey("REMOTE_USER") || environment.containsKey("AUTH_TYPE"), shown);
        }
        assertTrue(variables > CASES / 4, "variables: " + variables);
    }

    /** Returns the names of variables that fields with an unambiguous name can give. */
    private static Map<String, String> origins(Fields fields) {
        var origins = new HashMap<String, String>();
        for (Field field : fields) {
            if (field.name().matches("[A-Za-z0-9-]+")) {
                origins.put("HTTP_" + field.name().replace('-', '_').toUpperCase(Locale.ROOT), field.name());
            }
        }
        return origins;
    }

    private static Fields fields(Random random) {
        List<Field> fields = new ArrayList<>();
        for (int n = random.nextInt(8); n > 0; n--) {
            String name = Seed.join(random, 4, NAME_PARTS);
            String value = Seed.join(random, 4, VALUE_PARTS).strip();
            try {
                fields.add(new Field(name, value));
            } catch (IllegalArgumentException e) {
                // No engine can make such a field: no token, or CR, LF or NUL.
                assertTrue(
                        !Field.isToken(name) || value.matches("(?s).*[\r\n\0].*"), Seed.shown(0, name + ": " + value));
            }
        }
        return Fields.of(fields);
    }
}

package dev.htbin.json;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.htbin.http.Seed;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {
    private static final int CASES = 5000;

    @Test
    void readsWhatWasWritten() throws Exception {
        Random random = Seed.random(JsonTest.class, CASES);
        for (int i = 0; i < CASES; i++) {
            int number = i;
            Object value = value(random, 0);
            assertEquals(value, JsonReader.read(JsonWriter.text(value)), () -> Seed.shown(number, value));
        }
    }

    private static Object value(Random random, int depth) {
        return switch (random.nextInt(depth > 3 ? 4 : 6)) {
            case 0 -> text(random);
            case 1 -> (long) random.nextInt();
            case 2 -> random.nextBoolean();
            case 3 -> Optional.empty();
            case 4 -> {
                var list = new ArrayList<Object>();
                for (int i = random.nextInt(4); i > 0; i--) {
                    list.add(value(random, depth + 1));
                }
                yield list;
            }
            default -> {
                var map = new LinkedHashMap<String, Object>();
                for (int i = random.nextInt(4); i > 0; i--) {
                    map.put(text(random), value(random, depth + 1));
                }
                yield map;
            }
        };
    }

    private static String text(Random random) {
        var text = new StringBuilder();
        for (int i = random.nextInt(8); i > 0; i--) {
            text.append((char) (random.nextInt(4) == 0 ? random.nextInt(0x10000) : random.nextInt(0x80)));
        }
        return text.toString();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "", " ", "{", "[", "[1", "[1,", "[1,]", "{\"a\"", "{\"a\":", "{\"a\":1,}", "{a:1}", "{\"a\":1,\"a\":2}",
                        "tru", "nul",
                "01", "1.", "-", "+1", "NaN", "\"", "\"\\x\"", "\"\\u12\"", "\"\n\"", "1 2", "[1 2]", "'a'",
                        "{\"a\" 1}", "\u00e9"
            })
    void refusesWhatIsNoJson(String text) {
        assertThrows(JsonReader.JsonException.class, () -> JsonReader.read(text));
    }

    @Test
    void refusesWhatIsTooDeep() {
        assertThrows(JsonReader.JsonException.class, () -> JsonReader.read("[".repeat(100_000)));
    }

    @Test
    void writesNothingThatATerminalActsOn() {
        assertEquals("\"a\\u001b[2J\\u009b\\u2028\\ud800\"\n", JsonWriter.text("a\u001b[2J\u009b\u2028\ud800"));
    }
}

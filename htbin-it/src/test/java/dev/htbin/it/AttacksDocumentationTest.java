package dev.htbin.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The table of attacks names a test for each, and each test that it names exists. */
class AttacksDocumentationTest {
    private static final int ATTACKS = 53;
    private static final Pattern ROW = Pattern.compile("\\| (\\d+) \\|.*");
    private static final Pattern NAMED = Pattern.compile("`(\\w+)#(\\w+)`");
    private static final Pattern PARENT = Pattern.compile("class \\w+ extends (\\w+)");

    @Test
    void everyAttackHasATestThatExists() throws IOException {
        Map<String, String> sources = testSources();
        List<Integer> rows = new ArrayList<>();
        List<String> wrong = new ArrayList<>();
        for (String line : Files.readAllLines(Product.home().resolve("docs/attacks.md"))) {
            Matcher row = ROW.matcher(line);
            Matcher named = NAMED.matcher(line);
            if (row.matches()) {
                rows.add(Integer.parseInt(row.group(1)));
                assertTrue(named.find(), line);
                named.reset();
            }
            while (named.find()) {
                if (!hasTest(sources, named.group(1), named.group(2))) {
                    wrong.add(named.group());
                }
            }
        }
        assertEquals(IntStream.rangeClosed(1, ATTACKS).boxed().toList(), rows);
        assertEquals(List.of(), wrong);
    }

    private static boolean hasTest(Map<String, String> sources, String type, String method) {
        String source = sources.getOrDefault(type, "");
        // Between the annotation and the name, no method ends.
        String test = "(?s)@(Parameterized)?Test\\b(?:(?!\n    }\n).)*\n    void " + method + "\\(";
        if (Pattern.compile(test).matcher(source).find()) {
            return true;
        }
        Matcher parent = PARENT.matcher(source);
        return parent.find() && hasTest(sources, parent.group(1), method);
    }

    private static Map<String, String> testSources() throws IOException {
        var sources = new HashMap<String, String>();
        try (Stream<Path> modules = Files.list(Product.home())) {
            for (Path module : (Iterable<Path>) modules::iterator) {
                Path tests = module.resolve("src/test/java");
                if (Files.isDirectory(tests)) {
                    add(tests, sources);
                }
            }
        }
        return sources;
    }

    private static void add(Path tests, Map<String, String> sources) throws IOException {
        try (Stream<Path> files = Files.walk(tests)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                String name = String.valueOf(file.getFileName());
                if (name.endsWith(".java")) {
                    sources.put(name.substring(0, name.length() - 5), Files.readString(file));
                }
            }
        }
    }
}

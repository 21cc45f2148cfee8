package dev.htbin.process.warm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.htbin.process.LaunchSpec;
import dev.htbin.process.Run;
import dev.htbin.process.WarmModules;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A language's scripts do the same cold, warm, and warm with all their modules imported before. */
@Timeout(600)
abstract class EqualityFixture extends WarmFixture {
    /**
     * The scripts of a language.
     *
     * @param name the folder that they are in
     * @param ending of their names
     * @param pattern where a case of {@code cases} begins; its group is the case's name
     * @param leastCases how many there are at least, so that none is lost by a pattern
     * @param files the others, without their ending
     * @param modules what is imported before
     */
    record Language(
            String name, String ending, String pattern, int leastCases, List<String> files, List<String> modules) {}

    private final Language language;
    private final byte[] body;

    EqualityFixture(Language language, String body) {
        this.language = language;
        this.body = octets(body);
    }

    /** Adds the variables of the requests that the scripts get. */
    abstract void describe(SequencedMap<String, String> variables);

    @BeforeEach
    void copyScripts() throws Exception {
        Scripts.copy(language.name(), directory);
    }

    @Test
    void everyCaseIsTheSameColdAndWarm() throws Exception {
        assertEquals("", differences());
    }

    @Test
    void everyCaseIsTheSameWithItsModulesImportedBefore() throws Exception {
        launcher.close();
        launcher = start();
        modules = new WarmModules(language.modules(), List.of());
        assertEquals("", differences());
        checkRemarks(state(script("cases")).remarks().toString());
    }

    /** Checks what is remarked of the modules that are imported before. */
    void checkRemarks(String remarks) {
        assertEquals("[]", remarks);
    }

    @Test
    void everyKindOfFileIsTheSameColdAndWarm() throws Exception {
        List<String> different = new ArrayList<>();
        for (String name : language.files()) {
            LaunchSpec spec = request(name, "a");
            Run cold = run(spec, body);
            warmUp(warm(spec));
            for (int round = 0; round < 2; round++) {
                Difference.between(name, cold, runWarm(warm(spec), body)).ifPresent(different::add);
            }
        }
        assertEquals("", String.join("\n", different));
    }

    private String differences() throws Exception {
        List<String> cases =
                Scripts.cases(language.name() + "/" + script("cases").getFileName(), language.pattern());
        assertTrue(cases.size() > language.leastCases(), cases::toString);
        List<String> different = new ArrayList<>();
        warmUp(warm(request("cases", "arguments")));
        for (String name : cases) {
            LaunchSpec spec = request("cases", name, "an argument", "gr\u00c3\u00bc");
            Run cold = run(spec, body);
            Difference.between(name, cold, runWarm(warm(spec), body)).ifPresent(different::add);
        }
        return String.join("\n", different);
    }

    byte[] body() {
        return body.clone();
    }

    /** Returns the request of a script, which is named without its ending. */
    LaunchSpec request(String name, String... arguments) {
        SequencedMap<String, String> variables = environment();
        variables.put("GATEWAY_INTERFACE", "CGI/1.1");
        describe(variables);
        return spec(script(name), arguments).withEnvironment(new LinkedHashMap<>(variables));
    }

    private Path script(String name) {
        return directory.resolve(name + language.ending());
    }
}

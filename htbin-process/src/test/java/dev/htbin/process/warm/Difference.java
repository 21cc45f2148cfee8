package dev.htbin.process.warm;

import dev.htbin.process.Run;
import java.util.List;
import java.util.Optional;

/** What two runs of the same program do not have in common, but for addresses in memory, process ids and the time of day. */
final class Difference {
    private Difference() {}

    /** Returns the first lines that differ; empty when the runs are the same. */
    static Optional<String> between(String name, Run cold, Run warm) {
        List<String> one = lines(cold);
        List<String> other = lines(warm);
        for (int i = 0; i < Math.max(one.size(), other.size()); i++) {
            String expected = i < one.size() ? one.get(i) : "(nothing)";
            String found = i < other.size() ? other.get(i) : "(nothing)";
            if (!expected.equals(found)) {
                return Optional.of("%s: line %d%n  cold %s%n  warm %s".formatted(name, i + 1, expected, found));
            }
        }
        return Optional.empty();
    }

    private static List<String> lines(Run run) {
        String text = run.output() + "\n--- error\n" + run.error() + "\n--- " + run.exit();
        return text.replaceAll("0x[0-9a-f]{6,}", "0xADDRESS")
                .replaceAll("[A-Z][a-z]{2} [A-Z][a-z]{2} [ 0-9]{2} [0-9:]{8} [0-9]{4}", "DATE")
                .lines()
                .toList();
    }
}

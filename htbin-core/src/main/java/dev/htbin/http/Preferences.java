package dev.htbin.http;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Pattern;

/**
 * What a client would like to have: the names of {@code Accept} or {@code Accept-Encoding} with their weights.
 *
 * @param weights by name, in lower case; in thousandths, 0 to 1000, 0 for what is not acceptable
 * @spec https://www.rfc-editor.org/rfc/rfc9110#section-12.4 RFC 9110 section 12.4
 */
public record Preferences(Map<String, Integer> weights) {
    /** The most names that are looked at; what comes after is left out. */
    private static final int MAX_NAMES = 64;

    private static final Pattern WEIGHT = Pattern.compile("0(\\.[0-9]{0,3})?|1(\\.0{0,3})?");
    private static final int MOST = 1000;

    public Preferences {
        weights = Map.copyOf(weights);
    }

    /**
     * Reads the values of all fields of one name. What is not of the form {@code name;q=0.5} is left out; parameters other than {@code q} are ignored. Of a name that
     * occurs more than once, the greatest weight counts.
     */
    public static Preferences of(List<String> values) {
        var weights = new HashMap<String, Integer>();
        for (String value : values) {
            for (String element : value.split(",", MAX_NAMES + 1)) {
                String[] parts = element.split(";", -1);
                String name = parts[0].strip().toLowerCase(Locale.ROOT);
                OptionalInt weight = weightOf(parts);
                if (!name.isEmpty() && weight.isPresent() && weights.size() < MAX_NAMES) {
                    weights.merge(name, weight.getAsInt(), Math::max);
                }
            }
        }
        return new Preferences(weights);
    }

    /** Returns the weight of a name as the client gave it; empty if it did not name it. */
    public Optional<Integer> named(String name) {
        return Optional.ofNullable(weights.get(name));
    }

    /** Returns the weight of a content coding: its own, else that of {@code *}, else 0. */
    public int coding(String name) {
        return named(name).or(() -> named("*")).orElse(0);
    }

    /** Returns the weight of a media type: its own, else that of {@code type/*}, else that of all types, else 0. */
    public int mediaType(String type) {
        String range = type.substring(0, type.indexOf('/') + 1) + "*";
        return named(type).or(() -> named(range)).or(() -> named("*/*")).orElse(0);
    }

    private static OptionalInt weightOf(String[] parts) {
        for (int i = 1; i < parts.length; i++) {
            String parameter = parts[i].strip();
            if (parameter.startsWith("q=") || parameter.startsWith("Q=")) {
                String number = parameter.substring(2);
                return WEIGHT.matcher(number).matches()
                        ? OptionalInt.of((int) Math.round(Double.parseDouble(number) * MOST))
                        : OptionalInt.empty();
            }
        }
        return OptionalInt.of(MOST);
    }
}

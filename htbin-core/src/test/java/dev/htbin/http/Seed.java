package dev.htbin.http;

import java.util.Random;

/** Random input that can be had again: the seed is printed, and {@code -Dhtbin.seed} sets it. */
public final class Seed {
    private static final long SEED = Long.getLong("htbin.seed", 20261122L);

    private Seed() {}

    /** Prints the seed and returns random input that depends on it alone. */
    @SuppressWarnings("SystemOut") // it has to be seen in the build's output
    public static Random random(Class<?> test, int cases) {
        System.out.println(
                "%s: %d cases of seed %d (-Dhtbin.seed sets it)".formatted(test.getSimpleName(), cases, SEED));
        return new Random(SEED);
    }

    /** Returns a string that names a case. */
    public static String shown(int number, Object input) {
        var text = new StringBuilder("seed %d, case %d: ".formatted(SEED, number));
        String.valueOf(input)
                .chars()
                .forEach(c -> text.append(c >= ' ' && c < 0x7F ? "" + (char) c : "\\x%02X".formatted(c)));
        return text.toString();
    }

    /** Joins up to so many parts, mostly from a list, some of random octets. */
    public static String join(Random random, int most, String... parts) {
        var joined = new StringBuilder();
        for (int n = random.nextInt(most + 1); n > 0; n--) {
            if (random.nextInt(8) == 0) {
                joined.append((char) random.nextInt(256));
            } else {
                joined.append(parts[random.nextInt(parts.length)]);
            }
        }
        return joined.toString();
    }
}

package dev.htbin.auth;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * Counts wrong passwords. A success changes no count, so nobody can wipe out failures with an account of their own. What is kept is bounded; what is forgotten
 * first is what was used longest ago. Safe for use by several threads.
 */
final class Attempts {
    private static final int MOST_KEPT = 20_000;

    private final AttemptLimits limits;
    private final LongSupplier nanos;
    private final Map<Pair, Bucket> pairs = new Recent<>();
    private final Map<String, Bucket> clients = new Recent<>();
    private final Map<String, Bucket> users = new Recent<>();
    private final Map<Pair, Boolean> known = new Recent<>();

    Attempts(AttemptLimits limits, LongSupplier nanos) {
        this.limits = limits;
        this.nanos = nanos;
    }

    /** A client and a user that it says it is. */
    record Pair(String client, String user) {
        /** Returns the pair of an address; one who has an IPv6 address has 2^64 of them, so its network counts. */
        static Pair of(InetSocketAddress address, String user) {
            InetAddress ip = address.getAddress();
            if (ip == null) {
                return new Pair(address.getHostString(), user);
            }
            byte[] octets = ip.getAddress();
            return new Pair(
                    HexFormat.of().formatHex(ip instanceof Inet6Address ? Arrays.copyOf(octets, 8) : octets), user);
        }
    }

    /**
     * What becomes of an attempt.
     *
     * @param untilNext zero: it may be made. Else when the next one may be
     * @param delay how long to wait before it is made
     */
    record Verdict(Duration untilNext, Duration delay) {}

    /** Tells what becomes of an attempt; counts nothing. */
    synchronized Verdict judge(Pair pair) {
        long now = nanos.getAsLong();
        boolean loggedInBefore = known.containsKey(pair);
        Duration wait = waitOf(pairs.get(pair), limits.pair(), now);
        if (!loggedInBefore) {
            Duration shared = waitOf(clients.get(pair.client()), limits.client(), now);
            wait = shared.compareTo(wait) > 0 ? shared : wait;
        }
        boolean besieged = !loggedInBefore
                && waitOf(users.get(pair.user()), limits.user(), now).isPositive();
        return new Verdict(wait, besieged ? limits.delay() : Duration.ZERO);
    }

    /** Counts a wrong password. */
    synchronized void failed(Pair pair) {
        long now = nanos.getAsLong();
        pairs.computeIfAbsent(pair, _ -> new Bucket()).take(limits.pair(), now);
        clients.computeIfAbsent(pair.client(), _ -> new Bucket()).take(limits.client(), now);
        users.computeIfAbsent(pair.user(), _ -> new Bucket()).take(limits.user(), now);
    }

    /** Remembers that a user logged in from there. */
    synchronized void succeeded(Pair pair) {
        known.put(pair, true);
    }

    private static Duration waitOf(
            @org.jspecify.annotations.Nullable Bucket bucket, AttemptLimits.Rate rate, long now) {
        return bucket == null ? Duration.ZERO : bucket.untilNext(rate, now);
    }

    /** How much of a rate is used up: each failure adds its time, and time takes it away. */
    private static final class Bucket {
        private long usedNanos;
        private long atNanos;

        void take(AttemptLimits.Rate rate, long now) {
            usedNanos = Math.min(used(now) + rate.each().toNanos(), rate.each().toNanos() * rate.burst());
            atNanos = now;
        }

        Duration untilNext(AttemptLimits.Rate rate, long now) {
            long most = rate.each().toNanos() * (rate.burst() - 1);
            return Duration.ofNanos(Math.max(0, used(now) - most));
        }

        private long used(long now) {
            return Math.max(0, usedNanos - (now - atNanos));
        }
    }

    /** The entries that were used last. */
    private static final class Recent<K, V> extends LinkedHashMap<K, V> {
        private static final long serialVersionUID = 1L;

        Recent() {
            super(16, 0.75f, true);
        }

        @Override
        protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
            return size() > MOST_KEPT;
        }
    }
}

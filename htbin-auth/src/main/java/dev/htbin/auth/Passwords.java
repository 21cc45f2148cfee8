package dev.htbin.auth;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.util.Objects.requireNonNull;

import dev.htbin.http.Octets;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Verifies passwords. To verify one is meant to be slow, so few are verified at once, on threads of their own; the same one is verified once for all who ask at the
 * same time; and one that was right is remembered for some minutes, as a hash under a key that this process alone has. Safe for use by several threads.
 */
final class Passwords {
    /** How many are verified at once: the rest of the machine is for requests. */
    static final int MOST_AT_ONCE = Math.clamp(Runtime.getRuntime().availableProcessors() / 2, 1, 4);

    private static final int MOST_WAITING = 256;
    private static final int MOST_REMEMBERED = 10_000;
    private static final long REMEMBERED_NANOS = Duration.ofMinutes(5).toNanos();
    private static final long PATIENCE_NANOS = Duration.ofSeconds(10).toNanos();
    private static final String MAC = "HmacSHA256";

    private final SecretKeySpec key;
    private final Attempts attempts;
    private final LongSupplier nanos;
    private final ThreadPoolExecutor threads = new ThreadPoolExecutor(
            MOST_AT_ONCE,
            MOST_AT_ONCE,
            10,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(MOST_WAITING),
            Thread.ofPlatform().name("htbin-password-", 1).daemon(true).factory());
    private final Map<ByteBuffer, CompletableFuture<Verdict>> running = new ConcurrentHashMap<>();
    private final LinkedHashMap<ByteBuffer, Long> remembered = new LinkedHashMap<>();

    /** What becomes of a name and a password. */
    sealed interface Verdict {
        /** They are right. */
        record Right() implements Verdict {}

        /** They are not. */
        record Wrong() implements Verdict {}

        /** There were too many wrong ones; not looked at. */
        record TooMany(Duration untilNext) implements Verdict {}

        /** Too many wait to be verified; not looked at. */
        record Busy() implements Verdict {}
    }

    /** What is to be verified: the hash is that of the user, or of another one if there is no such user. */
    private record Question(Attempts.Pair pair, boolean exists, PasswordHash hash, String password, ByteBuffer id) {}

    Passwords(AttemptLimits limits, LongSupplier nanos) {
        requireNonNull(limits, "limits");
        this.nanos = requireNonNull(nanos, "nanos");
        this.attempts = new Attempts(limits, nanos);
        var secret = new byte[32];
        new SecureRandom().nextBytes(secret);
        this.key = new SecretKeySpec(secret, MAC);
        threads.allowCoreThreadTimeOut(true);
    }

    /**
     * Verifies a name and a password, blocking.
     *
     * @param users who there is
     * @param given the name and the password
     * @param client from where
     */
    Verdict verify(Htpasswd users, Credentials given, InetSocketAddress client) {
        Optional<PasswordHash> own = users.hashOf(given.user());
        Optional<PasswordHash> hash = own.isPresent() ? own : users.decoy(markOf(given.user()));
        if (hash.isEmpty()) {
            return new Verdict.Wrong();
        }
        var question = new Question(
                Attempts.Pair.of(client, given.user()),
                own.isPresent(),
                hash.get(),
                given.password(),
                idOf(given, hash.get()));
        if (question.exists() && isRemembered(question.id())) {
            return new Verdict.Right();
        }
        Attempts.Verdict judged = attempts.judge(question.pair());
        if (judged.untilNext().isPositive()) {
            return new Verdict.TooMany(judged.untilNext());
        }
        try {
            if (judged.delay().isPositive()) {
                // Meant to take time, for whoever guesses: nobody else waits for this request's virtual thread.
                Thread.sleep(judged.delay());
            }
            return askOnce(question).get(PATIENCE_NANOS, TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Verdict.Busy();
        } catch (TimeoutException e) {
            return new Verdict.Busy();
        } catch (ExecutionException e) {
            throw new IllegalStateException("a password could not be verified", e.getCause());
        }
    }

    /** Returns how many passwords were verified so far, right or wrong; those that were remembered are not among them. */
    long verified() {
        return threads.getCompletedTaskCount();
    }

    private CompletableFuture<Verdict> askOnce(Question question) {
        var mine = new CompletableFuture<Verdict>();
        CompletableFuture<Verdict> before = running.putIfAbsent(ofClient(question), mine);
        if (before != null) {
            return before;
        }
        long latest = nanos.getAsLong() + PATIENCE_NANOS;
        try {
            threads.execute(() -> {
                try {
                    mine.complete(latest - nanos.getAsLong() < 0 ? new Verdict.Busy() : answer(question));
                } catch (RuntimeException | Error e) {
                    mine.completeExceptionally(e);
                } finally {
                    running.remove(ofClient(question));
                }
            });
        } catch (RejectedExecutionException e) {
            running.remove(ofClient(question));
            mine.complete(new Verdict.Busy());
        }
        return mine;
    }

    private Verdict answer(Question question) {
        // Others may have failed while this one waited.
        Attempts.Verdict judged = attempts.judge(question.pair());
        if (judged.untilNext().isPositive()) {
            return new Verdict.TooMany(judged.untilNext());
        }
        boolean same = question.hash().matches(Octets.bytes(question.password()));
        if (question.exists() && same) {
            attempts.succeeded(question.pair());
            remember(question.id());
            return new Verdict.Right();
        }
        attempts.failed(question.pair());
        return new Verdict.Wrong();
    }

    /** The same question of two clients is two: what one has used up must not refuse the other. */
    private static ByteBuffer ofClient(Question question) {
        byte[] client = Octets.bytes(question.pair().client());
        return ByteBuffer.allocate(question.id().capacity() + client.length)
                .put(question.id().array())
                .put(client)
                .flip();
    }

    private boolean isRemembered(ByteBuffer id) {
        synchronized (remembered) {
            Long until = remembered.get(id);
            return until != null && until - nanos.getAsLong() > 0;
        }
    }

    private void remember(ByteBuffer id) {
        synchronized (remembered) {
            remembered.remove(id);
            while (remembered.size() >= MOST_REMEMBERED) {
                remembered.pollFirstEntry();
            }
            remembered.put(id, nanos.getAsLong() + REMEMBERED_NANOS);
        }
    }

    /** Names a user, a password and the hash that it was verified against: with another hash in the file, it is another name. */
    private ByteBuffer idOf(Credentials given, PasswordHash hash) {
        Mac mac = mac();
        // None of them has a NUL.
        mac.update(Octets.bytes(given.user()));
        mac.update((byte) 0);
        mac.update(Octets.bytes(given.password()));
        mac.update((byte) 0);
        return ByteBuffer.wrap(mac.doFinal(Htpasswd.octets(hash)));
    }

    private int markOf(String user) {
        return ByteBuffer.wrap(mac().doFinal(user.getBytes(ISO_8859_1))).getInt();
    }

    private Mac mac() {
        try {
            Mac mac = Mac.getInstance(MAC);
            mac.init(key);
            return mac;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has " + MAC, e);
        }
    }
}

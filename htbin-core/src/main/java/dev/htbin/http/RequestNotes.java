package dev.htbin.http;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What those who answer a request note of it, for whoever keeps records of requests: who the client was found to be, what was run. There are notes only while somebody
 * asks for them, on the thread that answers. Safe for use by several threads.
 */
public final class RequestNotes {
    private static final ScopedValue<RequestNotes> CURRENT = ScopedValue.newInstance();

    private final List<Object> notes = new ArrayList<>(2);

    /** Creates notes, of one request. */
    public RequestNotes() {}

    /** What answers a request. */
    @FunctionalInterface
    public interface Answer {
        /** Answers it. */
        void perform() throws IOException;
    }

    /** Answers a request; what is noted on this thread meanwhile is found here afterwards. */
    public void during(Answer answer) throws IOException {
        requireNonNull(answer, "answer");
        ScopedValue.where(CURRENT, this).<Void, IOException>call(() -> {
            answer.perform();
            return null;
        });
    }

    /**
     * Notes something of the request that this thread answers.
     *
     * @param note a value that says by its type what it is
     * @return whether anybody asks for notes
     */
    public static boolean add(Object note) {
        requireNonNull(note, "note");
        if (!CURRENT.isBound()) {
            return false;
        }
        RequestNotes current = CURRENT.get();
        synchronized (current.notes) {
            current.notes.add(note);
        }
        return true;
    }

    /** Returns what was noted last of a type. */
    public <T> Optional<T> last(Class<T> type) {
        synchronized (notes) {
            for (Object note : notes.reversed()) {
                if (type.isInstance(note)) {
                    return Optional.of(type.cast(note));
                }
            }
        }
        return Optional.empty();
    }
}

package dev.htbin.http;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What those who answer a request note of it, for whoever keeps records of requests: who the client was found to be, what was run. There are notes only while somebody
 * asks for them, on the thread that answers. Safe for use by several threads.
 */
public final class RequestNotes {
    private static final ScopedValue<RequestNotes> CURRENT = ScopedValue.newInstance();

    /** Made with the first note: most requests have none. */
    private @Nullable List<Object> notes;

    /** Creates notes, of one request. */
    public RequestNotes() {}

    /** What answers a request. */
    @FunctionalInterface
    public interface Answer {
        /** Answers it if it is to; tells whether it did. */
        boolean perform() throws IOException;
    }

    /**
     * Answers a request; what is noted on this thread meanwhile is found here afterwards.
     *
     * @return what the answer returned
     */
    public boolean during(Answer answer) throws IOException {
        requireNonNull(answer, "answer");
        return ScopedValue.where(CURRENT, this).<Boolean, IOException>call(answer::perform);
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
        CURRENT.get().put(note);
        return true;
    }

    private synchronized void put(Object note) {
        if (notes == null) {
            notes = new ArrayList<>(2);
        }
        notes.add(note);
    }

    /** Returns what was noted last of a type. */
    public synchronized <T> Optional<T> last(Class<T> type) {
        for (Object note : notes == null ? List.of() : notes.reversed()) {
            if (type.isInstance(note)) {
                return Optional.of(type.cast(note));
            }
        }
        return Optional.empty();
    }
}

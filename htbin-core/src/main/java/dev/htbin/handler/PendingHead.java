package dev.htbin.handler;

import dev.htbin.http.Field;
import dev.htbin.http.Fields;
import dev.htbin.http.Octets;
import dev.htbin.http.ResponseHead;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The head of a response while it is put together, until it is sent. Used by one thread. */
final class PendingHead {
    private final List<Field> fields = new ArrayList<>(10);
    private int status;
    private String reason = "";
    private @Nullable ResponseHead complete;

    /** Begins; drops what was begun before. */
    void begin(int code, String message) {
        fields.clear();
        complete = null;
        status = code;
        reason = visible(message);
    }

    void add(Field field) {
        fields.add(field);
    }

    /**
     * Completes the head.
     *
     * @throws IllegalStateException if it was not begun
     */
    void complete() {
        if (status == 0) {
            throw new IllegalStateException("endHeaders() without sendResponse() before it");
        }
        complete = new ResponseHead(status, reason, Fields.of(fields));
        fields.clear();
    }

    /** Returns the complete head, which is not taken yet. */
    @Nullable
    ResponseHead peek() {
        return complete;
    }

    /**
     * Takes the complete head, to send it.
     *
     * @throws IllegalStateException if there is none
     */
    ResponseHead take() {
        ResponseHead head = complete;
        if (head == null) {
            throw new IllegalStateException("a body without sendResponse() and endHeaders() before it");
        }
        complete = null;
        return head;
    }

    private static String visible(String message) {
        var line = new StringBuilder(message.length());
        for (int i = 0; i < message.length(); i++) {
            char c = message.charAt(i);
            line.append(c > 0xFF ? '?' : Octets.isControl(c) ? ' ' : c);
        }
        return line.toString().strip();
    }
}

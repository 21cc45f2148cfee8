package dev.htbin.cgi;

import dev.htbin.http.Fields;
import dev.htbin.http.Octets;
import dev.htbin.process.ExitStatus;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Reads the head of a script's response, up to and including the blank line, as it arrives.
 *
 * <p>Lines end in CRLF or LF, mixed at will. Refused: NUL and every other control character but the tab, a CR without LF, folded lines (RFC 3875 section
 * 6.2 has none), a line without a colon, more octets or fields than the limits. What comes out does not depend on how the octets are split over buffers.
 * Not safe for use by several threads.
 *
 * @spec https://www.rfc-editor.org/rfc/rfc3875#section-6.2 RFC 3875 section 6.2
 */
public final class CgiResponseReader {
    private final int maxBytes;
    private final List<Fields> hints = new ArrayList<>();
    private CgiHead head;
    private final StringBuilder line = new StringBuilder();
    private final StringBuilder beginning = new StringBuilder();
    private int lineNumber = 1;
    private int bytes;
    private boolean afterCr;
    private Optional<CgiResponse> response = Optional.empty();

    /**
     * Creates a reader.
     *
     * @param limits how long the head may be and how many fields it may have
     * @param nph whether the output begins with an HTTP status line: {@link ScriptResolution.Script#nph}
     */
    public CgiResponseReader(CgiLimits limits, boolean nph) {
        this.maxBytes = limits.headBytes();
        this.head = new CgiHead(limits.headFields(), nph);
    }

    /**
     * Takes more of the script's output.
     *
     * @param output what the script wrote; afterwards its position is at the first octet of the body, or at its limit while the head is not complete
     * @return the response, once its head is complete
     * @throws CgiFailure.BadHead if the octets are no CGI head; the reader is then of no further use
     * @throws IllegalStateException if the head was complete before
     */
    public Optional<CgiResponse> feed(ByteBuffer output) throws CgiFailure.BadHead {
        if (response.isPresent()) {
            throw new IllegalStateException("feed after the head was complete (expected: the caller keeps the body)");
        }
        while (output.hasRemaining() && response.isEmpty()) {
            take((char) (output.get() & 0xFF));
        }
        return response;
    }

    /** Returns the early hints that were read since this was called last: heads of status 103, which precede the response's. */
    public List<Fields> earlyHints() {
        List<Fields> read = List.copyOf(hints);
        hints.clear();
        return read;
    }

    /** Tells whether any octet has arrived. */
    public boolean begun() {
        return bytes > 0;
    }

    /**
     * Returns the failure of a script whose output ended before the head was complete.
     *
     * @param status how the script ended, empty if it closed its output and lives on
     */
    public CgiFailure ended(Optional<ExitStatus> status) {
        return begun()
                ? new CgiFailure.EndedBeforeHead(status, Excerpt.of(beginning.toString()))
                : new CgiFailure.NoOutput(status);
    }

    private void take(char octet) throws CgiFailure.BadHead {
        bytes++;
        if (bytes > maxBytes) {
            throw bad(
                    Cause.HEAD_TOO_LONG,
                    "the head is longer than %d octets; is the blank line missing?".formatted(maxBytes));
        }
        if (beginning.length() <= 200) {
            beginning.append(octet);
        }
        if (octet == '\n') {
            endLine();
        } else if (afterCr) {
            throw badOctet('\r', "a CR is followed by something else than LF");
        } else if (octet == '\r') {
            afterCr = true;
        } else if (Octets.isControl(octet) && octet != '\t') {
            throw badOctet(octet, "control character 0x%02X".formatted((int) octet));
        } else {
            line.append(octet);
        }
    }

    private void endLine() throws CgiFailure.BadHead {
        try {
            if (line.isEmpty()) {
                Optional<Fields> early = head.earlyHints();
                if (early.isPresent()) {
                    hints.add(early.get());
                    head = head.next(lineNumber + 1);
                } else {
                    response = Optional.of(head.complete(lineNumber));
                }
            } else {
                head.add(line.toString(), lineNumber);
            }
        } catch (CgiHead.Refusal refusal) {
            throw new CgiFailure.BadHead(
                    refusal.cause(), refusal.reason(), lineNumber, refusal.excerpt(line.toString()));
        }
        line.setLength(0);
        afterCr = false;
        lineNumber++;
    }

    private CgiFailure.BadHead badOctet(char octet, String reason) {
        String excerpt = Excerpt.marked(line.toString() + octet, line.length());
        return new CgiFailure.BadHead(Cause.CONTROL_CHARACTER, reason, lineNumber, excerpt);
    }

    private CgiFailure.BadHead bad(Cause cause, String reason) {
        return new CgiFailure.BadHead(cause, reason, lineNumber, Excerpt.of(line.toString()));
    }
}

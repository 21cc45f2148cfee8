package dev.htbin.develop;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.htbin.http.Exchange;
import dev.htbin.http.Fields;
import dev.htbin.http.FileRegion;
import dev.htbin.http.ResponseBody;
import dev.htbin.http.ResponseHead;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Locale;
import java.util.Optional;

/** An exchange whose HTML gets one more line at its end, which reloads the page when a file changes. Pages with a policy of their own are left as they are. */
final class ReloadingExchange extends ForwardingExchange {
    private static final byte[] LINE =
            ("\n<script src=\"" + DevelopmentPages.RELOAD_SCRIPT + "\"></script>\n").getBytes(US_ASCII);
    private static final int CHUNK_BYTES = 64 << 10;

    ReloadingExchange(Exchange exchange) {
        super(exchange);
    }

    @Override
    public ResponseBody respond(ResponseHead head) throws IOException {
        return isPage(head) ? new Page(super.respond(longer(head))) : super.respond(head);
    }

    @Override
    public void respond(ResponseHead head, ByteBuffer body) throws IOException {
        if (!isPage(head)) {
            super.respond(head, body);
            return;
        }
        ByteBuffer whole = ByteBuffer.allocate(body.remaining() + LINE.length);
        super.respond(longer(head), whole.put(body).put(LINE).flip());
    }

    @Override
    public void respond(ResponseHead head, FileRegion body) throws IOException {
        if (!isPage(head)) {
            super.respond(head, body);
            return;
        }
        ByteBuffer chunk = ByteBuffer.allocate(CHUNK_BYTES);
        var withLength = new ResponseHead(
                head.status(), head.reason(), head.fields().with("Content-Length", Long.toString(body.length())));
        try (ResponseBody out = respond(withLength)) {
            long at = body.offset();
            long end = body.offset() + body.length();
            while (at < end) {
                chunk.clear().limit((int) Math.min(CHUNK_BYTES, end - at));
                int count = body.channel().read(chunk, at);
                if (count < 0) {
                    throw new IOException("the file has become shorter");
                }
                at += count;
                out.write(chunk.flip());
            }
        }
    }

    private boolean isPage(ResponseHead head) {
        Fields fields = head.fields();
        String type = fields.first("Content-Type").orElse("").toLowerCase(Locale.ROOT);
        return type.startsWith("text/html")
                && !fields.contains("Content-Encoding")
                && !fields.contains("Content-Security-Policy")
                && !fields.contains("Content-Range")
                && !head.bodiless()
                && head.status() != 205;
    }

    private static ResponseHead longer(ResponseHead head) {
        Optional<String> length = head.fields().first("Content-Length");
        if (length.isEmpty()) {
            return head;
        }
        String more = Long.toString(Long.parseLong(length.get()) + LINE.length);
        return new ResponseHead(head.status(), head.reason(), head.fields().with("Content-Length", more));
    }

    private static final class Page extends ResponseBody {
        private final ResponseBody body;
        private boolean closed;

        Page(ResponseBody body) {
            this.body = body;
        }

        @Override
        public void write(int octet) throws IOException {
            body.write(octet);
        }

        @Override
        public void write(byte[] octets, int offset, int length) throws IOException {
            body.write(octets, offset, length);
        }

        @Override
        public void write(ByteBuffer octets) throws IOException {
            body.write(octets);
        }

        @Override
        public void flush() throws IOException {
            body.flush();
        }

        @Override
        public void close() throws IOException {
            if (!closed) {
                closed = true;
                body.write(LINE);
            }
            body.close();
        }
    }
}

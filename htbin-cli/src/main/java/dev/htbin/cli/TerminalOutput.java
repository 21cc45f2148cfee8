package dev.htbin.cli;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;

/** Octets on their way to a terminal: what it would act on, but for line ends and tabs, is shown as {@code \xHH}. */
final class TerminalOutput extends FilterOutputStream {
    TerminalOutput(OutputStream terminal) {
        super(terminal);
    }

    @Override
    public void write(int octet) throws IOException {
        boolean control = (octet & 0xFF) < 0x20 || octet == 0x7F;
        if (control && octet != '\n' && octet != '\t' && octet != '\r') {
            out.write("\\x%02X".formatted(octet & 0xFF).getBytes(java.nio.charset.StandardCharsets.US_ASCII));
        } else {
            out.write(octet);
        }
    }
}

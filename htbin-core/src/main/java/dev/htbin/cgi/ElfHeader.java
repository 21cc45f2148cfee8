package dev.htbin.cgi;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.Optional;

/**
 * What a program of Unix systems says of itself.
 *
 * @param machine the processor that it is made for, for a reader
 * @param foreign whether that is not the one that this JVM runs on
 * @param loader the program that loads it; empty if it needs none
 * @see <a href="https://refspecs.linuxfoundation.org/elf/gabi4+/contents.html">ELF</a>
 */
record ElfHeader(String machine, boolean foreign, Optional<Path> loader) {
    private static final int PT_INTERP = 3;
    private static final int LONGEST_LOADER = 4096;
    private static final int MOST_SEGMENTS = 256;

    private static final Map<Integer, String> MACHINES = Map.ofEntries(
            Map.entry(2, "sparc"),
            Map.entry(3, "i386"),
            Map.entry(8, "mips"),
            Map.entry(20, "ppc"),
            Map.entry(21, "ppc64"),
            Map.entry(22, "s390"),
            Map.entry(40, "arm"),
            Map.entry(50, "ia64"),
            Map.entry(62, "amd64"),
            Map.entry(183, "aarch64"),
            Map.entry(243, "riscv"),
            Map.entry(258, "loongarch"));

    /** Reads the header of a file; empty if it has none or can't be read. */
    static Optional<ElfHeader> of(Path file) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            ByteBuffer head = read(channel, 0, 64);
            if (head.remaining() < 52 || head.getInt(0) != 0x7F454C46) {
                return Optional.empty();
            }
            boolean wide = head.get(4) == 2;
            head.order(head.get(5) == 2 ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
            int number = head.getShort(18) & 0xFFFF;
            String machine = MACHINES.getOrDefault(number, "machine " + number);
            return Optional.of(new ElfHeader(machine, isForeign(machine), loaderOf(channel, head, wide)));
        } catch (IOException | IndexOutOfBoundsException | InvalidPathException e) {
            return Optional.empty();
        }
    }

    /** Tells whether the program is for the very processor that this JVM runs on. */
    boolean own() {
        String own = System.getProperty("os.arch", "").replace("x86_64", "amd64");
        return own.equals(machine);
    }

    /** A processor of 64 bits runs programs of its older self, if it and the kernel are made so. */
    private static boolean isForeign(String machine) {
        String own = System.getProperty("os.arch", "");
        return switch (own) {
            case "amd64", "x86_64" -> !machine.equals("amd64") && !machine.equals("i386");
            case "aarch64" -> !machine.equals("aarch64") && !machine.equals("arm");
            case "riscv64" -> !machine.equals("riscv");
            case "ppc64le", "ppc64" -> !machine.equals("ppc64") && !machine.equals("ppc");
            case "s390x" -> !machine.equals("s390");
            default -> false;
        };
    }

    private static Optional<Path> loaderOf(FileChannel channel, ByteBuffer head, boolean wide) throws IOException {
        long table = wide ? head.getLong(32) : head.getInt(28) & 0xFFFFFFFFL;
        int size = head.getShort(wide ? 54 : 42) & 0xFFFF;
        int count = Math.min(MOST_SEGMENTS, head.getShort(wide ? 56 : 44) & 0xFFFF);
        for (int i = 0; i < count && table > 0 && size >= 32; i++) {
            ByteBuffer segment = read(channel, table + (long) i * size, size).order(head.order());
            if (segment.remaining() >= 32 && segment.getInt(0) == PT_INTERP) {
                long at = wide ? segment.getLong(8) : segment.getInt(4) & 0xFFFFFFFFL;
                long length = wide ? segment.getLong(32) : segment.getInt(16) & 0xFFFFFFFFL;
                if (at < 0 || length < 2 || length > LONGEST_LOADER) {
                    return Optional.empty();
                }
                ByteBuffer name = read(channel, at, (int) length);
                String text = ISO_8859_1.decode(name).toString();
                int end = text.indexOf(0);
                return end > 0 ? Optional.of(Path.of(text.substring(0, end))) : Optional.empty();
            }
        }
        return Optional.empty();
    }

    private static ByteBuffer read(FileChannel channel, long at, int length) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(length);
        while (buffer.hasRemaining() && channel.read(buffer, at + buffer.position()) >= 0) {
            // Reads on until there is enough, or no more.
        }
        return buffer.flip();
    }
}

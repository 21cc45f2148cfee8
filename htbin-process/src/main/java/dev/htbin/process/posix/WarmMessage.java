package dev.htbin.process.posix;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/**
 * What goes to a warm interpreter and its forks. An order is the length of a block, what the process does before it runs, and descriptors; a block is its length, four octets with the highest first, and words that
 * each end with NUL.
 */
final class WarmMessage {
    /** What a socket holds without anybody reading: so sending never waits. */
    static final int MOST_BYTES = 96 << 10;

    /** A number on a socket. */
    static final ValueLayout.OfInt NUMBER = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    private WarmMessage() {}

    /**
     * An order to fork a process.
     *
     * @param length how many octets there are to read from the process's channel
     * @param asksForLeave whether it waits for leave when it has said that it is ready
     */
    record Order(int length, boolean asksForLeave) {
        private static final int BYTES = Integer.BYTES + 1;
    }

    /**
     * Returns words as a block.
     *
     * @throws IOException if they are too long for one
     */
    static byte[] block(List<String> words) throws IOException {
        int length = 0;
        for (String word : words) {
            length += word.length() + 1;
            if (length > MOST_BYTES) {
                throw new IOException("longer than %d octets".formatted(MOST_BYTES));
            }
        }
        ByteBuffer block = ByteBuffer.allocate(Integer.BYTES + length).putInt(length);
        for (String word : words) {
            block.put(word.getBytes(ISO_8859_1)).put((byte) 0);
        }
        return block.array();
    }

    /**
     * Sends octets.
     *
     * @throws IOException if the other end is gone, or does not read
     */
    static void send(int socket, byte[] octets, Arena arena, MemorySegment errno) throws IOException {
        MemorySegment buffer = arena.allocate(octets.length);
        buffer.copyFrom(MemorySegment.ofArray(octets));
        long sent;
        do {
            sent = LibcSocket.send(errno, socket, buffer, octets.length, LinuxAbi.MSG_NOSIGNAL | LinuxAbi.MSG_DONTWAIT);
        } while (sent < 0 && Native.errno(errno) == Errno.EINTR.number);
        if (sent != octets.length) {
            throw new IOException(
                    sent < 0 ? Errno.describe(Native.errno(errno)) : "sent %d of %d".formatted(sent, octets.length));
        }
    }

    /**
     * Sends an order.
     *
     * @return whether it was sent
     */
    static boolean send(int socket, Order order, int[] descriptors, Arena arena, MemorySegment errno) {
        MemorySegment octets = arena.allocate(Order.BYTES, Integer.BYTES);
        octets.set(NUMBER, 0, order.length());
        octets.set(JAVA_BYTE, Integer.BYTES, order.asksForLeave() ? (byte) '?' : (byte) '!');
        MemorySegment vector = arena.allocate(LinuxAbi.SIZEOF_IOVEC, 8);
        vector.set(ADDRESS, 0, octets);
        vector.set(JAVA_LONG, 8, Order.BYTES);
        long rights = LinuxAbi.SIZEOF_CMSGHDR + 4L * descriptors.length;
        MemorySegment control = arena.allocate((rights + 7) / 8 * 8, 8);
        control.set(JAVA_LONG, 0, rights);
        control.set(JAVA_INT, 8, LinuxAbi.SOL_SOCKET);
        control.set(JAVA_INT, 12, LinuxAbi.SCM_RIGHTS);
        for (int i = 0; i < descriptors.length; i++) {
            control.set(JAVA_INT, LinuxAbi.SIZEOF_CMSGHDR + 4L * i, descriptors[i]);
        }
        MemorySegment message = arena.allocate(LinuxAbi.SIZEOF_MSGHDR, 8);
        message.set(ADDRESS, LinuxAbi.MSGHDR_IOV, vector);
        message.set(JAVA_LONG, LinuxAbi.MSGHDR_IOVLEN, 1);
        message.set(ADDRESS, LinuxAbi.MSGHDR_CONTROL, control);
        message.set(JAVA_LONG, LinuxAbi.MSGHDR_CONTROLLEN, control.byteSize());
        long sent;
        do {
            sent = LibcSocket.sendmsg(errno, socket, message, LinuxAbi.MSG_NOSIGNAL | LinuxAbi.MSG_DONTWAIT);
        } while (sent < 0 && Native.errno(errno) == Errno.EINTR.number);
        return sent == Order.BYTES;
    }
}

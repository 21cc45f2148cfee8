package dev.htbin.jetty;

import dev.htbin.http.FileRegion;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel.MapMode;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Windows of large files in the address space of this process: from there the operating system copies them into a socket, and nobody copies them before. Those who send
 * the same file at the same time share its windows; nothing stays when nobody uses it. Safe for use by several threads.
 */
final class MappedWindows {
    private static final int BLOCK_BYTES = 1 << 20;
    private static final int WINDOW_BYTES = 16 * BLOCK_BYTES;

    private final long most;
    private final Map<Key, Window> windows = new HashMap<>();
    /** Of no use any more, but some thread of the engine had not yet taken its hands off. */
    private final Deque<Window> leaving = new ArrayDeque<>();

    private long bytes;

    private record Key(Object identity, long index) {}

    /**
     * Creates the record of a server's windows.
     *
     * @param most how many octets they may have together
     */
    MappedWindows(long most) {
        this.most = most;
    }

    /** Returns how many octets the windows have together. */
    synchronized long bytes() {
        return bytes;
    }

    /** A part of a file, to be closed by whoever has asked for it, and then not used any more. */
    final class Window implements AutoCloseable {
        private final Key key;
        private final Arena arena;
        private final MemorySegment octets;
        /** A bit for each block. */
        private final AtomicInteger loaded = new AtomicInteger();

        private int users = 1;

        @SuppressWarnings("MustBeClosedChecker") // unmap closes it
        private Window(Key key, FileRegion region, long length) throws IOException {
            this.key = key;
            this.arena = Arena.ofShared();
            try {
                this.octets = region.channel().map(MapMode.READ_ONLY, key.index() * WINDOW_BYTES, length, arena);
            } catch (IOException | RuntimeException | Error e) {
                arena.close();
                throw e;
            }
        }

        /**
         * Returns octets of the file, from a position in the file on, as many as the window has but no more than some. They are in memory then: a thread that sends
         * them waits for no disk. Not to be read but by the operating system, which knows what to do when the file has become shorter.
         *
         * @throws IOException if the file has become shorter, or could not be read
         */
        ByteBuffer from(long position, long octetsAtMost) throws IOException {
            long offset = position - key.index() * WINDOW_BYTES;
            long length = Math.min(octetsAtMost, octets.byteSize() - offset);
            for (long block = offset / BLOCK_BYTES; block * BLOCK_BYTES < offset + length; block++) {
                load(block);
            }
            return octets.asSlice(offset, length).asByteBuffer();
        }

        private void load(long block) throws IOException {
            int bit = 1 << block;
            if ((loaded.get() & bit) == 0) {
                long offset = block * BLOCK_BYTES;
                try {
                    octets.asSlice(offset, Math.min(BLOCK_BYTES, octets.byteSize() - offset))
                            .load();
                } catch (InternalError e) {
                    throw new IOException("the file became shorter, or can't be read any more", e);
                }
                loaded.getAndUpdate(blocks -> blocks | bit);
            }
        }

        private long end() {
            return key.index() * WINDOW_BYTES + octets.byteSize();
        }

        @Override
        public void close() {
            release(this);
        }
    }

    /**
     * Returns the window that has the octet at a position of a region, and those after it; empty if there are too many windows, or if it is not known which file it is.
     *
     * @throws IOException if the file can't be mapped
     */
    Optional<Window> at(FileRegion region, long position) throws IOException {
        if (region.identity().isEmpty()) {
            return Optional.empty();
        }
        var key = new Key(region.identity().get(), position / WINDOW_BYTES);
        long start = key.index() * WINDOW_BYTES;
        long end = Math.min(start + WINDOW_BYTES, region.offset() + region.length());
        synchronized (this) {
            Window present = windows.get(key);
            if (present != null && present.end() >= end) {
                present.users++;
                return Optional.of(present);
            }
            long length = Math.min(WINDOW_BYTES, region.channel().size() - start);
            if (start + length < end) {
                throw new IOException("the file became shorter while it was sent");
            }
            if (bytes + length > most) {
                return Optional.empty();
            }
            var window = new Window(key, region, length);
            bytes += length;
            windows.put(key, window);
            return Optional.of(window);
        }
    }

    private synchronized void release(Window window) {
        if (--window.users == 0) {
            windows.remove(window.key, window);
            leaving.add(window);
        }
        leaving.removeIf(this::unmap);
    }

    private boolean unmap(Window window) {
        try {
            window.arena.close();
        } catch (IllegalStateException e) {
            // The write of a connection that was given up is just going on.
            return false;
        }
        bytes -= window.octets.byteSize();
        return true;
    }
}

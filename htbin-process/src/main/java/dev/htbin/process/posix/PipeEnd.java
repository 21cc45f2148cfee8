package dev.htbin.process.posix;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/**
 * Reads a pipe that doesn't block.
 *
 * @param pid the process at the other end
 * @param name what that process knows it as, for the message of a failure
 */
record PipeEnd(int pid, String name) {
    /**
     * Reads what is there.
     *
     * @param descriptor the pipe; negative: one whose end was read
     * @return how many octets were put into the buffer: 0 when there are none now, -1 at the end
     */
    int read(Workspace workspace, int descriptor, ByteBuffer buffer) throws IOException {
        if (descriptor < 0) {
            return -1;
        }
        if (!buffer.hasRemaining()) {
            return 0;
        }
        boolean direct = buffer.isDirect();
        MemorySegment target = direct ? MemorySegment.ofBuffer(buffer) : workspace.transfer();
        int most = direct ? buffer.remaining() : Math.min(buffer.remaining(), Workspace.TRANSFER_BYTES);
        long count;
        do {
            count = Libc.read(workspace.errno, descriptor, target, most);
        } while (count < 0 && Native.errno(workspace.errno) == Errno.EINTR.number);
        if (count < 0) {
            int errno = Native.errno(workspace.errno);
            if (errno == Errno.EAGAIN.number) {
                return 0;
            }
            throw new IOException("process %d: %s: %s".formatted(pid, name, Errno.describe(errno)));
        }
        if (count == 0) {
            return -1;
        }
        if (direct) {
            buffer.position(buffer.position() + (int) count);
        } else {
            buffer.put(target.asSlice(0, count).asByteBuffer());
        }
        return (int) count;
    }
}

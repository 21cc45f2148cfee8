package dev.htbin.process.posix;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.io.IOException;

/**
 * Two connected Unix sockets, which carry octets in order and descriptors with them.
 *
 * @param ours the descriptor of one
 * @param theirs the descriptor of the other
 */
record SocketPair(int ours, int theirs) {
    /**
     * Makes a pair that no program inherits.
     *
     * @throws IOException if there are no descriptors
     */
    static SocketPair make(Workspace workspace) throws IOException {
        int type = LinuxAbi.SOCK_STREAM | LinuxAbi.SOCK_CLOEXEC;
        if (LibcSocket.socketpair(workspace.errno, LinuxAbi.AF_UNIX, type, 0, workspace.number) != 0) {
            throw new IOException("socketpair: " + Errno.describe(Native.errno(workspace.errno)));
        }
        return new SocketPair(workspace.number.get(JAVA_INT, 0), workspace.number.get(JAVA_INT, 4));
    }
}

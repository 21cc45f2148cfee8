package dev.htbin.process.posix;

import static java.lang.foreign.ValueLayout.JAVA_INT;

/** Makes the pipes of a process, so that they belong to the warden's user, and something with them. */
abstract class PipedErrand extends Errand {
    /** 0, or the error number of the call that failed. */
    int error;

    /** Our end of standard output. */
    int output = -1;
    /** Our end of standard error. */
    int errorOutput = -1;

    @Override
    final void perform(WardenMemory memory) {
        if (Libc.pipe2(memory.errno(), memory.output(), LinuxAbi.O_CLOEXEC) != 0) {
            error = Native.errno(memory.errno());
            return;
        }
        int outputEnd = memory.output().get(JAVA_INT, 4);
        output = memory.output().get(JAVA_INT, 0);
        if (Libc.pipe2(memory.errno(), memory.error(), LinuxAbi.O_CLOEXEC) != 0) {
            error = Native.errno(memory.errno());
            Libc.close(outputEnd);
        } else {
            errorOutput = memory.error().get(JAVA_INT, 0);
            int errorEnd = memory.error().get(JAVA_INT, 4);
            error = use(memory, outputEnd, errorEnd);
        }
        if (error != 0) {
            closeOurs();
        }
    }

    /**
     * Does something with the process's ends, which it closes or keeps.
     *
     * @return 0, or the error number of the call that failed
     */
    abstract int use(WardenMemory memory, int outputEnd, int errorEnd);

    private void closeOurs() {
        Libc.close(output);
        if (errorOutput >= 0) {
            Libc.close(errorOutput);
        }
        output = -1;
        errorOutput = -1;
    }
}

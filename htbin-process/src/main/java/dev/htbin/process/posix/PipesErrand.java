package dev.htbin.process.posix;

/** Makes the pipes of a process that somebody else starts. Whoever sends it closes all four ends. */
final class PipesErrand extends PipedErrand {
    int outputEnd = -1;
    int errorEnd = -1;

    @Override
    int use(WardenMemory memory, int outputEnd, int errorEnd) {
        this.outputEnd = outputEnd;
        this.errorEnd = errorEnd;
        return 0;
    }
}

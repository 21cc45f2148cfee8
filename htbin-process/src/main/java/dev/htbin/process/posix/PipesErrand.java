package dev.htbin.process.posix;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.util.Arrays;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Makes pipes for processes that somebody else starts: as many pairs as there are descriptors for, up to a bound. */
final class PipesErrand extends Errand {
    private static final int PAIRS = 8;

    private final Pipes.@Nullable Pair[] pairs = new Pipes.Pair[PAIRS];

    @Override
    void perform(WardenMemory memory) {
        for (int i = 0; i < PAIRS; i++) {
            if (Libc.pipe2(memory.errno(), memory.output(), LinuxAbi.O_CLOEXEC) != 0) {
                return;
            }
            int output = memory.output().get(JAVA_INT, 0);
            int outputEnd = memory.output().get(JAVA_INT, 4);
            if (Libc.pipe2(memory.errno(), memory.error(), LinuxAbi.O_CLOEXEC) != 0) {
                Libc.close(output);
                Libc.close(outputEnd);
                return;
            }
            pairs[i] = new Pipes.Pair(
                    output,
                    outputEnd,
                    memory.error().get(JAVA_INT, 0),
                    memory.error().get(JAVA_INT, 4));
        }
    }

    /** Returns what was made; none if there are no descriptors. */
    Stream<Pipes.Pair> made() {
        return Arrays.stream(pairs).filter(Objects::nonNull);
    }
}

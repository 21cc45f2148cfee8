package dev.htbin.process.posix;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.MemorySegment;

/** Makes the pipes, so that they belong to the warden's user, and starts a process. */
final class SpawnErrand extends Errand {
    private static final String PIPE = "pipe2";
    private static final String FILE_ACTIONS = "posix_spawn_file_actions";
    private static final String SPAWN = "posix_spawn";
    private static final String LIMIT = "prlimit";

    private final LaunchImage image;
    private final MemorySegment path;
    private final MemorySegment attributes;
    private final ResourceLimitCalls limits;
    private final int stdin;
    private final int directory;

    /** 0, or the error number of the call that failed. */
    int error;
    /** The call that failed, or is going on; posix_spawn's failure is the program's, all others are the machine's. */
    String call = PIPE;

    int pid;
    /** The number of the warden that started it. */
    int warden;

    int output = -1;
    int errorOutput = -1;

    SpawnErrand(
            LaunchImage image,
            MemorySegment path,
            MemorySegment attributes,
            ResourceLimitCalls limits,
            int stdin,
            int directory) {
        this.image = image;
        this.path = path;
        this.attributes = attributes;
        this.limits = limits;
        this.stdin = stdin;
        this.directory = directory;
    }

    @Override
    void perform(WardenMemory memory) {
        warden = memory.warden();
        if (Libc.pipe2(memory.errno(), memory.output(), LinuxAbi.O_CLOEXEC) != 0) {
            error = Native.errno(memory.errno());
            return;
        }
        int outputEnd = memory.output().get(JAVA_INT, 4);
        output = memory.output().get(JAVA_INT, 0);
        if (Libc.pipe2(memory.errno(), memory.error(), LinuxAbi.O_CLOEXEC) != 0) {
            error = Native.errno(memory.errno());
        } else {
            errorOutput = memory.error().get(JAVA_INT, 0);
            int errorEnd = memory.error().get(JAVA_INT, 4);
            error = spawn(memory, outputEnd, errorEnd);
            Libc.close(errorEnd);
        }
        Libc.close(outputEnd);
        if (error != 0) {
            closePipes();
        }
    }

    private int spawn(WardenMemory memory, int outputEnd, int errorEnd) {
        MemorySegment actions = memory.fileActions();
        call = FILE_ACTIONS;
        int failure = LibcSpawn.posix_spawn_file_actions_init(actions);
        if (failure != 0) {
            return failure;
        }
        // The descriptors are above 2 (StandardDescriptors), so that no dup2 overwrites the source of a later one.
        failure = LibcSpawn.posix_spawn_file_actions_adddup2(actions, stdin, 0);
        if (failure == 0) {
            failure = LibcSpawn.posix_spawn_file_actions_adddup2(actions, outputEnd, 1);
        }
        if (failure == 0) {
            failure = LibcSpawn.posix_spawn_file_actions_adddup2(actions, errorEnd, 2);
        }
        if (failure == 0) {
            failure = LibcSpawn.posix_spawn_file_actions_addfchdir_np(actions, directory);
        }
        if (failure == 0) {
            failure = LibcSpawn.posix_spawn_file_actions_addclosefrom_np(actions, 3);
        }
        if (failure == 0) {
            call = SPAWN;
            failure = LibcSpawn.posix_spawn(
                    memory.pid(), path, actions, attributes, image.arguments(), image.environment());
            pid = memory.pid().get(JAVA_INT, 0);
        }
        if (failure == 0) {
            failure = limit(memory);
        }
        LibcSpawn.posix_spawn_file_actions_destroy(actions);
        return failure;
    }

    /** A process that can't be limited must not go on. */
    private int limit(WardenMemory memory) {
        int failure = limits.apply(memory.errno(), pid);
        if (failure != 0) {
            Libc.kill(memory.errno(), -pid, LinuxAbi.SIGKILL);
            int ended;
            do {
                ended = Libc.waitpid(memory.errno(), pid, MemorySegment.NULL, LinuxAbi.WALL);
            } while (ended < 0 && Native.errno(memory.errno()) == Errno.EINTR.number);
            call = LIMIT;
        }
        return failure;
    }

    /** Tells whether the machine failed, and not what is executed. */
    boolean failedByMachine() {
        return error != 0 && !call.equals(SPAWN);
    }

    private void closePipes() {
        Libc.close(output);
        if (errorOutput >= 0) {
            Libc.close(errorOutput);
        }
        output = -1;
        errorOutput = -1;
    }
}

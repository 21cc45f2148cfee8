package dev.htbin.process.posix;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.MemorySegment;

/** Makes the pipes and starts a process. */
final class SpawnErrand extends PipedErrand {
    private static final String FILE_ACTIONS = "posix_spawn_file_actions";
    private static final String SPAWN = "posix_spawn";
    private static final String LIMIT = "prlimit";

    private final LaunchImage image;
    private final MemorySegment path;
    private final MemorySegment attributes;
    private final ResourceLimitCalls limits;
    private final int stdin;
    private final int directory;
    private final int control;

    /** The call that failed, or is going on; posix_spawn's failure is the program's, all others are the machine's. */
    String call = "pipe2";

    int pid;
    /** The number of the warden that started it. */
    int warden;

    /**
     * Creates the errand.
     *
     * @param control what the process gets as descriptor 3; -1: nothing
     */
    SpawnErrand(
            LaunchImage image,
            MemorySegment path,
            MemorySegment attributes,
            ResourceLimitCalls limits,
            int stdin,
            int directory,
            int control) {
        this.image = image;
        this.path = path;
        this.attributes = attributes;
        this.limits = limits;
        this.stdin = stdin;
        this.directory = directory;
        this.control = control;
    }

    @Override
    int use(WardenMemory memory, int outputEnd, int errorEnd) {
        warden = memory.warden();
        int failure = spawn(memory, outputEnd, errorEnd);
        Libc.close(errorEnd);
        Libc.close(outputEnd);
        return failure;
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
        if (failure == 0 && control >= 0) {
            // Last, since any of the others may be descriptor 3 here.
            failure = LibcSpawn.posix_spawn_file_actions_adddup2(actions, control, 3);
        }
        if (failure == 0) {
            failure = LibcSpawn.posix_spawn_file_actions_addclosefrom_np(actions, control >= 0 ? 4 : 3);
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
}

package dev.htbin.process.posix;

import static dev.htbin.process.posix.LinuxAbi.O_CLOEXEC;
import static dev.htbin.process.posix.LinuxAbi.O_DIRECTORY;
import static dev.htbin.process.posix.LinuxAbi.O_NONBLOCK;
import static dev.htbin.process.posix.LinuxAbi.O_PATH;
import static dev.htbin.process.posix.LinuxAbi.POLLIN;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.htbin.process.LaunchException;
import dev.htbin.process.LaunchSpec;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The start of a process by a fork of a warm interpreter. The process has a socket of its own to us, its channel: it says its id there, waits for our leave, and only
 * then runs the script. If either end of the channel closes before, the script has not been run and never will be: another way may then be gone.
 */
final class Fork implements Birth, AutoCloseable {
    /** How long an interpreter may take for a fork: an idle one takes less than a thousandth of it. */
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private static final byte[] LEAVE = {'!'};
    private static final char PLAIN = 'F';
    private static final char LEARNING = 'L';
    private static final ValueLayout.OfInt PID = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    private final Ward ward;
    private final LaunchSpec spec;
    private final PosixStdin stdin;
    private final WarmFork warm;
    /** What we send, and close at once. */
    private final List<Integer> theirs = new ArrayList<>();

    private int channel = -1;
    private int report = -1;

    Fork(Ward ward, LaunchSpec spec, PosixStdin stdin, WarmFork warm) {
        this.ward = ward;
        this.spec = spec;
        this.stdin = stdin;
        this.warm = warm;
    }

    @Override
    public Optional<Started> begin(Workspace workspace) throws InterruptedException {
        var pipes = new PipesErrand();
        boolean started = false;
        try {
            byte[] block = WarmMessage.block(words());
            theirs.add(stdin.open(workspace));
            ward.wardens().send(pipes);
            pipes.await();
            if (pipes.error != 0) {
                return Optional.empty();
            }
            theirs.add(pipes.outputEnd);
            theirs.add(pipes.errorEnd);
            theirs.add(openDirectory(workspace));
            SocketPair pair = SocketPair.make(workspace);
            channel = pair.ours();
            theirs.add(pair.theirs());
            if (warm.learned().isPresent()) {
                makeReport(workspace);
            }
            int pid = ordered(block, workspace);
            started = pid > 0;
            return started
                    ? Optional.of(new Started(pid, warm.process().warden(), pipes.output, pipes.errorOutput, true))
                    : Optional.empty();
        } catch (IOException | LaunchException e) {
            // What the other way can't do either, it says.
            return Optional.empty();
        } finally {
            theirs.forEach(Libc::close);
            theirs.clear();
            if (!started && pipes.output >= 0) {
                Libc.close(pipes.output);
                Libc.close(pipes.errorOutput);
            }
        }
    }

    /** Gives the leave. */
    @Override
    public boolean proceed(Workspace workspace) {
        try (Arena arena = Arena.ofConfined()) {
            WarmMessage.send(channel, LEAVE, arena, workspace.errno);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** Tells who ordered it, and has what the process reports read when it is closed. */
    void hasRun(PosixChild child) {
        warm.ran().run();
        if (report >= 0) {
            int descriptor = report;
            report = -1;
            Consumer<String> learned = warm.learned().orElseThrow();
            child.whenClosed(() -> learned.accept(readAll(descriptor)));
        }
    }

    @Override
    public void close() {
        if (channel >= 0) {
            Libc.close(channel);
        }
        if (report >= 0) {
            Libc.close(report);
        }
    }

    private List<String> words() {
        List<String> words = new ArrayList<>();
        List<String> arguments = spec.scriptArguments();
        words.add(spec.scriptAt() > 0 ? arguments.getFirst() : WarmProcess.octets(spec.executable()));
        words.add(Integer.toString(arguments.size() - 1));
        words.addAll(arguments.subList(1, arguments.size()));
        spec.environment().forEach((name, value) -> words.add(name + "=" + value));
        return words;
    }

    private int openDirectory(Workspace workspace) throws LaunchException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment path = LaunchImage.of(spec, arena).directory();
            int directory = Libc.open(workspace.errno, path, O_PATH | O_DIRECTORY | O_CLOEXEC, 0);
            if (directory < 0) {
                throw PosixLauncher.failure(spec.directory().toString(), Native.errno(workspace.errno));
            }
            return directory;
        }
    }

    private void makeReport(Workspace workspace) throws LaunchException {
        MemorySegment ends = workspace.number;
        if (Libc.pipe2(workspace.errno, ends, O_CLOEXEC | O_NONBLOCK) != 0) {
            throw PosixLauncher.failureOfMachine("pipe2", Native.errno(workspace.errno));
        }
        report = ends.get(JAVA_INT, 0);
        theirs.add(ends.get(JAVA_INT, 4));
    }

    /** Returns the id of the process, which waits for our leave; 0 if there is none. */
    private int ordered(byte[] block, Workspace workspace) throws IOException {
        int[] descriptors = theirs.stream().mapToInt(Integer::intValue).toArray();
        char order = warm.learned().isPresent() ? LEARNING : PLAIN;
        try (Arena arena = Arena.ofConfined()) {
            WarmMessage.send(channel, block, arena, workspace.errno);
        }
        if (!warm.process().order(order, descriptors)) {
            return 0;
        }
        // Ours must be closed, so that the channel ends when the interpreter does.
        theirs.forEach(Libc::close);
        theirs.clear();
        Answer answer = awaitAnswer(workspace);
        if (answer == Answer.NONE) {
            warm.process().giveUp();
        }
        return answer == Answer.GIVEN ? workspace.number.get(PID, 0) : 0;
    }

    private enum Answer {
        GIVEN,
        REFUSED,
        NONE
    }

    private Answer awaitAnswer(Workspace workspace) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        int taken = 0;
        while (taken < Integer.BYTES) {
            long left = (deadline - System.nanoTime()) / 1_000_000;
            workspace.poll(0, channel, POLLIN);
            int ready = left <= 0 ? 0 : Libc.poll(workspace.errno, workspace.polled, 1, (int) left);
            if (ready == 0) {
                return Answer.NONE;
            }
            long count = ready < 0
                    ? -1
                    : Libc.read(
                            workspace.errno, channel, workspace.number.asSlice(taken), (long) Integer.BYTES - taken);
            if (count == 0) {
                return Answer.REFUSED;
            }
            if (count < 0 && Native.errno(workspace.errno) != Errno.EINTR.number) {
                return Answer.REFUSED;
            }
            taken += (int) Math.max(0, count);
        }
        return Answer.GIVEN;
    }

    /** A process that is gone has written all that it will; others that have the pipe open do not matter. */
    private static String readAll(int descriptor) {
        byte[] octets = new byte[64 << 10];
        int length = 0;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment errno = arena.allocate(Native.ERRNO_BYTES, 8);
            MemorySegment buffer = arena.allocate(octets.length);
            long count;
            do {
                count = Libc.read(errno, descriptor, buffer, octets.length - length);
                if (count > 0) {
                    MemorySegment.copy(buffer, ValueLayout.JAVA_BYTE, 0, octets, length, (int) count);
                    length += (int) count;
                }
            } while ((count > 0 && length < octets.length) || (count < 0 && Native.errno(errno) == Errno.EINTR.number));
        } finally {
            Libc.close(descriptor);
        }
        return new String(Arrays.copyOf(octets, length), ISO_8859_1);
    }
}

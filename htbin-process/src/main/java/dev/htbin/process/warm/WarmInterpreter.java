package dev.htbin.process.warm;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.htbin.process.Child;
import dev.htbin.process.Child.Event;
import dev.htbin.process.LaunchException;
import dev.htbin.process.LaunchSpec;
import dev.htbin.process.posix.PosixLauncher;
import dev.htbin.process.posix.WarmProcess;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One interpreter from its start to its end, watched by one platform thread: what it says, when it ends, and whether it is still used. */
final class WarmInterpreter {
    private static final Logger LOG = LoggerFactory.getLogger("dev.htbin.process.warm");
    private static final Duration LONGEST_START = Duration.ofSeconds(60);
    private static final Duration LONGEST_END = Duration.ofSeconds(5);
    private static final Duration SOON = Duration.ofSeconds(1);
    private static final int MOST_SAID = 4096;

    private final WarmProgram program;
    private final LaunchSpec spec;
    private final String file;
    private final List<String> modules;
    private final List<String> excluded;
    private final AtomicLong launches = new AtomicLong();
    private final AtomicLong served = new AtomicLong();
    private volatile Optional<WarmProcess> process = Optional.empty();
    private volatile boolean retired;
    private volatile long retireNanos;
    private volatile long memoryBytes;
    private boolean ready;
    private String last = "";

    /**
     * Creates one that is not started.
     *
     * @param file the program, an octet string
     * @param modules what it is to import
     * @param excluded what it never imports
     */
    WarmInterpreter(WarmProgram program, LaunchSpec spec, String file, List<String> modules, List<String> excluded) {
        this.program = program;
        this.spec = spec;
        this.file = file;
        this.modules = modules;
        this.excluded = excluded;
    }

    /** Starts it, and watches it until it has ended. */
    void run(PosixLauncher launcher, byte[] stub) {
        String why;
        try (WarmProcess started = launcher.startWarm(spec, stub)) {
            process = Optional.of(started);
            tell(started);
            why = watch(started);
        } catch (LaunchException | IOException | InterruptedException | RuntimeException e) {
            LOG.debug("{}: warm interpreter", file, e);
            why = String.valueOf(e.getMessage());
        }
        program.hasEnded(this, retired ? "" : why);
    }

    /** One that has ended does not listen: what it said before, and how it ended, tells more. */
    private void tell(WarmProcess started) {
        try {
            started.tell(start());
        } catch (IOException e) {
            LOG.debug(
                    "{}: warm interpreter {} does not listen",
                    file,
                    started.child().pid(),
                    e);
        }
    }

    private List<String> start() {
        List<String> words = new ArrayList<>();
        words.add(file);
        words.add(Integer.toString(modules.size()));
        words.addAll(modules);
        words.addAll(excluded);
        return words;
    }

    /** Returns why it has ended. */
    private String watch(WarmProcess started) throws IOException, InterruptedException {
        Child child = started.child();
        var said = new Lines();
        var complained = new Lines();
        long began = System.nanoTime();
        boolean dismissed = false;
        while (true) {
            Duration left = timeLeft(began);
            if (!left.isPositive()) {
                if (dismissed || (!retired && !ready)) {
                    return "it is not ready after %d s".formatted(LONGEST_START.toSeconds());
                }
                dismissed = true;
                started.dismiss();
                retireAfter(LONGEST_END);
                left = timeLeft(began);
            }
            Set<Event> events = child.await(left);
            for (String line : said.read(child::readOutput)) {
                heed(line, started);
            }
            for (String line : complained.read(child::readError)) {
                // Some say what is wrong at the end, some before a list of where.
                last = line.startsWith(" ") || line.startsWith("\t") ? last : line;
                LOG.info("{}: warm interpreter {}: {}", file, child.pid(), line);
            }
            if (events.contains(Event.EXITED)) {
                return last.isEmpty() ? "it ended with " + child.exitStatus() : last;
            }
        }
    }

    private Duration timeLeft(long began) {
        long now = System.nanoTime();
        if (retired) {
            return Duration.ofNanos(retireNanos - now);
        }
        return ready ? program.idle().minusNanos(now - program.usedNanos()) : LONGEST_START.minusNanos(now - began);
    }

    private void heed(String line, WarmProcess started) {
        String[] words = line.split(" ", 3);
        if (words[0].equals("ready")) {
            ready = true;
            memoryBytes = ownMemory(started.child().pid());
            program.isReady(this);
        } else if (words[0].equals("left-out") && words.length == 3) {
            program.leavesOut(words[1], words[2]);
        } else {
            last = line;
        }
    }

    /** Returns the memory that is of no file, as /proc/PID/status tells it: a line's name, a number, kB. */
    private static long ownMemory(long pid) {
        try (Stream<String> lines = Files.lines(Path.of("/proc", Long.toString(pid), "status"), ISO_8859_1)) {
            return lines.filter(line -> line.startsWith("RssAnon:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) << 10)
                    .findFirst()
                    .orElse(0);
        } catch (IOException e) {
            return 0;
        }
    }

    /** Returns it, when it can serve. */
    Optional<WarmProcess> process() {
        return process;
    }

    /** Has it end when it has done what it was ordered. */
    void retire() {
        retireAfter(Duration.ZERO);
    }

    /** The same in a while: somebody may be about to give it an order. */
    void retireSoon() {
        retireAfter(SOON);
    }

    private void retireAfter(Duration time) {
        retireNanos = System.nanoTime() + time.toNanos();
        retired = true;
        process.ifPresent(running -> running.child().wake());
    }

    /** Returns how many launches were to be served, this one included. */
    long countLaunch() {
        return launches.incrementAndGet();
    }

    /** Returns how many launches it has served. */
    long served() {
        return served.get();
    }

    void countServed() {
        served.incrementAndGet();
    }

    long pid() {
        return process.map(running -> running.child().pid()).orElse(0L);
    }

    long memoryBytes() {
        return memoryBytes;
    }

    List<String> modules() {
        return modules;
    }

    /** Cuts what a process writes into lines. */
    private static final class Lines {
        private final ByteBuffer buffer = ByteBuffer.allocate(MOST_SAID);
        private final StringBuilder line = new StringBuilder();

        interface Reading {
            int into(ByteBuffer buffer) throws IOException;
        }

        List<String> read(Reading reading) throws IOException {
            List<String> lines = new ArrayList<>();
            while (reading.into(buffer.clear()) > 0) {
                buffer.flip();
                while (buffer.hasRemaining()) {
                    char c = (char) (buffer.get() & 0xFF);
                    if (c == '\n') {
                        lines.add(line.toString());
                        line.setLength(0);
                    } else if (line.length() < MOST_SAID) {
                        line.append(c);
                    }
                }
            }
            return lines;
        }
    }
}

package dev.htbin.process;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What {@code /proc} says of processes. */
public final class ProcFs {
    private ProcFs() {}

    /** Waits until a process is gone or nothing but a zombie of another parent. */
    public static void assertGone(long pid) throws IOException {
        long deadline = System.nanoTime() + Run.LONG.toNanos();
        while (System.nanoTime() < deadline) {
            if (state(pid) == 'Z' || ProcessHandle.of(pid).isEmpty()) {
                return;
            }
            Thread.onSpinWait();
        }
        throw new AssertionError("process " + pid + " lives");
    }

    /** Returns the children of this process that are zombies. */
    public static List<Long> zombies() throws IOException {
        Set<Long> all = new HashSet<>();
        ProcessHandle.current().children().forEach(child -> all.add(child.pid()));
        List<Long> zombies = new ArrayList<>();
        for (long pid : all) {
            if (state(pid) == 'Z') {
                zombies.add(pid);
            }
        }
        return zombies;
    }

    /** Returns the processes of a session, which is named after its first one; zombies are not counted. */
    public static List<Long> ofSession(long session) throws IOException {
        List<Long> found = new ArrayList<>();
        for (ProcessHandle process : ProcessHandle.allProcesses().toList()) {
            String[] fields = stat(process.pid()).split(" ", -1);
            if (fields.length > 3 && fields[3].equals(Long.toString(session)) && !fields[0].equals("Z")) {
                found.add(process.pid());
            }
        }
        return found;
    }

    /** Waits until no process of a session is left. */
    public static void assertSessionEnds(long session) throws IOException {
        long deadline = System.nanoTime() + Run.LONG.toNanos();
        while (!ofSession(session).isEmpty()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("left of session " + session + ": " + ofSession(session));
            }
            Thread.onSpinWait();
        }
    }

    private static char state(long pid) throws IOException {
        String stat = stat(pid);
        return stat.isEmpty() ? ' ' : stat.charAt(0);
    }

    /** Returns what is said of a process behind its name: state, parent, group, session ...; empty if there is none. */
    private static String stat(long pid) throws IOException {
        try {
            String text = Files.readString(Path.of("/proc/" + pid + "/stat"), ISO_8859_1);
            return text.substring(text.lastIndexOf(')') + 2);
        } catch (NoSuchFileException e) {
            return "";
        }
    }

    /** Returns how many descriptors this process has open. */
    public static int openDescriptors() {
        String[] names = new File("/proc/self/fd").list();
        return names == null ? 0 : names.length;
    }
}

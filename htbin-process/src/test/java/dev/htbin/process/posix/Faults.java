package dev.htbin.process.posix;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.util.Objects.requireNonNull;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/**
 * Makes C functions fail: one call each time, as if the kernel had refused it. Counts all calls meanwhile. Of a process that installs it before it binds its first
 * function.
 */
final class Faults implements Native.Border {
    /** Answers with a short count instead of an error: one octet is written. */
    static final int SHORT = -1;
    /** Answers 0 and does nothing. */
    static final int NOTHING = -2;

    private static final Map<Long, String> SYSTEM_CALLS = Map.ofEntries(
            Map.entry((long) LinuxAbi.SYS_PIDFD_OPEN, "pidfd_open"),
            Map.entry((long) LinuxAbi.SYS_PIDFD_SEND_SIGNAL, "pidfd_send_signal"),
            Map.entry((long) LinuxAbi.SYS_WAITID, "waitid"),
            Map.entry((long) LinuxAbi.SYS_GETTID, "gettid"),
            Map.entry((long) LinuxAbi.SYS_CAPSET, "capset"),
            Map.entry((long) LinuxAbi.SYS_SETGROUPS, "setgroups"),
            Map.entry((long) LinuxAbi.SYS_SETRESGID, "setresgid"),
            Map.entry((long) LinuxAbi.SYS_SETRESUID, "setresuid"),
            Map.entry((long) LinuxAbi.SYS_LANDLOCK_CREATE_RULESET, "landlock_create_ruleset"),
            Map.entry((long) LinuxAbi.SYS_LANDLOCK_ADD_RULE, "landlock_add_rule"),
            Map.entry((long) LinuxAbi.SYS_LANDLOCK_RESTRICT_SELF, "landlock_restrict_self"),
            Map.entry((long) SystemCalls.PRLIMIT64, "prlimit"),
            Map.entry((long) SystemCalls.SECCOMP, "seccomp"));

    private static final MethodHandle CALL = call();

    private final SequencedMap<String, Integer> calls = new LinkedHashMap<>();
    private final List<Fault> armed = new ArrayList<>();

    /**
     * A call that fails.
     *
     * @param function its name; for syscall(2) that of the call, for prctl(2) and fcntl(2) with the operation in parentheses
     * @param nth which call of it, from 1
     * @param errno what it fails with, or {@link #SHORT}
     */
    record Fault(String function, int nth, int errno) {
        @Override
        public String toString() {
            return "%s, call %d: %s".formatted(function, nth, describe(errno));
        }

        private static String describe(int errno) {
            return switch (errno) {
                case SHORT -> "short";
                case NOTHING -> "0";
                default -> Errno.describe(errno);
            };
        }
    }

    /** A function as bound: takes its arguments as an array. */
    private record Binding(Faults faults, String name, boolean setsErrno, MethodType type, MethodHandle function) {}

    @Override
    public MethodHandle around(String name, boolean setsErrno, MethodHandle function) {
        MethodType type = function.type();
        MethodHandle real = function.asSpreader(Object[].class, type.parameterCount())
                .asType(MethodType.methodType(Object.class, Object[].class));
        return CALL.bindTo(new Binding(this, name, setsErrno, type, real))
                .asCollector(Object[].class, type.parameterCount())
                .asType(type);
    }

    /** Forgets the calls until now, and has some of those to come fail. */
    synchronized void arm(List<Fault> faults) {
        calls.clear();
        armed.clear();
        armed.addAll(faults);
    }

    /** Returns the faults that have not come, and no longer do. */
    synchronized List<Fault> disarm() {
        List<Fault> waiting = List.copyOf(armed);
        armed.clear();
        return waiting;
    }

    /** Returns how often each function was called. */
    synchronized SequencedMap<String, Integer> calls() {
        return new LinkedHashMap<>(calls);
    }

    /** Returns the error that this call is to fail with; 0 if it is not. */
    private synchronized int next(String function) {
        int nth = calls.merge(function, 1, Integer::sum);
        for (Fault fault : armed) {
            if (nth == fault.nth && fault.function.equals(function)) {
                armed.remove(fault);
                return fault.errno;
            }
        }
        return 0;
    }

    /** What {@link #CALL} is. */
    @SuppressWarnings("UnusedMethod")
    private static Object perform(Binding binding, @Nullable Object[] arguments) throws Throwable {
        int errno = binding.faults.next(function(binding, arguments));
        if (errno == SHORT) {
            arguments[3] = 1L;
        } else if (errno != 0) {
            return fail(binding, arguments, errno);
        }
        return (Object) binding.function.invokeExact(arguments);
    }

    private static Object fail(Binding binding, @Nullable Object[] arguments, int errno) throws Throwable {
        if (binding.setsErrno) {
            ((MemorySegment) requireNonNull(arguments[0])).set(JAVA_INT, 0, errno);
        } else if (binding.name.equals("close")) {
            // Linux closes it all the same.
            Object closed = (Object) binding.function.invokeExact(arguments);
            requireNonNull(closed);
        } else {
            return errno;
        }
        int result = errno == NOTHING ? 0 : -1;
        return binding.type.returnType() == long.class ? (Object) (long) result : (Object) result;
    }

    private static String function(Binding binding, @Nullable Object[] arguments) {
        return switch (binding.name) {
            case "syscall" -> systemCall((Long) requireNonNull(arguments[1]), arguments);
            case "prctl" -> "prctl(" + arguments[1] + ")";
            case "fcntl" -> "fcntl(" + arguments[2] + ")";
            case "open" -> isTemporary((Integer) requireNonNull(arguments[2])) ? "open(O_TMPFILE)" : "open";
            // Those of every thread have the names of the raw ones, which change one.
            case "setgroups", "setresgid", "setresuid" -> binding.name + " of all threads";
            default -> binding.name;
        };
    }

    private static String systemCall(long number, @Nullable Object[] arguments) {
        if (number == LinuxAbi.SYS_SETRESUID && Objects.equals(arguments[2], -1L)) {
            return "becoming root again";
        }
        return SYSTEM_CALLS.getOrDefault(number, "syscall");
    }

    private static boolean isTemporary(int flags) {
        return (flags & LinuxAbi.O_TMPFILE) == LinuxAbi.O_TMPFILE;
    }

    private static MethodHandle call() {
        try {
            return MethodHandles.lookup()
                    .findStatic(
                            Faults.class,
                            "perform",
                            MethodType.methodType(Object.class, Binding.class, Object[].class));
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }
}

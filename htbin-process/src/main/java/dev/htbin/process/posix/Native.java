package dev.htbin.process.posix;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.util.Optional;

/** Makes method handles of C functions. What every binding shares. */
final class Native {
    /** Size of the segment that receives errno. */
    static final long ERRNO_BYTES = Linker.Option.captureStateLayout().byteSize();

    private static final StructLayout CAPTURED = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO = CAPTURED.varHandle(MemoryLayout.PathElement.groupElement("errno"));
    private static final Linker LINKER = Linker.nativeLinker();

    /** Read when a binding is made, so that calls cost nothing for it. Tests put faults here before the first binding is made. */
    static Border border = (name, setsErrno, function) -> function;

    private Native() {}

    /** What stands between this package and the C library. */
    @FunctionalInterface
    interface Border {
        /**
         * Returns what is called instead of a function.
         *
         * @param setsErrno whether the first parameter receives errno
         */
        MethodHandle around(String name, boolean setsErrno, MethodHandle function);
    }

    /** Says why this machine's C library can't be called, or nothing when it can. */
    static Optional<String> obstacle() {
        String system = System.getProperty("os.name");
        if (!system.equals("Linux")) {
            return Optional.of("the system is " + system + ", not Linux");
        }
        if (!LinuxAbi.known()) {
            return Optional.of("the processor is " + System.getProperty("os.arch") + ", neither amd64 nor aarch64");
        }
        for (String name : new String[] {
            "gnu_get_libc_version", "posix_spawn_file_actions_addclosefrom_np", "posix_spawn_file_actions_addfchdir_np"
        }) {
            if (LINKER.defaultLookup().find(name).isEmpty()) {
                return Optional.of("the C library has no " + name + " (expected: glibc 2.34 or later)");
            }
        }
        try {
            plain("getpid", FunctionDescriptor.of(JAVA_INT));
        } catch (IllegalCallerException e) {
            return Optional.of("native access is not granted: start java with " + grant());
        }
        return Optional.empty();
    }

    /** Returns the option of {@code java} that lets this code call C. */
    static String grant() {
        Module module = Native.class.getModule();
        return "--enable-native-access=" + (module.isNamed() ? module.getName() : "ALL-UNNAMED");
    }

    /** Binds a function that does not set errno. */
    static MethodHandle plain(String name, FunctionDescriptor type, Linker.Option... options) {
        return border.around(name, false, LINKER.downcallHandle(find(name), type, options));
    }

    /** Binds a function that sets errno: the segment that receives it becomes the first parameter. */
    static MethodHandle capturing(String name, FunctionDescriptor type) {
        return border.around(
                name, true, LINKER.downcallHandle(find(name), type, Linker.Option.captureCallState("errno")));
    }

    /** Binds a function with variable arguments that sets errno. */
    static MethodHandle variadic(String name, int firstVariadic, FunctionDescriptor type) {
        return border.around(
                name,
                true,
                LINKER.downcallHandle(
                        find(name),
                        type,
                        Linker.Option.captureCallState("errno"),
                        Linker.Option.firstVariadicArg(firstVariadic)));
    }

    /** Returns what a capturing function left in the segment. */
    static int errno(MemorySegment captured) {
        return (int) ERRNO.get(captured, 0L);
    }

    /** The type {@code int f(...)}. */
    static FunctionDescriptor returnsInt(MemoryLayout... parameters) {
        return FunctionDescriptor.of(JAVA_INT, parameters);
    }

    /** The type {@code long f(...)}, for {@code ssize_t} and {@code off_t}. */
    static FunctionDescriptor returnsLong(MemoryLayout... parameters) {
        return FunctionDescriptor.of(JAVA_LONG, parameters);
    }

    static final MemoryLayout INT = JAVA_INT;
    static final MemoryLayout LONG = JAVA_LONG;
    static final MemoryLayout SHORT = JAVA_SHORT;
    static final MemoryLayout POINTER = ADDRESS;

    /** What a binding throws when the call itself failed, which cannot happen with a handle of the right type. */
    static RuntimeException broken(Throwable cause) {
        if (cause instanceof RuntimeException unchecked) {
            return unchecked;
        }
        if (cause instanceof Error error) {
            throw error;
        }
        return new IllegalStateException(cause);
    }

    private static MemorySegment find(String name) {
        return LINKER.defaultLookup()
                .find(name)
                .orElseThrow(() -> new IllegalStateException("the C library has no function '" + name + "'"));
    }
}

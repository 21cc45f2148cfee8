package dev.htbin.process;

import static java.util.Objects.requireNonNull;

/** How a process ended. */
public sealed interface ExitStatus {
    /** Tells whether the process ended by itself with 0. */
    boolean success();

    /**
     * The process ended by itself.
     *
     * @param code 0 to 255
     */
    record Exited(int code) implements ExitStatus {
        @Override
        public boolean success() {
            return code == 0;
        }

        @Override
        public String toString() {
            return "exit " + code;
        }
    }

    /**
     * The process was ended by a signal.
     *
     * @param number the signal's number
     * @param name the signal's name, for example {@code SIGKILL}
     */
    record Signaled(int number, String name) implements ExitStatus {
        public Signaled {
            requireNonNull(name, "name");
        }

        @Override
        public boolean success() {
            return false;
        }

        @Override
        public String toString() {
            return "signal " + name;
        }
    }
}

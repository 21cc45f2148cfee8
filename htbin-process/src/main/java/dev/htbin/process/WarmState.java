package dev.htbin.process;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import java.util.List;

/**
 * How a program is served warm at the moment.
 *
 * @param program its file
 * @param profile the name of its profile
 * @param phase how far its interpreter is
 * @param pid the interpreter's process id; 0 without one
 * @param served how many launches the interpreter has served
 * @param memoryBytes the memory that the interpreter has to itself, in octets; 0 when that is not known
 * @param modules the modules that it has imported
 * @param remarks what went wrong, and what was left out and why, a sentence each
 */
public record WarmState(
        Path program,
        String profile,
        Phase phase,
        long pid,
        long served,
        long memoryBytes,
        List<String> modules,
        List<String> remarks) {
    /** How far an interpreter is. */
    public enum Phase {
        /** There is none: the next launch may start one. */
        NONE,
        /** It starts: launches are served cold meanwhile. */
        STARTING,
        /** It serves. */
        READY,
        /** It could not start, or serve: launches are served cold for a while. */
        FAILED
    }

    public WarmState {
        requireNonNull(program, "program");
        requireNonNull(profile, "profile");
        requireNonNull(phase, "phase");
        modules = List.copyOf(modules);
        remarks = List.copyOf(remarks);
    }
}

package dev.htbin.cgi;

import dev.htbin.process.RunsAs;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Explains why a script does not run that an interpreter of the configuration runs: its own first line and mode are nobody's matter. */
final class InterpretedDiagnosis {
    private InterpretedDiagnosis() {}

    /** Returns what keeps a user from running a script by an interpreter; empty if nothing is seen to. */
    static Optional<Finding> of(Path file, ScriptInterpreter interpreter, RunsAs user) {
        Path program = interpreter.program();
        if (!Files.exists(program)) {
            return found(
                    Cause.NO_INTERPRETER,
                    "'%s': the interpreter of %s, '%s', does not exist"
                            .formatted(file, interpreter.extension(), program));
        }
        if (!Files.isRegularFile(program) || !ScriptResolver.isExecutable(program)) {
            return found(
                    Cause.INTERPRETER_NOT_EXECUTABLE,
                    "'%s': the interpreter of %s, '%s', is not executable"
                            .formatted(file, interpreter.extension(), program));
        }
        Optional<Path> closed = FileAccess.closedAbove(program, user);
        if (closed.isPresent() || FileAccess.mayNotExecute(program, user)) {
            Path barrier = closed.orElse(program);
            return found(
                    Cause.INTERPRETER_NOT_EXECUTABLE,
                    "'%s': the interpreter of %s, '%s', may not be executed by user %s, for '%s' is %s"
                            .formatted(
                                    file,
                                    interpreter.extension(),
                                    program,
                                    user.user(),
                                    barrier,
                                    FileAccess.describe(barrier)));
        }
        // The interpreter opens it by its path, as anybody.
        Optional<Path> above = FileAccess.closedAbove(file, user);
        if (above.isPresent()) {
            return found(
                    Cause.UNREACHABLE,
                    "'%s' (%s) may not be passed by user %s, as whom scripts run: chmod o+x '%s'"
                            .formatted(above.get(), FileAccess.describe(above.get()), user.user(), above.get()));
        }
        return FileAccess.mayNotRead(file, user)
                ? found(
                        Cause.OWNER_OR_MODE,
                        "'%s' (%s) may not be read by user %s, as whom it runs, and its interpreter must read it: chmod o+r '%s'"
                                .formatted(file, FileAccess.describe(file), user.user(), file))
                : Optional.empty();
    }

    private static Optional<Finding> found(Cause cause, String detail) {
        return Optional.of(new Finding(cause, detail));
    }
}

package dev.htbin.cgi;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import java.util.Optional;

/** What a URL path of CGI names. */
public sealed interface ScriptResolution {
    /**
     * A script that may be run.
     *
     * @param file the script's file, absolute
     * @param scriptName the path that identifies the script, decoded: {@code SCRIPT_NAME}, an octet string
     * @param pathInfo what follows it, decoded: {@code PATH_INFO}, an octet string; empty if nothing does
     * @param interpreter the program that runs the file; empty: the file is executed
     * @param mounted whether the configuration names this very file for the URL path: {@link MountedProgram}
     * @spec https://www.rfc-editor.org/rfc/rfc3875#section-3.3 RFC 3875 section 3.3
     */
    record Script(
            Path file, String scriptName, String pathInfo, Optional<ScriptInterpreter> interpreter, boolean mounted)
            implements ScriptResolution {
        public Script {
            requireNonNull(interpreter, "interpreter");
            requireNonNull(scriptName, "scriptName");
            requireNonNull(pathInfo, "pathInfo");
            if (!file.isAbsolute() || file.getParent() == null) {
                throw new IllegalArgumentException(
                        "file: '%s' (expected: the absolute path of a file)".formatted(file));
            }
        }

        /** Creates a script that is executed, found by its path. */
        public Script(Path file, String scriptName, String pathInfo) {
            this(file, scriptName, pathInfo, Optional.empty(), false);
        }

        /**
         * Tells whether the script writes a whole HTTP response, its status line included: its name begins with {@code nph-}.
         *
         * @spec https://www.rfc-editor.org/rfc/rfc3875#section-5 RFC 3875 section 5
         */
        public boolean nph() {
            return String.valueOf(file.getFileName()).startsWith("nph-");
        }
    }

    /**
     * Nothing is there: 404.
     *
     * @param finding why, and what to do, for the log; not for the client
     */
    record NotFound(Finding finding) implements ScriptResolution {
        public NotFound {
            requireNonNull(finding, "finding");
        }
    }

    /**
     * Something is there that is not run: 403.
     *
     * @param finding why, and what to do, for the log; not for the client
     */
    record Forbidden(Finding finding) implements ScriptResolution {
        public Forbidden {
            requireNonNull(finding, "finding");
        }
    }
}

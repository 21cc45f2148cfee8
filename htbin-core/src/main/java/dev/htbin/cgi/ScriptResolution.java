package dev.htbin.cgi;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;

/** What a URL path of CGI names. */
public sealed interface ScriptResolution {
    /**
     * A script that may be run.
     *
     * @param file the script's file, absolute
     * @param scriptName the path that identifies the script, decoded: {@code SCRIPT_NAME}, an octet string
     * @param pathInfo what follows it, decoded: {@code PATH_INFO}, an octet string; empty if nothing does
     * @spec https://www.rfc-editor.org/rfc/rfc3875#section-3.3 RFC 3875 section 3.3
     */
    record Script(Path file, String scriptName, String pathInfo) implements ScriptResolution {
        public Script {
            requireNonNull(scriptName, "scriptName");
            requireNonNull(pathInfo, "pathInfo");
            if (!file.isAbsolute() || file.getParent() == null) {
                throw new IllegalArgumentException(
                        "file: '%s' (expected: the absolute path of a file)".formatted(file));
            }
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

package dev.htbin.process.warm;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.htbin.process.posix.WarmProcess;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** An interpreter that can be warm: how it is known by its name, with which options, and what names its modules have. */
public enum Interpreter {
    /** Python 3.9 or later. */
    PYTHON(
            "python.py",
            "-",
            "python3(?:\\.[0-9]+)?",
            "-(?:[bBEIOPqsSu]+|W ?[A-Za-z:_.*]+)",
            "[A-Za-z_]\\w*(?:\\.[A-Za-z_]\\w*)*"),
    /** Perl 5. */
    PERL("perl.pl", "/dev/stdin", "perl(?:5[0-9.]*)?", "-(?:[tTwWXU]+|C[A-Za-z0-9]*)", "[A-Za-z_]\\w*(?:/\\w+)*\\.pm"),
    /** Ruby 2.7 or later. */
    RUBY(
            "ruby.rb",
            "/dev/stdin",
            "ruby(?:[0-9.]*)",
            "-(?:[wUsl]+|W(?::?[a-z0-9-]*)|[EK][A-Za-z0-9:_-]*)",
            "/?[A-Za-z0-9_.+@-]+(?:/[A-Za-z0-9_.+@-]+)*");

    /** What access(2) takes. */
    private static final String X_OK = "1";

    private static final String R_OK = "4";

    private final String resource;
    private final String place;
    private final Pattern name;
    private final Pattern options;
    private final Pattern module;

    Interpreter(String resource, String place, String name, String options, String module) {
        this.resource = resource;
        this.place = place;
        this.name = Pattern.compile(name);
        this.options = Pattern.compile(options + "(?: " + options + ")*");
        this.module = Pattern.compile(module);
    }

    /** Finds the interpreter that has a program of this name. */
    static Optional<Interpreter> named(String program) {
        for (Interpreter interpreter : values()) {
            if (interpreter.name.matcher(program).matches()) {
                return Optional.of(interpreter);
            }
        }
        return Optional.empty();
    }

    /** Tells whether a warm interpreter with these options does what an executed one does. */
    boolean allows(List<String> words) {
        return words.isEmpty() || options.matcher(String.join(" ", words)).matches();
    }

    /** Tells whether this can be the name of a module. */
    boolean isModule(String text) {
        return text.length() < 256 && module.matcher(text).matches() && !text.contains("..");
    }

    /** Returns the modules of names that a user may write, as this interpreter's own: {@code File::Spec} of Perl is {@code File/Spec.pm}. Drops what can be none. */
    List<String> modules(List<String> names) {
        return names.stream()
                .map(name -> this == PERL && !name.endsWith(".pm") ? name.replace("::", "/") + ".pm" : name)
                .filter(this::isModule)
                .toList();
    }

    /** Returns what the interpreter is called with to read its program from standard input. */
    String place() {
        return place;
    }

    /**
     * Returns the program that a warm interpreter runs.
     *
     * @param script the path of the script that it serves, an octet string
     * @param executed whether that must be executable, and not only readable
     */
    byte[] program(String script, boolean executed) {
        try (InputStream in = Interpreter.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IllegalStateException("resource '%s' is missing".formatted(resource));
            }
            return new String(in.readAllBytes(), ISO_8859_1)
                    .replace("SYSTEM_CALLS", WarmProcess.systemCalls())
                    .replace("SCRIPT_MODE", executed ? X_OK : R_OK)
                    .replace("SCRIPT_PATH", script)
                    .getBytes(ISO_8859_1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns the name in messages: {@code python}. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}

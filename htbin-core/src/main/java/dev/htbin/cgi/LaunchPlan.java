package dev.htbin.cgi;

import static java.util.Objects.requireNonNull;

import dev.htbin.http.Octets;
import dev.htbin.http.UrlPath;
import dev.htbin.process.LaunchSpec;
import dev.htbin.process.RunsAs;
import dev.htbin.process.Warmth;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * What a request would execute, as a value: nothing has been started.
 *
 * @param script the script
 * @param spec what is executed: the script's file, or its interpreter; its own path as first argument, the words of an indexed query, its environment, its own directory
 * @param dropped the header fields and configured variables that the script does not get, and why
 */
public record LaunchPlan(ScriptResolution.Script script, LaunchSpec spec, List<DroppedField> dropped) {
    public LaunchPlan {
        requireNonNull(script, "script");
        requireNonNull(spec, "spec");
        dropped = List.copyOf(dropped);
    }

    /** Returns the plan of a request. */
    public static LaunchPlan of(CgiRequest request, CgiConfig config) {
        ScriptRule rule = config.rules().of(request.script().scriptName());
        var configured = new LinkedHashMap<>(config.environment());
        configured.putAll(rule.environment());
        CgiEnvironment environment = CgiEnvironment.of(request, configured, rule.passAuthorization());
        Path file = request.script().file();
        Optional<ScriptInterpreter> interpreter = request.script().interpreter();
        var arguments = new ArrayList<String>();
        interpreter.ifPresent(i -> {
            arguments.add(Octets.ofText(i.program().toString()));
            arguments.addAll(i.arguments());
        });
        int scriptAt = arguments.size();
        arguments.add(Octets.ofText(file.toString()));
        arguments.addAll(CommandLine.wordsOf(request.request()));
        Path directory = requireNonNull(file.getParent(), "a script's directory");
        var spec = new LaunchSpec(
                        interpreter.map(ScriptInterpreter::program).orElse(file),
                        arguments,
                        environment.variables(),
                        directory,
                        rule.profile())
                .withScriptAt(scriptAt);
        return new LaunchPlan(
                request.script(),
                rule.warm()
                        .map(modules -> spec.withWarmth(new Warmth(configured.sequencedKeySet(), modules)))
                        .orElse(spec),
                environment.dropped());
    }

    /**
     * Returns what {@code PATH_INFO} would be as a file: {@code PATH_TRANSLATED}. The file need not exist.
     *
     * @param script the script
     * @param translate maps a URL path to a file, as for files
     * @param root what a path that no file name can stand for is appended to
     * @return an octet string; empty without {@code PATH_INFO}, or if an encoded slash in it made a dot segment, which would lead elsewhere
     * @spec https://www.rfc-editor.org/rfc/rfc3875#section-4.1.6 RFC 3875 section 4.1.6
     */
    public static Optional<String> pathTranslated(
            ScriptResolution.Script script, Function<UrlPath, Optional<Path>> translate, Path root) {
        String pathInfo = script.pathInfo();
        if (pathInfo.isEmpty()) {
            return Optional.empty();
        }
        boolean directory = pathInfo.endsWith("/");
        String inner = pathInfo.substring(1, Math.max(1, directory ? pathInfo.length() - 1 : pathInfo.length()));
        List<String> segments = inner.isEmpty() ? List.of() : List.of(inner.split("/", -1));
        if (segments.contains("..") || segments.contains(".")) {
            return Optional.empty();
        }
        Optional<Path> translated = translate.apply(new UrlPath(segments, directory));
        if (translated.isEmpty()) {
            return Optional.of(Octets.ofText(root.toString()) + pathInfo);
        }
        String path = Octets.ofText(translated.get().toString());
        return Optional.of(directory && !path.endsWith("/") ? path + "/" : path);
    }

    /**
     * Describes the plan for a reader: script, arguments, directory, user, environment and what was left out. The same plan has the same description.
     * Credentials are not shown.
     *
     * @param user the user that the script would run as
     * @param coldReason why a warm interpreter would not serve it; empty if one would
     */
    public String describe(RunsAs user, Optional<String> coldReason) {
        var text = new StringBuilder();
        line(text, "script", Octets.ofText(script.file().toString()));
        script.interpreter()
                .ifPresent(i -> line(
                        text,
                        "interpreter",
                        "%s, for %s".formatted(Octets.ofText(i.program().toString()), i.extension())));
        line(text, "script name", script.scriptName());
        line(text, "path info", script.pathInfo().isEmpty() ? "(none)" : script.pathInfo());
        line(text, "directory", Octets.ofText(spec.directory().toString()));
        line(text, "user", userText(user));
        line(text, "profile", spec.profile().name());
        user.confinement()
                .forEach(sentence -> text.append("  ").append(shown(sentence)).append('\n'));
        line(text, "warm", coldReason.map(reason -> "no: " + reason).orElse("yes"));
        text.append("arguments:\n");
        for (int i = 0; i < spec.arguments().size(); i++) {
            line(text, "  " + i, spec.arguments().get(i));
        }
        text.append("environment:\n");
        spec.environment()
                .forEach((name, value) -> text.append("  ")
                        .append(shown(name))
                        .append('=')
                        .append(name.equals(ProtocolVariables.AUTHORIZATION) ? "(not shown)" : shown(value))
                        .append('\n'));
        if (!dropped.isEmpty()) {
            text.append("not passed on:\n");
            for (DroppedField field : dropped) {
                line(text, "  " + shown(field.name()), field.reason());
            }
        }
        return text.toString();
    }

    private static String userText(RunsAs user) {
        String ids = user.uid() < 0 ? "" : " (uid %d, gid %d)".formatted(user.uid(), user.gid());
        return user.user() + ids;
    }

    private static void line(StringBuilder text, String label, String value) {
        text.append(label).append(": ").append(shown(value)).append('\n');
    }

    /** Escapes what a terminal would act on; well-formed UTF-8 is shown as text. */
    private static String shown(String octets) {
        boolean utf8 = Octets.isUtf8(octets);
        String text = utf8 ? Octets.toText(octets) : octets;
        var shown = new StringBuilder();
        text.codePoints().forEach(c -> {
            if (c == '\\' || Character.isISOControl(c) || (!utf8 && c > 0x7E)) {
                shown.append(c == '\\' ? "\\\\" : "\\x%02X".formatted(c));
            } else if (Character.getType(c) == Character.FORMAT) {
                shown.append("\\u{%X}".formatted(c));
            } else {
                shown.appendCodePoint(c);
            }
        });
        return shown.toString();
    }
}

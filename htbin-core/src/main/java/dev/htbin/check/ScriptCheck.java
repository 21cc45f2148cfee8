package dev.htbin.check;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.util.Objects.requireNonNull;

import dev.htbin.cgi.Cause;
import dev.htbin.cgi.CgiConfig;
import dev.htbin.cgi.CgiInfo;
import dev.htbin.cgi.Finding;
import dev.htbin.cgi.MountedProgram;
import dev.htbin.cgi.PythonModules;
import dev.htbin.cgi.ScriptDiagnosis;
import dev.htbin.cgi.ScriptInterpreter;
import dev.htbin.cgi.ScriptResolution;
import dev.htbin.cgi.ScriptResolver;
import dev.htbin.http.Mounts;
import dev.htbin.http.UrlPath;
import dev.htbin.process.RunsAs;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Says what is wrong with a script, as far as that can be known without running it.
 *
 * @param mounts the directory that is served, and what is mounted beside it
 * @param config what is a script and how it is run
 */
public record ScriptCheck(Mounts mounts, CgiConfig config) {
    private static final int MOST_BYTES = 256 << 10;
    private static final Pattern SHELL = Pattern.compile("(ba|da|k|z|a)?sh");
    private static final Pattern PYTHON = Pattern.compile("python(3(\\.(?<minor>\\d+))?)?");
    private static final Pattern IMPORT =
            Pattern.compile("(?m)^[ \t]*(?:import|from)[ \t]+(?<modules>[A-Za-z_][\\w., \t]*)");

    public ScriptCheck {
        requireNonNull(mounts, "mounts");
        requireNonNull(config, "config");
    }

    /**
     * Checks a script.
     *
     * @param path the URL path that runs it
     * @return the script; its file is where the path leads, also if nothing is there
     */
    public CheckedScript check(UrlPath path) {
        Optional<CgiInfo> info = CgiInfo.of(path, config, mounts);
        Path file = info.flatMap(CgiInfo::program)
                .map(MountedProgram::file)
                .orElseGet(() -> mounts.resolve(path).orElse(mounts.root().directory()));
        var findings = new ArrayList<CheckFinding>();
        if (info.isPresent()) {
            switch (ScriptResolver.resolve(info.get(), mounts)) {
                case ScriptResolution.NotFound(Finding finding) -> findings.add(CheckFinding.of(file, finding));
                case ScriptResolution.Forbidden(Finding finding) -> findings.add(CheckFinding.of(file, finding));
                case ScriptResolution.Script script -> checkFile(script, findings);
            }
        }
        return new CheckedScript(file, UrlPath.encode(path.decoded()), findings);
    }

    private void checkFile(ScriptResolution.Script script, List<CheckFinding> findings) {
        Path file = script.file();
        config.ownerFinding(script).ifPresent(finding -> findings.add(CheckFinding.of(file, finding)));
        String searchPath = config.environment().getOrDefault("PATH", CgiConfig.DEFAULT_PATH);
        RunsAs user =
                config.host().runsAs(config.rules().of(script.scriptName()).profile());
        ScriptDiagnosis.of(script, searchPath, user).ifPresent(finding -> findings.add(CheckFinding.of(file, finding)));
        Optional<Path> interpreter = script.interpreter()
                .map(ScriptInterpreter::program)
                .or(() -> ScriptDiagnosis.interpreterOf(file, searchPath));
        checkText(file, interpreter, findings);
        for (Path writable : new Path[] {file, file.getParent()}) {
            if (writable != null && isWritableByAll(writable)) {
                findings.add(CheckFinding.of(writable, Exposure.WRITABLE));
            }
        }
        if (Exposure.isBackup(file)) {
            findings.add(CheckFinding.of(file, Exposure.OLD_SCRIPT));
        }
    }

    private static void checkText(Path file, Optional<Path> interpreter, List<CheckFinding> findings) {
        if (interpreter.isEmpty()) {
            return;
        }
        String name = String.valueOf(interpreter.get().getFileName());
        String text = beginningOf(file);
        boolean told = findings.stream().anyMatch(f -> f.id().equals(Cause.CRLF.id()));
        if (!told && SHELL.matcher(name).matches() && text.indexOf("\r\n") >= 0) {
            findings.add(CheckFinding.of(
                    file,
                    new Finding(
                            Cause.CRLF,
                            "'%s' has lines that end in CR LF, which a shell takes for part of the line: sed -i 's/\\r$//' '%s'"
                                    .formatted(file, file))));
        }
        if (PYTHON.matcher(name).matches()) {
            checkImports(file, text, minorOf(interpreter.get()), findings);
        }
    }

    /** A module that is gone is a finding where the interpreter is known to be without it; where it is older, or unknown, it will be one. */
    private static void checkImports(Path file, String text, Optional<Integer> minor, List<CheckFinding> findings) {
        Matcher imports = IMPORT.matcher(text);
        while (imports.find()) {
            for (String part :
                    imports.group("modules").split("\\bimport\\b", 2)[0].split(",", -1)) {
                String module = part.strip().split("[\\s.]", 2)[0];
                Optional<String> removed = PythonModules.removed(module);
                if (removed.isPresent()) {
                    int since = Integer.parseInt(removed.get().replaceFirst("3\\.(\\d+).*", "$1"));
                    String now = minor.map(m -> m >= since
                                    ? ", which its Python does not have"
                                    : ", which its Python 3." + m + " still has")
                            .orElse("");
                    findings.add(CheckFinding.of(
                            file,
                            new Finding(
                                    Cause.PYTHON_MODULE_REMOVED,
                                    "'%s' imports '%s'%s; Python has it no longer since %s"
                                            .formatted(file, module, now, removed.get()))));
                }
            }
        }
    }

    private static Optional<Integer> minorOf(Path interpreter) {
        try {
            Matcher name =
                    PYTHON.matcher(String.valueOf(interpreter.toRealPath().getFileName()));
            return name.matches() && name.group("minor") != null
                    ? Optional.of(Integer.parseInt(name.group("minor")))
                    : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static boolean isWritableByAll(Path file) {
        try {
            return Files.getPosixFilePermissions(file).contains(PosixFilePermission.OTHERS_WRITE);
        } catch (IOException | UnsupportedOperationException e) {
            return false;
        }
    }

    private static String beginningOf(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            return new String(in.readNBytes(MOST_BYTES), ISO_8859_1);
        } catch (IOException e) {
            return "";
        }
    }
}

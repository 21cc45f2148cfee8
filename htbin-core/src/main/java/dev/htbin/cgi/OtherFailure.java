package dev.htbin.cgi;

import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What the messages of Perl, PHP, Ruby and shells on standard error tell. */
final class OtherFailure {
    private static final Pattern PERL_MODULE =
            Pattern.compile("Can't locate (?<path>\\S+?)\\.pm in @INC(?:.*\\) at (?<file>.+) line (?<line>\\d+).*)?.*");
    private static final Pattern PERL_ERROR =
            Pattern.compile("(?!PHP |Warning:).* at (?<file>[^ ].*) line (?<line>\\d+)(?:\\.|, near .*|, <.*)");
    private static final Pattern PHP_ERROR = Pattern.compile("(?:PHP )?(?:Fatal|Parse) error: .*");
    private static final Pattern RUBY_ERROR = Pattern.compile(
            "(?<file>\\S.*?):(?<line>\\d+):in .*\\((?<type>[A-Z][\\w:]*)\\)|(?<syntax>\\S+:\\d+: syntax error.*)");
    private static final Pattern SHELL_SYNTAX =
            Pattern.compile(".*: (?:line )?\\d+: (?:Syntax error: .*|syntax error.*|unexpected EOF while looking .*)");
    private static final Pattern COMMAND = Pattern.compile(
            ".*: (?:line )?\\d+: (?<shell>[^:]+): (?:command )?not found|.*command not found: (?<zsh>.+)"
                    + "|(?:\\S*/)?env: (?:can't execute )?[\u2018'\"]?(?<env>[^\u2019'\"]+)[\u2019'\"]?: No such file or directory"
                    + "|Can't exec \"(?<perl>[^\"]+)\": No such file or directory.*");

    private OtherFailure() {}

    /** Finds a message that names a cause; the last one, since what ended the script comes last. Only Perl says more after it. */
    static Optional<Finding> in(List<String> stderr) {
        for (String line : stderr) {
            Matcher module = PERL_MODULE.matcher(line);
            if (module.matches()) {
                return Optional.of(perlModule(module));
            }
        }
        for (String line : stderr.reversed()) {
            Optional<Finding> found = ofLine(line);
            if (found.isPresent()) {
                return found;
            }
        }
        return Optional.empty();
    }

    private static Optional<Finding> ofLine(String line) {
        if (PHP_ERROR.matcher(line).matches()) {
            return Optional.of(new Finding(Cause.PHP_ERROR, "the script ended with: " + line));
        }
        if (RUBY_ERROR.matcher(line).matches()) {
            return Optional.of(new Finding(Cause.RUBY_ERROR, "the script ended with: " + line));
        }
        if (SHELL_SYNTAX.matcher(line).matches()) {
            return Optional.of(new Finding(Cause.SHELL_SYNTAX, "the shell says: " + line));
        }
        Matcher command = COMMAND.matcher(line);
        if (command.matches()) {
            return Optional.of(commandMissing(nameIn(command)));
        }
        if (PERL_ERROR.matcher(line).matches()) {
            return Optional.of(new Finding(Cause.PERL_ERROR, "the script ended with: " + line));
        }
        return Optional.empty();
    }

    private static Finding perlModule(Matcher module) {
        String name = module.group("path").replace("/", "::");
        String hint = name.equals("CGI")
                ? " (Perl has it no longer since 5.22: apt-get install libcgi-pm-perl, or cpan CGI)"
                : " (cpan " + name + ")";
        String place = module.group("line") == null
                ? ""
                : " (line %s of '%s')".formatted(module.group("line"), module.group("file"));
        return new Finding(
                Cause.PERL_MODULE_MISSING,
                "the script uses '%s'%s, which its Perl does not have; install it%s".formatted(name, place, hint));
    }

    private static String nameIn(Matcher command) {
        for (String group : List.of("shell", "zsh", "env", "perl")) {
            String name = command.group(group);
            if (name != null) {
                return name.strip();
            }
        }
        return "";
    }

    private static Finding commandMissing(String name) {
        return new Finding(
                Cause.COMMAND_MISSING,
                "the script calls '%s', which is in no directory of its PATH; install it, or give its directory with --env PATH=..."
                        .formatted(name));
    }
}

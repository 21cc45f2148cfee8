package dev.htbin.develop;

import dev.htbin.http.Field;
import dev.htbin.http.Fields;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Masks what is secret by its name: passwords, tokens, cookies. What is secret under another name is not known to be. */
public final class Secrets {
    /** What stands for a secret. */
    public static final String MASK = "********";

    private static final Pattern NAME = Pattern.compile(
            "(?i).*(pass(word|wd|phrase)?|pwd|secret|token|api_?-?key|private_?-?key|access_?-?key|credential|auth(?!or)|session|sid$|csrf|otp|signature|cookie).*");
    private static final Set<String> FIELDS = fields();
    private static final Pattern PARAMETER = Pattern.compile("(?<=^|[&?;])(?<name>[^=&;?#]*)=(?<value>[^&;#]*)");

    private Secrets() {}

    private static Set<String> fields() {
        var names = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
        names.addAll(List.of("Authorization", "Proxy-Authorization", "Cookie", "Set-Cookie", "X-Api-Key"));
        return names;
    }

    /** Tells whether something of this name is secret: a field, a variable, or a parameter. */
    public static boolean isSecret(String name) {
        String plain = name.startsWith("HTTP_") ? name.substring(5).replace('_', '-') : name;
        return FIELDS.contains(plain) || NAME.matcher(plain).matches();
    }

    /** Returns the value of a variable, masked if it is secret; of the variables that hold a query, its secret parameters. */
    public static String ofVariable(String name, String value) {
        return switch (name) {
            case "QUERY_STRING", "REQUEST_URI", "HTTP_REFERER" -> inQuery(value);
            case "AUTH_TYPE", "PATH" -> value;
            default -> isSecret(name) && !value.isEmpty() ? MASK : value;
        };
    }

    /** Returns fields with secret values masked. */
    public static Fields inFields(Fields fields) {
        var masked = new ArrayList<Field>();
        for (Field field : fields) {
            boolean secret = isSecret(field.name());
            masked.add(new Field(
                    field.name(), secret ? MASK : field.is("Referer") ? inQuery(field.value()) : field.value()));
        }
        return Fields.of(masked);
    }

    /** Returns a query, a form, or a target with one, with the values of secret parameters masked. */
    public static String inQuery(String text) {
        Matcher parameters = PARAMETER.matcher(text);
        return parameters.replaceAll(
                m -> Matcher.quoteReplacement(isSecret(m.group(1)) ? m.group(1) + "=" + MASK : m.group()));
    }

    /** Returns the beginning of a script's output with the values of its {@code Set-Cookie} fields masked. */
    public static String inOutput(String output) {
        return output.replaceAll(
                "(?im)^((?:Set-Cookie|Authorization):)[^\r\n]*", "$1 " + Matcher.quoteReplacement(MASK));
    }
}

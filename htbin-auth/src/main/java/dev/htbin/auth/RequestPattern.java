package dev.htbin.auth;

import dev.htbin.http.Field;
import dev.htbin.http.HttpException;
import dev.htbin.http.Octets;
import dev.htbin.http.UrlPath;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Which requests are meant: those with one of these methods, whose path ends in these names, and whose query has exactly one parameter of this name, with this
 * value. All of it must be so, and what is not said may be anything.
 *
 * @param methods tokens; empty: any
 * @param lastNames the last names of the path, octet strings; empty: any
 * @param parameter name and value, octet strings
 */
public record RequestPattern(Set<String> methods, List<String> lastNames, Optional<Parameter> parameter) {
    private static final Pattern SYNTAX = Pattern.compile(
            "(?<methods>[^ */?]+)?(?: *(?<![^ ])\\*(?<names>(?:/[^/?\\p{Cntrl}]+)+))?(?: *(?:\\?(?<name>[^=&;\\p{Cntrl}]+)=(?<value>[^&;\\p{Cntrl}]*)))?");

    public RequestPattern {
        methods = Set.copyOf(methods);
        lastNames = List.copyOf(lastNames);
    }

    /** A parameter of a query. */
    public record Parameter(String name, String value) {}

    /**
     * Reads {@code METHOD,METHOD} and {@code *}{@code /NAME/NAME} and {@code ?NAME=VALUE}, each of which may be left out, with blanks between; {@code *} alone is
     * every request. GET means HEAD, too.
     *
     * <p>For example {@code GET}, or {@code GET *}{@code /info/refs?service=git-upload-pack}.
     *
     * @return empty if the text is none of this
     */
    public static Optional<RequestPattern> parse(String text) {
        if (text.equals("*")) {
            return Optional.of(new RequestPattern(Set.of(), List.of(), Optional.empty()));
        }
        Matcher matcher = SYNTAX.matcher(text);
        if (text.isBlank() || !matcher.matches()) {
            return Optional.empty();
        }
        Set<String> methods = Set.of();
        if (matcher.group("methods") != null) {
            List<String> given = List.of(matcher.group("methods").split(",", -1));
            if (!given.stream().allMatch(Field::isToken)) {
                return Optional.empty();
            }
            methods = given.stream()
                    .flatMap(m -> m.equals("GET") ? Stream.of("GET", "HEAD") : Stream.of(m))
                    .collect(Collectors.toUnmodifiableSet());
        }
        List<String> names = matcher.group("names") == null
                ? List.of()
                : List.of(Octets.ofText(matcher.group("names").substring(1)).split("/", -1));
        Optional<Parameter> parameter = matcher.group("name") == null
                ? Optional.empty()
                : Optional.of(
                        new Parameter(Octets.ofText(matcher.group("name")), Octets.ofText(matcher.group("value"))));
        return Optional.of(new RequestPattern(methods, names, parameter));
    }

    /**
     * Tells whether a request is meant.
     *
     * @param names the names of its path, decoded
     * @param rawQuery its query, as it came
     */
    boolean matches(String method, List<String> names, String rawQuery) {
        boolean methodFits = methods.isEmpty() || methods.contains(method);
        boolean pathFits = names.size() >= lastNames.size()
                && names.subList(names.size() - lastNames.size(), names.size()).equals(lastNames);
        return methodFits && pathFits && (parameter.isEmpty() || hasOnce(parameter.get(), rawQuery));
    }

    /** Whoever reads the query after this must not be able to read another value out of it: no second parameter of the name, no other separator. */
    private static boolean hasOnce(Parameter wanted, String rawQuery) {
        int count = 0;
        boolean equal = false;
        try {
            if (rawQuery.indexOf(';') >= 0 || decode(rawQuery).isEmpty()) {
                return false;
            }
            for (String pair : rawQuery.split("&", -1)) {
                int equals = pair.indexOf('=');
                String name = decode(equals < 0 ? pair : pair.substring(0, equals));
                if (name.strip().equalsIgnoreCase(wanted.name())) {
                    count++;
                    equal = name.equals(wanted.name())
                            && equals >= 0
                            && decode(pair.substring(equals + 1)).equals(wanted.value());
                }
            }
        } catch (HttpException e) {
            return false;
        }
        return count == 1 && equal;
    }

    private static String decode(String raw) {
        return UrlPath.decode(raw.replace('+', ' '));
    }
}

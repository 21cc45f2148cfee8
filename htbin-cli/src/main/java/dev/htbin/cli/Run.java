package dev.htbin.cli;

import static java.util.Objects.requireNonNull;

import dev.htbin.http.Field;
import dev.htbin.http.Fields;
import dev.htbin.http.HttpException;
import dev.htbin.http.HttpVersion;
import dev.htbin.http.Octets;
import dev.htbin.http.Request;
import dev.htbin.http.UrlPath;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Makes one request to a script without a server and prints the response.
 *
 * @param settings how the server would run it
 * @param served the directory that was named as the one that is served; empty if none was
 * @param script the script's file
 * @param rest what follows the script's name in the URL: path and query; empty if nothing does
 * @param method the request's method
 * @param fields the request's fields, as they were given
 * @param data the request's body, or {@code @} and the file that has it; empty if there is none
 */
record Run(
        Settings settings,
        Optional<Path> served,
        Path script,
        String rest,
        String method,
        List<String> fields,
        Optional<String> data) {
    private static final String TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";

    Run {
        requireNonNull(settings, "settings");
        requireNonNull(served, "served");
        requireNonNull(script, "script");
        requireNonNull(rest, "rest");
        requireNonNull(method, "method");
        fields = List.copyOf(fields);
        requireNonNull(data, "data");
    }

    static Run of(Arguments arguments, Settings settings) {
        List<String> words = arguments.positionals();
        String rest = words.size() > 1 ? words.get(1) : "";
        if (!rest.isEmpty() && !rest.startsWith("/") && !rest.startsWith("?")) {
            throw new UsageException(
                    "URL: '%s' (expected: what follows the script's name, such as '/extra?a=b' or '?a=b')"
                            .formatted(LogText.escape(rest)));
        }
        Optional<String> data = arguments.last(Option.DATA);
        String method = arguments.last(Option.METHOD).orElse(data.isPresent() ? "POST" : "GET");
        if (!method.matches(TOKEN)) {
            throw Values.refused("--request", method, "a method");
        }
        arguments.all(Option.HEADER).forEach(Values::field);
        return new Run(
                settings,
                arguments.last(Option.DIRECTORY).map(d -> settings.directory()),
                Values.path("SCRIPT", words.getFirst()),
                rest,
                method,
                arguments.all(Option.HEADER),
                data);
    }

    /**
     * Makes the request and prints the response to standard output; what is wrong, and with {@code --verbose} more, to standard error.
     *
     * @return 0 if the script answered, with a status below 500
     */
    int print(Console console) throws IOException {
        LogConfiguration.keepToErrors();
        if (!Files.exists(script, java.nio.file.LinkOption.NOFOLLOW_LINKS)) {
            throw new UsageException("SCRIPT: '%s' does not exist (expected: the file of a script)".formatted(script));
        }
        ScriptLocation location = ScriptLocation.of(script, served, settings);
        Request request = request(location.path());
        try (InputStream body = body()) {
            return new Trial(settings, location.mounts())
                    .run(location::withDirectory, request, data.map(given -> body), console)
                    .code();
        }
    }

    private Request request(UrlPath scriptPath) throws IOException {
        String target = UrlPath.encode(scriptPath.decoded()) + Octets.ofText(rest);
        try {
            int mark = target.indexOf('?');
            UrlPath.parse(mark < 0 ? target : target.substring(0, mark));
        } catch (HttpException e) {
            throw new UsageException("URL: '%s': %s (expected: what follows the script's name, such as '/extra?a=b')"
                    .formatted(LogText.escape(rest), e.getMessage()));
        }
        if (!target.chars().allMatch(c -> c > 0x20 && c < 0x7F)) {
            throw new UsageException(
                    "URL: '%s' has a blank or another character that no URL has (expected: percent-encoded, such as %%20)"
                            .formatted(LogText.escape(rest)));
        }
        var list = new ArrayList<Field>();
        list.add(new Field("Host", "localhost:" + settings.network().port()));
        for (String field : fields) {
            Map.Entry<String, String> entry = Values.field(field);
            if (entry.getKey().equalsIgnoreCase("Host")) {
                list.removeFirst();
            }
            list.add(new Field(entry.getKey(), Octets.ofText(entry.getValue())));
        }
        Fields all = Fields.of(list);
        if (data.isPresent() && !all.contains("Content-Type")) {
            all = all.plus("Content-Type", "application/x-www-form-urlencoded");
        }
        return new Request(method, target, HttpVersion.HTTP_1_1, all);
    }

    private InputStream body() throws IOException {
        if (data.isEmpty()) {
            return InputStream.nullInputStream();
        }
        String given = data.get();
        if (given.equals("@-")) {
            return System.in;
        }
        if (given.startsWith("@")) {
            Path file = Values.path("--data", given.substring(1));
            if (!Files.isReadable(file) || Files.isDirectory(file)) {
                throw new UsageException("--data: '%s' can't be read (expected: @ and a file)".formatted(given));
            }
            return Files.newInputStream(file);
        }
        return new ByteArrayInputStream(Octets.bytes(Octets.ofText(given)));
    }
}

package dev.htbin.file;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import dev.htbin.file.ListingOrder.Column;
import dev.htbin.http.DocumentRoot;
import dev.htbin.http.Html;
import dev.htbin.http.HttpDate;
import dev.htbin.http.Octets;
import dev.htbin.http.UrlPath;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.BiPredicate;

/**
 * What a directory holds, as far as it is served, and the page that shows it (Python: {@code list_directory}).
 *
 * @param displayPath the URL path of the directory as text
 * @param entries as {@link #of} gives them, sorted by name without regard to case
 */
public record DirectoryListing(String displayPath, List<Entry> entries) {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm", Locale.ROOT);

    public DirectoryListing {
        requireNonNull(displayPath, "displayPath");
        entries = List.copyOf(entries);
    }

    /**
     * A file or directory.
     *
     * @param name its name as text
     * @param directory whether it is a directory, or a link to one
     * @param link whether it is a symbolic link
     * @param bytes its length
     * @param modified when it was modified
     */
    public record Entry(String name, boolean directory, boolean link, long bytes, Instant modified) {
        public Entry {
            requireNonNull(name, "name");
            requireNonNull(modified, "modified");
        }

        /** Returns the name with {@code @} after a link and a slash after another directory. */
        String displayName() {
            return link ? name + "@" : directory ? name + "/" : name;
        }

        /** Returns the relative reference to the entry; a name with a colon must not look like a scheme. */
        String href() {
            String encoded = UrlPath.encode(Octets.ofText(name)) + (directory ? "/" : "");
            return encoded.indexOf(':') >= 0 ? "./" + encoded : encoded;
        }
    }

    /**
     * Reads a directory. Left out is what would not be served: names with a dot at their beginning, links out of the root or to nothing, what is neither a
     * file nor a directory, and names that are no text in the file system's encoding.
     *
     * @param root nothing out of it is listed
     * @param directory a real path in the root
     * @param displayPath the URL path of the directory as text
     * @param isServed whether an entry of this name, which really lies at this path, is served
     * @throws IOException if the directory can't be read
     */
    public static DirectoryListing of(
            DocumentRoot root, Path directory, String displayPath, BiPredicate<String, Path> isServed)
            throws IOException {
        var entries = new ArrayList<Entry>();
        try (var stream = Files.newDirectoryStream(directory)) {
            for (Path path : stream) {
                entry(root, path, isServed).ifPresent(entries::add);
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        entries.sort(ListingOrder.BY_NAME.comparator());
        return new DirectoryListing(displayPath, entries);
    }

    private static Optional<Entry> entry(DocumentRoot root, Path path, BiPredicate<String, Path> isServed) {
        String name = String.valueOf(path.getFileName());
        if (name.startsWith(Resource.HIDDEN) || name.indexOf('\uFFFD') >= 0) {
            return Optional.empty();
        }
        try {
            Path real = path.toRealPath();
            var attributes = Files.readAttributes(real, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            boolean plain = attributes.isDirectory() || attributes.isRegularFile();
            if (!plain || !Resource.isInside(root, real) || !isServed.test(name, real)) {
                return Optional.empty();
            }
            return Optional.of(new Entry(
                    name,
                    attributes.isDirectory(),
                    Files.isSymbolicLink(path),
                    attributes.size(),
                    attributes.lastModifiedTime().toInstant()));
        } catch (IOException e) {
            // A link to nothing, or gone meanwhile: a request for it would find nothing either.
            return Optional.empty();
        }
    }

    /** Returns the page, by name, in UTF-8. */
    public ByteBuffer html() {
        return html(ListingOrder.BY_NAME);
    }

    /**
     * Returns the entries as JSON, in the form of nginx's {@code autoindex_format json}: an array of objects with {@code name}, {@code type} ({@code file} or
     * {@code directory}), {@code mtime} as in a header field, and, for files, {@code size} in octets.
     */
    public ByteBuffer json(ListingOrder order) {
        var text = new StringBuilder(4096).append('[');
        for (Entry entry : sorted(order)) {
            text.append(text.length() > 1 ? ",\n" : "\n").append("{\"name\":");
            appendJson(text, entry.name());
            text.append(",\"type\":\"").append(entry.directory() ? "directory" : "file");
            text.append("\",\"mtime\":\"")
                    .append(HttpDate.format(entry.modified()))
                    .append('"');
            if (!entry.directory()) {
                text.append(",\"size\":").append(entry.bytes());
            }
            text.append('}');
        }
        return ByteBuffer.wrap(text.append("\n]\n").toString().getBytes(UTF_8));
    }

    private static void appendJson(StringBuilder text, String string) {
        text.append('"');
        for (int i = 0; i < string.length(); i++) {
            char c = string.charAt(i);
            if (c == '"' || c == '\\') {
                text.append('\\').append(c);
            } else if (c < 0x20 || c == 0x7F || c == '<' || c == 0x2028 || c == 0x2029) {
                text.append("\\u%04x".formatted((int) c));
            } else {
                text.append(c);
            }
        }
        text.append('"');
    }

    private List<Entry> sorted(ListingOrder order) {
        return entries.stream().sorted(order.comparator()).toList();
    }

    /** Returns the page in an order, in UTF-8. Its headings lead to the same page in other orders. */
    public ByteBuffer html(ListingOrder order) {
        String title = "Directory listing for " + Html.escape(displayPath);
        var page = new StringBuilder(4096);
        page.append("""
                <!DOCTYPE HTML>
                <html lang="en">
                <head>
                <meta charset="utf-8">
                <meta name="viewport" content="width=device-width, initial-scale=1">
                <meta name="color-scheme" content="light dark">
                <title>%s</title>
                <style>
                :root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
                body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
                h1 { font-size: 1.25rem; overflow-wrap: anywhere; }
                table { width: 100%%; border-collapse: collapse; }
                th, td { padding: .3rem .6rem; text-align: left; border-bottom: 1px solid color-mix(in srgb, currentColor 15%%, transparent); }
                td:first-child { overflow-wrap: anywhere; }
                .n { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
                a { text-decoration: none; } a:hover { text-decoration: underline; }
                @media (max-width: 36rem) { .t { display: none; } }
                </style>
                </head>
                <body>
                <h1>%s</h1>
                <table>
                <thead><tr><th%s><a href="%s">Name</a></th><th class="n"%s><a href="%s">Size</a></th><th class="n t"%s><a href="%s">Modified</a></th></tr></thead>
                <tbody>
                """.formatted(
                        title,
                        title,
                        order.aria(Column.NAME),
                        order.queryFor(Column.NAME),
                        order.aria(Column.SIZE),
                        order.queryFor(Column.SIZE),
                        order.aria(Column.MODIFIED),
                        order.queryFor(Column.MODIFIED)));
        if (!displayPath.equals("/")) {
            page.append("<tr><td><a href=\"../\">../</a></td><td class=\"n\"></td><td class=\"n t\"></td></tr>\n");
        }
        sorted(order).forEach(entry -> append(page, entry));
        page.append("</tbody>\n</table>\n</body>\n</html>\n");
        return ByteBuffer.wrap(page.toString().getBytes(UTF_8));
    }

    private static void append(StringBuilder page, Entry entry) {
        page.append("<tr><td><a href=\"").append(Html.escape(entry.href())).append("\">");
        page.append(Html.escape(entry.displayName())).append("</a></td><td class=\"n\">");
        page.append(entry.directory() ? "" : size(entry.bytes())).append("</td><td class=\"n t\">");
        page.append(TIME.format(entry.modified().atZone(ZoneId.systemDefault())))
                .append("</td></tr>\n");
    }

    /** Returns a length as people read it: {@code 999 B}, {@code 1.5 KiB}. */
    static String size(long bytes) {
        if (bytes < 1024) {
            return bytes + " B";
        }
        double value = bytes;
        int unit = -1;
        while (value >= 1023.95 && unit < 5) {
            value /= 1024;
            unit++;
        }
        return String.format(Locale.ROOT, "%.1f %siB", value, "KMGTPE".charAt(unit));
    }
}

package dev.htbin.handler;

import dev.htbin.file.Coding;
import dev.htbin.file.FileConfig;
import dev.htbin.file.Lookup;
import dev.htbin.file.ServedFile;
import dev.htbin.http.Preferences;
import dev.htbin.http.Request;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Chooses in which form a file is sent.
 *
 * @param files whether and how files are compressed
 * @param request what the client can read
 * @param lookup looks a compressed form up, as any file that is served
 * @spec https://www.rfc-editor.org/rfc/rfc9110#section-12.5.3 RFC 9110 section 12.5.3
 */
record Negotiation(FileConfig files, Request request, Places lookup) {
    /** The guarded look-up of what lies at a path. */
    @FunctionalInterface
    interface Places {
        Lookup at(Path path) throws IOException;
    }

    /**
     * Chooses a form; the file is closed when it is another one.
     *
     * @return empty if that is not known without waiting
     */
    Optional<Representation> choose(ServedFile file, String mediaType, String cacheControl) throws IOException {
        Set<Coding> beside = file.forms().beside();
        boolean now = files.compression().now(mediaType, file.body().length());
        if (beside.isEmpty() && !now) {
            return Optional.of(new Representation(file, mediaType, cacheControl));
        }
        for (Coding coding : acceptable()) {
            if (beside.contains(coding)) {
                switch (lookup.at(file.forms().pathOf(coding))) {
                    case Lookup.Found(ServedFile form) -> {
                        if (!form.modified().isBefore(file.modified())) {
                            file.close();
                            return Optional.of(new Representation(
                                    form, mediaType, Optional.of(coding), false, true, cacheControl));
                        }
                        form.close();
                    }
                    case Lookup.Unknown() -> {
                        return Optional.empty();
                    }
                    case Lookup.FoundDirectory _, Lookup.Missing _, Lookup.Forbidden _ -> {
                        // No form of the file.
                    }
                }
            }
            // A part is one of the file as it is, whose octets are the same each time.
            if (coding == Coding.GZIP && now && !request.fields().contains("Range")) {
                return Optional.of(new Representation(file, mediaType, Optional.of(coding), true, true, cacheControl));
            }
        }
        return Optional.of(new Representation(file, mediaType, Optional.empty(), false, true, cacheControl));
    }

    /** Returns the codings that the client would rather have than none, the best first. */
    private List<Coding> acceptable() {
        var preferences = Preferences.of(request.fields().all("Accept-Encoding"));
        int plain = preferences.named("identity").orElse(0);
        return Arrays.stream(Coding.values())
                .filter(coding -> weight(preferences, coding) > 0 && weight(preferences, coding) >= plain)
                .sorted(Comparator.comparingInt((Coding coding) -> -weight(preferences, coding)))
                .toList();
    }

    private static int weight(Preferences preferences, Coding coding) {
        int weight = preferences.coding(coding.token());
        return coding == Coding.GZIP
                ? preferences.named("x-gzip").map(old -> Math.max(old, weight)).orElse(weight)
                : weight;
    }
}

package dev.htbin.jetty;

import dev.htbin.http.Field;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.PreEncodedHttpField;
import org.jspecify.annotations.Nullable;

/**
 * Jetty's forms of fields that are sent again and again, the very same objects each time: those of a file in memory. Two fields in one place take turns. Safe for use by
 * several threads.
 */
final class KnownFields {
    private static final int PLACES = 1024;

    private final AtomicReferenceArray<@Nullable Known> places = new AtomicReferenceArray<>(PLACES);

    private record Known(Field field, HttpField form, boolean encoded) {}

    /** Returns the form of this very field, null if it is not known. One that is asked for again is kept as the octets that are sent. */
    @Nullable
    HttpField get(Field field) {
        Known known = places.get(placeOf(field));
        if (known == null || !sameObject(known.field(), field)) {
            return null;
        }
        if (!known.encoded() && isPlain(field.value())) {
            var form = new PreEncodedHttpField(known.form().getHeader(), field.name(), field.value());
            places.set(placeOf(field), new Known(field, form, true));
        }
        return known.form();
    }

    /** Keeps the form of a field and returns it. */
    HttpField put(Field field, HttpField form) {
        places.set(placeOf(field), new Known(field, form, false));
        return form;
    }

    /** Tells whether Jetty sends a value as it is; of others it replaces characters, and not when they are encoded before. */
    private static boolean isPlain(String value) {
        for (int i = 0; i < value.length(); i++) {
            if (value.charAt(i) < 0x20 || value.charAt(i) > 0x7E) {
                return false;
            }
        }
        return true;
    }

    private static int placeOf(Field field) {
        return System.identityHashCode(field) & (PLACES - 1);
    }

    // Equal fields would do as well, but comparing them costs what is to be saved.
    @SuppressWarnings("ReferenceEquality")
    private static boolean sameObject(Field one, Field other) {
        return one == other;
    }
}

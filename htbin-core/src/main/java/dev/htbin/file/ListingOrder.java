package dev.htbin.file;

import static java.util.Objects.requireNonNull;

import java.util.Comparator;
import java.util.Locale;

/**
 * How a listing is sorted: {@code ?C=N;O=A} in its URL, as in Apache's.
 *
 * @param column what is compared; entries that are equal in it are sorted by name
 * @param descending whether the greatest comes first
 */
public record ListingOrder(Column column, boolean descending) {
    private static final Comparator<DirectoryListing.Entry> NAMES = Comparator.comparing(
                    (DirectoryListing.Entry entry) -> entry.name().toLowerCase(Locale.ROOT))
            .thenComparing(DirectoryListing.Entry::name);

    /** By name, upwards. */
    public static final ListingOrder BY_NAME = new ListingOrder(Column.NAME, false);

    public ListingOrder {
        requireNonNull(column, "column");
    }

    /** What entries can be compared by. */
    public enum Column {
        /** Without regard to case. */
        NAME('N'),
        /** Directories have none and come before all files. */
        SIZE('S'),
        /** The time of modification. */
        MODIFIED('M');

        private final char letter;

        Column(char letter) {
            this.letter = letter;
        }
    }

    /**
     * Reads the order from a query.
     *
     * @param rawQuery {@code C=} and {@code O=} with one letter, separated by {@code ;} or {@code &}; what is else is ignored
     */
    public static ListingOrder of(String rawQuery) {
        Column column = Column.NAME;
        boolean descending = false;
        for (String parameter : rawQuery.split("[;&]", -1)) {
            switch (parameter) {
                case "C=N" -> column = Column.NAME;
                case "C=S" -> column = Column.SIZE;
                case "C=M" -> column = Column.MODIFIED;
                case "O=A" -> descending = false;
                case "O=D" -> descending = true;
                default -> {
                    // Somebody else's parameter.
                }
            }
        }
        return new ListingOrder(column, descending);
    }

    /** Returns how entries are compared. */
    Comparator<DirectoryListing.Entry> comparator() {
        Comparator<DirectoryListing.Entry> order = switch (column) {
            case NAME -> NAMES;
            case SIZE ->
                Comparator.comparingLong((DirectoryListing.Entry entry) -> entry.directory() ? -1 : entry.bytes())
                        .thenComparing(NAMES);
            case MODIFIED ->
                Comparator.comparing(DirectoryListing.Entry::modified).thenComparing(NAMES);
        };
        return descending ? order.reversed() : order;
    }

    /** Returns the query by which a column's heading sorts: upwards, or downwards if it is sorted so already. */
    String queryFor(Column heading) {
        return "?C=" + heading.letter + ";O=" + (heading == column && !descending ? 'D' : 'A');
    }

    /** Returns what tells a reader of the page how a column is sorted, an attribute with a blank before it, or nothing. */
    String aria(Column heading) {
        return heading != column ? "" : descending ? " aria-sort=\"descending\"" : " aria-sort=\"ascending\"";
    }
}

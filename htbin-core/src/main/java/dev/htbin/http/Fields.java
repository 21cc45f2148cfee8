package dev.htbin.http;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Header fields in their order; a name may occur more than once. Immutable. */
public final class Fields implements Iterable<Field> {
    private static final Fields EMPTY = new Fields(List.of());

    private final List<Field> list;

    private Fields(List<Field> list) {
        this.list = list;
    }

    /** Returns the fields that have no field. */
    public static Fields empty() {
        return EMPTY;
    }

    /** Returns these fields in this order. */
    public static Fields of(List<Field> fields) {
        return fields.isEmpty() ? EMPTY : new Fields(List.copyOf(fields));
    }

    /** Returns these fields in this order. */
    public static Fields of(Field... fields) {
        return of(List.of(fields));
    }

    /** Returns the value of the first field of this name. */
    public Optional<String> first(String name) {
        for (Field field : list) {
            if (field.is(name)) {
                return Optional.of(field.value());
            }
        }
        return Optional.empty();
    }

    /** Returns the values of all fields of this name, in their order. */
    public List<String> all(String name) {
        var values = new ArrayList<String>();
        for (Field field : list) {
            if (field.is(name)) {
                values.add(field.value());
            }
        }
        return values;
    }

    /** Tells whether there is a field of this name. */
    public boolean contains(String name) {
        return first(name).isPresent();
    }

    /** Returns these fields and one more at the end. */
    public Fields plus(String name, String value) {
        var more = new ArrayList<>(list);
        more.add(new Field(name, value));
        return new Fields(List.copyOf(more));
    }

    /** Returns these fields without those of this name. */
    public Fields without(String name) {
        return contains(name) ? of(list.stream().filter(f -> !f.is(name)).toList()) : this;
    }

    /** Returns these fields with one field of this name: in the place of the first that had it, else at the end. */
    public Fields with(String name, String value) {
        if (!contains(name)) {
            return plus(name, value);
        }
        var changed = new ArrayList<Field>();
        boolean placed = false;
        for (Field field : list) {
            if (!field.is(name)) {
                changed.add(field);
            } else if (!placed) {
                changed.add(new Field(name, value));
                placed = true;
            }
        }
        return of(changed);
    }

    /** Returns how many fields there are. */
    public int size() {
        return list.size();
    }

    /** Returns the fields as a list, in their order. */
    public List<Field> list() {
        return list;
    }

    /** Returns the fields as a stream, in their order. */
    public Stream<Field> stream() {
        return list.stream();
    }

    @Override
    public Iterator<Field> iterator() {
        return list.iterator();
    }

    @Override
    public boolean equals(@org.jspecify.annotations.Nullable Object other) {
        return other instanceof Fields fields && fields.list.equals(list);
    }

    @Override
    public int hashCode() {
        return list.hashCode();
    }

    @Override
    public String toString() {
        return list.toString();
    }
}

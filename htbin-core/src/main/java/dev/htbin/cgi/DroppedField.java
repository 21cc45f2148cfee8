package dev.htbin.cgi;

import static java.util.Objects.requireNonNull;

/**
 * A header field or a configured variable that a script does not get.
 *
 * @param name the field's or variable's name as it came
 * @param reason why not
 */
public record DroppedField(String name, String reason) {
    public DroppedField {
        requireNonNull(name, "name");
        requireNonNull(reason, "reason");
    }
}

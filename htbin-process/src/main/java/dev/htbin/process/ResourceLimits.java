package dev.htbin.process;

import static java.util.Objects.requireNonNull;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.OptionalLong;

/**
 * How much of each resource a process may use. A value; what is not named is not limited beyond what the server itself is.
 *
 * @param most the limits, each at least 0, in the unit of its resource
 */
public record ResourceLimits(Map<Resource, Long> most) {
    /** No limit but that no core is dumped: a core dump holds what the script knew. */
    public static final ResourceLimits NO_CORE = new ResourceLimits(Map.of(Resource.CORE, 0L));

    public ResourceLimits {
        var copy = new EnumMap<Resource, Long>(Resource.class);
        copy.putAll(most);
        copy.forEach((resource, limit) -> {
            if (requireNonNull(limit, "limit") < 0) {
                throw new IllegalArgumentException(
                        "%s: %d (expected: 0 or more %s)".formatted(resource.label(), limit, resource.unit()));
            }
        });
        most = Collections.unmodifiableMap(copy);
    }

    /** Returns the limit of a resource; empty if there is none. */
    public OptionalLong of(Resource resource) {
        Long limit = most.get(resource);
        return limit == null ? OptionalLong.empty() : OptionalLong.of(limit);
    }

    /** Returns these limits with another one for a resource. */
    public ResourceLimits with(Resource resource, long limit) {
        var copy = new EnumMap<Resource, Long>(Resource.class);
        copy.putAll(most);
        copy.put(resource, limit);
        return new ResourceLimits(copy);
    }
}

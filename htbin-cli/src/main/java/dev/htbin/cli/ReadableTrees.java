package dev.htbin.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

/**
 * What scripts may read, where reading is restricted, beside the system: what is served at their URL path, and what runs them.
 *
 * @param byPath the directories at each URL path, octet strings; the empty one is that of the whole server
 * @param everywhere what all may read
 */
record ReadableTrees(SequencedMap<String, List<Path>> byPath, List<Path> everywhere) {
    ReadableTrees {
        byPath = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(byPath));
        everywhere = List.copyOf(everywhere);
    }

    /** Returns what scripts at a URL path may read: that of the longest path that it is at or below. */
    List<Path> at(String path) {
        String longest = "";
        for (String each : byPath.keySet()) {
            if (each.length() > longest.length() && (path.equals(each) || path.startsWith(each + "/"))) {
                longest = each;
            }
        }
        var trees = new ArrayList<>(byPath.getOrDefault(longest, List.of()));
        trees.addAll(everywhere);
        return trees;
    }
}

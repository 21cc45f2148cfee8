package dev.htbin.process;

import java.util.List;

/**
 * Which modules warm interpreters import beside those that they have learned, by the names that a script uses: {@code json}, {@code File::Spec}. A value.
 *
 * @param imported what each imports; what it does not find it passes over
 * @param excluded what none imports, with all below it
 */
public record WarmModules(List<String> imported, List<String> excluded) {
    public WarmModules {
        imported = List.copyOf(imported);
        excluded = List.copyOf(excluded);
    }

    /** Returns no module on either side: what was learned counts. */
    public static WarmModules learned() {
        return new WarmModules(List.of(), List.of());
    }
}

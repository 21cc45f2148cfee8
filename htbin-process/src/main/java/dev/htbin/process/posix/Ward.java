package dev.htbin.process.posix;

import dev.htbin.process.RunsAs;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The processes of one profile: who guards them and what they are held to.
 *
 * @param wardens start them
 * @param runsAs their user, and their confinement in words
 * @param limits set on each right after its start
 * @param groups makes a control group for each; empty if none of its limits asks for one, or there can be none
 * @param temporary where each gets a private temporary directory; empty if they may write wherever their user may
 */
record Ward(
        Wardens wardens,
        RunsAs runsAs,
        ResourceLimitCalls limits,
        Optional<ControlGroups> groups,
        Optional<Path> temporary) {}

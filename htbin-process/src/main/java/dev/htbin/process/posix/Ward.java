package dev.htbin.process.posix;

import dev.htbin.process.RunsAs;

/**
 * The processes of one profile: who guards them and what they are held to.
 *
 * @param wardens start them
 * @param runsAs their user, and their confinement in words
 * @param limits set on each right after its start
 */
record Ward(Wardens wardens, RunsAs runsAs, ResourceLimitCalls limits) {}

/** The adapter between the port of {@link dev.htbin.process} and POSIX: the only code with native access. */
package dev.htbin.process.posix;

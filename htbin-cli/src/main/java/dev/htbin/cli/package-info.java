/** The command {@code htbin}. */
package dev.htbin.cli;

package dev.htbin.process.posix;

/**
 * A process that has just come to be.
 *
 * @param pid its id
 * @param warden the number of the warden that started it, or what forked it: it alone may signal it
 * @param output the descriptor of our end of its standard output
 * @param errorOutput the descriptor of our end of its standard error
 * @param forked whether it is a fork of a warm interpreter, and executed nothing since
 */
record Started(int pid, int warden, int output, int errorOutput, boolean forked) {}

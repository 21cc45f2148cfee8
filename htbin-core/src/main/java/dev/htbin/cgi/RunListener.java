package dev.htbin.cgi;

/** Is told of runs of scripts. Called by several threads at once. */
@FunctionalInterface
public interface RunListener {
    /**
     * A script's process has ended, could not be started, or was not to be since too many others run. Called on the thread that watched it: must not block. What it
     * throws is logged and harms no run.
     *
     * @param run what is known of it, which is all: nothing more will come
     */
    void ended(RunReport run);
}

package dev.htbin.process;

/** What a process may use only so much of. */
public enum Resource {
    /** The size of a core dump, in octets. */
    CORE("core", "octets"),
    /** Processor time of one process, in seconds: SIGXCPU, and SIGKILL a second later. */
    CPU("cpu", "seconds"),
    /** The address space of one process, in octets: allocations fail beyond it. */
    ADDRESS_SPACE("address-space", "octets"),
    /** Processes and threads of the user at once, this script's and all others': fork(2) fails beyond it. Where there is a writable control group: of one script. */
    PROCESSES("processes", "processes and threads"),
    /** Open descriptors of one process. */
    OPEN_FILES("open-files", "descriptors"),
    /** The size of a file that a process writes, in octets: SIGXFSZ, or EFBIG. */
    FILE_SIZE("file-size", "octets"),
    /** Memory of one script with all its processes, in octets; only where there is a writable control group. */
    MEMORY("memory", "octets");

    private final String label;
    private final String unit;

    Resource(String label, String unit) {
        this.label = label;
        this.unit = unit;
    }

    /** Returns the name of the resource in options and messages. */
    public String label() {
        return label;
    }

    /** Returns what the limit counts. */
    public String unit() {
        return unit;
    }
}

package dev.htbin.cgi;

/** Why a script is ended before its time: it gets SIGTERM, and SIGKILL after the grace. */
public enum StopReason {
    /** Its client has closed the connection or reset it. */
    CLIENT_GONE("the client is gone"),
    /** The limit until the first octet was over. */
    NO_FIRST_BYTE("it printed nothing in time"),
    /** The limit between two octets was over. */
    SILENT("it was silent for too long"),
    /** The limit of the whole run was over. */
    TOTAL_TIME("its total time was over"),
    /** What it wrote is no response. */
    BAD_RESPONSE("its response can't be sent"),
    /** {@link ScriptHost#stop} was called. */
    OPERATOR("an operator stopped it"),
    /** The host is being closed. */
    SERVER_STOPPING("the server is stopping");

    private final String text;

    StopReason(String text) {
        this.text = text;
    }

    /** Returns the reason as the end of a sentence of the log. */
    public String text() {
        return text;
    }
}

package dev.htbin.cgi;

/** Why a script is ended before its time: it gets SIGTERM, and SIGKILL after the grace. */
enum StopReason {
    CLIENT_GONE("the client is gone"),
    NO_FIRST_BYTE("it printed nothing in time"),
    SILENT("it was silent for too long"),
    TOTAL_TIME("its total time was over"),
    BAD_RESPONSE("its response can't be sent"),
    SERVER_STOPPING("the server is stopping");

    private final String text;

    StopReason(String text) {
        this.text = text;
    }

    /** Returns the reason as the end of a sentence of the log. */
    String text() {
        return text;
    }
}

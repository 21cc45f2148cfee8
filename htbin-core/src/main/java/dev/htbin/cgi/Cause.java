package dev.htbin.cgi;

/**
 * Why a script fails: every cause that is told apart, in one table. The log, error pages, {@code htbin check} and docs/causes.md speak from it; identifiers never
 * change their meaning.
 */
public enum Cause {
    // What the request names
    NOT_THERE(
            1,
            404,
            "There is no file of that name.",
            "Compare the name with the directory's listing; upper and lower case differ."),
    HIDDEN_NAME(
            2,
            404,
            "A name before PATH_INFO begins with a dot or contains a slash.",
            "Rename the file; such names are never run."),
    OTHER_EXTENSION(
            3,
            404,
            "The file's name does not end as that of a script must here.",
            "Rename the file, or add its ending with --cgi-extension."),
    SPELLED_OTHERWISE(4, 404, "The file is spelled otherwise on disk.", "Ask for it as it is spelled there."),
    DANGLING_LINK(
            5,
            404,
            "The name is a symbolic link to something that does not exist.",
            "Point the link to the script, or put the script in its place."),
    DIRECTORY(6, 403, "The path names a directory.", "Name a script in it; CGI directories are never listed."),
    OUTSIDE(
            7,
            403,
            "The script lies outside of the directory that is served.",
            "Move it inside; links out of the directory are not followed."),
    NO_REGULAR_FILE(8, 403, "It is neither a regular file nor a directory.", "Put a regular file there."),
    UNREACHABLE(9, 403, "A directory above the script may not be passed.", "chmod +x the directories above it."),
    NOT_EXECUTABLE(10, 403, "The script is not executable.", "chmod +x the script."),
    OWNER_OR_MODE(
            11,
            403,
            "Owner or permissions of the script are not those that its user asks for.",
            "Give script and directory to the script's user, writable by nobody else."),

    // Its start
    EMPTY_FILE(20, 403, "The file is empty.", "Write a script into it."),
    BYTE_ORDER_MARK(
            21, 403, "The file begins with a byte order mark, so its #! is not seen.", "Save it as UTF-8 without BOM."),
    CRLF(
            22,
            403,
            "The first line ends in CR LF, so the interpreter's name ends in CR.",
            "Convert the line ends: sed -i 's/\\r$//' SCRIPT."),
    NO_INTERPRETER_LINE(
            23, 403, "The file has no #! line.", "Its first line must name its interpreter, as in #!/bin/sh."),
    NO_INTERPRETER_NAMED(24, 403, "The #! line names no interpreter.", "Name it by its absolute path."),
    RELATIVE_INTERPRETER(
            25,
            403,
            "The #! line names its interpreter by a relative path.",
            "Name it by its absolute path, or write #!/usr/bin/env NAME."),
    NO_INTERPRETER(
            26,
            403,
            "The interpreter that the #! line names does not exist.",
            "Install it, or name the one that is there."),
    INTERPRETER_NOT_EXECUTABLE(
            27, 403, "The interpreter that the #! line names is not executable.", "chmod +x it, or name a program."),
    OTHER_ARCHITECTURE(28, 403, "The program is made for another processor.", "Compile it for this machine."),
    NOT_STARTED(29, 403, "The operating system does not start the script.", "See what it says in the log."),
    TOO_LONG(
            30,
            431,
            "Arguments and environment are too long for the operating system.",
            "Send fewer or shorter header fields."),
    EXHAUSTED(
            31,
            503,
            "The machine lacks processes, memory or descriptors just now.",
            "Raise what it lacks, or lower --max-scripts."),
    TOO_MANY(32, 503, "As many scripts run and wait as may.", "See which script is slow, or raise --max-scripts."),
    NO_SPACE(
            33,
            507,
            "The machine has no space for what the script is started with.",
            "Free space where temporary files are (java.io.tmpdir)."),
    NO_LOADER(
            34,
            403,
            "The program is loaded by another one, which does not exist.",
            "Install the C library that it was made with, or link it statically."),
    BUSY_FILE(35, 503, "The program is open for writing.", "Write it elsewhere, then rename it into its place."),
    NO_EXEC_MOUNT(
            36,
            403,
            "The script is on a file system from which nothing is executed.",
            "Move it, or mount the file system without noexec."),

    // Its output
    NO_OUTPUT(
            40,
            502,
            "The script wrote nothing to its standard output.",
            "It must write at least 'Content-Type: ...' and a blank line."),
    NO_BLANK_LINE(
            41,
            502,
            "The output ended before the blank line after the header fields.",
            "Write an empty line after the last header field."),
    NO_FIELD_LINE(
            42,
            502,
            "A line of the head is no header field.",
            "Print nothing before the header fields, and a blank line after them; send messages to standard error."),
    CONTROL_CHARACTER(
            43,
            502,
            "The head has a control character, such as NUL or a lone CR.",
            "Write header fields as text, each on a line that ends in LF or CR LF."),
    FOLDED_LINE(44, 502, "A line of the head begins with white space.", "Write each field on one line."),
    SECOND_FIELD(
            45,
            502,
            "A field that may be given once is given twice.",
            "Write Content-Type, Location, Status and Content-Length once."),
    BAD_STATUS(46, 502, "Status is not three digits from 200 to 599.", "Write it as in 'Status: 404 Not Found'."),
    BAD_LENGTH(47, 502, "Content-Length is no number.", "Leave it out; the server frames the response."),
    LENGTH_MISMATCH(
            48,
            502,
            "The body is not as long as Content-Length says.",
            "Leave it out; the server frames the response."),
    HEAD_TOO_LONG(
            49, 502, "The head is longer, or has more fields, than may be.", "See whether the blank line is missing."),
    NO_FIELDS(
            50,
            502,
            "There is no header field before the blank line.",
            "Write Content-Type, Location or Status first."),
    TRANSFER_ENCODING(
            51,
            502,
            "The script gives a Transfer-Encoding.",
            "Write the body as it is; the server frames the response."),
    BAD_LOCATION(52, 502, "Location is no path of this server.", "Write an absolute path or a whole URL."),
    NO_STATUS_LINE(
            53,
            502,
            "The script's name begins with nph-, and its output does not begin with a status line.",
            "Write 'HTTP/1.1 200 OK' first, or rename the script."),
    STATUS_LINE(54, 502, "The output begins with a status line.", "Write 'Status: 200 OK', or name the script nph-..."),
    REDIRECT_LOOP(55, 502, "Local redirects follow one another too often.", "See whether they form a loop."),

    // Its end
    KILLED(
            60,
            502,
            "The script was killed by a signal before its response was whole.",
            "See its standard error; SIGSEGV and SIGABRT are faults of the program."),
    FAILED(61, 502, "The script ended with a failure before its response was whole.", "See its standard error."),
    NO_FIRST_OCTET(
            62, 504, "The script wrote nothing for too long.", "See what it waits for, or raise --script-timeout."),
    SILENT(63, 504, "The script was silent for too long.", "See what it waits for, or raise --script-timeout."),
    TOTAL_TIME(64, 504, "The script ran for too long.", "Raise --script-total if it should."),
    QUEUE_TIME(
            65, 503, "The request waited too long for its turn.", "See which script is slow, or raise --max-scripts."),
    PROCESSOR_LIMIT(66, 502, "The script used up its processor time.", "Raise the limit: --limit cpu=SECONDS."),
    FILE_SIZE_LIMIT(67, 502, "The script wrote a file beyond its limit.", "Raise the limit: --limit file-size=BYTES."),
    MEMORY(
            68,
            502,
            "The script ran out of memory.",
            "Raise its limit: --limit address-space=BYTES or memory=BYTES; or see what it keeps."),
    OTHER_SYSTEM_CALLS(
            69,
            502,
            "The script made system calls of another architecture, which its profile refuses.",
            "Compile it for 64 bit, or run it with --profile PATH=open."),
    DENIED(
            70,
            502,
            "The script was denied something, perhaps by its profile.",
            "See what htbin explain prints; --read, --write or --profile allow more."),

    PROCESS_LIMIT(
            71, 502, "The script could not start another process or thread.", "Raise its limit: --limit processes=N."),
    DESCRIPTOR_LIMIT(
            72, 502, "The script has too many files open.", "Close them, or raise the limit: --limit open-files=N."),
    DISK_FULL(73, 502, "The script found no space to write to.", "Make space on the file system that it writes to."),

    // What its standard error tells
    PYTHON_MODULE_REMOVED(
            80,
            502,
            "The script imports a module that Python has no longer.",
            "For cgi: install legacy-cgi with pip, or use urllib.parse instead; the log names what does the work of others."),
    PYTHON_MODULE_MISSING(
            81,
            502,
            "The script imports a Python module that is not there.",
            "Install it for the interpreter that the #! line names."),
    PYTHON_ERROR(
            82,
            502,
            "The script ended with a Python exception.",
            "The last line of the traceback says what was wrong, the lines above it where."),
    PERL_MODULE_MISSING(
            83,
            502,
            "The script uses a Perl module that is not there.",
            "Install it for the interpreter that the #! line names."),
    PERL_ERROR(84, 502, "The script ended with a Perl error.", "Mend the line that it names."),
    COMMAND_MISSING(
            85,
            502,
            "A command that the script calls was not found.",
            "Install it, or give its directory with --env PATH=..."),
    PHP_ERROR(86, 502, "The script ended with a PHP error.", "Mend the line that it names."),
    RUBY_ERROR(87, 502, "The script ended with a Ruby exception.", "Mend the line that it names."),
    SHELL_SYNTAX(88, 502, "The shell does not understand the script.", "Mend the line that it names.");

    private final int number;
    private final int status;
    private final String seen;
    private final String remedy;

    Cause(int number, int status, String seen, String remedy) {
        this.number = number;
        this.status = status;
        this.seen = seen;
        this.remedy = remedy;
    }

    /** Returns the identifier: {@code HTB-012}, for ever the same. */
    public String id() {
        return "HTB-%03d".formatted(number);
    }

    /** Returns the status that the client gets if the response has not begun. */
    public int status() {
        return status;
    }

    /** Returns what was seen, a sentence. */
    public String seen() {
        return seen;
    }

    /** Returns what to do, a sentence. */
    public String remedy() {
        return remedy;
    }
}

package dev.htbin.check;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What is served, or could be run, though it hardly should. Identifiers never change their meaning. */
public enum Exposure {
    /** A script where files are served. */
    SOURCE(
            101,
            "A script lies where files are served, so that its source is sent.",
            "Move it to a CGI directory, or name its ending with --cgi-extension."),
    /** A private key. */
    PRIVATE_KEY(102, "A private key, or a store of them, is served.", "Move it out of the directory that is served."),
    /** Passwords or settings. */
    CREDENTIALS(
            103,
            "A file that by its name holds passwords or settings is served.",
            "Move it out of the directory that is served."),
    /** A database. */
    DATABASE(104, "A database or a dump of one is served.", "Move it out of the directory that is served."),
    /** A copy that an editor or a person made. */
    BACKUP(105, "A backup copy is served.", "Delete it, or move it out of the directory that is served."),
    /** A log. */
    LOG(106, "A log is served.", "Write it outside of the directory that is served."),
    /** An old version of a script. */
    OLD_SCRIPT(
            107,
            "A backup copy of a script is executable, so that who asks for it runs the old version.",
            "Delete it, or chmod -x it."),
    /** A file that everybody may write. */
    WRITABLE(108, "Everybody on this machine may change what is run.", "chmod o-w it.");

    private static final List<String> SCRIPTS =
            List.of(".py", ".pl", ".cgi", ".php", ".rb", ".sh", ".fcgi", ".tcl", ".lua");
    private static final List<String> KEYS = List.of(".p12", ".pfx", ".jks", ".keystore", ".kdbx");
    private static final List<String> PASSWORDS = List.of("htpasswd", "passwords.txt", "credentials", "secrets");
    private static final List<String> SETTINGS = List.of(".ini", ".conf", ".cfg", ".env");
    private static final List<String> DATABASES = List.of(".sql", ".sqlite", ".sqlite3", ".db", ".mdb", ".dump");
    private static final List<String> BACKUPS = List.of("~", ".bak", ".orig", ".old", ".save", ".swp", ".rej", ".tmp");
    private static final int BEGINNING = 64;

    private final int number;
    private final String seen;
    private final String remedy;

    Exposure(int number, String seen, String remedy) {
        this.number = number;
        this.seen = seen;
        this.remedy = remedy;
    }

    /** Returns the identifier: {@code HTB-101}, for ever the same. */
    public String id() {
        return "HTB-%03d".formatted(number);
    }

    /** Returns what was seen, a sentence. */
    public String seen() {
        return seen;
    }

    /** Returns what to do, a sentence. */
    public String remedy() {
        return remedy;
    }

    /** Tells what is wrong with serving a file; its name is looked at, and how it begins. */
    static Optional<Exposure> ofServed(Path file) {
        String name = String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT);
        if (endsInOne(name, BACKUPS)) {
            return Optional.of(BACKUP);
        }
        if (endsInOne(name, KEYS)) {
            return Optional.of(PRIVATE_KEY);
        }
        if (endsInOne(name, DATABASES)) {
            return Optional.of(DATABASE);
        }
        if (endsInOne(name, SETTINGS) || PASSWORDS.stream().anyMatch(name::startsWith)) {
            return Optional.of(CREDENTIALS);
        }
        if (name.endsWith(".log")) {
            return Optional.of(LOG);
        }
        String beginning = beginningOf(file);
        if (beginning.startsWith("-----BEGIN ") && beginning.contains("PRIVATE KEY")) {
            return Optional.of(PRIVATE_KEY);
        }
        boolean script = beginning.startsWith("#!") || beginning.startsWith("<?php") || endsInOne(name, SCRIPTS);
        return script ? Optional.of(SOURCE) : Optional.empty();
    }

    /** Tells whether a file is a backup copy by its name. */
    static boolean isBackup(Path file) {
        return endsInOne(String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT), BACKUPS);
    }

    /** Tells whether a file is a script by its name or by its first two octets. */
    static boolean isScript(Path file) {
        return endsInOne(String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT), SCRIPTS)
                || beginningOf(file).startsWith("#!");
    }

    private static boolean endsInOne(String name, List<String> endings) {
        return endings.stream().anyMatch(name::endsWith);
    }

    private static String beginningOf(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            return new String(in.readNBytes(BEGINNING), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            return "";
        }
    }
}

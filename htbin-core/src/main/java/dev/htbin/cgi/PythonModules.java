package dev.htbin.cgi;

import java.util.Map;
import java.util.Optional;

/** The modules that Python's library has no longer. */
public final class PythonModules {
    /** What Python no longer has, since when, and what does its work. */
    private static final Map<String, String> REMOVED = Map.ofEntries(
            Map.entry("cgi", "3.13; urllib.parse.parse_qs reads forms, or: pip install legacy-cgi"),
            Map.entry("cgitb", "3.13; htbin logs tracebacks by itself, or: pip install legacy-cgi"),
            Map.entry("crypt", "3.13; or: pip install legacycrypt"),
            Map.entry("imghdr", "3.13; or: pip install standard-imghdr"),
            Map.entry("sndhdr", "3.13; or: pip install standard-sndhdr"),
            Map.entry("mailcap", "3.13; or: pip install standard-mailcap"),
            Map.entry("nntplib", "3.13; or: pip install standard-nntplib"),
            Map.entry("pipes", "3.13; subprocess and shlex.quote do its work"),
            Map.entry("telnetlib", "3.13; or: pip install standard-telnetlib"),
            Map.entry("uu", "3.13; or: pip install standard-uu"),
            Map.entry("xdrlib", "3.13; or: pip install standard-xdrlib"),
            Map.entry("chunk", "3.13; or: pip install standard-chunk"),
            Map.entry("aifc", "3.13; or: pip install standard-aifc"),
            Map.entry("sunau", "3.13; or: pip install standard-sunau"),
            Map.entry("audioop", "3.13; or: pip install audioop-lts"),
            Map.entry("nis", "3.13"),
            Map.entry("spwd", "3.13"),
            Map.entry("msilib", "3.13"),
            Map.entry("ossaudiodev", "3.13"),
            Map.entry("lib2to3", "3.13"),
            Map.entry("imp", "3.12; importlib does its work"),
            Map.entry("distutils", "3.12; or: pip install setuptools"),
            Map.entry("asyncore", "3.12; asyncio does its work"),
            Map.entry("asynchat", "3.12; asyncio does its work"),
            Map.entry("smtpd", "3.12; or: pip install aiosmtpd"));

    private PythonModules() {}

    /** Tells since which version Python has no module of that name, and what does its work; empty if it has, or never had one. */
    public static Optional<String> removed(String module) {
        return Optional.ofNullable(REMOVED.get(module));
    }
}

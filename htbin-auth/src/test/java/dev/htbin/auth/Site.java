package dev.htbin.auth;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.htbin.cgi.CgiConfig;
import dev.htbin.cgi.Concurrency;
import dev.htbin.cgi.ScriptHost;
import dev.htbin.file.FileConfig;
import dev.htbin.handler.BaseHttpRequestHandler;
import dev.htbin.handler.CgiHttpRequestHandler;
import dev.htbin.http.HttpHandler;
import dev.htbin.process.launch.Launchers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.crypto.generators.OpenBSDBCrypt;

/** A directory with files and scripts, and beside it a file of users. */
record Site(Path root, Path users) {
    static final ScriptHost HOST = startHost();

    private static ScriptHost startHost() {
        try {
            return new ScriptHost(Launchers.start(Optional.empty()), Concurrency.of(4, 4));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    static Site in(Path folder) throws IOException {
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        Path root = Files.createDirectories(folder.resolve("root")).toRealPath();
        Files.createDirectories(root.resolve("cgi-bin"));
        return new Site(root, folder.resolve("users"));
    }

    Site file(String name) throws IOException {
        Path path = root.resolve(name);
        Files.createDirectories(path.getParent());
        Files.writeString(path, "content of " + name);
        return this;
    }

    Site script(String name, String body) throws IOException {
        Path path = root.resolve(name);
        Files.createDirectories(path.getParent());
        Files.writeString(path, "#!/bin/sh\n" + body + "\n");
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxr-xr-x"));
        return this;
    }

    /** Writes the file of users: a name and a password for each, separated by a colon. */
    Site users(String... pairs) throws IOException {
        var lines = new StringBuilder();
        for (String pair : pairs) {
            String[] parts = pair.split(":", 2);
            lines.append(parts[0]).append(':').append(bcrypt(parts[1])).append('\n');
        }
        Files.writeString(users, lines);
        return this;
    }

    static String bcrypt(String password) {
        return OpenBSDBCrypt.generate("2y", password.getBytes(UTF_8), new byte[16], 4);
    }

    AuthRule rule(String path, String... anonymous) throws IOException {
        return new AuthRule(
                path,
                UserFile.load(users),
                path.isEmpty() ? "/" : path,
                List.of(anonymous).stream()
                        .map(text -> RequestPattern.parse(text).orElseThrow())
                        .toList());
    }

    HttpHandler handler() throws IOException {
        FileConfig files = FileConfig.of(root);
        CgiConfig cgi = CgiConfig.defaults().withHost(HOST);
        return BaseHttpRequestHandler.perRequest(x -> new CgiHttpRequestHandler(x, files, cgi));
    }

    /** Returns the value of an {@code Authorization} field. */
    static String basic(String pair) {
        return "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(UTF_8));
    }

    static void assertStatus(int status, String response) {
        assertTrue(response.startsWith("HTTP/1.1 " + status + " "), response);
    }
}

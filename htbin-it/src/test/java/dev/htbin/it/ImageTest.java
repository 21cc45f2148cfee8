package dev.htbin.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** End to end: an image is built as {@code bin/image} does it, read by a program that knows images, unpacked, and run as a container engine would: by nobody in particular, with nothing allowed. */
@Timeout(600)
class ImageTest {
    private static final String GROUP = "image";

    /** Unpacks layers, mounts what engines mount, gives everything up, and becomes the entry point. */
    private static final String CONTAINER = """
            set -e
            mount --bind "$1" "$1"
            mount -t tmpfs tmpfs "$1/dev"
            for device in null zero random urandom; do
                touch "$1/dev/$device"
                mount --bind "/dev/$device" "$1/dev/$device"
            done
            mount -t proc proc "$1/proc"
            mount -t tmpfs tmpfs "$1/tmp"
            mount -o remount,bind,ro "$1"
            shift 1
            exec chroot "$ROOT" setpriv --reuid 10001 --regid 10001 --clear-groups --no-new-privs --bounding-set -all \\
                --inh-caps -all env -i LC_ALL=C.UTF-8 PATH=/usr/bin:/bin "$@"
            """;

    @TempDir
    Path folder;

    @BeforeEach
    void needs() throws Exception {
        Programs.requireRoot(GROUP);
        Programs.require(GROUP, "mmdebstrap", "skopeo", "unshare", "setpriv", "python3", "tar");
        var reached = Run.of(
                folder,
                Map.of(),
                new byte[0],
                "mmdebstrap",
                "--simulate",
                "--quiet",
                "--variant=essential",
                "trixie",
                "/dev/null");
        if (reached.status() != 0) {
            Programs.leaveOut(GROUP, "Debian's packages can't be reached");
        }
    }

    @Test
    void runsScriptsAsAnybodyWithNothingAllowed() throws Exception {
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        Path archive = folder.resolve("image.tar");
        Path home = Product.home();
        var build = Run.of(
                        home,
                        Map.of("HTBIN_BUILD", "never", "HTBIN_JAVA_HOME", System.getProperty("java.home")),
                        new byte[0],
                        home.resolve("bin/image").toString(),
                        "--packages",
                        "",
                        "--name",
                        "test/htbin:1",
                        "--output",
                        archive.toString())
                .good();
        assertTrue(build.text().matches("(?s).* test/htbin:1 sha256:[0-9a-f]{64}\n"), build.text());
        String settings = inspected("oci-archive:" + archive);
        assertEquals(settings, inspected("docker-archive:" + archive), "both formats say the same");
        String file = Files.readString(home.resolve("deploy/image/Dockerfile"));
        for (String line : List.of(
                "USER 10001:10001",
                "EXPOSE 8000",
                "WORKDIR /srv/www",
                "ENTRYPOINT [\"/opt/htbin/bin/htbin\"]",
                "CMD [\"--config\", \"/etc/htbin/htbin.toml\"]",
                "STOPSIGNAL SIGTERM")) {
            assertTrue(file.contains("\n" + line), line);
        }
        for (String part : List.of(
                "\"User\":\"10001:10001\"",
                "\"ExposedPorts\":{\"8000/tcp\":{}}",
                "\"Entrypoint\":[\"/opt/htbin/bin/htbin\"]",
                "\"Cmd\":[\"--config\",\"/etc/htbin/htbin.toml\"]",
                "\"StopSignal\":\"SIGTERM\"")) {
            assertTrue(settings.contains(part), settings);
        }
        Path root = unpacked(archive);
        Path script = root.resolve("srv/www/cgi-bin/self");
        Files.writeString(script, """
                #!/bin/sh
                printf 'Content-Type: text/plain\\n\\n'
                id -un
                perl -e 'print "perl\\n"'
                touch /srv/www/file 2> /dev/null || echo read-only
                """);
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
        var command = new ProcessBuilder(
                "unshare",
                "--mount",
                "--pid",
                "--fork",
                "--kill-child",
                "sh",
                "-c",
                CONTAINER,
                "sh",
                root.toString(),
                "/opt/htbin/bin/htbin",
                "--config",
                "/etc/htbin/htbin.toml",
                "--bind",
                "127.0.0.1",
                "0");
        command.environment().put("ROOT", root.toString());
        RunningHtbin htbin = RunningHtbin.started(command);
        try {
            assertEquals(
                    "htbin\nperl\nread-only\n",
                    new String(htbin.get("/cgi-bin/self").body(), UTF_8),
                    htbin::log);
        } finally {
            // The first process of a container is asked to end as `docker stop` does.
            ProcessHandle.of(htbin.pid()).orElseThrow().children().forEach(ProcessHandle::destroy);
            htbin.close();
        }
    }

    /** What {@code deploy/image/Dockerfile} copies into an image. */
    @Test
    void theTreeForAnEngineRunsWhereItIsMeantToLie() throws Exception {
        Path home = Product.home();
        Path tree = folder.resolve("tree");
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        Run.of(
                        home,
                        Map.of("HTBIN_BUILD", "never", "HTBIN_JAVA_HOME", System.getProperty("java.home")),
                        new byte[0],
                        home.resolve("bin/image").toString(),
                        "--tree",
                        tree.toString())
                .good();
        assertTrue(Files.isDirectory(tree.resolve("srv/www/cgi-bin")));
        var version = Run.of(
                folder,
                Map.of(),
                new byte[0],
                "unshare",
                "--mount",
                "sh",
                "-c",
                "mount --bind \"$1\" /opt && exec setpriv --reuid 10001 --regid 10001 --clear-groups env -i /opt/htbin/bin/htbin config check \"$2\"",
                "sh",
                tree.resolve("opt").toString(),
                Files.writeString(folder.resolve("empty.toml"), "cgi = true\n").toString());
        assertEquals(0, version.status(), version::errors);
    }

    private String inspected(String image) throws Exception {
        return Run.of(folder, Map.of(), new byte[0], "skopeo", "inspect", "--config", "--raw", image)
                .good()
                .text();
    }

    /** Has the layers verified and unpacked: their digests are checked by who copies them. */
    private Path unpacked(Path archive) throws Exception {
        Path layers = folder.resolve("layers");
        Run.of(
                        folder,
                        Map.of(),
                        new byte[0],
                        "skopeo",
                        "--insecure-policy",
                        "copy",
                        "--quiet",
                        "oci-archive:" + archive,
                        "oci:" + layers + ":1")
                .good();
        Path root = Files.createDirectory(folder.resolve("rootfs"));
        Files.setPosixFilePermissions(root, PosixFilePermissions.fromString("rwxr-xr-x"));
        Run.of(root, Map.of(), new byte[0], "sh", "-c", """
                        set -e
                        manifest=$1/blobs/sha256/$(grep -o '"digest":"sha256:[0-9a-f]*' "$1/index.json" | cut -d: -f3)
                        grep -o '"layers":.*' "$manifest" | grep -o 'sha256:[0-9a-f]*' | cut -d: -f2 | while read -r layer; do
                            tar -xf "$1/blobs/sha256/$layer" --numeric-owner
                        done
                        """, "sh", layers.toString())
                .good();
        return root;
    }
}

package dev.htbin.it;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;

/** A bare repository that scripts may read and push to, and the git of its clients. */
record GitRepository(Path path, Git git) {
    /** The command git with a configuration of its own. */
    record Git(Path home) {
        static Git in(Path home) throws IOException {
            Files.createDirectories(home);
            Files.writeString(home.resolve(".gitconfig"), """
                    [user]
                    name = Ada
                    email = ada@example.org
                    [init]
                    defaultBranch = main
                    [safe]
                    directory = *
                    [core]
                    compression = 0
                    """);
            Site.open(home);
            return new Git(home);
        }

        Run run(Path folder, byte[] input, String... arguments) throws Exception {
            var command = new String[arguments.length + 1];
            command[0] = "git";
            System.arraycopy(arguments, 0, command, 1, arguments.length);
            var environment = Map.of(
                    "HOME", home.toString(),
                    "GIT_CONFIG_NOSYSTEM", "1",
                    "GIT_TERMINAL_PROMPT", "0",
                    "GIT_CURL_VERBOSE", "1",
                    "GIT_TRACE_CURL_NO_DATA", "1");
            return Run.of(folder, environment, input, command);
        }

        Run run(Path folder, String... arguments) throws Exception {
            return run(folder, new byte[0], arguments).good();
        }

        String head(Path repository) throws Exception {
            return run(repository, "rev-parse", "main").text().strip();
        }
    }

    /** Makes a repository of small commits on main, as many branches as asked for, and files of 1 MiB that no compression makes smaller. */
    static GitRepository bare(Git git, Path path, int commits, int branches, int megabytes) throws Exception {
        Files.createDirectories(path);
        git.run(path, "init", "-q", "--bare");
        git.run(path, "config", "http.receivepack", "true");
        git.run(path, history(commits, branches, megabytes), "fast-import", "--quiet")
                .good();
        Site.open(path);
        return new GitRepository(path, git);
    }

    String head() throws Exception {
        return git.head(path);
    }

    private static byte[] history(int commits, int branches, int megabytes) throws IOException {
        var stream = new ByteArrayOutputStream();
        var random = new Random(1);
        for (int i = 1; i <= commits + megabytes; i++) {
            boolean big = i > commits;
            byte[] content = ("revision " + i + "\n").getBytes(StandardCharsets.US_ASCII);
            if (big) {
                content = new byte[1 << 20];
                random.nextBytes(content);
            }
            print(stream, """
                    commit refs/heads/main
                    mark :%d
                    committer Ada <ada@example.org> %d +0000
                    data <<END
                    revision %d
                    END
                    M 100644 inline %s
                    data %d
                    """.formatted(
                            i,
                            1_600_000_000 + i,
                            i,
                            big ? "big" + i : i % 2 == 0 ? "README" : "docs/a b+c.txt",
                            content.length));
            stream.write(content);
            stream.write('\n');
        }
        for (int i = 0; i < branches; i++) {
            print(stream, """
                    commit refs/heads/topic/b%d
                    committer Ada <ada@example.org> %d +0000
                    data 2
                    b
                    from :%d
                    """.formatted(i, 1_600_100_000 + i, commits));
        }
        return stream.toByteArray();
    }

    private static void print(ByteArrayOutputStream stream, String text) {
        stream.writeBytes(text.getBytes(StandardCharsets.UTF_8));
    }
}

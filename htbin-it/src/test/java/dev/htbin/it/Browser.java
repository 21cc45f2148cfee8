package dev.htbin.it;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Headless Chromium, without internet. */
final class Browser {
    private Browser() {}

    /**
     * Loads a page and ends.
     *
     * @param folder where its profile may be
     * @param options more than it always needs
     * @return its standard output and its standard error
     */
    static Run load(Path folder, String url, String... options) throws Exception {
        Path profile = Files.createTempDirectory(folder, "profile");
        List<String> command = new ArrayList<>(List.of(
                "chromium",
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
                "--disable-dev-shm-usage",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--user-data-dir=" + profile));
        command.addAll(List.of(options));
        command.add(url);
        return Run.of(folder, Map.of("HOME", profile.toString()), new byte[0], command.toArray(String[]::new))
                .good();
    }

    /** Returns a page's document as it is when all that it does of itself is done. */
    static String document(Path folder, String url) throws Exception {
        return load(folder, url, "--virtual-time-budget=10000", "--dump-dom").text();
    }
}

package dev.htbin.cgi;

import static java.util.Objects.requireNonNull;

import dev.htbin.http.Authentication;
import dev.htbin.http.Exchange;
import dev.htbin.http.HttpException;
import dev.htbin.http.Mounts;
import dev.htbin.http.UrlPath;
import dev.htbin.process.Stdin;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;

/**
 * A request on its way through a script: receives the body, makes the plan, runs it.
 *
 * <p>The body is received whole before the script starts, into memory first and then a file without a name, so {@code CONTENT_LENGTH} is always right, a slow
 * upload holds no process, and a script may write before it reads.
 *
 * @param exchange the request, and where the response goes
 * @param mounts the directory that is served, and what is mounted beside it
 * @param config how scripts are run
 * @param translate maps a URL path to a file, for {@code PATH_TRANSLATED}
 */
public record ScriptExecution(
        Exchange exchange, Mounts mounts, CgiConfig config, Function<UrlPath, Optional<Path>> translate) {
    private static final int CHUNK_BYTES = 64 << 10;

    public ScriptExecution {
        requireNonNull(exchange, "exchange");
        requireNonNull(mounts, "mounts");
        requireNonNull(config, "config");
        requireNonNull(translate, "translate");
    }

    /**
     * Runs the script and sends its response.
     *
     * @param script the script
     * @param trace told of what happens; its identifier is the script's {@code UNIQUE_ID}
     * @return the local redirect that it asked for instead of a response; empty when the response is complete
     * @throws CgiFailure if the script failed and nothing was sent
     * @throws HttpException if the body is too long (413), can't be kept (507), or too many scripts run (503); nothing was sent
     * @throws IOException if the client is gone, or the response broke off
     */
    public Optional<CgiResponse.LocalRedirect> run(ScriptResolution.Script script, RunTrace trace)
            throws CgiFailure, IOException {
        try (Stdin stdin = newStdin()) {
            OptionalLong contentLength = OptionalLong.empty();
            if (exchange.hasRequestBody()) {
                receive(stdin, trace);
                contentLength = OptionalLong.of(stdin.size());
            }
            return config.host().run(plan(script, contentLength, trace.id()), stdin, exchange, config.limits(), trace);
        }
    }

    /**
     * Returns what the request would execute; starts nothing.
     *
     * @param script the script
     * @param contentLength how many octets the body has; empty when there is none
     * @param id what tells the request from all others
     */
    public LaunchPlan plan(ScriptResolution.Script script, OptionalLong contentLength, String id) {
        return LaunchPlan.of(
                new CgiRequest(
                        exchange.request(),
                        exchange.peer(),
                        exchange.server(),
                        script,
                        mounts,
                        LaunchPlan.pathTranslated(
                                script, translate, mounts.root().directory()),
                        contentLength,
                        id,
                        authenticated()),
                config);
    }

    /** Who was asked for a name and a password; else, a certificate that the server verified says who the client is, if that was asked of it. */
    private Optional<Authentication> authenticated() {
        return exchange.access()
                .authenticate(exchange.request())
                .or(() -> Authentication.byCertificate(exchange.peer()));
    }

    private Stdin newStdin() {
        try {
            return config.host().newStdin();
        } catch (IOException e) {
            throw HttpException.busy("The server is out of resources. Try again later.");
        }
    }

    private void receive(Stdin stdin, RunTrace trace) throws IOException {
        long most = config.limits().requestBodyBytes();
        if (announcedBytes() > most) {
            throw tooLong(most);
        }
        InputStream body = exchange.requestBody();
        byte[] chunk = new byte[CHUNK_BYTES];
        int count;
        while ((count = body.read(chunk)) >= 0) {
            if (stdin.size() + count > most) {
                throw tooLong(most);
            }
            keep(stdin, chunk, count);
            trace.body(chunk, count);
        }
    }

    private static void keep(Stdin stdin, byte[] chunk, int count) {
        try {
            stdin.write(chunk, 0, count);
        } catch (IOException e) {
            throw new HttpException(507, "The server has no space for the request's body.");
        }
    }

    private long announcedBytes() {
        String length = exchange.request().fields().first("Content-Length").orElse("0");
        // Longer than any limit if it does not fit: the engine has seen to it that there are digits only.
        return length.length() > 18 ? Long.MAX_VALUE : Long.parseLong(length);
    }

    private static HttpException tooLong(long most) {
        return new HttpException(413, "The body of the request is longer than " + most + " octets.");
    }
}

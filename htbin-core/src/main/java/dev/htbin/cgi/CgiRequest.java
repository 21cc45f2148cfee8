package dev.htbin.cgi;

import static java.util.Objects.requireNonNull;

import dev.htbin.http.Authentication;
import dev.htbin.http.Mount;
import dev.htbin.http.Mounts;
import dev.htbin.http.Peer;
import dev.htbin.http.Request;
import dev.htbin.http.ServerInfo;
import dev.htbin.http.UrlPath;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * All that a script's environment and command line are made from.
 *
 * @param request the head of the request
 * @param peer the connection it arrived on
 * @param server what the server says of itself
 * @param script the script and its {@code PATH_INFO}
 * @param mounts the directory that is served, and what is mounted beside it
 * @param pathTranslated what {@code PATH_INFO} would be as a file, an octet string; empty when there is none: see {@link LaunchPlan#pathTranslated}
 * @param contentLength how many octets the request's body has; empty when it has no body
 * @param id what tells this request from all others, for {@code UNIQUE_ID}
 * @param authentication who the server found the client to be; empty when it did not ask
 */
public record CgiRequest(
        Request request,
        Peer peer,
        ServerInfo server,
        ScriptResolution.Script script,
        Mounts mounts,
        Optional<String> pathTranslated,
        OptionalLong contentLength,
        String id,
        Optional<Authentication> authentication) {
    public CgiRequest {
        requireNonNull(request, "request");
        requireNonNull(peer, "peer");
        requireNonNull(server, "server");
        requireNonNull(script, "script");
        requireNonNull(mounts, "mounts");
        requireNonNull(pathTranslated, "pathTranslated");
        requireNonNull(contentLength, "contentLength");
        requireNonNull(id, "id");
        requireNonNull(authentication, "authentication");
    }

    /** Returns what is mounted where the script lies; empty if that is the directory of the whole server, or no directory. */
    Optional<Mount> context() {
        if (script.mounted() || script.scriptName().isEmpty()) {
            return Optional.empty();
        }
        var path = new UrlPath(List.of(script.scriptName().substring(1).split("/", -1)), false);
        return Optional.of(mounts.of(path)).filter(mount -> !mount.names().isEmpty());
    }
}

package dev.htbin.cgi;

import dev.htbin.http.Authentication;
import dev.htbin.http.DocumentRoot;
import dev.htbin.http.Field;
import dev.htbin.http.Fields;
import dev.htbin.http.HttpVersion;
import dev.htbin.http.Mounts;
import dev.htbin.http.Peer;
import dev.htbin.http.Request;
import dev.htbin.http.ServerInfo;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Optional;
import java.util.OptionalLong;

/** Requests to {@code /srv/cgi-bin/x.cgi} that tests vary. */
record CgiRequests(
        Request request, Peer peer, String pathInfo, OptionalLong contentLength, Optional<Authentication> user) {
    CgiRequests(Request request, Peer peer, String pathInfo, OptionalLong contentLength) {
        this(request, peer, pathInfo, contentLength, Optional.empty());
    }

    static CgiRequests get(String target, String... fields) {
        var list = new ArrayList<Field>();
        for (String field : fields) {
            int colon = field.indexOf(':');
            list.add(new Field(
                    field.substring(0, colon), field.substring(colon + 1).strip()));
        }
        var request = new Request("GET", target, HttpVersion.HTTP_1_1, Fields.of(list));
        return new CgiRequests(
                request, peer("192.0.2.7", "127.0.0.1", false), "", OptionalLong.empty(), Optional.empty());
    }

    CgiRequests method(String method) {
        return new CgiRequests(request.with(method, request.target()), peer, pathInfo, contentLength, user);
    }

    CgiRequests version(HttpVersion version) {
        var other = new Request(request.method(), request.target(), version, request.fields());
        return new CgiRequests(other, peer, pathInfo, contentLength, user);
    }

    CgiRequests from(String client, String local, boolean secure) {
        return new CgiRequests(request, peer(client, local, secure), pathInfo, contentLength, user);
    }

    CgiRequests info(String info) {
        return new CgiRequests(request, peer, info, contentLength, user);
    }

    CgiRequests length(long length) {
        return new CgiRequests(request, peer, pathInfo, OptionalLong.of(length), user);
    }

    CgiRequests by(Authentication client) {
        return new CgiRequests(request, peer, pathInfo, contentLength, Optional.of(client));
    }

    CgiRequest make() {
        var root = new DocumentRoot(Path.of("/srv"));
        var script = new ScriptResolution.Script(Path.of("/srv/cgi-bin/x.cgi"), "/cgi-bin/x.cgi", pathInfo);
        return new CgiRequest(
                request,
                peer,
                new ServerInfo("htbin/1.2", "own.example"),
                script,
                new Mounts(root),
                LaunchPlan.pathTranslated(script, root::resolve, root.directory()),
                contentLength,
                "id-1",
                user);
    }

    private static Peer peer(String client, String local, boolean secure) {
        return new Peer(
                new InetSocketAddress(client, 50123), new InetSocketAddress(local, 8000), secure, Optional.empty());
    }
}

package dev.htbin.cli;

import dev.htbin.auth.ProxyUser;
import dev.htbin.http.Authentication;
import dev.htbin.http.Request;
import java.util.List;
import java.util.Optional;

/**
 * Whom a proxy names in a request that is explained: what it would be if a trusted proxy had sent it.
 *
 * @param request the request without the field
 * @param authentication who is named; empty: nobody
 * @param text what is said of it
 */
record ExplainedUser(Request request, Optional<Authentication> authentication, String text) {
    static ExplainedUser of(Request request, Optional<String> field) {
        List<String> names = field.map(request.fields()::all).orElse(List.of());
        if (field.isEmpty()) {
            return new ExplainedUser(request, Optional.empty(), "");
        }
        Request rest = ProxyUser.without(request, field.get());
        if (names.size() == 1 && !names.getFirst().isEmpty()) {
            return new ExplainedUser(
                    rest,
                    Optional.of(new Authentication("", names.getFirst())),
                    "user: as %s says, if a proxy of --trust-proxy sends the request; from others the field is taken out%n"
                            .formatted(LogText.escape(field.get())));
        }
        String text = names.size() > 1
                ? "user: %s is there %d times: 400 if a proxy of --trust-proxy sends the request%n"
                        .formatted(LogText.escape(field.get()), names.size())
                : "";
        return new ExplainedUser(rest, Optional.empty(), text);
    }
}

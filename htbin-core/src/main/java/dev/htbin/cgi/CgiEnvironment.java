package dev.htbin.cgi;

import dev.htbin.http.Fields;
import dev.htbin.http.TraceParent;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;

/**
 * The environment of a script: the meta-variables, the variables of header fields, then the configured ones. Nothing of the server's own.
 *
 * @param variables names to values, octet strings
 * @param dropped what was left out, and why
 * @spec https://www.rfc-editor.org/rfc/rfc3875#section-4.1 RFC 3875 section 4.1
 */
record CgiEnvironment(SequencedMap<String, String> variables, List<DroppedField> dropped) {
    CgiEnvironment {
        variables = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(variables));
        dropped = List.copyOf(dropped);
    }

    /**
     * Returns the environment of a request.
     *
     * <p>A configured variable never takes the place of one of the request, nor of one that RFC 3875 defines or a header field could make, even where this
     * request has none: a script must be able to trust them.
     */
    static CgiEnvironment of(CgiRequest request, SequencedMap<String, String> configured) {
        return of(request, configured, false);
    }

    /** Returns the environment of a request, with or without its credentials. */
    static CgiEnvironment of(CgiRequest request, SequencedMap<String, String> configured, boolean passAuthorization) {
        var variables = new LinkedHashMap<String, String>();
        var dropped = new ArrayList<DroppedField>();
        for (MetaVariable variable : MetaVariable.values()) {
            variable.valueIn(request).ifPresent(value -> variables.put(variable.name(), value));
        }
        request.peer().tls().ifPresent(tls -> TlsVariables.add(tls, variables));
        ProtocolVariables.add(request.request().fields(), passAuthorization, variables, dropped);
        addTrace(request.request().fields(), variables);
        for (Map.Entry<String, String> entry : configured.entrySet()) {
            String name = entry.getKey();
            if (MetaVariable.isOfRfc(name) || name.startsWith("HTTP_")) {
                dropped.add(new DroppedField(name, "configured, but only a request may set it"));
            } else if (variables.containsKey(name)) {
                dropped.add(new DroppedField(name, "configured, but the request has a value for it"));
            } else if (name.isEmpty() || name.indexOf('=') >= 0 || name.indexOf(0) >= 0) {
                dropped.add(new DroppedField(Excerpt.of(name), "configured, but no name of a variable"));
            } else if (entry.getValue().indexOf(0) >= 0) {
                dropped.add(new DroppedField(name, "configured, but its value has a NUL"));
            } else {
                variables.put(name, entry.getValue());
            }
        }
        return new CgiEnvironment(variables, dropped);
    }

    /**
     * Adds where the request belongs in a distributed trace, as programs that know nothing of CGI look for it. What is no valid {@code traceparent} stays in the
     * variable of its field alone.
     *
     * @spec https://opentelemetry.io/docs/specs/otel/context/env-carriers/ Environment Variables as Context Propagation Carriers
     */
    private static void addTrace(Fields fields, Map<String, String> variables) {
        Optional<TraceParent> trace =
                variables.containsKey("HTTP_TRACEPARENT") ? TraceParent.of(fields) : Optional.empty();
        if (trace.isPresent()) {
            variables.put("TRACEPARENT", trace.get().value());
            copy(variables, "TRACESTATE");
        }
        copy(variables, "BAGGAGE");
    }

    private static void copy(Map<String, String> variables, String name) {
        String value = variables.get("HTTP_" + name);
        if (value != null) {
            variables.put(name, value);
        }
    }
}

package dev.htbin.handler;

/**
 * What a status is called and what it means, in the words of Python's {@code http.HTTPStatus}.
 *
 * @param phrase the registered reason phrase
 * @param explanation what it means; may be empty
 */
record StatusText(String phrase, String explanation) {
    /** Returns the text of a status; three question marks for one that is not registered, as Python does. */
    static StatusText of(int code) {
        return switch (code) {
            case 200 -> new StatusText("OK", "Request fulfilled, document follows");
            case 201 -> new StatusText("Created", "Document created, URL follows");
            case 202 -> new StatusText("Accepted", "Request accepted, processing continues off-line");
            case 203 -> new StatusText("Non-Authoritative Information", "Request fulfilled from cache");
            case 204 -> new StatusText("No Content", "Request fulfilled, nothing follows");
            case 205 -> new StatusText("Reset Content", "Clear input form for further input");
            case 206 -> new StatusText("Partial Content", "Partial content follows");
            case 207 -> new StatusText("Multi-Status", "");
            case 208 -> new StatusText("Already Reported", "");
            case 226 -> new StatusText("IM Used", "");
            case 300 -> new StatusText("Multiple Choices", "Object has several resources -- see URI list");
            case 301 -> new StatusText("Moved Permanently", "Object moved permanently -- see URI list");
            case 302 -> new StatusText("Found", "Object moved temporarily -- see URI list");
            case 303 -> new StatusText("See Other", "Object moved -- see Method and URL list");
            case 304 -> new StatusText("Not Modified", "Document has not changed since given time");
            case 305 -> new StatusText("Use Proxy", "You must use proxy specified in Location to access this resource");
            case 307 -> new StatusText("Temporary Redirect", "Object moved temporarily -- see URI list");
            case 308 -> new StatusText("Permanent Redirect", "Object moved permanently -- see URI list");
            case 400 -> new StatusText("Bad Request", "Bad request syntax or unsupported method");
            case 401 -> new StatusText("Unauthorized", "No permission -- see authorization schemes");
            case 402 -> new StatusText("Payment Required", "No payment -- see charging schemes");
            case 403 -> new StatusText("Forbidden", "Request forbidden -- authorization will not help");
            case 404 -> new StatusText("Not Found", "Nothing matches the given URI");
            case 405 -> new StatusText("Method Not Allowed", "Specified method is invalid for this resource");
            case 406 -> new StatusText("Not Acceptable", "URI not available in preferred format");
            case 407 ->
                new StatusText(
                        "Proxy Authentication Required", "You must authenticate with this proxy before proceeding");
            case 408 -> new StatusText("Request Timeout", "Request timed out; try again later");
            case 409 -> new StatusText("Conflict", "Request conflict");
            case 410 -> new StatusText("Gone", "URI no longer exists and has been permanently removed");
            case 411 -> new StatusText("Length Required", "Client must specify Content-Length");
            case 412 -> new StatusText("Precondition Failed", "Precondition in headers is false");
            case 413 -> new StatusText("Content Too Large", "Content is too large");
            case 414 -> new StatusText("URI Too Long", "URI is too long");
            case 415 -> new StatusText("Unsupported Media Type", "Entity body in unsupported format");
            case 416 -> new StatusText("Range Not Satisfiable", "Cannot satisfy request range");
            case 417 -> new StatusText("Expectation Failed", "Expect condition could not be satisfied");
            case 418 -> new StatusText("I'm a Teapot", "Server refuses to brew coffee because it is a teapot.");
            case 421 -> new StatusText("Misdirected Request", "Server is not able to produce a response");
            case 422 ->
                new StatusText("Unprocessable Content", "Server is not able to process the contained instructions");
            case 423 -> new StatusText("Locked", "");
            case 424 -> new StatusText("Failed Dependency", "");
            case 425 -> new StatusText("Too Early", "");
            case 426 -> new StatusText("Upgrade Required", "");
            case 428 ->
                new StatusText("Precondition Required", "The origin server requires the request to be conditional");
            case 429 ->
                new StatusText(
                        "Too Many Requests",
                        "The user has sent too many requests in a given amount of time (\"rate limiting\")");
            case 431 ->
                new StatusText(
                        "Request Header Fields Too Large",
                        "The server is unwilling to process the request because its header fields are too large");
            case 451 ->
                new StatusText(
                        "Unavailable For Legal Reasons",
                        "The server is denying access to the resource as a consequence of a legal demand");
            case 500 -> new StatusText("Internal Server Error", "Server got itself in trouble");
            case 501 -> new StatusText("Not Implemented", "Server does not support this operation");
            case 502 -> new StatusText("Bad Gateway", "Invalid responses from another server/proxy");
            case 503 ->
                new StatusText("Service Unavailable", "The server cannot process the request due to a high load");
            case 504 -> new StatusText("Gateway Timeout", "The gateway server did not receive a timely response");
            case 505 -> new StatusText("HTTP Version Not Supported", "Cannot fulfill request");
            case 506 -> new StatusText("Variant Also Negotiates", "");
            case 507 -> new StatusText("Insufficient Storage", "");
            case 508 -> new StatusText("Loop Detected", "");
            case 510 -> new StatusText("Not Extended", "");
            case 511 ->
                new StatusText(
                        "Network Authentication Required", "The client needs to authenticate to gain network access");
            default -> new StatusText("???", "???");
        };
    }
}

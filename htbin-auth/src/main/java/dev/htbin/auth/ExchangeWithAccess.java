package dev.htbin.auth;

import dev.htbin.http.Access;
import dev.htbin.http.Exchange;
import dev.htbin.http.ForwardingExchange;
import dev.htbin.http.Request;

/** An exchange that not everybody may have. */
final class ExchangeWithAccess extends ForwardingExchange {
    private final Request request;
    private final Access access;

    /**
     * Creates it.
     *
     * @param exchange what it is in all else
     * @param request the request as handlers are to see it
     * @param access who may make requests
     */
    ExchangeWithAccess(Exchange exchange, Request request, Access access) {
        super(exchange);
        this.request = request;
        this.access = access;
    }

    @Override
    public Request request() {
        return request;
    }

    @Override
    public Access access() {
        return access;
    }
}

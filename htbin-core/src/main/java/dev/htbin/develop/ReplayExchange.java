package dev.htbin.develop;

import dev.htbin.cgi.RunReport;
import dev.htbin.http.Exchange;
import dev.htbin.http.Octets;
import dev.htbin.http.Request;
import java.io.ByteArrayInputStream;
import java.io.InputStream;

/** An exchange in which another request than the client's is answered: one that was made before. */
final class ReplayExchange extends ForwardingExchange {
    private final RunReport run;

    ReplayExchange(Exchange exchange, RunReport run) {
        super(exchange);
        this.run = run;
    }

    @Override
    public Request request() {
        return run.request();
    }

    @Override
    public boolean hasRequestBody() {
        return run.body().bytes() > 0 || run.request().fields().contains("Content-Length");
    }

    @Override
    public InputStream requestBody() {
        return new ByteArrayInputStream(Octets.bytes(run.body().octets()));
    }
}

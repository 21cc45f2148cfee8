/** The default engine: HTTP by Jetty. */
@org.jspecify.annotations.NullMarked
module dev.htbin.jetty {
    requires java.naming;
    requires static org.jspecify;
    requires org.slf4j;
    requires transitive dev.htbin.core;
    requires org.bouncycastle.pkix;
    requires org.bouncycastle.provider;
    requires org.eclipse.jetty.alpn.server;
    requires org.eclipse.jetty.http;
    requires org.eclipse.jetty.http2.common;
    requires org.eclipse.jetty.http2.server;
    requires org.eclipse.jetty.io;
    requires org.eclipse.jetty.server;
    requires org.eclipse.jetty.util;

    exports dev.htbin.jetty;
    exports dev.htbin.jetty.tls;
}

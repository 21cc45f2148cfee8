/** The CGI/1.1 and file server, without an engine: values of HTTP, files, CGI, and the three handler classes. */
@org.jspecify.annotations.NullMarked
module dev.htbin.core {
    requires java.naming;
    requires static org.jspecify;
    requires org.slf4j;
    requires transitive dev.htbin.process;

    exports dev.htbin.http;
    exports dev.htbin.file;
    exports dev.htbin.cgi;
    exports dev.htbin.check;
    exports dev.htbin.develop;
    exports dev.htbin.handler;
    exports dev.htbin.json;
    exports dev.htbin.observe;
}

/** The command {@code htbin}. */
@org.jspecify.annotations.NullMarked
module dev.htbin.cli {
    requires static org.checkerframework.checker.qual;
    requires static org.jspecify;
    requires ch.qos.logback.classic;
    requires ch.qos.logback.core;
    requires dev.htbin.admin;
    requires dev.htbin.auth;
    requires dev.htbin.jetty;
    requires info.picocli;
    requires jdk.unsupported;
    requires org.slf4j;
    requires org.tomlj;

    provides ch.qos.logback.classic.spi.Configurator with
            dev.htbin.cli.LogConfiguration;
}

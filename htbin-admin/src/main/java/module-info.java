/** What a server tells of itself at an address of its own: metrics, health, and a live page. */
@org.jspecify.annotations.NullMarked
module dev.htbin.admin {
    requires static org.jspecify;
    requires org.slf4j;
    requires micrometer.core;
    requires micrometer.registry.prometheus;
    requires transitive dev.htbin.jetty;

    exports dev.htbin.admin;
}

/** Asks for users: Basic authentication with htpasswd files, and users that a proxy names. */
@org.jspecify.annotations.NullMarked
module dev.htbin.auth {
    requires org.apache.commons.codec;
    requires org.bouncycastle.provider;
    requires static org.jspecify;
    requires org.slf4j;
    requires transitive dev.htbin.core;

    exports dev.htbin.auth;
}

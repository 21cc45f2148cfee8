/** The command {@code htbin}. */
@org.jspecify.annotations.NullMarked
module dev.htbin.cli {
    requires static org.jspecify;
    requires dev.htbin.jetty;
    requires info.picocli;
    requires org.slf4j;

    opens dev.htbin.cli to
            info.picocli;
}

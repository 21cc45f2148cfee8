/** Starts, watches, confines and ends processes. */
@org.jspecify.annotations.NullMarked
module dev.htbin.process {
    requires static org.jspecify;
    requires org.slf4j;

    exports dev.htbin.process;
    exports dev.htbin.process.launch;
    exports dev.htbin.process.warm;
}

package dev.htbin.process.posix;

/** Tries faults, and says what came of them. In a JVM of its own, since it must stand between this package and the C library from the beginning. */
final class FaultsMain {
    private FaultsMain() {}

    /** Arguments: {@code launch} or {@code start}. */
    public static void main(String[] arguments) throws Exception {
        var faults = new Faults();
        Native.border = faults;
        var report = new FaultReport(System.out);
        switch (arguments[0]) {
            case "launch" -> new LaunchFaults(faults, report).run();
            case "start" -> new StartFaults(faults, report).run();
            default -> throw new IllegalArgumentException(arguments[0] + " (expected: launch or start)");
        }
        System.out.println("end");
    }
}

package dev.htbin.it;

import java.util.List;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestPlan;

/** Names, at the end of all tests, each group that was left out for want of a program. */
public final class LeftOut implements TestExecutionListener {
    /** Creates the listener; the test platform does. */
    public LeftOut() {}

    @Override
    @SuppressWarnings("SystemOut") // it has to be seen in the build's output
    public void testPlanExecutionFinished(TestPlan plan) {
        List<String> groups = Programs.leftOut();
        if (!groups.isEmpty()) {
            String frame = "*".repeat(100);
            System.out.println("%n%s%nLEFT OUT for want of programs (./verify installs them):%n  %s%n%s"
                    .formatted(frame, String.join(System.lineSeparator() + "  ", groups), frame));
        }
    }
}

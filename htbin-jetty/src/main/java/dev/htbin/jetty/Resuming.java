package dev.htbin.jetty;

import java.util.concurrent.Executor;
import org.eclipse.jetty.io.Connection;

/**
 * The threads of connections. What is next on a connection whose exchange ends, a look whether there is another request, its thread does itself: mostly there is none yet,
 * and to wake another thread for that takes longer.
 *
 * @param others what does everything else
 */
record Resuming(Executor others) implements Executor {
    private static final ScopedValue<Boolean> ENDING = ScopedValue.newInstance();

    /** Ends an exchange on a thread that nothing else waits for. */
    static void end(Runnable exchange) {
        ScopedValue.where(ENDING, true).run(exchange);
    }

    @Override
    public void execute(Runnable task) {
        if (task instanceof Connection && ENDING.isBound()) {
            task.run();
        } else {
            others.execute(task);
        }
    }
}

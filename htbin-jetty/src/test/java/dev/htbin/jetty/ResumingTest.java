package dev.htbin.jetty;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import org.eclipse.jetty.io.AbstractConnection;
import org.eclipse.jetty.io.ByteArrayEndPoint;
import org.junit.jupiter.api.Test;

class ResumingTest {
    private final List<Runnable> others = new ArrayList<>();
    private final List<String> here = new ArrayList<>();
    private final Resuming threads = new Resuming(others::add);
    private final Next next = new Next();

    private final class Next extends AbstractConnection implements Runnable {
        Next() {
            super(new ByteArrayEndPoint(), Runnable::run);
        }

        @Override
        public void onFillable() {
            throw new IllegalStateException();
        }

        @Override
        public void run() {
            here.add("next");
        }
    }

    @Test
    void goesOnWithTheConnectionOfAnExchangeThatEnds() {
        Resuming.end(() -> threads.execute(next));
        assertEquals(List.of("next"), here);
        assertEquals(List.of(), others);
    }

    @Test
    void doesNothingElseOnTheThreadOfAnExchange() {
        Runnable work = () -> here.add("work");
        threads.execute(next);
        Resuming.end(() -> threads.execute(work));
        assertEquals(List.of(), here);
        assertEquals(List.of(next, work), others);
    }
}

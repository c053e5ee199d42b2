package org.cresset.op;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class WarmUpTest {
    private static final int ELEMENTS = 100;

    /** Code that takes 200 ns an element until somebody compiles it. */
    private static final class Slow implements WarmUp.Trial {
        final AtomicInteger runs = new AtomicInteger();
        final CountDownLatch manyRuns = new CountDownLatch(2000);
        final CountDownLatch ready = new CountDownLatch(1);
        final CountDownLatch closed = new CountDownLatch(1);
        volatile boolean compiled;
        private int plainRuns;

        @Override
        public void run() {
            runs.incrementAndGet();
            spin(compiled ? 0 : 200 * ELEMENTS);
            manyRuns.countDown();
        }

        /** Even slower at first, as the interpreter is with native memory, then twice as fast. */
        @Override
        public void runPlain() {
            spin(plainRuns++ < 3 ? 10_000 * ELEMENTS : 100 * ELEMENTS);
        }

        @Override
        public int elements() {
            return ELEMENTS;
        }

        @Override
        public void ready() {
            ready.countDown();
        }

        @Override
        public void close() {
            closed.countDown();
        }

        private static void spin(int nanos) {
            long end = System.nanoTime() + nanos;
            while (System.nanoTime() < end) {
                Thread.onSpinWait();
            }
        }
    }

    @Test
    void codeIsReadyWhenItIsFastAndNotBefore() throws Exception {
        Slow slow = new Slow();
        WarmUp.queue(() -> slow);
        assertThat(slow.manyRuns.await(60, TimeUnit.SECONDS)).isTrue();
        assertThat(slow.ready.getCount()).as("not ready yet").isEqualTo(1);
        assertThat(slow.closed.getCount()).isEqualTo(1);
        slow.compiled = true;
        assertThat(slow.ready.await(60, TimeUnit.SECONDS)).isTrue();
        assertThat(slow.closed.await(60, TimeUnit.SECONDS)).isTrue();
        int runs = slow.runs.get();
        WarmUp.settle(60_000);
        assertThat(slow.runs.get()).as("runs after the end").isEqualTo(runs);
    }

    @Test
    void whatHasNoVectorFormIsLeftAlone() {
        WarmUp.queue(() -> null);
        assertThat(WarmUp.settle(60_000)).isTrue();
    }
}

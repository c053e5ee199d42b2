package org.cresset.base;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** The threads that share out loops. */
class WorkersTest {
    @Test
    void everyElementIsHandledOnce() {
        Workers w = new Workers(4);
        for (int n : new int[] {0, 1, 2, 63, 1000, 100_001}) {
            for (int grain : new int[] {1, 7, 1000, 1_000_000}) {
                AtomicIntegerArray hits = new AtomicIntegerArray(n);
                w.run(n, grain, (from, to) -> {
                    for (long i = from; i < to; i++) {
                        hits.incrementAndGet((int) i);
                    }
                });
                for (int i = 0; i < n; i++) {
                    assertThat(hits.get(i)).isOne();
                }
            }
        }
    }

    @Test
    void smallWorkStaysOnTheCaller() {
        Set<Thread> threads = ConcurrentHashMap.newKeySet();
        new Workers(4).run(100, 1000, (from, to) -> threads.add(Thread.currentThread()));
        assertThat(threads).containsExactly(Thread.currentThread());
    }

    @Test
    void workInsideWorkRuns() {
        Workers w = new Workers(3);
        AtomicLong sum = new AtomicLong();
        w.run(10, 1, (from, to) -> w.run(to - from, 1, (f, t) -> sum.addAndGet(t - f)));
        assertThat(sum).hasValue(10);
    }

    @Test
    void anErrorReachesTheCallerAndThePoolLivesOn() {
        Workers w = new Workers(3);
        for (int round = 0; round < 20; round++) {
            assertThatThrownBy(() -> w.run(1000, 1, (from, to) -> {
                        if (from <= 500 && to > 500) {
                            throw new IllegalStateException("element 500");
                        }
                    }))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("element 500");
        }
        AtomicLong sum = new AtomicLong();
        w.run(1000, 1, (from, to) -> sum.addAndGet(to - from));
        assertThat(sum).hasValue(1000);
    }

    @Test
    void severalCallersGetAllTheirWorkDone() throws Exception {
        Workers w = new Workers(2);
        FutureTask<Long>[] callers = callers(w);
        for (FutureTask<Long> c : callers) {
            Thread.ofPlatform().start(c);
        }
        for (FutureTask<Long> c : callers) {
            assertThat(c.get(60, TimeUnit.SECONDS)).isEqualTo(2000 * 500L);
        }
    }

    @SuppressWarnings("unchecked")
    private static FutureTask<Long>[] callers(Workers w) {
        FutureTask<Long>[] callers = new FutureTask[4];
        for (int k = 0; k < callers.length; k++) {
            callers[k] = new FutureTask<>(() -> {
                AtomicLong sum = new AtomicLong();
                for (int i = 0; i < 2000; i++) {
                    w.run(500, 10, (from, to) -> sum.addAndGet(to - from));
                }
                return sum.get();
            });
        }
        return callers;
    }

    @Test
    void theNumberOfThreadsCanBeSet() {
        int before = Workers.threads();
        try {
            Workers.setThreads(3);
            assertThat(Workers.threads()).isEqualTo(3);
            assertThatThrownBy(() -> Workers.setThreads(0)).hasMessageContaining("at least 1");
        } finally {
            Workers.setThreads(before);
        }
    }
}

package org.cresset.emit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.cresset.emit.MachineLargeProducts.Factors;
import org.cresset.emit.MachineLargeProducts.Sums;

/** Products whose parts come late, in any order or one after the other are those of one part. */
class SharedProductTest {
    private static final long SEED_OF_NUMBERS = 5;

    private final Arena arena = Arena.ofAuto();

    private MemorySegment random(long n) {
        Random random = new Random(SEED_OF_NUMBERS);
        MemorySegment m = arena.allocate(4 * n, 64);
        for (long i = 0; i < n; i++) {
            m.setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) random.nextGaussian());
        }
        return m;
    }

    private SharedProduct product(
            MemorySegment a, MemorySegment b, MemorySegment c, int rows, int n, int k, int parts) {
        return new SharedProduct(
                new Factors(a.address(), 4L * k, 4, b.address(), 4L * n, k),
                new Sums(0, c.address(), 4L * n, rows, n),
                parts);
    }

    private void work(SharedProduct product, int part, int n, int k) {
        MemorySegment cut = arena.allocate(MachineLargeProducts.bytes(n, k), 64);
        product.work(part, cut.address());
    }

    @Property(tries = 40, edgeCases = EdgeCasesMode.NONE)
    void partsComeAnyhow(
            @ForAll long seed,
            @ForAll @IntRange(min = 1, max = 300) int rows,
            @ForAll @IntRange(min = 1, max = 700) int n,
            @ForAll @IntRange(min = 1, max = 1300) int k,
            @ForAll @IntRange(min = 1, max = 5) int parts)
            throws InterruptedException, ExecutionException {
        assumeTrue(MachineLargeProducts.there(), "needs Linux on x86-64 with AVX-512");
        MemorySegment a = random((long) rows * k);
        MemorySegment b = random((long) k * n);
        MemorySegment one = arena.allocate(4L * rows * n, 64);
        work(product(a, b, one, rows, n, k, 1), 0, n, k);

        Random random = new Random(seed);
        List<Integer> order = new ArrayList<>();
        for (int i = 0; i < parts; i++) {
            order.add(i);
        }
        Collections.shuffle(order, random);
        MemorySegment inTurn = arena.allocate(4L * rows * n, 64);
        SharedProduct sequential = product(a, b, inTurn, rows, n, k, parts);
        order.forEach(part -> work(sequential, part, n, k));
        assertThat(inTurn.mismatch(one)).isEqualTo(-1);

        MemorySegment atOnce = arena.allocate(4L * rows * n, 64);
        SharedProduct parallel = product(a, b, atOnce, rows, n, k, parts);
        try (ExecutorService threads = Executors.newFixedThreadPool(parts)) {
            List<Future<?>> all = new ArrayList<>();
            for (int part : order) {
                long late = random.nextLong(TimeUnit.MILLISECONDS.toNanos(2));
                all.add(threads.submit(() -> {
                    LockSupport.parkNanos(late);
                    work(parallel, part, n, k);
                }));
            }
            for (Future<?> f : all) {
                f.get();
            }
        }
        assertThat(atOnce.mismatch(one)).isEqualTo(-1);
    }
}

package org.cresset.op;

import java.util.function.LongFunction;
import org.cresset.base.DType;
import org.cresset.base.Memory;
import org.cresset.base.Storage;
import org.cresset.base.Workers;
import org.cresset.emit.MachineLargeProducts;
import org.cresset.emit.MachineLargeProducts.Factors;
import org.cresset.emit.MachineLargeProducts.Sums;
import org.cresset.emit.SharedProduct;
import org.cresset.emit.Window;
import org.cresset.tensor.Dense;
import org.jspecify.annotations.Nullable;

/** Products of batches of matrices in float32 by {@link MachineLargeProducts}: what {@link Matmul} asks before a library. */
final class LargeProducts {
    /** Rows, columns and sums from which on a library, which brings both matrices into another order, isn't better. */
    private static final long LEAST = 32;

    private static final long MOST = 1 << 24;

    /** Multiplications that are worth another thread. */
    private static final long WORTH_SHARING = 1 << 20;

    /** From so many products for each thread on, that some threads have one less than others doesn't matter. */
    private static final long SEVERAL = 8;

    private LargeProducts() {}

    /** Whether this machine has them. */
    static boolean there() {
        return MachineLargeProducts.there();
    }

    /** Whether matrices (b, m, k) and (b, k, n) are multiplied here. */
    static boolean suits(Dense a, Dense b, Dense c) {
        return there()
                && suits(a)
                && (a.stride(2) == 1 || a.stride(1) == 1)
                && suits(b)
                && b.stride(2) == 1
                && suits(c)
                && c.stride(2) == 1;
    }

    private static boolean suits(Dense t) {
        return t.dtype() == DType.FLOAT32
                && t.stride(2) >= 0
                && t.stride(1) >= 0
                && t.stride(0) >= 0
                && t.size(0) > 0
                && suits(t.size(1), t.size(2));
    }

    /** Whether a matrix of so many rows and columns is not too small and not too large. */
    static boolean suits(long rows, long columns) {
        return Math.min(rows, columns) >= LEAST && Math.max(rows, columns) < MOST;
    }

    /** {@code c = a b (+ bias)} of what {@linkplain #suits suits}. */
    static void multiply(Dense a, Dense b, @Nullable Dense bias, Dense c) {
        int k = (int) a.size(2);
        int n = (int) c.size(2);
        long m = c.size(1);
        long left = address(a);
        long right = address(b);
        long sum = address(c);
        long begin = bias == null ? 0 : Window.address(bias.segment(), bias.byteOffset(), 4L * n);
        long worth = c.size(0) * m * n * k / WORTH_SHARING;
        LongFunction<Factors> factors = i -> new Factors(
                left + 4 * i * a.stride(0),
                4 * a.stride(1),
                4 * a.stride(2),
                right + 4 * i * b.stride(0),
                4 * b.stride(1),
                k);
        LongFunction<Sums> sums = i -> new Sums(begin, sum + 4 * i * c.stride(0), 4 * c.stride(1), (int) m, n);
        long batch = c.size(0);
        int threads = (int) Math.clamp(worth, 1, Workers.threads());
        // Threads that share a product bring its right matrix into order each for itself: only where they had nothing
        // to do.
        long alone = batch >= SEVERAL * threads ? batch : batch / threads * threads;
        if (alone > 0) {
            Workers.parallelFor(alone, Math.max(1, batch / Math.max(1, worth)), (from, to) -> {
                Storage block = Memory.allocate(MachineLargeProducts.bytes(n, k));
                for (long i = from; i < to; i++) {
                    MachineLargeProducts.multiply(factors.apply(i), sums.apply(i), address(block));
                }
                block.free();
            });
        }
        for (long i = alone; i < batch; i++) {
            int parts = (int) Math.min(threads, m / LEAST);
            SharedProduct product = new SharedProduct(factors.apply(i), sums.apply(i), parts);
            Workers.parallelFor(parts, 1, (from, to) -> {
                Storage block = Memory.allocate(MachineLargeProducts.bytes(n, k));
                for (long part = from; part < to; part++) {
                    product.work((int) part, address(block));
                }
                block.free();
            });
        }
        Rows.keep(a, b, c);
        Rows.keep(a, bias, c);
    }

    private static long address(Storage block) {
        return Window.address(block.segment(), 0, block.segment().byteSize());
    }

    /** The address of a batch whose strides aren't negative, after a check of all of it. */
    private static long address(Dense t) {
        long last = 0;
        for (int d = 0; d < 3; d++) {
            last += (t.size(d) - 1) * t.stride(d);
        }
        return Window.address(t.segment(), t.byteOffset(), 4 * (last + 1));
    }
}

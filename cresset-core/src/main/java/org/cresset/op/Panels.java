package org.cresset.op;

import java.lang.foreign.MemorySegment;
import org.cresset.base.Memory;
import org.cresset.base.Storage;
import org.cresset.base.Workers;
import org.cresset.emit.MachineProducts;
import org.cresset.emit.MachineProducts.Ahead;
import org.cresset.emit.MachineProducts.Sums;
import org.cresset.emit.Window;
import org.cresset.tensor.Dense;
import org.jspecify.annotations.Nullable;

/**
 * The right factor of small products in float32, cut into panels of columns as {@link MachineProducts} reads them. A step of a
 * recurrent net multiplies a few rows only, between cells that want the processor's caches too: there a library's products take
 * a fifth longer than by themselves, these a tenth.
 */
final class Panels implements AutoCloseable {
    /** Rows of a panel that are summed up at once. */
    private static final int DEEP = 512;

    /** The same of matrices whose rows are far apart, and so have fewer places in the cache. */
    private static final int SHALLOW = 64;

    /** Rows of the right factor for which a library, which cuts all three matrices, does better. */
    private static final long DEEPEST = 1024;

    /** Rows of a product of which a thread takes a part. */
    private static final long GRAIN = 64;

    private final Storage memory;
    private final int k;
    private final int n;
    private final long rows;

    private Panels(Storage memory, int k, int n, long rows) {
        this.memory = memory;
        this.k = k;
        this.n = n;
        this.rows = rows;
    }

    /** The panels of a matrix (k, n) for products of about {@code rows} rows; null if those are better left to a library. */
    static @Nullable Panels of(Dense b, long rows) {
        long k = b.size(0);
        long n = b.size(1);
        if (!suits(k, n)) {
            return null;
        }
        Panels p = new Panels(Memory.allocate(4 * k * n), (int) k, (int) n, rows);
        long fo = b.byteOffset();
        for (int j = 0; j < n; j += MachineProducts.width(j, p.n, rows)) {
            int w = MachineProducts.width(j, p.n, rows);
            Moves.plane(
                    b.segment(),
                    fo + 4 * j * b.stride(1),
                    4 * b.stride(0),
                    4 * b.stride(1),
                    p.memory.segment(),
                    4 * k * j,
                    4L * w,
                    4,
                    4,
                    k,
                    w);
        }
        return p;
    }

    /** Whether products are made here of a right factor (k, n). */
    static boolean suits(long k, long n) {
        return MachineProducts.there()
                && k > 0
                && k <= DEEPEST
                && n > 0
                && n % MachineProducts.step() == 0
                && k * n < 1 << 26;
    }

    /** {@code c = a b (+ bias)} of matrices that lie in memory row by row; meanwhile fetches memory that comes next. */
    void multiply(Dense a, @Nullable Dense bias, Dense c, @Nullable Ahead ahead) {
        int m = Math.toIntExact(a.size(0));
        for (int i = 0; m > 0 && i < k; i += DEEP) {
            MachineProducts.multiply(
                    factors(a, i, Math.min(DEEP, k - i)),
                    null,
                    new Sums(i > 0 ? 0 : biasAddress(bias), address(c, m, n), 4 * c.stride(0), m, n, rows, i > 0),
                    i > 0 ? null : ahead);
        }
        Rows.keep(a, bias, c);
    }

    /** {@code c = a b + a' b' + bias}, in one sum; meanwhile fetches memory that comes next. */
    static void sum(Panels b, Dense a, Panels otherB, Dense otherA, Dense bias, Dense c, @Nullable Ahead ahead) {
        int m = Math.toIntExact(a.size(0));
        if (m > 0) {
            MachineProducts.multiply(
                    b.factors(a, 0, b.k),
                    otherB.factors(otherA, 0, otherB.k),
                    new Sums(b.biasAddress(bias), address(c, m, b.n), 4 * c.stride(0), m, b.n, b.rows, false),
                    ahead);
        }
        Rows.keep(a, bias, c);
        Rows.keep(otherA, null, c);
    }

    private long biasAddress(@Nullable Dense bias) {
        return bias == null ? 0 : Window.address(bias.segment(), bias.byteOffset(), 4L * n);
    }

    private MachineProducts.Factors factors(Dense a, int from, int deep) {
        return new MachineProducts.Factors(
                address(a, a.size(0), k),
                4 * a.stride(0),
                4 * a.stride(1),
                Window.address(memory.segment(), 0, 4L * k * n),
                0,
                k,
                from,
                deep);
    }

    /** {@code sum = left' right}, or that added to it, of matrices whose rows lie together; false if a library does that better. */
    static boolean addProduct(Dense left, Dense right, Dense sum, boolean adds) {
        int k = (int) Math.min(left.size(0), Integer.MAX_VALUE);
        int m = Math.toIntExact(left.size(1));
        int n = Math.toIntExact(right.size(1));
        if (!suits(left.size(0), n) || left.stride(1) != 1 || right.stride(1) != 1 || sum.stride(1) != 1) {
            return false;
        }
        long a = address(left, k, m);
        long b = address(right, k, n);
        long c = address(sum, m, n);
        Workers.parallelFor(m, GRAIN, (from, to) -> {
            MachineProducts.Factors all =
                    new MachineProducts.Factors(a + 4 * from, 4, 4 * left.stride(0), b, 4 * right.stride(0), 0, 0, k);
            for (int i = 0; i < k; i += 2 * SHALLOW) { // two pieces for each time that the sum is read and written
                int first = Math.min(SHALLOW, k - i);
                int second = Math.min(2 * SHALLOW, k - i) - first;
                MachineProducts.multiply(
                        all.part(i, first),
                        second == 0 ? null : all.part(i + first, second),
                        new Sums(
                                0,
                                c + 4 * from * sum.stride(0),
                                4 * sum.stride(0),
                                (int) (to - from),
                                n,
                                m,
                                adds || i > 0),
                        null);
            }
        });
        Rows.keep(left, right, sum);
        return true;
    }

    /** The address of a matrix whose strides aren't negative, after a check of all of it. */
    private static long address(Dense t, long rows, long columns) {
        MemorySegment m = t.segment();
        return Window.address(m, t.byteOffset(), 4 * ((rows - 1) * t.stride(0) + (columns - 1) * t.stride(1) + 1));
    }

    @Override
    public void close() {
        memory.free();
    }
}

package org.cresset.op;

import java.lang.foreign.MemorySegment;
import java.util.stream.Stream;
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

    private final Dense[] factors;
    private final int n;
    private final long rows;

    /** The same as {@link #panels}, if this machine can do better. */
    private final @Nullable Tiled tiled;

    /** Made when they are asked for. */
    private volatile @Nullable Storage panels;

    private Panels(Dense[] factors, long rows) {
        this.factors = factors;
        this.n = (int) factors[0].size(1);
        this.rows = rows;
        this.tiled = Tiled.suits(rows) && Stream.of(factors).allMatch(Tiled::suits) ? Tiled.right(factors) : null;
    }

    /** The panels of matrices (k, n), one below the other, for products of about {@code rows} rows; null if those are better left to a library. */
    static @Nullable Panels of(long rows, Dense... factors) {
        for (Dense b : factors) {
            if (!suits(b.size(0), b.size(1))) {
                return null;
            }
        }
        return new Panels(factors, rows);
    }

    private Storage panels() {
        Storage made = panels;
        if (made == null) {
            synchronized (this) {
                made = panels;
                if (made == null) {
                    made = cut();
                    panels = made;
                }
            }
        }
        return made;
    }

    private Storage cut() {
        long all = 0;
        for (Dense b : factors) {
            all += b.size(0);
        }
        Storage made = Memory.allocate(4 * all * n);
        long to = 0;
        for (Dense b : factors) {
            long k = b.size(0);
            for (int j = 0; j < n; j += MachineProducts.width(j, n, rows)) {
                int w = MachineProducts.width(j, n, rows);
                Moves.plane(
                        b.segment(),
                        b.byteOffset() + 4 * j * b.stride(1),
                        4 * b.stride(0),
                        4 * b.stride(1),
                        made.segment(),
                        to + 4 * k * j,
                        4L * w,
                        4,
                        4,
                        k,
                        w);
            }
            to += 4 * k * n;
        }
        return made;
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

    /**
     * {@code c = a b (+ bias)} of matrices that lie in memory row by row; meanwhile fetches memory that comes next. Where there are
     * several right factors, {@code c} is the sum of the products, of as many left ones.
     */
    void multiply(@Nullable Dense bias, Dense c, @Nullable Ahead ahead, Dense... a) {
        if (c.size(0) == 0) {
            return;
        }
        if (tiled != null) {
            try (Tiled left = Tiled.left(a)) {
                if (left != null) {
                    Tiled.multiply(left, tiled, bias, c, false, ahead);
                    return;
                }
            }
        }
        if (a.length == 1) {
            one(a[0], bias, c, ahead);
        } else {
            MachineProducts.multiply(
                    factors(a[0], 0, 0, depth(0)), factors(a[1], 1, 0, depth(1)), sums(bias, c, false), ahead);
        }
        for (Dense left : a) {
            Rows.keep(left, bias, c);
        }
    }

    private int depth(int factor) {
        return (int) factors[factor].size(0);
    }

    private void one(Dense a, @Nullable Dense bias, Dense c, @Nullable Ahead ahead) {
        int k = depth(0);
        for (int i = 0; i < k; i += DEEP) {
            MachineProducts.multiply(
                    factors(a, 0, i, Math.min(DEEP, k - i)),
                    null,
                    sums(i > 0 ? null : bias, c, i > 0),
                    i > 0 ? null : ahead);
        }
    }

    private Sums sums(@Nullable Dense bias, Dense c, boolean adds) {
        int m = (int) c.size(0);
        long begin = bias == null ? 0 : Window.address(bias.segment(), bias.byteOffset(), 4L * n);
        return new Sums(begin, address(c, m, n), 4 * c.stride(0), m, n, rows, adds);
    }

    private MachineProducts.Factors factors(Dense a, int factor, int from, int deep) {
        int k = depth(factor);
        long behind = factor == 0 ? 0 : 4L * depth(0) * n;
        return new MachineProducts.Factors(
                address(a, a.size(0), k),
                4 * a.stride(0),
                4 * a.stride(1),
                Window.address(panels().segment(), behind, 4L * k * n),
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
        if (tiled != null) {
            tiled.close();
        }
        if (panels != null) {
            panels.free();
        }
    }
}

package org.cresset.op;

import java.lang.foreign.MemorySegment;
import org.cresset.base.Memory;
import org.cresset.base.Storage;
import org.cresset.base.Workers;
import org.cresset.emit.MachineProducts;
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

    private static final int EIGHT = 8;

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
        return MachineProducts.there() && k > 0 && k <= DEEPEST && n > 0 && n % EIGHT == 0 && k * n < 1 << 26;
    }

    /** {@code c = a b (+ bias)} of matrices that lie in memory row by row. */
    void multiply(Dense a, @Nullable Dense bias, Dense c) {
        if (a.size(0) > 0) {
            Product p = new Product(this, a, bias, c);
            for (int j = 0; j < n; j += MachineProducts.width(j, n, rows)) {
                p.run(j, false);
            }
        }
    }

    /**
     * {@code c = a b (+ bias) + a' b' (+ bias')}, panel by panel: what the first product gives is still near when the second is added.
     */
    static void sum(
            Panels b, Dense a, @Nullable Dense bias, Panels otherB, Dense otherA, @Nullable Dense otherBias, Dense c) {
        if (a.size(0) > 0) {
            Product first = new Product(b, a, bias, c);
            Product second = new Product(otherB, otherA, otherBias, c);
            for (int j = 0; j < b.n; j += MachineProducts.width(j, b.n, b.rows)) {
                first.run(j, false);
                second.run(j, true);
            }
        }
    }

    /** Where the parts of a product are, after a check of all of it. */
    private static final class Product {
        private final Panels b;
        private final int rows;
        private final long from;
        private final long row;
        private final long column;
        private final long panel;
        private final long bias;
        private final long to;
        private final long toRow;

        Product(Panels b, Dense a, @Nullable Dense bias, Dense c) {
            this.b = b;
            this.rows = Math.toIntExact(a.size(0));
            this.from = address(a, rows, b.k);
            this.row = 4 * a.stride(0);
            this.column = 4 * a.stride(1);
            this.panel = Window.address(b.memory.segment(), 0, 4L * b.k * b.n);
            this.bias = bias == null ? 0 : Window.address(bias.segment(), bias.byteOffset(), 4L * b.n);
            this.to = address(c, rows, b.n);
            this.toRow = 4 * c.stride(0);
        }

        /** The columns from one on. */
        void run(int j, boolean adds) {
            int w = MachineProducts.width(j, b.n, b.rows);
            for (int i = 0; i < b.k; i += DEEP) {
                MachineProducts.multiply(
                        from + i * column,
                        row,
                        column,
                        panel + 4L * b.k * j + 4L * i * w,
                        4L * w,
                        bias == 0 || i > 0 ? 0 : bias + 4L * j,
                        to + 4L * j,
                        toRow,
                        rows,
                        w,
                        Math.min(DEEP, b.k - i),
                        adds || i > 0);
            }
        }
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
            for (int i = 0; i < k; i += SHALLOW) {
                for (int j = 0; j < n; j += MachineProducts.width(j, n, m)) {
                    MachineProducts.multiply(
                            a + 4 * (i * left.stride(0) + from),
                            4,
                            4 * left.stride(0),
                            b + 4 * (i * right.stride(0) + j),
                            4 * right.stride(0),
                            0,
                            c + 4 * (from * sum.stride(0) + j),
                            4 * sum.stride(0),
                            (int) (to - from),
                            MachineProducts.width(j, n, m),
                            Math.min(SHALLOW, k - i),
                            adds || i > 0);
                }
            }
        });
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

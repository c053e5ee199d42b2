package org.cresset.op;

import org.cresset.base.DType;
import org.cresset.base.Shape;
import org.cresset.base.Workers;
import org.cresset.base.spi.Contractions;
import org.cresset.base.spi.Operand;
import org.cresset.tensor.Dense;
import org.jspecify.annotations.Nullable;

/**
 * Products of large float32 matrices on a {@linkplain Tiled matrix unit}, block by block: a block of the right factor stays in the
 * second-level cache while rows of the left one go past. Blocks with numbers that don't suit are left to the library.
 */
final class TiledProduct {
    /** Rows of the left factor that are brought into tiles at once. */
    private static int ROWS = 512;

    /** What is summed up at once: two rows of tiles of the left factor stay in the first-level cache. */
    private static int DEEP = 512;

    private static int COLUMNS = 256;

    /** A side of tiles. */
    private static final long EVEN = 32;

    /** Half of the harmonic mean of rows and columns, from which on bringing numbers into tiles takes less than it saves. */
    private static final long WORTH = 40;

    private static final long SHALLOWEST = 24;

    private final Contractions library;
    private final Dense a;
    private final Dense b;
    private final @Nullable Dense bias;
    private final Dense c;
    private final boolean adds;

    private TiledProduct(Contractions library, Dense a, Dense b, @Nullable Dense bias, Dense c, boolean adds) {
        this.library = library;
        this.a = a;
        this.b = b;
        this.bias = bias;
        this.c = c;
        this.adds = adds;
    }

    /** Whether a product of (m, k) and (k, n) is best made so. */
    static boolean suits(long m, long n, long k) {
        return m * n >= WORTH * (m + n) && k >= SHALLOWEST && Tiled.suits(m);
    }

    /**
     * {@code c = a b (+ bias)}, or that added to c, of batches of matrices (batch, m, k) and (batch, k, n), each with its rows or
     * columns together; false if they don't lie so.
     */
    static boolean run(Contractions library, Dense a, Dense b, @Nullable Dense bias, Dense c, boolean adds) {
        if (!suits(c.size(1), c.size(2), a.size(2)) || c.stride(2) != 1 || c.size(0) > 1 && c.stride(0) < 0) {
            return false;
        }
        Dense first = matrix(a, 0);
        Dense second = matrix(b, 0);
        if (!Tiled.suits(first) || !Tiled.suits(second) || bias != null && bias.stride(0) != 1) {
            return false;
        }
        for (long i = 0; i < c.size(0); i++) {
            new TiledProduct(library, matrix(a, i), matrix(b, i), bias, matrix(c, i), adds).run();
        }
        return true;
    }

    private static Dense matrix(Dense t, long i) {
        return t.view(
                Shape.of(t.size(1), t.size(2)),
                new long[] {t.stride(1), t.stride(2)},
                t.storageOffset() + i * t.stride(0));
    }

    private static Dense part(Dense t, long row, long rows, long column, long columns) {
        return t.view(
                Shape.of(rows, columns), t.strides(), t.storageOffset() + row * t.stride(0) + column * t.stride(1));
    }

    private void run() {
        for (long i = 0; i < c.size(0); i += ROWS) {
            long rows = Math.min(ROWS, c.size(0) - i);
            for (long k = 0; k < a.size(1); k += DEEP) {
                piece(i, rows, k, Math.min(DEEP, a.size(1) - k));
            }
        }
    }

    /** What some rows and a piece of the sums give to all columns. */
    private void piece(long row, long rows, long first, long deep) {
        long n = c.size(1);
        long blocks = (n + COLUMNS - 1) / COLUMNS;
        if (blocks > 1) { // as many for each thread
            long threads = Workers.parts();
            blocks = (blocks + threads - 1) / threads * threads;
        }
        long width = (n + blocks * EVEN - 1) / (blocks * EVEN) * EVEN;
        Dense left = part(a, row, rows, first, deep);
        try (Tiled tiles = Tiled.left(left)) {
            Workers.parallelFor((n + width - 1) / width, 1, (lo, hi) -> {
                for (long j = lo * width; j < Math.min(n, hi * width); j += width) {
                    long columns = Math.min(width, n - j);
                    block(tiles, left, part(b, first, deep, j, columns), row, j, first > 0);
                }
            });
        }
    }

    private void block(@Nullable Tiled tiles, Dense left, Dense right, long row, long column, boolean more) {
        long columns = right.size(1);
        Dense to = part(c, row, left.size(0), column, columns);
        Dense begin = bias == null || more
                ? null
                : bias.view(Shape.of(columns), bias.strides(), bias.storageOffset() + column);
        if (tiles != null) {
            try (Tiled other = Tiled.right(right)) {
                if (other != null) {
                    Tiled.multiply(tiles, other, begin, to, adds || more, null);
                    return;
                }
            }
        }
        long m = left.size(0);
        long k = left.size(1);
        if (adds || more) {
            library.multiplyAdd(1, m, columns, k, operand(left), operand(right), operand(to));
        } else {
            Operand add = begin == null ? null : new Operand(begin.segment(), begin.byteOffset(), begin.stridesRaw());
            library.multiply(DType.FLOAT32, 1, m, columns, k, operand(left), operand(right), add, operand(to));
        }
    }

    private static Operand operand(Dense t) {
        long[] strides = {t.size(0) * t.size(1), t.stride(0), t.stride(1)};
        return new Operand(t.segment(), t.byteOffset(), strides);
    }
}

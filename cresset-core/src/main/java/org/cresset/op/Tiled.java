package org.cresset.op;

import java.util.concurrent.atomic.AtomicBoolean;
import org.cresset.base.Memory;
import org.cresset.base.Storage;
import org.cresset.base.Workers;
import org.cresset.emit.MachineMatrices;
import org.cresset.emit.MachineParts;
import org.cresset.emit.MachineProducts.Ahead;
import org.cresset.emit.MachineProducts.Sums;
import org.cresset.emit.Window;
import org.cresset.tensor.Dense;
import org.jspecify.annotations.Nullable;

/** A factor of products in float32, in the tiles of a {@linkplain MachineMatrices matrix unit}. */
final class Tiled implements AutoCloseable {
    /** Rows from which on tiles are filled well enough. */
    private static final long FEWEST_ROWS = 12;

    /** Numbers that a thread brings into tiles at least. */
    private static final long GRAIN = 1 << 17;

    /** Multiplications of a thread at least. */
    private static final long PRODUCTS = 1 << 22;

    private static final int SIDE = MachineParts.SIDE;

    private final Storage memory;
    private final long address;

    /** Rows of a left factor, columns of a right one. */
    private final int n;

    private final int depth;

    private Tiled(Storage memory, int n, int depth) {
        this.memory = memory;
        this.address = Window.address(memory.segment(), 0, memory.segment().byteSize());
        this.n = n;
        this.depth = depth;
    }

    /** Whether products with some rows are best made so. */
    static boolean suits(long rows) {
        return rows >= FEWEST_ROWS && MachineMatrices.there();
    }

    /** Matrices (n, k) side by side, with elements of a row or of a column together; null if a number doesn't suit. */
    static @Nullable Tiled left(Dense... parts) {
        return of(parts, 0);
    }

    /** Matrices (k, n) one below the other, as above. */
    static @Nullable Tiled right(Dense... parts) {
        return of(parts, 1);
    }

    private static @Nullable Tiled of(Dense[] parts, int outer) {
        int n = Math.toIntExact(parts[0].size(outer));
        int depth = 0;
        for (Dense p : parts) {
            depth += MachineParts.depth(Math.toIntExact(p.size(1 - outer)));
        }
        long column = MachineParts.bytes(depth);
        Tiled t = new Tiled(Memory.allocate(MachineParts.tiles(n) * column), n, depth);
        AtomicBoolean fits = new AtomicBoolean(true);
        long to = t.address;
        for (Dense p : parts) {
            int k = Math.toIntExact(p.size(1 - outer));
            long at = to;
            Workers.parallelFor(MachineParts.tiles(n), Math.max(1, GRAIN / SIDE / k), (lo, hi) -> {
                int some = (int) Math.min(n, hi * SIDE) - (int) lo * SIDE;
                if (!pack(p, outer, lo * SIDE, some, k, at + lo * column, column, t.depth)) {
                    fits.set(false);
                }
            });
            to += MachineParts.bytes(MachineParts.depth(k));
        }
        if (fits.get()) {
            return t;
        }
        t.close();
        return null;
    }

    private static boolean pack(Dense p, int outer, long from, int n, int k, long to, long column, int depth) {
        boolean together = p.stride(1 - outer) == 1;
        long row = 4 * (together ? p.stride(outer) : p.stride(1 - outer));
        long size = 4 * ((n - 1) * p.stride(outer) + (k - 1) * p.stride(1 - outer) + 1);
        long a = Window.address(p.segment(), p.byteOffset() + 4 * from * p.stride(outer), size);
        boolean fits =
                together ? MachineParts.along(a, row, n, k, to, depth) : MachineParts.across(a, row, k, n, to, depth);
        if (together != (outer == 0)) {
            for (int i = 0; i < MachineParts.tiles(n); i++) {
                MachineParts.turn(to + i * column, MachineParts.bytes(MachineParts.depth(k)));
            }
        }
        Rows.keep(p, null, p);
        return fits;
    }

    /** Whether a matrix lies so that it can be brought into tiles. */
    static boolean suits(Dense t) {
        return t.numel() > 0
                && (t.stride(0) == 1 || t.stride(1) == 1)
                && t.stride(0) > 0
                && t.stride(1) > 0
                && t.size(0) < 1 << 24
                && t.size(1) < 1 << 24;
    }

    /** {@code c = left right (+ bias)}, or that added to c, whose rows lie together. */
    static void multiply(Tiled left, Tiled right, @Nullable Dense bias, Dense c, boolean adds, @Nullable Ahead ahead) {
        long size = 4 * ((left.n - 1) * c.stride(0) + right.n);
        long to = Window.address(c.segment(), c.byteOffset(), size);
        long begin = bias == null ? 0 : Window.address(bias.segment(), bias.byteOffset(), 4L * right.n);
        long row = 4 * c.stride(0);
        long column = MachineParts.bytes(left.depth);
        long pairs = (MachineParts.tiles(left.n) + 1) / 2;
        long each = 2L * SIDE * right.n * left.depth * 2 * SIDE;
        Workers.parallelFor(pairs, Math.max(1, PRODUCTS / each), (lo, hi) -> {
            int first = (int) lo * 2 * SIDE;
            int rows = (int) Math.min(left.n, hi * 2 * SIDE) - first;
            Sums sums = new Sums(begin, to + first * row, row, rows, right.n, rows, adds);
            MachineMatrices.multiply(left.address + lo * 2 * column, right.address, left.depth, sums, ahead);
        });
        Rows.keep(c, bias, c);
    }

    @Override
    public void close() {
        memory.free();
    }
}

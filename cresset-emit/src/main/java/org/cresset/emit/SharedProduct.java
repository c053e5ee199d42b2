package org.cresset.emit;

import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLongArray;
import org.cresset.emit.MachineLargeProducts.Block;
import org.cresset.emit.MachineLargeProducts.Factors;
import org.cresset.emit.MachineLargeProducts.Sums;

/**
 * A product of {@link MachineLargeProducts} that threads compute together. Blocks of the right matrix come one after the other; of
 * each, which every thread brings into its own order, a thread multiplies tiles of its own part of the rows, and then some of
 * whoever has most of them left: cores that share their units with a neighbour, or that wake late, are slower than others. Nobody
 * waits until all have finished a block, only for tiles that another one has taken to himself; so sums are the same, however many
 * threads there are and whatever they take.
 */
public final class SharedProduct {
    /** Tiles that are worth bringing a block into order for: that takes as long as two. */
    private static final int WORTH_CUTTING = 4;

    /** What part of the tiles that are left is taken at once at most: the last ones should be few. */
    private static final int SHARE = 4;

    private final Factors factors;
    private final Sums sums;
    private final int parts;
    private final Block[] blocks;

    /** Rows of the first tiles, and of the others one more. */
    private final int height;

    private final int low;

    /** Tiles that nobody has taken, of each block and part: from the number in the low half to the one in the high half. */
    private final AtomicLongArray left;

    /** The number of blocks that each tile was multiplied with. */
    private final AtomicIntegerArray done;

    private volatile boolean failed;

    /** A product in as many parts as threads may take part, each of at least a row. */
    public SharedProduct(Factors factors, Sums sums, int parts) {
        this.factors = factors;
        this.sums = sums;
        this.parts = parts;
        blocks = MachineLargeProducts.blocks(factors, sums);
        // Tiles of nearly the same heights: sums of few rows wait for one another.
        int tiles = (sums.rows() + MachineLargeProducts.HEIGHT - 1) / MachineLargeProducts.HEIGHT;
        height = sums.rows() / tiles;
        low = (height + 1) * tiles - sums.rows();
        done = new AtomicIntegerArray(tiles);
        left = new AtomicLongArray(blocks.length * parts);
        for (int i = 0; i < left.length(); i++) {
            int part = i % parts;
            left.setPlain(i, range((int) ((long) tiles * part / parts), (int) ((long) tiles * (part + 1) / parts)));
        }
    }

    private static long range(int from, int to) {
        return (long) to << 32 | from;
    }

    private static int from(long range) {
        return (int) range;
    }

    private static int count(long range) {
        return (int) (range >> 32) - (int) range;
    }

    /**
     * Computes a part, and what is left of others. All is done when as many calls as there are parts have come back.
     *
     * @param part its number
     * @param cut memory of {@link MachineLargeProducts#bytes}, for this call alone
     */
    public void work(int part, long cut) {
        boolean ends = false;
        try {
            for (int b = 0; b < blocks.length; b++) {
                work(part, b, cut);
            }
            ends = true;
        } finally {
            failed |= !ends;
        }
    }

    private void work(int part, int b, long cut) {
        int brief = MachineLargeProducts.brief(sums, blocks[b], height + 1);
        boolean cuts = true;
        while (true) {
            int from = b * parts + part;
            if (count(left.get(from)) == 0) {
                from = b * parts + richest(b);
                // Who has taken tiles of this part goes on until there are none.
                if (count(left.get(from)) < (cuts ? WORTH_CUTTING : 1)) {
                    return;
                }
            }
            long some = take(from, from % parts == part, cuts ? 1 : brief);
            if (count(some) > 0) {
                multiply(b, from(some), count(some), cuts, cut);
                cuts = false;
            }
        }
    }

    private int richest(int b) {
        int best = 0;
        for (int i = 1; i < parts; i++) {
            best = count(left.get(b * parts + i)) > count(left.get(b * parts + best)) ? i : best;
        }
        return best;
    }

    /** Takes some tiles, the first ones or the last; none if another thread comes in between. */
    private long take(int from, boolean first, int most) {
        long all = left.get(from);
        int there = count(all);
        int some = Math.min(most, parts == 1 ? there : (there + SHARE - 1) / SHARE);
        int begin = from(all);
        int end = begin + there;
        int middle = first ? begin + some : end - some;
        boolean taken = left.compareAndSet(from, all, first ? range(middle, end) : range(begin, middle));
        return !taken ? 0 : first ? range(begin, middle) : range(middle, end);
    }

    private void multiply(int b, int tile, int tiles, boolean cuts, long cut) {
        for (int i = tile; i < tile + tiles; i++) {
            while (done.getAcquire(i) < b) {
                if (failed) {
                    throw new IllegalStateException("a thread that shares in a product has failed");
                }
                Thread.onSpinWait();
            }
        }
        int lows = Math.clamp(low - tile, 0, tiles);
        run(b, tile, lows, height, cuts, cut);
        run(b, tile + lows, tiles - lows, height + 1, cuts, cut);
        for (int i = tile; i < tile + tiles; i++) {
            done.setRelease(i, b + 1);
        }
    }

    private void run(int b, int tile, int tiles, int rows, boolean cuts, long cut) {
        if (tiles > 0) {
            int first = tile * height + Math.max(0, tile - low);
            MachineLargeProducts.tiles(factors, sums, blocks[b], first, rows, tiles, cuts, cut);
        }
    }
}

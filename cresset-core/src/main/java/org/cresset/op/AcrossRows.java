package org.cresset.op;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.cresset.base.Workers;
import org.cresset.emit.Kernel;
import org.cresset.tensor.Dense;

/**
 * Elementwise loops over rows of which some operands lie across: what is a row of the result is a column of theirs. Blocks of
 * them are transposed into memory that stays in the cache, and the loop runs over that.
 */
final class AcrossRows {
    /** Rows of a block, a cache line of 16 elements twice, and columns. */
    private static final int HEIGHT = 32;

    private static final int WIDTH = 256;
    private static final long BLOCK_BYTES = 4L * HEIGHT * WIDTH;
    private static final ThreadLocal<MemorySegment> BLOCKS =
            ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(3 * BLOCK_BYTES, 64));

    private final Geometry g;
    private final Dense[] operands;
    private final Kernel kernel;
    private final boolean[] across = new boolean[4];

    private AcrossRows(Pointwise.Loops loops, Geometry g, Dense[] operands, int repeated) {
        this.g = g;
        this.operands = operands;
        kernel = loops.get(repeated).pick(g.numel);
        for (int k = 1; k < operands.length; k++) {
            across[k] = liesAcross(g, k);
        }
    }

    private static boolean liesAcross(Geometry g, int k) {
        return g.steps[k][g.rank - 2] == Float.BYTES && g.innerStep(k) > Float.BYTES;
    }

    /** Runs the loop if the operands are such, of the loop's type, and there is enough of them; false, and nothing done, if not. */
    static boolean run(Pointwise.Loops loops, Geometry g, Dense[] operands) {
        if (g.rank < 2 || g.dims[g.rank - 2] < Squares.SIDE || g.inner() < Squares.SIDE) {
            return false;
        }
        int repeated = 0;
        boolean any = false;
        for (int k = 0; k < operands.length; k++) {
            long step = g.innerStep(k);
            boolean row = step == Float.BYTES || k > 0 && step == 0;
            boolean column = k > 0 && liesAcross(g, k);
            if (operands[k].dtype() != loops.memory(k)
                    || operands[k].dtype().size() != Float.BYTES
                    || !row && !column) {
                return false;
            }
            repeated |= k > 0 && step == 0 ? 1 << (k - 1) : 0;
            any |= column;
        }
        if (!any || !Squares.ready(HEIGHT, g.numel / HEIGHT)) {
            return false;
        }
        new AcrossRows(loops, g, operands, repeated).run();
        return true;
    }

    private void run() {
        long rows = g.dims[g.rank - 2];
        long high = (rows + HEIGHT - 1) / HEIGHT;
        long wide = (g.inner() + WIDTH - 1) / WIDTH;
        long blocks = g.numel / (rows * g.inner()) * high * wide;
        Workers.parallelFor(blocks, 4, (from, to) -> {
            MemorySegment scratch = BLOCKS.get();
            for (long i = from; i < to; i++) {
                long plane = i / (high * wide);
                block(scratch, plane * rows, i / wide % high * HEIGHT, i % wide * WIDTH);
            }
        });
    }

    private void block(MemorySegment scratch, long plane, long row, long column) {
        int r = g.rank;
        int height = (int) Math.min(HEIGHT, g.dims[r - 2] - row);
        int width = (int) Math.min(WIDTH, g.inner() - column);
        MemorySegment[] s = new MemorySegment[4];
        long[] o = new long[4];
        long[] down = new long[4];
        for (int k = 0; k < operands.length; k++) {
            int place = k == 0 ? 3 : k - 1;
            s[place] = operands[k].segment();
            o[place] = g.rowOffset(k, plane + row) + column * g.innerStep(k);
            down[place] = g.steps[k][r - 2];
            if (across[k]) {
                long at = place * BLOCK_BYTES;
                Moves.plane(
                        s[place], o[place], down[place], g.innerStep(k), scratch, at, 4L * WIDTH, 4, 4, height, width);
                s[place] = scratch;
                o[place] = at;
                down[place] = 4L * WIDTH;
            }
        }
        kernel.rows(s, o, down, height, width);
    }
}

package org.cresset.op;

import java.lang.foreign.MemorySegment;
import java.util.Random;
import org.cresset.base.DType;
import org.cresset.base.Memory;
import org.cresset.base.Storage;
import org.cresset.emit.Kernel;
import org.cresset.emit.Loop;

/** Rows on which forms of a loop are tried. */
final class LoopScratch implements LoopForms.Scratch<Kernel> {
    /** Bytes of an operand. */
    private static final int ROW = WarmUp.TURNS * WarmUp.vectorBytes();

    private static final long BETWEEN = 4L * ROW;

    private final Loop loop;
    private final int n;

    /** From the pool: another kind of segment would spoil what the compiler has learned about the loops. */
    private final Storage scratch = Memory.allocate(4 * BETWEEN);

    LoopScratch(Loop loop) {
        this.loop = loop;
        // Loops with accumulators handle several vectors in a turn.
        n = (loop.accumulators().isEmpty() ? 1 : 2) * ROW / loop.type().dtype().size();
        fill();
    }

    /**
     * Numbers such as a loop meets: of zeros alone the compiler would learn wrong things about what is rare, and the scalar
     * form, which has branches, would seem faster than it is.
     */
    private void fill() {
        Random random = new Random(0);
        for (int k = 0; k < 4; k++) {
            DType t = k < loop.repeated().size()
                    ? loop.rows().get(k).dtype(loop.type())
                    : loop.type().dtype();
            for (int i = 0; i < BETWEEN; i += t.size()) {
                double x = t.isDifferentiable() ? 0.1 + 0.8 * random.nextDouble() : 1 + random.nextInt(20);
                Convert.writeDouble(t, scratch.segment(), BETWEEN * k + i, x);
            }
        }
    }

    /** Whole blocks of vectors, and a row that ends with less, because the compiler leaves out what it hasn't seen. */
    @Override
    public void run(Kernel k) {
        MemorySegment m = scratch.segment();
        k.run(m, 0, m, BETWEEN, m, 2 * BETWEEN, m, 3 * BETWEEN, n);
        k.run(m, 0, m, BETWEEN, m, 2 * BETWEEN, m, 3 * BETWEEN, n / 2 - 1);
    }

    @Override
    public int elements() {
        return n + n / 2 - 1;
    }

    @Override
    public void close() {
        scratch.free();
    }
}

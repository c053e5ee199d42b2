package org.cresset.op;

import org.cresset.autograd.Vjp;
import org.cresset.base.DType;
import org.cresset.base.Shape;
import org.cresset.base.Workers;
import org.cresset.tensor.Dense;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** The inner product of two vectors (n) of float32, without memory for the products. */
final class Dot extends Fused {
    static final Dot OP = new Dot();

    /** Elements that one thread handles at a time; their sums are added in this order whatever the number of threads. */
    private static final int PIECE = 1 << 16;

    private Dot() {
        super("dot", Saves.INPUTS);
    }

    @Override
    protected Spec[] infer(Object attrs, @Nullable Tensor[] in) {
        return spec(Shape.SCALAR, DType.FLOAT32);
    }

    @Override
    protected void compute(Object attrs, @Nullable Dense[] in, Dense[] out) {
        Dense a = Rows.floats(in[0]);
        Dense b = Rows.floats(in[1]);
        long n = a.numel();
        double[] sums = new double[Math.toIntExact((n + PIECE - 1) / PIECE)];
        Workers.parallelFor(sums.length, 1, (from, to) -> {
            Rows r = Rows.local();
            for (long p = from; p < to; p++) {
                long at = p * PIECE;
                long m = Math.min(PIECE, n - at);
                sums[(int) p] = r.dot(a.segment(), a.byteOffset() + 4 * at, b.segment(), b.byteOffset() + 4 * at, m);
            }
        });
        double sum = 0;
        for (double s : sums) {
            sum += s;
        }
        out[0].write(0, sum);
    }

    @Override
    protected Tensor[] decompose(Object attrs, @Nullable Tensor[] in) {
        return new Tensor[] {in[0].mul(in[1]).sum()};
    }

    @Override
    public boolean savesInput(int i, boolean[] needs) {
        return needs[1 - i];
    }

    @Override
    protected void vjp(Vjp v) {
        for (int i = 0; i < 2; i++) {
            if (v.needs(i)) {
                v.set(i, v.grad().mul(v.input(1 - i)));
            }
        }
    }
}

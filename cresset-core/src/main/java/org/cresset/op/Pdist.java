package org.cresset.op;

import java.lang.ref.Reference;
import org.cresset.autograd.Vjp;
import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.base.Shape;
import org.cresset.tensor.Dense;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** The p-norms of the differences of all pairs of rows of (n, k), in the order of the upper triangle: (n (n - 1) / 2). */
public final class Pdist extends Fused {
    private static final Pdist OP = new Pdist();

    private Pdist() {
        super("pdist", Saves.ALL);
    }

    /** The distances. */
    public static Tensor distances(Tensor x, double p) {
        return OP.on(new Cdist.Attrs(p), x);
    }

    @Override
    public Precision precision(Object attrs) {
        return Precision.FULL;
    }

    @Override
    protected Spec[] infer(Object attrs, @Nullable Tensor[] in) {
        if (in[0].dim() != 2 || !in[0].dtype().isFloat()) {
            throw CressetException.runtime(
                    "pdist: " + in[0].dtype() + in[0].shape() + "; expected floating-point numbers (n, k)");
        }
        long n = in[0].size(0);
        return spec(Shape.of(n * (n - 1) / 2), in[0].dtype());
    }

    @Override
    protected void compute(Object attrs, @Nullable Dense[] in, Dense[] out) {
        Dense y = out[0];
        if (y.numel() == 0) {
            return;
        }
        boolean exact = y.dtype() == DType.FLOAT32 || y.dtype() == DType.FLOAT64;
        Dense x = Rows.convert(in[0], exact ? y.dtype() : DType.FLOAT32);
        long n = x.size(0);
        long k = x.size(1);
        Dense results = exact ? y : Dense.empty(y.shape(), x.dtype());
        DistanceRows rows = new DistanceRows(
                x.view(Shape.of(1, n, k), new long[] {0, k, 1}, x.storageOffset()), ((Cdist.Attrs) attrs).p());
        int size = x.dtype().size();
        for (long j = 0; j < n; j += rows.block()) {
            int count = (int) Math.min(rows.block(), n - j);
            rows.load(j, count);
            for (long i = 0; i < j + count - 1; i++) {
                int first = (int) Math.max(0, i + 1 - j);
                long before = i * (2 * n - i - 1) / 2; // pairs of the rows before
                long at = results.byteOffset() + (before + j + first - i - 1) * size;
                rows.distances(x, x.byteOffset() + i * k * size, first, count, results, at);
            }
        }
        if (!exact) {
            Pointwise.copy(results, y);
        }
        Reference.reachabilityFence(x);
    }

    /** From the differences at once; what is differentiated again is made of the operations below. */
    @Override
    protected void vjp(Vjp v) {
        Tensor x = v.input(0);
        double p = ((Cdist.Attrs) v.attrs()).p();
        boolean exact = x.dtype() == DType.FLOAT32 || x.dtype() == DType.FLOAT64;
        if (!plainBackward() || !exact || x.numel() == 0 || !(p >= 1) || Double.isInfinite(p)) {
            super.vjp(v);
            return;
        }
        Tensor pairs = Tensor.triangleIndices(x.size(0), x.size(0), 1, true);
        Tensor first = pairs.select(0, 0);
        Tensor second = pairs.select(0, 1);
        Tensor d = x.indexSelect(0, first).sub(x.indexSelect(0, second));
        Tensor share;
        if (p == 1) {
            share = d.sign().mul(v.grad().unsqueeze(1));
        } else {
            Tensor distance = v.output(0);
            Tensor scale = v.grad().div(p == 2 ? distance : distance.pow(p - 1));
            scale = Tensor.where(distance.eq(0), Tensor.number(0).to(x.dtype()), scale)
                    .unsqueeze(1);
            share = p == 2 ? d.mul(scale) : d.abs().pow(p - 2).mul(d).mul(scale);
            share = p < 2 ? Tensor.where(d.eq(0), Tensor.number(0).to(x.dtype()), share) : share;
        }
        v.set(0, x.zerosLike().indexAdd(0, first, share).indexAdd(0, second, share.neg()));
    }

    @Override
    protected Tensor[] decompose(Object attrs, @Nullable Tensor[] in) {
        Tensor x = in[0];
        Tensor pairs = Tensor.triangleIndices(x.size(0), x.size(0), 1, true);
        Tensor d = x.indexSelect(0, pairs.select(0, 0)).sub(x.indexSelect(0, pairs.select(0, 1)));
        return new Tensor[] {d.norm(((Cdist.Attrs) attrs).p(), new long[] {1}, false)};
    }
}

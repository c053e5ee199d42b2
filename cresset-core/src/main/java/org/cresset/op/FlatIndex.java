package org.cresset.op;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.cresset.autograd.Func;
import org.cresset.autograd.Vjp;
import org.cresset.base.DType;
import org.cresset.tensor.Dense;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** Positions in two dimensions as positions in both as one: {@code first size + second}, negative ones counted from the end. */
public final class FlatIndex extends Index {
    private static final FlatIndex OP = new FlatIndex();

    private static final ValueLayout.OfLong L = ValueLayout.JAVA_LONG_UNALIGNED;

    private record Attrs(long firstSize, long secondSize) {}

    private FlatIndex() {
        super("index", Saves.NOTHING);
    }

    /** Broadcasts positions (int64) in dimensions of these sizes; throws an index error for those out of range. */
    public static Tensor of(Tensor first, long firstSize, Tensor second, long secondSize) {
        return OP.on(new Attrs(firstSize, secondSize), first, second);
    }

    @Override
    protected Spec[] infer(Object attrs, @Nullable Tensor[] in) {
        return spec(Broadcast.shapes("index", in), DType.INT64);
    }

    @Override
    public boolean differentiable(int output) {
        return false;
    }

    @Override
    protected void vjp(Vjp v) {
        v.none();
    }

    @Override
    public Tensor[] batch(Object attrs, @Nullable Tensor[] in, boolean[] mapped, long size) {
        int rank = Math.max(in[0].dim() - (mapped[0] ? 1 : 0), in[1].dim() - (mapped[1] ? 1 : 0));
        Tensor[] aligned = new Tensor[2];
        for (int i = 0; i < 2; i++) {
            aligned[i] = mapped[i] ? Func.alignBatch(in[i], rank) : in[i];
        }
        return new Tensor[] {on(attrs, aligned)};
    }

    @Override
    protected void compute(Object attrs, @Nullable Dense[] in, Dense[] out) {
        Attrs a = (Attrs) attrs;
        Geometry g = Geometry.of(out[0].shape(), out[0], in[0], in[1]);
        long ys = g.innerStep(0);
        long as = g.innerStep(1);
        long bs = g.innerStep(2);
        MemorySegment y = out[0].segment();
        MemorySegment first = in[0].segment();
        MemorySegment second = in[1].segment();
        Positions p = Positions.WRAPPED;
        Walk.parallel(g, (yo, ao, bo, n) -> {
            for (long i = 0; i < n; i++) {
                long k = p.checked("index", first.get(L, ao + i * as), a.firstSize) * a.secondSize;
                y.set(L, yo + i * ys, k + p.checked("index", second.get(L, bo + i * bs), a.secondSize));
            }
        });
    }
}

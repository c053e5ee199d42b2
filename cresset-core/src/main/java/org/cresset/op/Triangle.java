package org.cresset.op;

import java.lang.foreign.MemorySegment;
import org.cresset.autograd.Vjp;
import org.cresset.base.CressetException;
import org.cresset.base.Workers;
import org.cresset.tensor.Dense;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** Matrices of which only a triangle is kept, the rest being 0: as {@code torch.tril} and {@code torch.triu}. */
public final class Triangle extends Index {
    private static final Triangle OP = new Triangle();

    /** The diagonal where the triangle ends, and whether it is what lies above. */
    private record Attrs(long diagonal, boolean upper) {}

    private Triangle() {
        super("triangle", Saves.NOTHING);
    }

    /** The upper or lower triangle of the last two dimensions, with its diagonal. */
    public static Tensor of(Tensor x, long diagonal, boolean upper) {
        if (x.dim() < 2) {
            throw CressetException.runtime(
                    (upper ? "triu" : "tril") + ": expected at least 2 dimensions, got shape " + x.shape());
        }
        return OP.on(new Attrs(diagonal, upper), x);
    }

    @Override
    protected Spec[] infer(Object attrs, @Nullable Tensor[] in) {
        return spec(in[0].shape(), in[0].dtype());
    }

    @Override
    protected void compute(Object attrs, @Nullable Dense[] in, Dense[] out) {
        Attrs a = (Attrs) attrs;
        Dense x = in[0];
        Dense y = out[0];
        if (y.numel() == 0) {
            return;
        }
        long rows = y.size(-2);
        long columns = y.size(-1);
        long size = y.dtype().size();
        boolean direct = x.stride(x.dim() - 1) == 1;
        if (!direct) {
            Pointwise.copy(x, y);
        }
        Dense source = direct ? x : y;
        Dense heads = (Dense) Views.Select.OP.eval(new Views.Longs(x.dim() - 1, 0), new Tensor[] {source})[0];
        Dense order = Dense.over(y.storage(), heads.shape(), heads.shape().contiguousStrides(), 0, y.dtype());
        Geometry g = Geometry.of(heads.shape(), order, heads);
        MemorySegment to = y.segment();
        Workers.parallelFor(g.numel, Math.max(1, (1 << 15) / columns), (begin, end) -> {
            for (long r = begin; r < end; r++) {
                // the columns that are kept: from the diagonal on, or up to it
                long edge = r % rows + a.diagonal + (a.upper ? 0 : 1);
                long cut = Math.max(0, Math.min(columns, edge));
                long at = y.byteOffset() + r * columns * size;
                long first = a.upper ? cut : 0;
                long n = a.upper ? columns - cut : cut;
                if (direct) {
                    MemorySegment.copy(x.segment(), g.offset(1, r) + first * size, to, at + first * size, n * size);
                }
                to.asSlice(at + (a.upper ? 0 : cut * size), (columns - n) * size)
                        .fill((byte) 0);
            }
        });
    }

    @Override
    protected void vjp(Vjp v) {
        v.set(0, on(v.attrs(), v.grad()));
    }

    @Override
    public Tensor[] jvp(Object attrs, @Nullable Tensor[] in, Tensor[] out, @Nullable Tensor[] tangents) {
        return new Tensor[] {on(attrs, tangents[0])};
    }

    @Override
    public Tensor[] batch(Object attrs, @Nullable Tensor[] in, boolean[] mapped, long size) {
        return new Tensor[] {on(attrs, in[0])};
    }
}

package org.cresset.op;

import org.cresset.autograd.Vjp;
import org.cresset.base.DType;
import org.cresset.base.Shape;
import org.cresset.tensor.Dense;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** The transpose of a view: zeros in which the elements that the view looks at are filled; overlapping ones add up. */
public final class Embed extends Index {
    static final Embed OP = new Embed();

    record Attrs(View view, Object attrs, Shape shape) {}

    /** Elements one after the other from which vectors pay. */
    private static final int LONG = 16;

    private Embed() {
        super("view_backward", Saves.NOTHING);
    }

    /** Zeros of a shape in which the elements that {@code view} looks at are those of {@code x}. */
    public static Tensor in(Shape shape, View view, Object attrs, Tensor x) {
        return OP.on(new Attrs(view, attrs, shape), x);
    }

    @Override
    protected Spec[] infer(Object attrs, @Nullable Tensor[] in) {
        return spec(((Attrs) attrs).shape, in[0].dtype());
    }

    @Override
    protected void compute(Object attrs, @Nullable Dense[] in, Dense[] out) {
        Attrs a = (Attrs) attrs;
        Moves.zero(out[0].segment(), 0, out[0].numel() * out[0].dtype().size());
        Dense target = a.view.look(a.attrs, out[0], in[0].shape());
        if (overlaps(target)) {
            accumulate(in[0], target);
        } else {
            Pointwise.copy(in[0], target);
        }
    }

    private static boolean overlaps(Dense t) {
        long reach = 1;
        for (int d = 0; d < t.dim(); d++) {
            if (t.size(d) > 1) {
                reach += (t.size(d) - 1) * Math.abs(t.stride(d));
            }
        }
        // Strides that nest, each at least as long as what lies within, can't meet.
        long[] sizes = t.shape().toArray();
        long[] strides = t.strides();
        for (int i = 0; i < sizes.length; i++) {
            for (int j = i + 1; j < sizes.length; j++) {
                if (strides[j] > strides[i]) {
                    long s = strides[i];
                    strides[i] = strides[j];
                    strides[j] = s;
                    long n = sizes[i];
                    sizes[i] = sizes[j];
                    sizes[j] = n;
                }
            }
        }
        long inner = 0;
        for (int i = sizes.length - 1; i >= 0; i--) {
            if (sizes[i] == 1) {
                continue;
            }
            if (strides[i] <= inner) {
                return true;
            }
            inner += (sizes[i] - 1) * strides[i];
        }
        return reach < t.numel();
    }

    /** Along the dimension with the longest runs, which in the target must not be those of one element. */
    private static void accumulate(Dense from, Dense to) {
        int rank = to.dim();
        int inner = inner(to);
        long[] dims = new long[rank];
        long[] fromStrides = new long[rank];
        long[] toStrides = new long[rank];
        for (int d = 0, k = 0; d < rank; d++) {
            int at = d == inner ? rank - 1 : k++;
            dims[at] = to.size(d);
            fromStrides[at] = from.stride(d);
            toStrides[at] = to.stride(d);
        }
        Shape shape = Shape.of(dims);
        Dense a = from.view(shape, fromStrides, from.storageOffset());
        Dense b = to.view(shape, toStrides, to.storageOffset());
        Dense order = Dense.over(to.storage(), shape, shape.contiguousStrides(), 0, DType.UINT8);
        Geometry g = Geometry.of(shape, order, a, b, b);
        long fs = g.innerStep(1);
        long ts = g.innerStep(2);
        int size = to.dtype().size();
        if (ts == size && g.rank > 1 && g.inner() < 1 << 24) {
            long many = g.dims[g.rank - 2];
            long fromRow = g.steps[1][g.rank - 2];
            long toRow = g.steps[2][g.rank - 2];
            for (long row = 0; row < g.numel / g.inner(); row += many) {
                long fo = g.rowOffset(1, row);
                long at = g.rowOffset(2, row);
                Adding.rows(to.dtype(), a.segment(), fo, fromRow, fs, b.segment(), at, toRow, g.inner(), many);
            }
            return;
        }
        Walk.each(g, 1, (fo, at, same, n) -> Adding.run(to.dtype(), a.segment(), fo, fs, b.segment(), at, ts, n));
    }

    private static int inner(Dense t) {
        int best = 0;
        for (int d = 1; d < t.dim(); d++) {
            boolean together = t.stride(d) == 1 && t.size(d) >= LONG;
            boolean bestTogether = t.stride(best) == 1 && t.size(best) >= LONG;
            if (together == bestTogether ? t.size(d) > t.size(best) : together) {
                best = d;
            }
        }
        return best;
    }

    @Override
    protected void vjp(Vjp v) {
        Attrs a = (Attrs) v.attrs();
        v.set(0, a.view.on(a.attrs, v.grad()));
    }

    @Override
    public Tensor[] batch(Object attrs, @Nullable Tensor[] in, boolean[] mapped, long size) {
        Attrs a = (Attrs) attrs;
        long[] dims = new long[a.shape.rank() + 1];
        dims[0] = size;
        System.arraycopy(a.shape.dims(), 0, dims, 1, a.shape.rank());
        Shape whole = Shape.of(dims);
        return new Tensor[] {on(new Attrs(a.view, a.view.shifted(a.attrs, whole), whole), in[0])};
    }
}

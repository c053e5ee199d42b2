package org.cresset.op;

import java.lang.foreign.MemorySegment;
import org.cresset.autograd.Vjp;
import org.cresset.base.DType;
import org.cresset.base.Shape;
import org.cresset.tensor.Dense;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * The gradient of {@link StridedView}: adds up what every view element says of a memory position, then reads the positions
 * of the base. Where the base itself shows a position several times, they share.
 */
final class StridedGrad extends Index {
    static final StridedGrad OP = new StridedGrad();

    record Attrs(StridedView.Attrs view, Shape base) {}

    private StridedGrad() {
        super("as_strided_backward", Saves.NOTHING);
    }

    @Override
    protected Spec[] infer(Object attrs, @Nullable Tensor[] in) {
        return spec(((Attrs) attrs).base, in[0].dtype());
    }

    @Override
    protected void compute(Object attrs, @Nullable Dense[] in, Dense[] out) {
        Attrs a = (Attrs) attrs;
        long low = Math.min(a.view.offset(), a.view.baseOffset());
        long end = Math.max(
                StridedView.reach(a.view.shape(), a.view.strides().of(), a.view.offset()),
                StridedView.reach(a.base, a.view.baseStrides().of(), a.view.baseOffset()));
        DType t = in[0].dtype();
        Dense memory = Dense.empty(Shape.of(end - low), t);
        Moves.zero(memory.segment(), 0, memory.numel() * t.size());
        Dense counts = Dense.empty(Shape.of(end - low), DType.INT32);
        Moves.zero(counts.segment(), 0, counts.numel() * 4);
        Dense base = memory.view(a.base, a.view.baseStrides().of(), a.view.baseOffset() - low);
        Dense baseCounts = counts.view(a.base, a.view.baseStrides().of(), a.view.baseOffset() - low);
        long n = a.base.numel();
        Geometry of = Geometry.of(a.base, baseCounts);
        for (long i = 0; i < n; i++) {
            long o = of.offset(0, i);
            Convert.writeLong(DType.INT32, counts.segment(), o, Convert.readLong(DType.INT32, counts.segment(), o) + 1);
        }
        Dense seen = memory.view(a.view.shape(), a.view.strides().of(), a.view.offset() - low);
        add(in[0], seen);
        Pointwise.copy(base, out[0]);
        share(out[0], baseCounts);
    }

    private static void add(Dense from, Dense to) {
        Geometry g = Geometry.of(to.shape(), to, from);
        DType part = to.dtype().real();
        MemorySegment a = from.segment();
        MemorySegment b = to.segment();
        for (long i = 0; i < g.numel; i++) {
            for (int p = 0; p < to.dtype().size(); p += part.size()) {
                long y = g.offset(0, i) + p;
                Convert.writeDouble(
                        part, b, y, Convert.readDouble(part, b, y) + Convert.readDouble(part, a, g.offset(1, i) + p));
            }
        }
    }

    private static void share(Dense out, Dense counts) {
        Geometry g = Geometry.of(out.shape(), out, counts);
        DType part = out.dtype().real();
        MemorySegment m = out.segment();
        for (long i = 0; i < g.numel; i++) {
            long c = Convert.readLong(DType.INT32, counts.segment(), g.offset(1, i));
            for (int p = 0; p < out.dtype().size() && c > 1; p += part.size()) {
                long y = g.offset(0, i) + p;
                Convert.writeDouble(part, m, y, Convert.readDouble(part, m, y) / c);
            }
        }
    }

    @Override
    protected void vjp(Vjp v) {
        Attrs a = (Attrs) v.attrs();
        v.set(
                0,
                StridedView.OP.on(
                        new StridedView.Attrs(
                                a.view.shape(),
                                a.view.strides(),
                                a.view.offset(),
                                new Views.Longs(a.base.contiguousStrides()),
                                a.view.baseOffset()),
                        v.grad().contiguous()));
    }

    @Override
    public Tensor[] batch(Object attrs, @Nullable Tensor[] in, boolean[] mapped, long size) {
        Attrs a = (Attrs) attrs;
        StridedView.Attrs whole = a.view.batched(a.base, size);
        if (whole == null) {
            return super.batch(attrs, in, mapped, size);
        }
        long[] dims = new long[a.base.rank() + 1];
        dims[0] = size;
        System.arraycopy(a.base.dims(), 0, dims, 1, a.base.rank());
        return new Tensor[] {on(new Attrs(whole, Shape.of(dims)), in[0])};
    }
}

package org.cresset.nn.functional;

import org.cresset.autograd.Vjp;
import org.cresset.base.Shape;
import org.cresset.op.Custom;
import org.cresset.op.Saves;
import org.cresset.op.Spec;
import org.cresset.tensor.Dense;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** Columns (N, C kh kw, L) added up where their blocks lie in images (N, C, H, W); the derivative is {@link Columns}. */
final class ColumnSums extends Custom {
    static final ColumnSums OP = new ColumnSums();

    private ColumnSums() {
        super("fold", Saves.NOTHING);
    }

    @Override
    protected Spec[] infer(Object attrs, @Nullable Tensor[] in) {
        Columns.Attrs a = (Columns.Attrs) attrs;
        long area = a.blocks().kernel()[0] * a.blocks().kernel()[1];
        return spec(Shape.of(in[0].size(0), in[0].size(1) / area, a.height(), a.width()), in[0].dtype());
    }

    @Override
    protected void compute(Object attrs, @Nullable Dense[] in, Dense[] out) {
        Columns.Attrs a = (Columns.Attrs) attrs;
        long[] p = a.blocks().padding();
        Dense y = out[0];
        boolean padded = p[0] > 0 || p[1] > 0;
        Shape whole = Shape.of(y.size(0), y.size(1), a.height() + 2 * p[0], a.width() + 2 * p[1]);
        Tensor sums = padded ? Tensor.zeros(whole, y.dtype()) : y.zero_();
        Tensor x = a.apart(in[0].detach().contiguous());
        for (long i = 0; i < a.blocks().kernel()[0]; i++) {
            for (long j = 0; j < a.blocks().kernel()[1]; j++) {
                Tensor to = a.blocks().element(sums, i, j, a.rows(), a.columns());
                to.add_(x.select(2, i).select(2, j));
            }
        }
        if (padded) {
            y.copy_(sums.narrow(2, p[0], a.height()).narrow(3, p[1], a.width()));
        }
    }

    @Override
    protected void vjp(Vjp v) {
        v.set(0, Columns.OP.on(v.attrs(), v.grad()));
    }

    @Override
    public Tensor[] jvp(Object attrs, @Nullable Tensor[] in, Tensor[] out, @Nullable Tensor[] tangents) {
        return new Tensor[] {OP.on(attrs, tangents[0])};
    }

    @Override
    public Tensor[] batch(Object attrs, @Nullable Tensor[] in, boolean[] mapped, long size) {
        return new Tensor[] {OP.on(attrs, in[0].flatten(0, 1)).unflatten(0, size, in[0].size(1))};
    }
}

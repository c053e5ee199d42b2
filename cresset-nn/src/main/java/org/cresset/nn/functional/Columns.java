package org.cresset.nn.functional;

import org.cresset.autograd.Vjp;
import org.cresset.base.Shape;
import org.cresset.op.Custom;
import org.cresset.op.Saves;
import org.cresset.op.Spec;
import org.cresset.tensor.Dense;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** Sliding blocks of images (N, C, H, W) as columns (N, C kh kw, L); the derivative is {@link ColumnSums}. */
final class Columns extends Custom {
    static final Columns OP = new Columns();

    /** The blocks, and the size of an image. */
    record Attrs(Unfolding blocks, long height, long width) {
        long rows() {
            return blocks.blocks("unfold", 0, height);
        }

        long columns() {
            return blocks.blocks("unfold", 1, width);
        }

        /** Columns as (N, C, kh, kw, rows, columns). */
        Tensor apart(Tensor columns) {
            long area = blocks.kernel()[0] * blocks.kernel()[1];
            return columns.view(
                    columns.size(0), columns.size(1) / area, blocks.kernel()[0], blocks.kernel()[1], rows(), columns());
        }
    }

    private Columns() {
        super("unfold", Saves.NOTHING);
    }

    @Override
    protected Spec[] infer(Object attrs, @Nullable Tensor[] in) {
        Attrs a = (Attrs) attrs;
        long area = a.blocks.kernel()[0] * a.blocks.kernel()[1];
        return spec(Shape.of(in[0].size(0), in[0].size(1) * area, a.rows() * a.columns()), in[0].dtype());
    }

    @Override
    protected void compute(Object attrs, @Nullable Dense[] in, Dense[] out) {
        Attrs a = (Attrs) attrs;
        long[] p = a.blocks.padding();
        Tensor padded = Padding.pad(in[0].detach(), new long[] {p[1], p[1], p[0], p[0]}, "constant", 0);
        Tensor y = a.apart(out[0]);
        for (long i = 0; i < a.blocks.kernel()[0]; i++) {
            for (long j = 0; j < a.blocks.kernel()[1]; j++) {
                y.select(2, i).select(2, j).copy_(a.blocks.element(padded, i, j, a.rows(), a.columns()));
            }
        }
    }

    @Override
    protected void vjp(Vjp v) {
        v.set(0, ColumnSums.OP.on(v.attrs(), v.grad()));
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

package org.cresset.op;

import org.cresset.autograd.Vjp;
import org.cresset.base.Shape;
import org.cresset.op.Gathering.Along;
import org.cresset.tensor.Dense;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Rows of a table, whose gradient is made of rows where that is possible. Inputs: table (V, E) and which rows (M), int64; the
 * rows that equal {@code padding} get no gradient.
 */
public final class RowLookup extends Fused {
    private static final RowLookup OP = new RowLookup();
    private static final Along ROWS = new Along("embedding", 0, Positions.SLICES);

    /** The row without a gradient (-1: none), and whether the gradient of a leaf is to be sparse. */
    private record Padding(long row, boolean sparse) {}

    private RowLookup() {
        super("embedding", Saves.INPUTS);
    }

    /** The rows (M, E). */
    public static Tensor of(Tensor table, Tensor rows, long padding, boolean sparse) {
        return OP.on(new Padding(padding, sparse), table, rows);
    }

    @Override
    protected Spec[] infer(Object attrs, @Nullable Tensor[] in) {
        return spec(Shape.of(in[1].numel(), in[0].size(1)), in[0].dtype());
    }

    @Override
    protected Tensor[] decompose(Object attrs, @Nullable Tensor[] in) {
        Tensor rows = in[0].indexSelect(0, in[1]);
        long padding = ((Padding) attrs).row;
        return new Tensor[] {padding < 0 ? rows : Tensor.where(in[1].ne(padding).unsqueeze(1), rows, rows.detach())};
    }

    @Override
    protected void compute(Object attrs, @Nullable Dense[] in, Dense[] out) {
        if (out[0].numel() > 0) {
            Dense index =
                    (Dense) in[1].detach().unsqueeze(1).expand(out[0].shape().toArray());
            GatherKernel.run(ROWS, in[0], index, out[0]);
        }
    }

    @Override
    protected void vjp(Vjp v) {
        Padding p = (Padding) v.attrs();
        if (!plainBackward() || !v.takesRows(0)) {
            super.vjp(v);
        } else if (p.sparse) {
            TableRows.setSparse(v, v.input(1), v.grad(), p.row);
        } else if (TableRows.few(v.input(1), v.input(0))) {
            TableRows.setFew(v, v.grad(), v.input(1), null, null, p.row);
        } else {
            super.vjp(v);
        }
    }
}

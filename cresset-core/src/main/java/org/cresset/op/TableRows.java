package org.cresset.op;

import org.cresset.autograd.Vjp;
import org.cresset.base.DType;
import org.cresset.base.Shape;
import org.cresset.base.Workers;
import org.cresset.tensor.Dense;
import org.cresset.tensor.SparseRows;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** The gradient of a table as the rows that were used: where these are few, the others, which are zero, are never written. */
final class TableRows {
    /** Rows of the table for each that is used, from which on the others are left out. */
    private static final int FEW = 4;

    private TableRows() {}

    /** Whether few enough rows of a table are used, so that it pays to leave the others out. */
    static boolean few(Tensor rows, Tensor table) {
        return FEW * rows.numel() < table.size(0);
    }

    /** The gradient of input 0, all of whose rows are in {@code indices}, as it comes, with those that aren't padding. */
    static void setSparse(Vjp v, Tensor indices, Tensor values, long padding) {
        Tensor given = values.to(v.inputType(0));
        if (padding < 0) {
            v.setRows(0, new SparseRows(indices, given), true);
            return;
        }
        Tensor real = indices.ne(padding).nonzero().squeeze(1);
        v.setRows(0, new SparseRows(indices.indexSelect(0, real), given.indexSelect(0, real)), true);
    }

    /** The gradient of input 0 as a tensor of which only the rows are made. */
    static void setFew(Vjp v, Tensor g, Tensor rows, @Nullable Tensor from, @Nullable Tensor weights, long padding) {
        v.setRows(
                0,
                sums(
                        (Dense) g.detach(),
                        (Dense) rows.detach(),
                        from == null ? null : (Dense) from.detach(),
                        weights == null ? null : (Dense) weights.detach(),
                        padding),
                false);
    }

    /**
     * For each row that is used, the sum over its uses.
     *
     * @param g what the uses have as gradients, (B, E)
     * @param rows the row of each use (M)
     * @param from whose gradient a use has (M); null: the one at the same place
     * @param weights what it is multiplied by (M); null: 1
     * @param padding the row that doesn't count; -1: none
     */
    private static SparseRows sums(Dense g, Dense rows, @Nullable Dense from, @Nullable Dense weights, long padding) {
        if (g.dtype() != DType.FLOAT32) {
            Tensor picked = from == null ? g : g.indexSelect(0, from);
            Tensor values = weights == null ? picked : picked.mul(weights.unsqueeze(1));
            Tensor real = rows.ne(padding).nonzero().squeeze(1);
            return new SparseRows(rows.indexSelect(0, real), values.indexSelect(0, real)).coalesce();
        }
        long[] used = rows.to(DType.INT64).toLongArray();
        DistinctRows distinct = DistinctRows.of(used);
        long[] places = new long[used.length];
        for (int i = 0; i < places.length; i++) {
            places[i] = used[i] == padding ? -1 : distinct.place(used[i]);
        }
        Dense y = Dense.empty(Shape.of(distinct.rows().length, g.size(1)), DType.FLOAT32);
        add(
                Rows.floats(g),
                from == null ? null : from.toLongArray(),
                weights == null ? null : weights.to(DType.FLOAT32).toFloatArray(),
                places,
                y);
        return new SparseRows(Tensor.of(distinct.rows()), y);
    }

    /**
     * Fills contiguous rows of floats with sums of others, added in their order.
     *
     * @param from contiguous rows
     * @param source which of them each addend is; null: the one at the same place
     * @param factors what it is multiplied by; null: 1
     * @param places to which row it is added; -1: to none
     */
    static void add(Dense from, long @Nullable [] source, float @Nullable [] factors, long[] places, Dense to) {
        long n = to.size(1);
        long count = to.size(0);
        if (to.numel() == 0) {
            return;
        }
        int[] begins = new int[Math.toIntExact(count) + 1];
        long[] which = new long[places.length];
        float[] weights = new float[places.length];
        byPlace(source, factors, places, begins, which, weights);
        // A row is one thread's, so that no two write to it.
        long grain = Math.max(1, Rows.GRAIN * count / (n * (places.length + count)));
        Workers.parallelFor(count, grain, (first, end) -> {
            Moves.zero(to.segment(), to.byteOffset() + 4 * first * n, 4 * (end - first) * n);
            for (int k = (int) first; k < end; k++) {
                BagRows.add(
                        from.segment(),
                        from.byteOffset(),
                        which,
                        weights,
                        begins[k],
                        begins[k + 1],
                        to.segment(),
                        to.byteOffset() + 4L * k * n,
                        Math.toIntExact(n));
            }
        });
    }

    /** Sorts addends by their place, those of a place as they come; {@code begins[k]} is where those of place k do. */
    private static void byPlace(
            long @Nullable [] source,
            float @Nullable [] factors,
            long[] places,
            int[] begins,
            long[] which,
            float[] weights) {
        for (long k : places) {
            if (k >= 0) {
                begins[(int) k + 1]++;
            }
        }
        for (int k = 1; k < begins.length; k++) {
            begins[k] += begins[k - 1];
        }
        int[] next = begins.clone();
        for (int i = 0; i < places.length; i++) {
            if (places[i] >= 0) {
                int at = next[(int) places[i]]++;
                which[at] = source == null ? i : source[i];
                weights[at] = factors == null ? 1 : factors[i];
            }
        }
    }
}

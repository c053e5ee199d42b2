package org.cresset.op;

import org.cresset.autograd.Vjp;
import org.cresset.base.Ahead;
import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.base.Shape;
import org.cresset.base.Workers;
import org.cresset.tensor.Dense;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Weighted sums of rows of a table, bag by bag. Inputs: table (V, E), which rows (M), int64, the bag of each (M), int64 and
 * ascending, and the weight of each (M).
 */
public final class Bags {
    private Bags() {}

    /** How many bags there are, and the row whose weight is 0 in all of them; -1: none. */
    private record Count(long bags, boolean sparse, long padding) {}

    /**
     * The sums (bags, E); {@code weights} may require a gradient.
     *
     * @param sparse whether the table's gradient is to be made of rows where that is possible
     * @param padding the row whose weights are 0, which then is not among those; -1: none
     */
    public static Tensor sum(
            Tensor table, Tensor rows, Tensor bag, Tensor weights, long bags, boolean sparse, long padding) {
        return Forward.OP.on(new Count(bags, sparse, padding), table, rows, bag, weights);
    }

    private static void check(long row, long count) {
        if (row < 0 || row >= count) {
            throw CressetException.index(
                    "embedding_bag: index " + row + " is out of range for a table of " + count + " rows");
        }
    }

    private static long at(Dense t, long row, long width) {
        return t.byteOffset() + 4 * row * width;
    }

    /** The sums. */
    static final class Forward extends Fused {
        static final Forward OP = new Forward();

        /** Bytes of a table that the processor keeps near. */
        private static final long CACHED = 1 << 19;

        private Forward() {
            super("embedding_bag", Saves.INPUTS);
        }

        @Override
        protected Spec[] infer(Object attrs, @Nullable Tensor[] in) {
            return spec(Shape.of(((Count) attrs).bags, in[0].size(1)), in[0].dtype());
        }

        @Override
        protected Tensor[] decompose(Object attrs, @Nullable Tensor[] in) {
            Tensor picked = in[0].indexSelect(0, in[1]).mul(in[3].unsqueeze(1));
            Tensor zeros = Tensor.zeros(Shape.of(((Count) attrs).bags, in[0].size(1)), picked.dtype());
            return new Tensor[] {zeros.indexAdd(0, in[2], picked)};
        }

        @Override
        protected void compute(Object attrs, @Nullable Dense[] in, Dense[] out) {
            if (in[0].dtype() != DType.FLOAT32) {
                Tensor made = decompose(
                        attrs, new Tensor[] {in[0].detach(), in[1].detach(), in[2].detach(), in[3].detach()})[0];
                Pointwise.copy((Dense) made, out[0]);
                return;
            }
            Dense table = Rows.floats(in[0]);
            long[] rows = Rows.convert(in[1], DType.INT64).toLongArray();
            long[] bag = Rows.convert(in[2], DType.INT64).toLongArray();
            float[] weights = Rows.floats(in[3]).toFloatArray();
            Dense y = out[0];
            long n = y.size(1);
            long m = rows.length;
            long bags = y.size(0);
            Moves.zero(y.segment(), 0, 4 * y.numel());
            if (n == 0) {
                return;
            }
            for (long row : rows) {
                check(row, table.size(0));
            }
            boolean far = 4 * table.numel() > CACHED;
            // Each thread takes bags, and so knows where their rows begin.
            Workers.parallelFor(bags, Math.max(1, Rows.GRAIN / Math.max(1, n * Math.max(1, m / bags))), (from, to) -> {
                int end = first(bag, to);
                int i = first(bag, from);
                int known = i;
                while (i < end) {
                    int next = i + 1;
                    while (next < end && bag[next] == bag[i]) {
                        next++;
                    }
                    for (int j = i; j < next; j += Ahead.ROWS) {
                        int last = Math.min(j + Ahead.ROWS, next);
                        if (far && last > known) {
                            known = Math.min(j + Ahead.ROWS, end);
                            ahead(table, rows, j, known);
                        }
                        BagRows.add(
                                table.segment(),
                                table.byteOffset(),
                                rows,
                                weights,
                                j,
                                last,
                                y.segment(),
                                at(y, bag[i], n),
                                (int) n);
                    }
                    i = next;
                }
            });
        }

        private static void ahead(Dense table, long[] rows, int from, int to) {
            long n = table.size(1);
            for (int i = from; i < to; i++) {
                Ahead.touch(table.segment(), at(table, rows[i], n), 4 * n);
            }
        }

        /** The first place of a bag, or of a later one. */
        private static int first(long[] bag, long wanted) {
            int low = 0;
            int high = bag.length;
            while (low < high) {
                int middle = (low + high) >>> 1;
                if (bag[middle] < wanted) {
                    low = middle + 1;
                } else {
                    high = middle;
                }
            }
            return low;
        }

        @Override
        protected void vjp(Vjp v) {
            Count c = (Count) v.attrs();
            boolean takesRows = plainBackward() && v.takesRows(0);
            if (takesRows && c.sparse) {
                Tensor values =
                        v.grad().indexSelect(0, v.input(2)).mul(v.input(3).unsqueeze(1));
                TableRows.setSparse(v, v.input(1), values, c.padding);
                setWeights(v);
                return;
            }
            if (takesRows && TableRows.few(v.input(1), v.input(0))) {
                TableRows.setFew(v, v.grad(), v.input(1), v.input(2), v.input(3), -1);
                setWeights(v);
                return;
            }
            if (!plainBackward() || v.input(0).dtype() != DType.FLOAT32) {
                super.vjp(v);
                return;
            }
            Tensor[] saved = {v.grad(), v.input(0), v.input(1), v.input(2), v.input(3)};
            if (v.needs(0)) {
                v.set(0, ToTable.OP.on(None.NONE, saved));
            }
            setWeights(v);
        }

        private static void setWeights(Vjp v) {
            if (v.needs(3)) {
                Tensor picked = v.input(0).indexSelect(0, v.input(1));
                v.set(3, picked.mul(v.grad().indexSelect(0, v.input(2))).sum(1));
            }
        }
    }

    /** The gradient of the table. Inputs: the gradient of the sums, table, rows, bags, weights. */
    static final class ToTable extends Composite {
        static final ToTable OP = new ToTable();

        private ToTable() {
            super("embedding_bag_backward", Saves.INPUTS);
        }

        @Override
        protected Spec[] infer(Object attrs, @Nullable Tensor[] in) {
            return spec(in[1].shape(), in[1].dtype());
        }

        @Override
        protected void compute(Object attrs, @Nullable Dense[] in, Dense[] out) {
            TableRows.add(
                    Rows.floats(in[0]),
                    in[3].to(DType.INT64).toLongArray(),
                    Rows.floats(in[4]).toFloatArray(),
                    in[2].to(DType.INT64).toLongArray(),
                    out[0]);
        }

        /** Never asked for: where gradients are differentiated again, the composition makes them. */
        @Override
        protected void vjp(Vjp v) {
            throw new IllegalStateException("embedding_bag_backward: only for first-order backward");
        }
    }
}

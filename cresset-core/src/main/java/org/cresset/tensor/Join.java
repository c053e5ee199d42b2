package org.cresset.tensor;

import java.util.Arrays;
import java.util.function.UnaryOperator;
import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.base.Shape;

/** Several tensors made one, and grids of several vectors. */
public final class Join {
    private Join() {}

    /** Side by side: vectors one after the other, others along dimension 1. As {@code torch.hstack}. */
    @Torch("hstack(tensors)")
    public static Tensor hstack(Tensor... tensors) {
        Tensor[] all = raised("hstack", tensors, Tensor::atleast1d);
        return CressetException.under("hstack", () -> Tensor.cat(all[0].dim() == 1 ? 0 : 1, all));
    }

    /** One below the other, vectors as rows. As {@code torch.vstack}. */
    @Torch({"vstack(tensors)", "row_stack(tensors)"})
    public static Tensor vstack(Tensor... tensors) {
        return CressetException.under("vstack", () -> Tensor.cat(0, raised("vstack", tensors, Tensor::atleast2d)));
    }

    /** One behind the other along dimension 2. As {@code torch.dstack}. */
    @Torch("dstack(tensors)")
    public static Tensor dstack(Tensor... tensors) {
        return CressetException.under("dstack", () -> Tensor.cat(2, raised("dstack", tensors, Tensor::atleast3d)));
    }

    /** Side by side, vectors as columns. As {@code torch.column_stack}. */
    @Torch("column_stack(tensors)")
    public static Tensor columnStack(Tensor... tensors) {
        return CressetException.under(
                "column_stack",
                () -> hstack(raised("column_stack", tensors, t -> t.dim() > 1 ? t : t.reshape(t.numel(), 1))));
    }

    private static Tensor[] raised(String op, Tensor[] tensors, UnaryOperator<Tensor> raise) {
        if (tensors.length == 0) {
            throw CressetException.runtime(op + ": expected at least one tensor");
        }
        return Arrays.stream(tensors).map(raise).toArray(Tensor[]::new);
    }

    /**
     * The coordinates of a grid: each vector expanded over the others' dimensions, in their order ({@code indexing} "ij") or
     * with the first two exchanged ("xy"). As {@code torch.meshgrid}.
     */
    @Torch("meshgrid(*tensors, indexing='ij')")
    public static Tensor[] meshgrid(Tensor[] tensors, String indexing) {
        if (!indexing.equals("ij") && !indexing.equals("xy")) {
            throw CressetException.runtime("meshgrid: indexing \"" + indexing + "\"; expected \"ij\" or \"xy\"");
        }
        if (tensors.length == 0) {
            throw CressetException.runtime("meshgrid: expected at least one tensor");
        }
        int n = tensors.length;
        boolean swap = indexing.equals("xy") && n >= 2;
        long[] shape = new long[n];
        for (int i = 0; i < n; i++) {
            if (tensors[i].dim() > 1 || tensors[i].dtype() != tensors[0].dtype()) {
                throw CressetException.runtime("meshgrid: " + tensors[i].dtype() + tensors[i].shape() + " and "
                        + tensors[0].dtype() + tensors[0].shape() + "; expected vectors of one dtype");
            }
            shape[swap && i < 2 ? 1 - i : i] = tensors[i].numel();
        }
        Tensor[] grids = new Tensor[n];
        for (int i = 0; i < n; i++) {
            long[] own = new long[n];
            Arrays.fill(own, 1);
            own[swap && i < 2 ? 1 - i : i] = tensors[i].numel();
            grids[i] = tensors[i].reshape(own).expand(shape);
        }
        return grids;
    }

    /** All tuples of one element of each vector, as rows; of one vector itself. As {@code torch.cartesian_prod}. */
    @Torch("cartesian_prod(*tensors)")
    public static Tensor cartesianProd(Tensor... tensors) {
        for (Tensor t : tensors) {
            if (t.dim() != 1) {
                throw CressetException.runtime("cartesian_prod: shape " + t.shape() + "; expected vectors");
            }
        }
        if (tensors.length == 1) {
            return tensors[0];
        }
        Tensor[] grids = meshgrid(tensors, "ij");
        for (int i = 0; i < grids.length; i++) {
            grids[i] = grids[i].reshape(-1);
        }
        return Tensor.stack(1, grids);
    }

    /** All r of a vector's elements in their order, as rows; perhaps with repetitions. As {@code torch.combinations}. */
    @Torch("combinations(self, r=2, with_replacement=False)")
    public static Tensor combinations(Tensor self, long r, boolean withReplacement) {
        if (self.dim() != 1 || r < 0) {
            throw CressetException.runtime(
                    "combinations: " + r + " elements of shape " + self.shape() + "; expected a vector and r >= 0");
        }
        if (r == 0) {
            return Tensor.zeros(Shape.of(0), self.dtype());
        }
        int n = Math.toIntExact(self.size(0));
        int k = Math.toIntExact(r);
        long rows = ways(withReplacement ? n + k - 1L : n, k);
        long[] index = choose(n, k, Math.toIntExact(rows), withReplacement);
        return self.indexSelect(0, Tensor.of(index)).reshape(rows, k);
    }

    /** In how many ways k of n can be chosen. */
    private static long ways(long n, long k) {
        long count = n < k ? 0 : 1;
        for (long i = 1; i <= k && count > 0; i++) {
            count = Math.multiplyExact(count, n - k + i) / i;
        }
        return count;
    }

    /** All rows of k rising numbers below n, perhaps with equal ones, one after the other. */
    private static long[] choose(int n, int k, int rows, boolean again) {
        long[] all = new long[Math.multiplyExact(rows, k)];
        int[] row = new int[k];
        for (int j = 0; j < k; j++) {
            row[j] = again ? 0 : j;
        }
        int at = 0;
        while (at < all.length) {
            for (int last = row[k - 1]; last < n; last++) { // the rows that differ in the last number alone
                for (int j = 0; j < k - 1; j++) {
                    all[at + j] = row[j];
                }
                all[at + k - 1] = last;
                at += k;
            }
            int d = k - 2;
            while (d >= 0 && row[d] == (again ? n - 1 : n - k + d)) {
                d--;
            }
            if (d < 0) {
                break;
            }
            row[d]++;
            for (int j = d + 1; j < k; j++) {
                row[j] = again ? row[d] : row[j - 1] + 1;
            }
        }
        return all;
    }

    /**
     * Each tensor, padded with zeros, in {@code numChunks} parts of a dimension, the parts of one number joined: {@code dim} is
     * the number, {@code dim + 1} what is joined, with all that follows. As {@code torch._chunk_cat}.
     */
    @Torch("_chunk_cat(tensors, dim, num_chunks)")
    public static Tensor chunkCat(Tensor[] tensors, long dim, long numChunks) {
        if (tensors.length == 0 || numChunks < 1) {
            throw CressetException.runtime(
                    "_chunk_cat: " + tensors.length + " tensors in " + numChunks + " parts; expected at least one");
        }
        Tensor[] all = new Tensor[tensors.length];
        for (int i = 0; i < all.length; i++) {
            Tensor t = tensors[i];
            int d = Dims.wrap("_chunk_cat", dim, t.dim());
            if (t.numel() == 0) {
                throw CressetException.runtime("_chunk_cat: shape " + t.shape() + " has no elements");
            }
            long missing = Math.floorMod(-t.size(d), numChunks);
            if (missing > 0) {
                long[] pad = t.shape().toArray();
                pad[d] = missing;
                t = Tensor.cat(d, t, Tensor.zeros(Shape.of(pad), t.dtype()));
            }
            long[] shape = Arrays.copyOf(t.shape().dims(), d + 2);
            shape[d] = numChunks;
            shape[d + 1] = -1;
            all[i] = t.reshape(shape);
        }
        int d = Dims.wrap("_chunk_cat", dim, tensors[0].dim());
        return CressetException.under("_chunk_cat", () -> Tensor.cat(d + 1, all));
    }

    /** Flat row-major positions in a shape as one tensor of indices for each dimension. As {@code torch.unravel_index}. */
    @Torch("unravel_index(indices: Tensor, shape)")
    public static Tensor[] unravelIndex(Tensor indices, long... shape) {
        if (indices.dtype().isDifferentiable() || indices.dtype() == DType.BOOL) {
            throw CressetException.type("unravel_index: the indices are " + indices.dtype() + "; expected integers");
        }
        Tensor wide = indices.to(DType.INT64);
        long step = 1;
        Tensor[] all = new Tensor[shape.length];
        for (int d = shape.length - 1; d >= 0; d--) {
            if (shape[d] < 0) {
                throw CressetException.value("unravel_index: shape " + Arrays.toString(shape) + " has negative sizes");
            }
            all[d] = wide.floorDivide(Tensor.of(step).reshape())
                    .remainder(Tensor.of(shape[d]).reshape());
            step *= shape[d];
        }
        return all;
    }
}

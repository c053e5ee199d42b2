package org.cresset.linalg;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.base.Shape;
import org.cresset.op.Border;
import org.cresset.op.Broadcast;
import org.cresset.op.Matrices;
import org.cresset.op.Precision;
import org.cresset.tensor.Dims;
import org.cresset.tensor.Tensor;
import org.cresset.tensor.Torch;
import org.jspecify.annotations.Nullable;

/** Products, and matrices put together from parts. */
class Products {
    Products() {}

    /** The n-th power of square matrices, by squaring; of the inverse if n is negative. As {@code torch.linalg.matrix_power}. */
    @Torch({"linalg.matrix_power(self, n)", "matrix_power(self, n)"})
    public static Tensor matrixPower(Tensor self, long n) {
        if (self.dim() < 2 || self.size(-1) != self.size(-2)) {
            throw CressetException.runtime("linalg.matrix_power: " + self.dtype() + self.shape()
                    + "; expected square matrices in the last two dimensions");
        }
        if (n == 0) {
            return self.zerosLike().add(Matrices.identityLike(self));
        }
        Tensor power = n < 0 ? Solvers.inv(self) : self;
        Tensor result = null;
        for (long k = Math.abs(n); k > 0; k >>= 1) {
            if ((k & 1) == 1) {
                result = result == null ? power : result.matmul(power);
            }
            if (k > 1) {
                power = power.matmul(power);
            }
        }
        return n == 1 || result == null ? self.clone() : result;
    }

    /**
     * The product of several matrices in the order that needs the fewest multiplications; the first may be a row vector, the last
     * a column. As {@code torch.linalg.multi_dot}.
     */
    @Torch("linalg.multi_dot(tensors)")
    public static Tensor multiDot(Tensor... tensors) {
        int n = tensors.length;
        if (n < 2) {
            throw CressetException.runtime("linalg.multi_dot: " + n + " tensors; expected at least 2");
        }
        List<Tensor> all = new ArrayList<>(List.of(tensors));
        boolean row = all.getFirst().dim() == 1;
        boolean column = all.getLast().dim() == 1;
        if (row) {
            all.set(0, all.getFirst().unsqueeze(0));
        }
        if (column) {
            all.set(n - 1, all.getLast().unsqueeze(1));
        }
        for (int i = 0; i < n; i++) {
            Tensor t = all.get(i);
            if (t.dim() != 2) {
                throw CressetException.runtime("linalg.multi_dot: tensor " + i + " is " + t.dtype() + t.shape()
                        + "; expected a matrix, or a vector at either end");
            }
            if (i > 0 && all.get(i - 1).size(1) != t.size(0)) {
                throw CressetException.runtime("linalg.multi_dot: tensors " + (i - 1) + " and " + i + " of shapes "
                        + all.get(i - 1).shape() + " and " + t.shape() + " can't be multiplied");
            }
        }
        Tensor y = chain(all, cheapest(all), 0, n - 1);
        if (row) {
            y = y.squeeze(0);
        }
        return column ? y.squeeze(-1) : y;
    }

    /** The product of matrices. As {@code torch.chain_matmul}. */
    @Torch("chain_matmul(*matrices)")
    public static Tensor chainMatmul(Tensor... matrices) {
        return matrices.length == 1 ? matrices[0] : multiDot(matrices);
    }

    /** Where to cut each part of the chain: the classic dynamic program. */
    private static int[][] cheapest(List<Tensor> all) {
        int n = all.size();
        double[][] cost = new double[n][n];
        int[][] cut = new int[n][n];
        for (int length = 1; length < n; length++) {
            for (int i = 0; i + length < n; i++) {
                int j = i + length;
                cost[i][j] = Double.POSITIVE_INFINITY;
                for (int k = i; k < j; k++) {
                    double c = cost[i][k]
                            + cost[k + 1][j]
                            + (double) all.get(i).size(0)
                                    * all.get(k).size(1)
                                    * all.get(j).size(1);
                    if (c < cost[i][j]) {
                        cost[i][j] = c;
                        cut[i][j] = k;
                    }
                }
            }
        }
        return cut;
    }

    private static Tensor chain(List<Tensor> all, int[][] cut, int i, int j) {
        return i == j ? all.get(i) : chain(all, cut, i, cut[i][j]).mm(chain(all, cut, cut[i][j] + 1, j));
    }

    /** Sums of conj(x) y along a dimension. As {@code torch.linalg.vecdot}. */
    @Torch("linalg.vecdot(x: Tensor, y: Tensor, *, dim=-1)")
    public static Tensor vecdot(Tensor x, Tensor y, long dim) {
        Tensor product = Precision.LOWER.of(x).conj().mul(Precision.LOWER.of(y));
        int d = Dims.wrap("linalg.vecdot", dim, product.dim());
        return product.sum(d);
    }

    /** The sum of conj(x) y of two vectors. As {@code torch.vdot}. */
    @Torch("vdot(self, other: Tensor)")
    public static Tensor vdot(Tensor self, Tensor other) {
        return CressetException.under("vdot", () -> self.conj().dot(other));
    }

    /** The products of all rows (last dimensions) of both. As {@code torch.inner}. */
    @Torch("inner(self, other: Tensor)")
    public static Tensor inner(Tensor self, Tensor other) {
        if (self.dim() == 0 || other.dim() == 0) {
            return self.mul(other);
        }
        if (self.size(-1) != other.size(-1)) {
            throw CressetException.runtime(
                    "inner: shapes " + self.shape() + " and " + other.shape() + "; expected equal last sizes");
        }
        return tensordot(self, other, new long[] {-1}, new long[] {-1});
    }

    /** Sums over the last {@code dims} dimensions of a and the first of b. As {@code torch.tensordot}. */
    @Torch("tensordot(a: Tensor, b: Tensor, dims=2)")
    public static Tensor tensordot(Tensor a, Tensor b, long dims) {
        if (dims < 0 || dims > Math.min(a.dim(), b.dim())) {
            throw CressetException.runtime(
                    "tensordot: " + dims + " dimensions to sum over for shapes " + a.shape() + " and " + b.shape());
        }
        long[] left = new long[(int) dims];
        long[] right = new long[(int) dims];
        for (int i = 0; i < dims; i++) {
            left[i] = a.dim() - dims + i;
            right[i] = i;
        }
        return tensordot(a, b, left, right);
    }

    /** Sums over pairs of dimensions, {@code dims[0]} of a and {@code dims[1]} of b. As {@code torch.tensordot}. */
    @Torch("tensordot(a: Tensor, b: Tensor, dims)")
    public static Tensor tensordot(Tensor a, Tensor b, long[][] dims) {
        if (dims.length != 2) {
            throw CressetException.runtime(
                    "tensordot: dims has " + dims.length + " lists; expected one for each tensor");
        }
        return tensordot(a, b, dims[0], dims[1]);
    }

    /** Sums over pairs of dimensions of a and b, which must have equal sizes (or 1). */
    @Torch("tensordot(self: Tensor, other: Tensor, dims_self, dims_other)")
    public static Tensor tensordot(Tensor a, Tensor b, long[] dimsSelf, long[] dimsOther) {
        if (dimsSelf.length != dimsOther.length) {
            throw CressetException.runtime("tensordot: " + dimsSelf.length + " dimensions of the first tensor and "
                    + dimsOther.length + " of the second; expected equally many");
        }
        boolean nothing = dimsSelf.length == 0;
        int[] left = nothing ? new int[0] : Dims.wrapAll("tensordot", dimsSelf, a.dim());
        int[] right = nothing ? new int[0] : Dims.wrapAll("tensordot", dimsOther, b.dim());
        Tensor x = a;
        Tensor y = b;
        for (int i = 0; i < left.length; i++) {
            long m = x.size(left[i]);
            long n = y.size(right[i]);
            if (m != n && m == 1) {
                y = y.sum(new long[] {right[i]}, true, y.dtype());
            } else if (m != n && n == 1) {
                x = x.sum(new long[] {left[i]}, true, x.dtype());
            } else if (m != n) {
                throw CressetException.runtime("tensordot: shapes " + a.shape() + " and " + b.shape() + ": dimension "
                        + left[i] + " of the first has size " + m + ", dimension " + right[i] + " of the second " + n);
            }
        }
        long[] keepLeft = others(x.dim(), left);
        long[] keepRight = others(y.dim(), right);
        long inner = 1;
        for (int d : left) {
            inner *= x.size(d);
        }
        long[] shape = new long[keepLeft.length + keepRight.length];
        long rows = 1;
        long columns = 1;
        for (int i = 0; i < keepLeft.length; i++) {
            shape[i] = x.size((int) keepLeft[i]);
            rows *= shape[i];
        }
        for (int i = 0; i < keepRight.length; i++) {
            shape[keepLeft.length + i] = y.size((int) keepRight[i]);
            columns *= shape[keepLeft.length + i];
        }
        Tensor p = x.permute(join(keepLeft, left)).reshape(rows, inner);
        Tensor q = y.permute(join(right, keepRight)).reshape(inner, columns);
        return p.mm(q).reshape(shape);
    }

    private static long[] others(int rank, int[] dims) {
        long[] out = new long[rank - dims.length];
        int n = 0;
        for (int d = 0; d < rank; d++) {
            int i = d;
            if (Arrays.stream(dims).noneMatch(e -> e == i)) {
                out[n++] = d;
            }
        }
        return out;
    }

    private static long[] join(long[] a, int[] b) {
        long[] all = Arrays.copyOf(a, a.length + b.length);
        for (int i = 0; i < b.length; i++) {
            all[a.length + i] = b[i];
        }
        return all;
    }

    private static long[] join(int[] a, long[] b) {
        long[] all = new long[a.length + b.length];
        for (int i = 0; i < a.length; i++) {
            all[i] = a[i];
        }
        System.arraycopy(b, 0, all, a.length, b.length);
        return all;
    }

    /** The Kronecker product. As {@code torch.kron}. */
    @Torch("kron(self, other: Tensor)")
    public static Tensor kron(Tensor self, Tensor other) {
        int rank = Math.max(self.dim(), other.dim());
        long[] left = new long[2 * rank];
        long[] right = new long[2 * rank];
        long[] shape = new long[rank];
        for (int i = 0; i < rank; i++) {
            int l = i - (rank - self.dim());
            int r = i - (rank - other.dim());
            left[2 * i] = l < 0 ? 1 : self.size(l);
            left[2 * i + 1] = 1;
            right[2 * i] = 1;
            right[2 * i + 1] = r < 0 ? 1 : other.size(r);
            shape[i] = left[2 * i] * right[2 * i + 1];
        }
        return self.reshape(left).mul(other.reshape(right)).reshape(shape);
    }

    /** The cross product along a dimension of size 3. As {@code torch.linalg.cross}. */
    @Torch("linalg.cross(self, other: Tensor, *, dim=-1)")
    public static Tensor cross(Tensor self, Tensor other, long dim) {
        return cross("linalg.cross", self, other, dim);
    }

    /** The cross product along a dimension (null: the first of size 3). As {@code torch.cross}. */
    @Torch("cross(self, other: Tensor, dim=None)")
    public static Tensor crossFirst(Tensor self, Tensor other, @Nullable Long dim) {
        if (dim != null) {
            return cross("cross", self, other, dim);
        }
        for (int d = 0; d < self.dim(); d++) {
            if (self.size(d) == 3) {
                return cross("cross", self, other, d);
            }
        }
        throw CressetException.runtime("cross: no dimension of size 3 in shape " + self.shape());
    }

    private static Tensor cross(String op, Tensor self, Tensor other, long dim) {
        if (self.dim() != other.dim()) {
            throw CressetException.runtime(
                    op + ": shapes " + self.shape() + " and " + other.shape() + "; expected equally many dimensions");
        }
        int d = Dims.wrap(op, dim, self.dim());
        if (self.dim() == 0 || self.size(d) != 3 || other.size(d) != 3) {
            throw CressetException.runtime(op + ": shapes " + self.shape() + " and " + other.shape()
                    + "; expected size 3 in dimension " + dim);
        }
        long[] shape = Broadcast.shapes(op, self, other).toArray();
        Tensor a = self.expand(shape);
        Tensor b = other.expand(shape);
        Tensor[] parts = new Tensor[3];
        for (int i = 0; i < 3; i++) {
            int j = (i + 1) % 3;
            int k = (i + 2) % 3;
            parts[i] = a.select(d, j).mul(b.select(d, k)).sub(a.select(d, k).mul(b.select(d, j)));
        }
        return Tensor.stack(d, parts);
    }

    /** The sum of the diagonal of a matrix. As {@code torch.trace}. */
    @Torch("trace(self)")
    public static Tensor trace(Tensor self) {
        if (self.dim() != 2) {
            throw CressetException.runtime("trace: " + self.dtype() + self.shape() + "; expected a matrix");
        }
        return Matrices.diagonal(Precision.FULL.of(self)).sum();
    }

    /** Rows 1, x, x², ... of n powers (null: as many as there are x). As {@code torch.linalg.vander}. */
    @Torch("linalg.vander(x: Tensor, *, N=None)")
    public static Tensor vander(Tensor x, @Nullable Long n) {
        Tensor base = x.dim() == 0 ? x.unsqueeze(0) : x;
        base = base.dtype() == DType.BOOL ? base.to(DType.INT64) : base;
        long powers = n == null ? base.size(-1) : n;
        if (powers <= 1) {
            throw CressetException.runtime("linalg.vander: N is " + powers + "; expected at least 2");
        }
        return rows(base, powers, false);
    }

    /** Rows of powers. They are made as columns, in loops over all x. */
    private static Tensor rows(Tensor x, long powers, boolean falling) {
        Tensor first = x.unsqueeze(0);
        long[] dims = first.shape().toArray();
        dims[0] = powers - 1;
        Tensor columns = Tensor.cat(0, first.onesLike(), first.expand(dims).cumprod(0));
        return (falling ? columns.flip(0) : columns).movedim(0, -1).contiguous();
    }

    /**
     * Rows of n powers of a vector's elements (null: as many as there are elements), from x^(n - 1) to 1, or from 1 on if
     * {@code increasing}. As {@code torch.vander}.
     */
    @Torch("vander(x: Tensor, N=None, increasing=False)")
    public static Tensor vander(Tensor x, @Nullable Long n, boolean increasing) {
        if (x.dim() != 1) {
            throw CressetException.runtime("vander: x is " + x.dtype() + x.shape() + "; expected a vector");
        }
        long powers = n == null ? x.size(0) : n;
        if (powers < 0) {
            throw CressetException.runtime("vander: N is " + powers + "; expected at least 0");
        }
        if (powers < 2) {
            Tensor base = x.dtype() == DType.BOOL ? x.to(DType.INT64) : x;
            return base.onesLike().unsqueeze(-1).narrow(-1, 0, powers);
        }
        return rows(x.dtype() == DType.BOOL ? x.to(DType.INT64) : x, powers, !increasing);
    }

    /** Matrices along the diagonal of a new one; vectors count as rows. As {@code torch.block_diag}. */
    @Torch("block_diag(*tensors)")
    public static Tensor blockDiag(Tensor... tensors) {
        if (tensors.length == 0) {
            return Tensor.zeros(Shape.of(1, 0), DType.FLOAT32);
        }
        DType type = tensors[0].dtype();
        long columns = 0;
        Tensor[] blocks = new Tensor[tensors.length];
        for (int i = 0; i < blocks.length; i++) {
            Tensor t = tensors[i];
            if (t.dim() > 2) {
                throw CressetException.runtime("block_diag: tensor " + i + " is " + t.dtype() + t.shape()
                        + "; expected at most two dimensions");
            }
            blocks[i] = t.dim() == 2 ? t : t.reshape(1, t.numel());
            type = DType.promote(type, t.dtype());
            columns += blocks[i].size(1);
        }
        long before = 0;
        for (int i = 0; i < blocks.length; i++) {
            Tensor b = blocks[i].to(type);
            long[] beside = {before, columns - before - b.size(1)};
            before += b.size(1);
            blocks[i] = Border.around(b, beside, Border.Mode.CONSTANT, 0);
        }
        return Tensor.cat(0, blocks);
    }

    /**
     * Sums of products in Einstein's notation, {@code "bij,bjk->bik"} for example; {@code "..."} stands for dimensions without
     * names, which broadcast. As {@code torch.einsum}.
     */
    @Torch("einsum(equation, *operands)")
    public static Tensor einsum(String equation, Tensor... operands) {
        return Einsum.run(equation, operands);
    }
}

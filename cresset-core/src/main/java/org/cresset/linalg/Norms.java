package org.cresset.linalg;

import static org.cresset.op.Linalg.expectMatrices;
import static org.cresset.op.Linalg.expectSquare;

import java.util.Arrays;
import java.util.Locale;
import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.base.Shape;
import org.cresset.op.Broadcast;
import org.cresset.op.Cdist;
import org.cresset.op.Eigh;
import org.cresset.op.Precision;
import org.cresset.op.Svd;
import org.cresset.op.VectorNorm;
import org.cresset.tensor.Dims;
import org.cresset.tensor.Tensor;
import org.cresset.tensor.Torch;
import org.jspecify.annotations.Nullable;

/** Norms of vectors and matrices, and what is told by singular values. */
class Norms extends Products {
    Norms() {}

    /** The norm of order {@code ord} over dimensions (null: all) as vectors, computed in {@code dtype} if given. As {@code torch.linalg.vector_norm}. */
    @Torch("linalg.vector_norm(self, ord=2, dim=None, keepdim=False, *, dtype=None)")
    public static Tensor vectorNorm(
            Tensor self, double ord, long @Nullable [] dim, boolean keepdim, @Nullable DType dtype) {
        return VectorNorm.norm("linalg.vector_norm", as("linalg.vector_norm", self, dtype), ord, dim, keepdim);
    }

    private static Tensor as(String op, Tensor x, @Nullable DType dtype) {
        if (dtype == null) {
            return x;
        }
        if (!dtype.isDifferentiable()
                || x.dtype().isComplex() != dtype.isComplex() && x.dtype().isComplex()) {
            throw CressetException.runtime(
                    op + ": can't compute in " + dtype + " for an input of " + x.dtype() + x.shape());
        }
        return x.to(dtype);
    }

    /** The norm of order 1, -1, 2, -2 or ±infinity of matrices in two dimensions. As {@code torch.linalg.matrix_norm}. */
    @Torch("linalg.matrix_norm(self, ord, dim=(-2, -1), keepdim=False, *, dtype=None)")
    public static Tensor matrixNorm(Tensor self, double ord, long[] dim, boolean keepdim, @Nullable DType dtype) {
        String op = "linalg.matrix_norm";
        Tensor x = as(op, self, dtype);
        int[] d = pair(op, x, dim);
        double size = Math.abs(ord);
        if (size == 2) {
            Tensor s = Svd.values(x.movedim(new long[] {d[0], d[1]}, new long[] {-2, -1}));
            long[] last = {-1};
            return restore(ord > 0 ? s.amax(last, false) : s.amin(last, false), d, keepdim);
        }
        if (size != 1 && size != Double.POSITIVE_INFINITY) {
            throw CressetException.runtime(op + ": order " + ord + "; expected ±1, ±2, ±infinity, 'fro' or 'nuc'");
        }
        int summed = size == 1 ? d[0] : d[1];
        int compared = size == 1 ? d[1] : d[0];
        Tensor sums = VectorNorm.norm(op, x, 1, new long[] {summed}, true);
        long[] along = {compared};
        Tensor y = ord > 0 ? sums.amax(along, true) : sums.amin(along, true);
        return keepdim ? y : y.squeeze(new long[] {d[0], d[1]});
    }

    /** The norm {@code "fro"} or {@code "nuc"} of matrices in two dimensions. As {@code torch.linalg.matrix_norm}. */
    @Torch("linalg.matrix_norm(self, ord='fro', dim=(-2, -1), keepdim=False, *, dtype=None)")
    public static Tensor matrixNorm(Tensor self, String ord, long[] dim, boolean keepdim, @Nullable DType dtype) {
        String op = "linalg.matrix_norm";
        Tensor x = as(op, self, dtype);
        int[] d = pair(op, x, dim);
        switch (ord.toLowerCase(Locale.ROOT)) {
            case "fro" -> {
                return VectorNorm.norm(op, x, 2, new long[] {d[0], d[1]}, keepdim);
            }
            case "nuc" -> {
                Tensor s = Svd.values(x.movedim(new long[] {d[0], d[1]}, new long[] {-2, -1}));
                return restore(s.sum(-1), d, keepdim);
            }
            default -> throw CressetException.runtime(op + ": order '" + ord + "'; expected 'fro', 'nuc' or a number");
        }
    }

    private static int[] pair(String op, Tensor x, long[] dim) {
        if (!x.dtype().isDifferentiable() || x.dim() < 2) {
            throw CressetException.runtime(op + ": the input is " + x.dtype() + x.shape()
                    + "; expected matrices of a floating-point or complex dtype");
        }
        if (dim.length != 2) {
            throw CressetException.runtime(op + ": dimensions " + Arrays.toString(dim) + "; expected two of them");
        }
        return Dims.wrapAll(op, dim, x.dim());
    }

    /** The two dimensions that are gone, as 1, where they were. */
    private static Tensor restore(Tensor y, int[] d, boolean keepdim) {
        return keepdim ? y.unsqueeze(Math.min(d[0], d[1])).unsqueeze(Math.max(d[0], d[1])) : y;
    }

    /** The norm of vectors (one dimension) or matrices (two); without order the root of the sum of squares. As {@code torch.linalg.norm}. */
    @Torch("linalg.norm(self, ord=None, dim=None, keepdim=False, *, dtype=None)")
    public static Tensor norm(
            Tensor self, @Nullable Double ord, long @Nullable [] dim, boolean keepdim, @Nullable DType dtype) {
        String op = "linalg.norm";
        if (ord == null) {
            return VectorNorm.norm(op, as(op, self, dtype), 2, dim, keepdim);
        }
        long[] d = dims(op, self, dim);
        return d.length == 1
                ? VectorNorm.norm(op, as(op, self, dtype), ord, d, keepdim)
                : matrixNorm(self, ord, d, keepdim, dtype);
    }

    /** The norm {@code "fro"} or {@code "nuc"} of matrices. As {@code torch.linalg.norm}. */
    @Torch("linalg.norm(self, ord, dim=None, keepdim=False, *, dtype=None)")
    public static Tensor norm(Tensor self, String ord, long @Nullable [] dim, boolean keepdim, @Nullable DType dtype) {
        return matrixNorm(self, ord, dims("linalg.norm", self, dim), keepdim, dtype);
    }

    private static long[] dims(String op, Tensor x, long @Nullable [] dim) {
        if (dim == null) {
            if (x.dim() != 1 && x.dim() != 2) {
                throw CressetException.runtime(op + ": " + x.dtype() + x.shape()
                        + "; with an order but no dimensions a vector or a matrix is expected");
            }
            return x.dim() == 1 ? new long[] {0} : new long[] {0, 1};
        }
        if (dim.length != 1 && dim.length != 2) {
            throw CressetException.runtime(
                    op + ": dimensions " + Arrays.toString(dim) + "; expected one (vectors) or two (matrices)");
        }
        return dim;
    }

    /** The p-norm over dimensions (null: all) as vectors, computed in {@code dtype} if given. As {@code torch.norm}. */
    @Torch("norm(self, p, dim=None, keepdim=False, *, dtype=None)")
    public static Tensor normOf(
            Tensor self, @Nullable Double p, long @Nullable [] dim, boolean keepdim, @Nullable DType dtype) {
        return VectorNorm.norm("norm", as("norm", self, dtype), p == null ? 2 : p, dim, keepdim);
    }

    /** The norm {@code "fro"} (of any dimensions) or {@code "nuc"} (of matrices). As {@code torch.norm}. */
    @Torch("norm(self, p='fro', dim=None, keepdim=False, *, dtype=None)")
    public static Tensor normOf(Tensor self, String p, long @Nullable [] dim, boolean keepdim, @Nullable DType dtype) {
        return switch (p) {
            case "fro" -> VectorNorm.norm("norm", as("norm", self, dtype), 2, dim, keepdim);
            case "nuc" -> matrixNorm(self, "nuc", dim == null ? new long[] {-2, -1} : dim, keepdim, dtype);
            default -> throw CressetException.runtime("norm: p is '" + p + "'; expected 'fro', 'nuc' or a number");
        };
    }

    /** The p-norm of the difference. As {@code torch.dist}. */
    @Torch("dist(self, other: Tensor, p=2)")
    public static Tensor dist(Tensor self, Tensor other, double p) {
        return VectorNorm.norm("dist", self.sub(other), p, null, false);
    }

    /** The p-norms of the differences of all rows of both, (..., m, n). As {@code torch.cdist} without its matrix product. */
    public static Tensor cdist(Tensor x1, Tensor x2, double p) {
        return cdist(x1, x2, p, "donot_use_mm_for_euclid_dist");
    }

    /**
     * The p-norms of the differences of all rows of (..., m, k) and (..., n, k): (..., m, n). {@code computeMode} says whether
     * Euclidean distances of more than 25 rows come from a matrix product, which is faster and less accurate for close rows. As
     * {@code torch.cdist}.
     */
    @Torch("cdist(x1: Tensor, x2: Tensor, p=2.0, compute_mode='use_mm_for_euclid_dist_if_necessary')")
    public static Tensor cdist(Tensor x1, Tensor x2, double p, String computeMode) {
        if (x1.dim() < 2 || x2.dim() < 2 || x1.size(-1) != x2.size(-1) || !(p >= 0)) {
            throw CressetException.runtime("cdist: operands are " + x1.dtype() + x1.shape() + " and " + x2.dtype()
                    + x2.shape() + ", p is " + p
                    + "; expected at least two dimensions, the last of equal size, and p at least 0");
        }
        long m = x1.size(-2);
        long n = x2.size(-2);
        long k = x1.size(-1);
        boolean product =
                switch (computeMode) {
                    case "use_mm_for_euclid_dist_if_necessary" -> p == 2 && (m > 25 || n > 25);
                    case "use_mm_for_euclid_dist" -> p == 2;
                    case "donot_use_mm_for_euclid_dist" -> false;
                    default ->
                        throw CressetException.value("cdist: compute_mode is '" + computeMode
                                + "'; expected use_mm_for_euclid_dist_if_necessary, use_mm_for_euclid_dist or"
                                + " donot_use_mm_for_euclid_dist");
                };
        Tensor[] in = Batches.broadcast("cdist", x1, x2);
        Shape batch = Batches.of(in[0], 2);
        long[] shape = Arrays.copyOf(batch.dims(), batch.rank() + 2);
        shape[batch.rank()] = m;
        shape[batch.rank() + 1] = n;
        if (product && k > 0) {
            return Precision.FULL.applyAll(t -> new Tensor[] {euclidean(t[0], t[1])}, in)[0];
        }
        long count = batch.numel();
        return Cdist.distances(
                        Precision.FULL.of(in[0]).reshape(count, m, k),
                        Precision.FULL.of(in[1]).reshape(count, n, k),
                        p)
                .reshape(shape);
    }

    /** |a - b|² = |a|² - 2ab + |b|², as one matrix product; its root has the subgradient 0 at 0. */
    private static Tensor euclidean(Tensor a, Tensor b) {
        Tensor one = Tensor.ones(Shape.of(1), a.dtype());
        Tensor left = Tensor.cat(
                -1,
                a.mul(-2),
                a.square().sum(new long[] {-1}, true),
                one.expand(a.narrow(-1, 0, 1).shape().toArray()));
        Tensor right = Tensor.cat(
                -1,
                b,
                one.expand(b.narrow(-1, 0, 1).shape().toArray()),
                b.square().sum(new long[] {-1}, true));
        Tensor squares = left.matmul(right.transpose(-2, -1));
        Tensor positive = squares.detach().gt(0);
        return Tensor.where(positive, squares, squares.onesLike()).sqrt().mul(positive.to(a.dtype()));
    }

    /** Slices along {@code dim} whose p-norm is greater than {@code maxnorm} scaled down to it. As {@code torch.renorm}. */
    @Torch("renorm(self, p, dim, maxnorm)")
    public static Tensor renorm(Tensor self, double p, long dim, double maxnorm) {
        if (self.dim() < 2) {
            throw CressetException.runtime(
                    "renorm: " + self.dtype() + self.shape() + "; expected at least two dimensions");
        }
        if (!(p > 0) || maxnorm < 0) {
            throw CressetException.runtime(
                    "renorm: p is " + p + ", maxnorm " + maxnorm + "; expected p above 0 and maxnorm at least 0");
        }
        int d = Dims.wrap("renorm", dim, self.dim());
        long[] others = new long[self.dim() - 1];
        for (int i = 0, n = 0; i < self.dim(); i++) {
            if (i != d) {
                others[n++] = i;
            }
        }
        boolean half = self.dtype() == DType.FLOAT16 || self.dtype() == DType.BFLOAT16;
        Tensor norm = VectorNorm.norm("renorm", half ? self.to(DType.FLOAT32) : self, p, others, true);
        Tensor scale =
                Tensor.where(norm.gt(maxnorm), norm.add(1e-7).reciprocal().mul(maxnorm), norm.onesLike());
        return self.mul(half ? scale.to(self.dtype()) : scale);
    }

    /** The condition number by singular values (order ±2, or none) or by the norm of that order. As {@code torch.linalg.cond}. */
    @Torch("linalg.cond(self, p=None)")
    public static Tensor cond(Tensor self, @Nullable Double p) {
        expectMatrices("linalg.cond", self);
        if (self.numel() == 0) {
            return Tensor.zeros(Batches.of(self, 2), self.dtype().real());
        }
        if (p == null || Math.abs(p) == 2) {
            Tensor s = Svd.values(self);
            Tensor first = s.select(-1, 0);
            Tensor last = s.select(-1, s.size(-1) - 1);
            return p != null && p < 0 ? last.div(first) : first.div(last);
        }
        Tensor inverse = inverse(self);
        long[] d = {-2, -1};
        return finite(matrixNorm(self, p, d, false, null).mul(matrixNorm(inverse, p, d, false, null)));
    }

    /** The condition number by the norm {@code "fro"} or {@code "nuc"}. As {@code torch.linalg.cond}. */
    @Torch("linalg.cond(self, p)")
    public static Tensor cond(Tensor self, String p) {
        expectSquare("linalg.cond", self);
        if (self.size(-1) == 0) {
            return Tensor.zeros(Batches.of(self, 2), self.dtype().real());
        }
        if (p.equals("nuc")) {
            Tensor s = Svd.values(self);
            return s.sum(-1).mul(s.reciprocal().sum(-1));
        }
        long[] d = {-2, -1};
        return finite(matrixNorm(self, p, d, false, null).mul(matrixNorm(inverse(self), p, d, false, null)));
    }

    private static Tensor inverse(Tensor a) {
        expectSquare("linalg.cond", a);
        return Solvers.invEx(a, false)[0];
    }

    /** A singular matrix has no inverse, and its condition number is infinite. */
    private static Tensor finite(Tensor cond) {
        return Tensor.where(cond.isnan(), cond.fullLike(Double.POSITIVE_INFINITY), cond);
    }

    /**
     * The number of singular values (of Hermitian matrices: moduli of eigenvalues) greater than max(atol, rtol * the greatest);
     * by default rtol is eps * max(m, n), or 0 if atol is given and above 0. {@code tol} is an older name of atol. As {@code
     * torch.linalg.matrix_rank}.
     */
    @Torch("linalg.matrix_rank(input, tol=None, hermitian=False, *, atol=None, rtol=None)")
    public static Tensor matrixRank(
            Tensor input, @Nullable Tensor tol, boolean hermitian, @Nullable Tensor atol, @Nullable Tensor rtol) {
        String op = "linalg.matrix_rank";
        if (hermitian) {
            expectSquare(op, input);
        } else {
            expectMatrices(op, input);
        }
        Tensor[] tolerances = tol != null ? new Tensor[] {tol, tol.zerosLike()} : tolerances(op, input, atol, rtol);
        Shape batch = Broadcast.shapes(op, Batches.of(input, 2), tolerances[0].shape());
        batch = Broadcast.shapes(op, batch, tolerances[1].shape());
        if (input.size(-1) == 0 || input.size(-2) == 0) {
            return input.newFull(batch, 0, DType.INT64);
        }
        Tensor a = input.detach();
        Tensor s = hermitian ? Eigh.values(a, false).abs() : Svd.values(a);
        Tensor greatest = s.amax(new long[] {-1}, false);
        Tensor cutoff = tolerances[0].maximum(tolerances[1].mul(greatest));
        return s.gt(cutoff.unsqueeze(-1)).sum(-1);
    }

    /** The absolute and the relative tolerance with their defaults. */
    static Tensor[] tolerances(String op, Tensor a, @Nullable Tensor atol, @Nullable Tensor rtol) {
        for (Tensor t : new Tensor[] {atol, rtol}) {
            if (t != null && t.dtype().isComplex()) {
                throw CressetException.runtime(
                        op + ": a tolerance is " + t.dtype() + t.shape() + "; expected a real one");
            }
        }
        DType type = a.dtype().real();
        double usual = type.eps() * Math.max(a.size(-1), a.size(-2));
        Tensor absolute = atol == null ? Tensor.zeros(Shape.SCALAR, type) : atol.to(type);
        Tensor relative;
        if (rtol != null) {
            relative = rtol.to(type);
        } else if (atol == null) {
            relative = Tensor.full(Shape.SCALAR, usual, type);
        } else {
            relative = Tensor.where(absolute.gt(0), absolute.zerosLike(), absolute.fullLike(usual));
        }
        return new Tensor[] {absolute, relative};
    }
}

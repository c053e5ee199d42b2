package org.cresset.nn.functional;

import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.base.Shape;
import org.cresset.op.Pdist;
import org.cresset.tensor.Tensor;
import org.cresset.tensor.Torch;

/** Distances and similarities of vectors, and vectors of length 1. */
abstract class DistanceFunctions extends ActivationFunctions {
    DistanceFunctions() {}

    /** As {@link #cosineSimilarity(Tensor, Tensor, long, double)} along dimension 1 with eps 1e-8. */
    public static Tensor cosineSimilarity(Tensor x1, Tensor x2) {
        return cosineSimilarity(x1, x2, 1, 1e-8);
    }

    /**
     * The cosine of the angle between vectors along a dimension, which goes. As {@code cosine_similarity}.
     *
     * @param x1 floats of any shape that broadcasts with x2
     * @param dim the dimension of the vectors, in the broadcast shape
     * @param eps the least length that is divided by
     */
    @Torch({"nn.functional.cosine_similarity(x1, x2, dim=1, eps=1e-8)", "cosine_similarity(x1, x2, dim=1, eps=1e-8)"})
    public static Tensor cosineSimilarity(Tensor x1, Tensor x2, long dim, double eps) {
        DType t = DType.promote(x1.dtype(), x2.dtype());
        if (!t.isFloat()) {
            throw CressetException.runtime(
                    "cosine_similarity: " + x1.dtype() + " and " + x2.dtype() + "; expected a floating-point dtype");
        }
        long[] shape = broadcast("cosine_similarity", x1.shape(), x2.shape());
        Tensor a = x1.to(t).expand(shape);
        Tensor b = x2.to(t).expand(shape);
        long[] dims = {dim};
        Tensor na = Targets.atLeast(a.norm(2, dims, true), eps);
        Tensor nb = Targets.atLeast(b.norm(2, dims, true), eps);
        return a.div(na).mul(b.div(nb)).sum(dim);
    }

    /** As {@link #pairwiseDistance(Tensor, Tensor, double, double, boolean)} with the Euclidean norm. */
    public static Tensor pairwiseDistance(Tensor x1, Tensor x2) {
        return pairwiseDistance(x1, x2, 2, 1e-6, false);
    }

    /**
     * The p-norms of the differences of vectors along the last dimension. As {@code pairwise_distance}.
     *
     * @param x1 shape (..., D), to broadcast with x2
     * @param eps added to each difference, so that the derivative exists for equal vectors too
     * @param keepdim whether the last dimension stays with size 1
     */
    @Torch({
        "nn.functional.pairwise_distance(x1, x2, p=2.0, eps=1e-6, keepdim=False)",
        "pairwise_distance(x1, x2, p=2.0, eps=1e-6, keepdim=False)"
    })
    public static Tensor pairwiseDistance(Tensor x1, Tensor x2, double p, double eps, boolean keepdim) {
        return x1.sub(x2).add(eps).norm(p, new long[] {-1}, keepdim);
    }

    /** Euclidean distances of all pairs of rows. */
    public static Tensor pdist(Tensor input) {
        return pdist(input, 2);
    }

    /**
     * The p-norms of the differences of all pairs of rows (N, M), in the order of the upper triangle: shape (N (N - 1) / 2). As
     * {@code pdist}.
     */
    @Torch({"nn.functional.pdist(self, p=2.0)", "pdist(self, p=2.0)"})
    public static Tensor pdist(Tensor input, double p) {
        if (input.dim() != 2 || !input.dtype().isFloat()) {
            throw CressetException.runtime("pdist: " + input.dtype() + input.shape() + "; expected floats (N, M)");
        }
        if (!(p >= 0)) {
            throw CressetException.runtime("pdist: p is " + p + "; expected at least 0");
        }
        return Pdist.distances(input, p);
    }

    /** Vectors along dimension 1 brought to Euclidean length 1. */
    public static Tensor normalize(Tensor input) {
        return normalize(input, 2, 1, 1e-12);
    }

    /**
     * Vectors along a dimension divided by their p-norms, of the input's shape. As {@code normalize}.
     *
     * @param eps the least norm that is divided by
     */
    @Torch("nn.functional.normalize(input, p=2.0, dim=1, eps=1e-12)")
    public static Tensor normalize(Tensor input, double p, long dim, double eps) {
        // The gradient has terms that cancel: in half precision it needs more digits than the input has.
        boolean half = input.dtype() == DType.FLOAT16 || input.dtype() == DType.BFLOAT16;
        Tensor x = half ? input.to(DType.FLOAT32) : input;
        return x.div(x.norm(p, new long[] {dim}, true).clamp(eps, null)).to(input.dtype());
    }

    /** The shape that two shapes broadcast to. */
    static long[] broadcast(String op, Shape a, Shape b) {
        long[] out = new long[Math.max(a.rank(), b.rank())];
        for (int i = 1; i <= out.length; i++) {
            long m = i <= a.rank() ? a.size(-i) : 1;
            long n = i <= b.rank() ? b.size(-i) : 1;
            if (m != n && m != 1 && n != 1) {
                throw CressetException.runtime(op + ": shapes " + a + " and " + b + " don't broadcast");
            }
            out[out.length - i] = m == 1 ? n : m;
        }
        return out;
    }
}

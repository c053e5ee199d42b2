package org.cresset.linalg;

import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.op.Matrices;
import org.cresset.tensor.Tensor;
import org.cresset.tensor.Torch;
import org.jspecify.annotations.Nullable;

/** Covariances and correlations. */
class Covariance extends Decompositions {
    Covariance() {}

    /**
     * The covariances of variables (rows) over observations (columns), divided by their number minus {@code correction}; with
     * how often each observation counts (integers) and how much (floating point). As {@code torch.cov}.
     */
    @Torch("cov(self, *, correction=1, fweights=None, aweights=None)")
    public static Tensor cov(Tensor self, long correction, @Nullable Tensor fweights, @Nullable Tensor aweights) {
        if (self.dim() > 2 || self.dtype() == DType.BOOL) {
            throw CressetException.runtime("cov: the input is " + self.dtype() + self.shape()
                    + "; expected numbers in at most two dimensions");
        }
        Tensor x = self.dim() < 2 ? self.reshape(1, self.numel()) : self;
        long n = x.size(1);
        Tensor w = null;
        if (fweights != null) {
            check("fweights", fweights, n, fweights.dtype().isInteger(), "an integer");
            w = fweights;
        }
        if (aweights != null) {
            check("aweights", aweights, n, aweights.dtype().isFloat(), "a floating-point");
            w = w == null ? aweights : w.mul(aweights);
        }
        Tensor total = w == null ? Tensor.number(n) : w.sum();
        Tensor weighted = w == null ? x : x.mul(w);
        Tensor mean = weighted.sum(1).div(total);
        Tensor norm = total.sub(correction);
        if (w != null && aweights != null && correction != 0) {
            norm = total.sub(w.mul(aweights).sum().div(total).mul(correction));
        }
        norm = norm.clamp(0, null);
        Tensor centered = x.sub(mean.unsqueeze(1));
        Tensor right = w == null ? centered : centered.mul(w);
        return centered.mm(Matrices.adjoint(right)).div(norm).squeeze();
    }

    private static void check(String what, Tensor w, long n, boolean type, String expected) {
        if (w.dim() > 1 || !type || w.numel() != n) {
            throw CressetException.runtime("cov: " + what + " are " + w.dtype() + w.shape() + "; expected " + n
                    + " numbers of " + expected + " dtype in one dimension");
        }
        if (w.numel() > 0 && w.hasValues() && w.detach().lt(0).any().itemBoolean()) {
            throw CressetException.runtime("cov: " + what + " are " + w.dtype() + w.shape() + " with a least of "
                    + w.detach().min().item() + "; expected none below 0");
        }
    }

    /** The correlations of variables (rows) over observations (columns). As {@code torch.corrcoef}. */
    @Torch("corrcoef(self)")
    public static Tensor corrcoef(Tensor self) {
        if (self.dim() > 2) {
            throw CressetException.runtime(
                    "corrcoef: the input is " + self.dtype() + self.shape() + "; expected at most two dimensions");
        }
        Tensor c = cov(self, 1, null, null);
        if (c.dim() == 0) {
            return c.div(c);
        }
        Tensor d = Matrices.diagonal(c);
        Tensor deviation = (d.dtype().isComplex() ? d.real() : d).sqrt();
        Tensor r = c.div(deviation.unsqueeze(1)).div(deviation.unsqueeze(0));
        if (!r.dtype().isComplex()) {
            return r.clamp(-1, 1);
        }
        Tensor i = org.cresset.tensor.Dense.wrappedComplex(0, 1);
        return r.real().clamp(-1, 1).add(r.imag().clamp(-1, 1).mul(i));
    }
}

package org.cresset.tensor;

import org.cresset.base.CressetException;
import org.jspecify.annotations.Nullable;

/** Differences and areas of samples along a dimension. */
public sealed interface CalculusOps permits Tensor {
    /** This tensor. */
    Tensor self();

    /** Differences of neighbours along a dimension, taken n times; of bool whether they differ. As {@code torch.diff}. */
    @Torch("diff(self, n=1, dim=-1, prepend=None, append=None)")
    default Tensor diff(long n, long dim, @Nullable Tensor prepend, @Nullable Tensor append) {
        return Sampled.diff(self(), n, dim, prepend, append);
    }

    /** The area under samples one apart along a dimension, by trapezoids. */
    default Tensor trapezoid(long dim) {
        return trapezoid(1, dim);
    }

    /** The area under samples {@code dx} apart along a dimension, by trapezoids. As {@code torch.trapezoid}. */
    @Torch({"trapezoid(y, *, dx=1, dim=-1)", "trapz(y, *, dx=1, dim=-1)"})
    default Tensor trapezoid(Number dx, long dim) {
        Tensor y = Sampled.checked("trapezoid", self());
        int d = Dims.wrap("trapezoid", dim, y.dim());
        if (y.dim() == 0) {
            throw CressetException.index("trapezoid: samples without dimensions");
        }
        if (y.size(d) == 0) {
            return y.sum(new long[] {d}, false, null).mul(dx);
        }
        Tensor ends = y.select(d, 0).add(y.select(d, -1)).mul(0.5);
        return y.sum(new long[] {d}, false, null).sub(ends).mul(dx);
    }

    /** The area under samples at {@code x}, by trapezoids. As {@code torch.trapezoid}. */
    @Torch({"trapezoid(y, x: Tensor, *, dim=-1)", "trapz(y, x: Tensor, *, dim=-1)"})
    default Tensor trapezoid(Tensor x, long dim) {
        Tensor y = Sampled.checked("trapezoid", self());
        int d = Dims.wrap("trapezoid", dim, y.dim());
        return Sampled.areas("trapezoid", y, x, d).sum(new long[] {d}, false, null);
    }

    /** Running areas under samples {@code dx} apart along a dimension. As {@code torch.cumulative_trapezoid}. */
    @Torch("cumulative_trapezoid(y, *, dx=1, dim=-1)")
    default Tensor cumulativeTrapezoid(Number dx, long dim) {
        Tensor y = Sampled.checked("cumulative_trapezoid", self());
        int d = Dims.wrap("cumulative_trapezoid", dim, y.dim());
        return Sampled.pairs("cumulative_trapezoid", y, d)
                .mul(dx.doubleValue() / 2)
                .cumsum(d);
    }

    /** Running areas under samples at {@code x}. As {@code torch.cumulative_trapezoid}. */
    @Torch("cumulative_trapezoid(y, x: Tensor, *, dim=-1)")
    default Tensor cumulativeTrapezoid(Tensor x, long dim) {
        Tensor y = Sampled.checked("cumulative_trapezoid", self());
        int d = Dims.wrap("cumulative_trapezoid", dim, y.dim());
        return Sampled.areas("cumulative_trapezoid", y, x, d).cumsum(d);
    }

    /**
     * Derivatives along dimensions (null: all) by central differences of second order, at the ends of order
     * {@code edgeOrder} 1 or 2, of samples that are {@code spacing} (null: 1) apart. As {@code torch.gradient}.
     */
    @Torch("gradient(self, *, spacing=1, dim=None, edge_order=1)")
    default Tensor[] gradient(@Nullable Double spacing, long @Nullable [] dim, long edgeOrder) {
        return Gradients.uniform(self(), new double[] {spacing == null ? 1 : spacing}, true, dim, edgeOrder);
    }

    /** As {@link #gradient(Double, long[], long)}, with a distance for each dimension. */
    @Torch("gradient(self, *, spacing, dim=None, edge_order=1)")
    default Tensor[] gradient(double[] spacing, long @Nullable [] dim, long edgeOrder) {
        return Gradients.uniform(self(), spacing, false, dim, edgeOrder);
    }

    /** As {@link #gradient(Double, long[], long)}, of samples at the coordinates that vectors give for each dimension. */
    @Torch("gradient(self, *, spacing, dim=None, edge_order=1)")
    default Tensor[] gradient(Tensor[] spacing, long @Nullable [] dim, long edgeOrder) {
        return Gradients.at(self(), spacing, dim, edgeOrder);
    }
}

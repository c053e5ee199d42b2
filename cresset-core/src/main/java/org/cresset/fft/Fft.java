package org.cresset.fft;

import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.fft.Transforms.Plan;
import org.cresset.tensor.Dims;
import org.cresset.tensor.Tensor;
import org.cresset.tensor.Torch;
import org.jspecify.annotations.Nullable;

/**
 * {@code torch.fft}: discrete Fourier transforms along dimensions. Sizes that are given cut the input off or fill it up with
 * zeros. {@code norm} is "backward" (null; inverse transforms are divided by the number of points), "forward" (those that aren't
 * inverse are) or "ortho" (all by its square root). Integers give float32 or complex64; half precision isn't supported, as in
 * PyTorch on the CPU. Errors of dimensions are of kind INDEX, all others RUNTIME.
 */
public final class Fft {
    private static final long[] LAST_TWO = {-2, -1};
    private static final String OF_ONE = "(input, n=None, dim=-1, norm=None)";
    private static final String OF_TWO = "(input, s=None, dim=(-2,-1), norm=None)";
    private static final String OF_ALL = "(input, s=None, dim=None, norm=None)";

    private Fft() {}

    /** The transform. As {@code torch.fft.fft}. */
    @Torch("fft.fft" + OF_ONE)
    public static Tensor fft(Tensor input, @Nullable Long n, long dim, @Nullable String norm) {
        return Transforms.c2c("fft", input, Transforms.one("fft", input, n, dim), norm, true);
    }

    /** The transform, all of the last dimension. */
    public static Tensor fft(Tensor input) {
        return fft(input, null, -1, null);
    }

    /** The transform, over two dimensions. As {@code torch.fft.fft2}. */
    @Torch("fft.fft2" + OF_TWO)
    public static Tensor fft2(Tensor input, long @Nullable [] s, long[] dim, @Nullable String norm) {
        return CressetException.under("fft2", () -> fftn(input, s, dim, norm));
    }

    /** The transform, over the last two dimensions. */
    public static Tensor fft2(Tensor input) {
        return fftn(input, null, LAST_TWO, null);
    }

    /** The transform, over dimensions (null: as many last ones as there are sizes, or all). As {@code torch.fft.fftn}. */
    @Torch("fft.fftn" + OF_ALL)
    public static Tensor fftn(Tensor input, long @Nullable [] s, long @Nullable [] dim, @Nullable String norm) {
        return Transforms.c2c("fftn", input, Transforms.several("fftn", input, s, dim), norm, true);
    }

    /** The transform, over all dimensions. */
    public static Tensor fftn(Tensor input) {
        return fftn(input, null, null, null);
    }

    /** The inverse transform. As {@code torch.fft.ifft}. */
    @Torch("fft.ifft" + OF_ONE)
    public static Tensor ifft(Tensor input, @Nullable Long n, long dim, @Nullable String norm) {
        return Transforms.c2c("ifft", input, Transforms.one("ifft", input, n, dim), norm, false);
    }

    /** The inverse transform, all of the last dimension. */
    public static Tensor ifft(Tensor input) {
        return ifft(input, null, -1, null);
    }

    /** The inverse transform, over two dimensions. As {@code torch.fft.ifft2}. */
    @Torch("fft.ifft2" + OF_TWO)
    public static Tensor ifft2(Tensor input, long @Nullable [] s, long[] dim, @Nullable String norm) {
        return CressetException.under("ifft2", () -> ifftn(input, s, dim, norm));
    }

    /** The inverse transform, over the last two dimensions. */
    public static Tensor ifft2(Tensor input) {
        return ifftn(input, null, LAST_TWO, null);
    }

    /** The inverse transform, over dimensions (null: as many last ones as there are sizes, or all). As {@code torch.fft.ifftn}. */
    @Torch("fft.ifftn" + OF_ALL)
    public static Tensor ifftn(Tensor input, long @Nullable [] s, long @Nullable [] dim, @Nullable String norm) {
        return Transforms.c2c("ifftn", input, Transforms.several("ifftn", input, s, dim), norm, false);
    }

    /** The inverse transform, over all dimensions. */
    public static Tensor ifftn(Tensor input) {
        return ifftn(input, null, null, null);
    }

    /** The transform of real numbers, without the half that is the conjugate of the other. As {@code torch.fft.rfft}. */
    @Torch("fft.rfft" + OF_ONE)
    public static Tensor rfft(Tensor input, @Nullable Long n, long dim, @Nullable String norm) {
        return Transforms.r2c("rfft", input, Transforms.one("rfft", input, n, dim), norm, true);
    }

    /** The transform of real numbers, without the half that is the conjugate of the other, all of the last dimension. */
    public static Tensor rfft(Tensor input) {
        return rfft(input, null, -1, null);
    }

    /** The transform of real numbers, without the half that is the conjugate of the other, over two dimensions. As {@code torch.fft.rfft2}. */
    @Torch("fft.rfft2" + OF_TWO)
    public static Tensor rfft2(Tensor input, long @Nullable [] s, long[] dim, @Nullable String norm) {
        return CressetException.under("rfft2", () -> rfftn(input, s, dim, norm));
    }

    /** The transform of real numbers, without the half that is the conjugate of the other, over the last two dimensions. */
    public static Tensor rfft2(Tensor input) {
        return rfftn(input, null, LAST_TWO, null);
    }

    /** The transform of real numbers, without the half that is the conjugate of the other, over dimensions (null: as many last ones as there are sizes, or all). As {@code torch.fft.rfftn}. */
    @Torch("fft.rfftn" + OF_ALL)
    public static Tensor rfftn(Tensor input, long @Nullable [] s, long @Nullable [] dim, @Nullable String norm) {
        return Transforms.r2c("rfftn", input, Transforms.several("rfftn", input, s, dim), norm, true);
    }

    /** The transform of real numbers, without the half that is the conjugate of the other, over all dimensions. */
    public static Tensor rfftn(Tensor input) {
        return rfftn(input, null, null, null);
    }

    /** The inverse of {@code rfft}: real numbers. As {@code torch.fft.irfft}. */
    @Torch("fft.irfft" + OF_ONE)
    public static Tensor irfft(Tensor input, @Nullable Long n, long dim, @Nullable String norm) {
        Plan p = Transforms.one("irfft", input, n, dim);
        return Transforms.c2r("irfft", input, Transforms.toReal("irfft", input, p, n != null), norm, false);
    }

    /** The inverse of {@code rfft}: real numbers, all of the last dimension. */
    public static Tensor irfft(Tensor input) {
        return irfft(input, null, -1, null);
    }

    /** The inverse of {@code rfft}: real numbers, over two dimensions. As {@code torch.fft.irfft2}. */
    @Torch("fft.irfft2" + OF_TWO)
    public static Tensor irfft2(Tensor input, long @Nullable [] s, long[] dim, @Nullable String norm) {
        return CressetException.under("irfft2", () -> irfftn(input, s, dim, norm));
    }

    /** The inverse of {@code rfft}: real numbers, over the last two dimensions. */
    public static Tensor irfft2(Tensor input) {
        return irfftn(input, null, LAST_TWO, null);
    }

    /** The inverse of {@code rfft}: real numbers, over dimensions (null: as many last ones as there are sizes, or all). As {@code torch.fft.irfftn}. */
    @Torch("fft.irfftn" + OF_ALL)
    public static Tensor irfftn(Tensor input, long @Nullable [] s, long @Nullable [] dim, @Nullable String norm) {
        Plan p = Transforms.several("irfftn", input, s, dim);
        return Transforms.c2r(
                "irfftn",
                input,
                Transforms.toReal("irfftn", input, p, s != null && s[s.length - 1] != -1),
                norm,
                false);
    }

    /** The inverse of {@code rfft}: real numbers, over all dimensions. */
    public static Tensor irfftn(Tensor input) {
        return irfftn(input, null, null, null);
    }

    /** The transform of the first half of what has a conjugate second half: real numbers. As {@code torch.fft.hfft}. */
    @Torch("fft.hfft" + OF_ONE)
    public static Tensor hfft(Tensor input, @Nullable Long n, long dim, @Nullable String norm) {
        Plan p = Transforms.toReal("hfft", input, Transforms.one("hfft", input, n, dim), n != null);
        return hermitian("hfft", input, p, norm);
    }

    /** The transform of the first half of what has a conjugate second half: real numbers, all of the last dimension. */
    public static Tensor hfft(Tensor input) {
        return hfft(input, null, -1, null);
    }

    /** The transform of the first half of what has a conjugate second half: real numbers, over two dimensions. As {@code torch.fft.hfft2}. */
    @Torch("fft.hfft2" + OF_TWO)
    public static Tensor hfft2(Tensor input, long @Nullable [] s, long[] dim, @Nullable String norm) {
        return CressetException.under("hfft2", () -> hfftn(input, s, dim, norm));
    }

    /** The transform of the first half of what has a conjugate second half: real numbers, over the last two dimensions. */
    public static Tensor hfft2(Tensor input) {
        return hfftn(input, null, LAST_TWO, null);
    }

    /** The transform of the first half of what has a conjugate second half: real numbers, over dimensions (null: as many last ones as there are sizes, or all). As {@code torch.fft.hfftn}. */
    @Torch("fft.hfftn" + OF_ALL)
    public static Tensor hfftn(Tensor input, long @Nullable [] s, long @Nullable [] dim, @Nullable String norm) {
        Plan p = Transforms.toReal(
                "hfftn", input, Transforms.several("hfftn", input, s, dim), s != null && s[s.length - 1] != -1);
        return hermitian("hfftn", input, p, norm);
    }

    /** The transform of the first half of what has a conjugate second half: real numbers, over all dimensions. */
    public static Tensor hfftn(Tensor input) {
        return hfftn(input, null, null, null);
    }

    /** The inverse of {@code hfft}: the first half of what has a conjugate second half. As {@code torch.fft.ihfft}. */
    @Torch("fft.ihfft" + OF_ONE)
    public static Tensor ihfft(Tensor input, @Nullable Long n, long dim, @Nullable String norm) {
        return inverseHermitian("ihfft", input, Transforms.one("ihfft", input, n, dim), norm);
    }

    /** The inverse of {@code hfft}: the first half of what has a conjugate second half, all of the last dimension. */
    public static Tensor ihfft(Tensor input) {
        return ihfft(input, null, -1, null);
    }

    /** The inverse of {@code hfft}: the first half of what has a conjugate second half, over two dimensions. As {@code torch.fft.ihfft2}. */
    @Torch("fft.ihfft2" + OF_TWO)
    public static Tensor ihfft2(Tensor input, long @Nullable [] s, long[] dim, @Nullable String norm) {
        return CressetException.under("ihfft2", () -> ihfftn(input, s, dim, norm));
    }

    /** The inverse of {@code hfft}: the first half of what has a conjugate second half, over the last two dimensions. */
    public static Tensor ihfft2(Tensor input) {
        return ihfftn(input, null, LAST_TWO, null);
    }

    /** The inverse of {@code hfft}: the first half of what has a conjugate second half, over dimensions (null: as many last ones as there are sizes, or all). As {@code torch.fft.ihfftn}. */
    @Torch("fft.ihfftn" + OF_ALL)
    public static Tensor ihfftn(Tensor input, long @Nullable [] s, long @Nullable [] dim, @Nullable String norm) {
        return inverseHermitian("ihfftn", input, Transforms.several("ihfftn", input, s, dim), norm);
    }

    /** The inverse of {@code hfft}: the first half of what has a conjugate second half, over all dimensions. */
    public static Tensor ihfftn(Tensor input) {
        return ihfftn(input, null, null, null);
    }

    /** With e^(-...) in all dimensions: the conjugate of what {@code c2r} does to the conjugate. */
    private static Tensor hermitian(String op, Tensor x, Plan p, @Nullable String norm) {
        return Transforms.c2r(op, Transforms.complex(op, x).conj(), p, norm, true);
    }

    private static Tensor inverseHermitian(String op, Tensor x, Plan p, @Nullable String norm) {
        return Transforms.r2c(op, x, p, norm, false).conj();
    }

    /** The frequencies of the elements of a transform of n points that lie d apart: float32. As {@code torch.fft.fftfreq}. */
    public static Tensor fftfreq(long n, double d) {
        return fftfreq(n, d, null);
    }

    /** The frequencies of the elements of a transform of n points that lie d apart. As {@code torch.fft.fftfreq}. */
    @Torch("fft.fftfreq(n, d=1.0, *, dtype=None, layout=None, device=None, requires_grad=False)")
    public static Tensor fftfreq(long n, double d, @Nullable DType dtype) {
        Tensor k = Tensor.arange(n);
        return frequencies(
                "fftfreq", n, d, k.sub(k.ge((n + 1) / 2).to(DType.INT64).mul(n)), dtype);
    }

    /** The frequencies of the elements of {@code rfft}: float32. As {@code torch.fft.rfftfreq}. */
    public static Tensor rfftfreq(long n, double d) {
        return rfftfreq(n, d, null);
    }

    /** The frequencies of the elements of {@code rfft}. As {@code torch.fft.rfftfreq}. */
    @Torch("fft.rfftfreq(n, d=1.0, *, dtype=None, layout=None, device=None, requires_grad=False)")
    public static Tensor rfftfreq(long n, double d, @Nullable DType dtype) {
        return frequencies("rfftfreq", n, d, Tensor.arange(n / 2 + 1), dtype);
    }

    private static Tensor frequencies(String op, long n, double d, Tensor k, @Nullable DType dtype) {
        DType t = dtype == null ? DType.FLOAT32 : dtype;
        if (!t.isDifferentiable()) {
            throw CressetException.runtime(op + ": dtype is " + t + "; expected floating point or complex");
        }
        return k.to(t).mul(1 / (n * d));
    }

    /** The zero frequency moved from the front to the middle of dimensions (null: all). As {@code torch.fft.fftshift}. */
    @Torch("fft.fftshift(input, dim=None)")
    public static Tensor fftshift(Tensor input, long @Nullable [] dim) {
        return shift("fftshift", input, dim, 1);
    }

    /** The zero frequency moved to the middle of all dimensions. */
    public static Tensor fftshift(Tensor input) {
        return fftshift(input, null);
    }

    /** The zero frequency moved from the middle to the front of dimensions (null: all). As {@code torch.fft.ifftshift}. */
    @Torch("fft.ifftshift(input, dim=None)")
    public static Tensor ifftshift(Tensor input, long @Nullable [] dim) {
        return shift("ifftshift", input, dim, 0);
    }

    /** The zero frequency moved to the front of all dimensions. */
    public static Tensor ifftshift(Tensor input) {
        return ifftshift(input, null);
    }

    private static Tensor shift(String op, Tensor x, long @Nullable [] dim, int round) {
        int[] dims = dim == null ? Dims.wrapAll(op, new long[0], x.dim()) : new int[dim.length];
        for (int i = 0; dim != null && i < dim.length; i++) {
            dims[i] = Dims.wrap(op, dim[i], x.dim());
        }
        Tensor y = x;
        for (int d : dims) {
            if (x.dim() > 0 && x.size(d) > 1) {
                long n = x.size(d);
                long at = (n + round) / 2;
                y = Tensor.cat(d, y.narrow(d, at, n - at), y.narrow(d, 0, at));
            }
        }
        return y == x ? x.clone() : y;
    }
}

package org.cresset.signal;

import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.base.Shape;
import org.cresset.tensor.Tensor;
import org.cresset.tensor.Torch;
import org.jspecify.annotations.Nullable;

/**
 * {@code torch.signal.windows}: windows of m points, float32 or (by dtype) float64, computed in float64. Symmetric ones are for
 * filters, the others, which are one period, for spectra. Bad arguments are errors of kind VALUE.
 */
public final class Windows {
    private static final String TAIL = "*, sym=True, dtype=None, layout=None, device=None, requires_grad=False)";

    private Windows() {}

    private static DType checked(String op, long m, @Nullable DType dtype) {
        if (m < 0) {
            throw CressetException.value(op + ": a window of " + m + " points; expected at least 0");
        }
        if (dtype != null && dtype != DType.FLOAT32 && dtype != DType.FLOAT64) {
            throw CressetException.value(op + ": dtype is " + dtype + "; expected float32 or float64");
        }
        return dtype == null ? DType.FLOAT32 : dtype;
    }

    /** A window of a dtype; where there is at most one point that is 1. */
    private static Tensor made(long m, Tensor window, DType dtype, boolean requiresGrad) {
        Tensor w = m <= 1 ? Tensor.ones(Shape.of(m), dtype) : window.to(dtype);
        return requiresGrad ? w.requiresGrad(true) : w;
    }

    /** The same by its first half: the other is that reversed, without the first point if the window is a period. */
    private static Tensor mirrored(long m, boolean sym, Tensor half, DType dtype, boolean requiresGrad) {
        if (m <= 1) {
            return made(m, half, dtype, requiresGrad);
        }
        Tensor w = half.to(dtype);
        Tensor y = Tensor.cat(0, w, w.narrow(0, sym ? 0 : 1, m - half(m, sym)).flip(0));
        return requiresGrad ? y.requiresGrad(true) : y;
    }

    /** How many points the first half has, the one in the middle among them. */
    private static long half(long m, boolean sym) {
        return sym ? (m + 1) / 2 : m / 2 + 1;
    }

    /** From {@code start} on in steps of {@code step}. */
    private static Tensor ramp(double start, double step, long m) {
        return Tensor.linspace(start, start + (m - 1) * step, m, DType.FLOAT64);
    }

    private static long period(long m, boolean sym) {
        return Math.max(1, sym ? m - 1 : m);
    }

    /** A sum of cosines with alternating signs. As {@code torch.signal.windows.general_cosine}. */
    @Torch(
            "signal.windows.general_cosine(M, *, a, sym=True, dtype=None, layout=None, device=None, requires_grad=False)")
    public static Tensor generalCosine(long m, double[] a, boolean sym, @Nullable DType dtype, boolean requiresGrad) {
        return cosines("general_cosine", m, a, sym, dtype, requiresGrad);
    }

    private static Tensor cosines(
            String op, long m, double[] a, boolean sym, @Nullable DType dtype, boolean requiresGrad) {
        DType type = checked(op, m, dtype);
        if (a.length == 0) {
            throw CressetException.value(op + ": 0 coefficients; expected at least 1");
        }
        Tensor k = ramp(0, 2 * Math.PI / period(m, sym), half(m, sym));
        Tensor sum = a.length == 1 ? k.fullLike(0) : k.cos().mul_(-a[1]);
        sum.add_(a[0]); // times cos(0)
        for (int i = 2; i < a.length; i++) {
            sum.add_(k.mul(i).cos().mul_(i % 2 == 0 ? a[i] : -a[i]));
        }
        return mirrored(m, sym, sum, type, requiresGrad);
    }

    /** alpha - (1 - alpha) cos. As {@code torch.signal.windows.general_hamming}. */
    @Torch("signal.windows.general_hamming(M, *, alpha=0.54, sym=True, dtype=None, layout=None, device=None,"
            + " requires_grad=False)")
    public static Tensor generalHamming(
            long m, double alpha, boolean sym, @Nullable DType dtype, boolean requiresGrad) {
        return cosines("general_hamming", m, new double[] {alpha, 1 - alpha}, sym, dtype, requiresGrad);
    }

    /** Hamming's window. As {@code torch.signal.windows.hamming}. */
    @Torch("signal.windows.hamming(M, " + TAIL)
    public static Tensor hamming(long m, boolean sym, @Nullable DType dtype, boolean requiresGrad) {
        return cosines("hamming", m, new double[] {0.54, 1 - 0.54}, sym, dtype, requiresGrad);
    }

    /** Von Hann's window, float32. */
    public static Tensor hann(long m, boolean sym) {
        return hann(m, sym, null, false);
    }

    /** Von Hann's window. As {@code torch.signal.windows.hann}. */
    @Torch("signal.windows.hann(M, " + TAIL)
    public static Tensor hann(long m, boolean sym, @Nullable DType dtype, boolean requiresGrad) {
        return cosines("hann", m, new double[] {0.5, 0.5}, sym, dtype, requiresGrad);
    }

    /** Blackman's window. As {@code torch.signal.windows.blackman}. */
    @Torch("signal.windows.blackman(M, " + TAIL)
    public static Tensor blackman(long m, boolean sym, @Nullable DType dtype, boolean requiresGrad) {
        return cosines("blackman", m, new double[] {0.42, 0.5, 0.08}, sym, dtype, requiresGrad);
    }

    /** Nuttall's four-term window with the least sidelobes (Nuttall 1981). As {@code torch.signal.windows.nuttall}. */
    @Torch("signal.windows.nuttall(M, " + TAIL)
    public static Tensor nuttall(long m, boolean sym, @Nullable DType dtype, boolean requiresGrad) {
        double[] a = {0.3635819, 0.4891775, 0.1365995, 0.0106411};
        return cosines("nuttall", m, a, sym, dtype, requiresGrad);
    }

    /** A triangle. As {@code torch.signal.windows.bartlett}. */
    @Torch("signal.windows.bartlett(M, " + TAIL)
    public static Tensor bartlett(long m, boolean sym, @Nullable DType dtype, boolean requiresGrad) {
        DType type = checked("bartlett", m, dtype);
        Tensor k = ramp(-1, 2.0 / period(m, sym), m);
        return made(m, k.abs().neg().add(1), type, requiresGrad);
    }

    /** Half a period of a sine. As {@code torch.signal.windows.cosine}. */
    @Torch("signal.windows.cosine(M, " + TAIL)
    public static Tensor cosine(long m, boolean sym, @Nullable DType dtype, boolean requiresGrad) {
        DType type = checked("cosine", m, dtype);
        double step = Math.PI / (sym ? m : m + 1);
        return made(m, ramp(0.5 * step, step, m).sin(), type, requiresGrad);
    }

    /** e^(-|k - center| / tau), by default about the middle. As {@code torch.signal.windows.exponential}. */
    @Torch("signal.windows.exponential(M, *, center=None, tau=1.0, sym=True, dtype=None, layout=None, device=None,"
            + " requires_grad=False)")
    public static Tensor exponential(
            long m, @Nullable Double center, double tau, boolean sym, @Nullable DType dtype, boolean requiresGrad) {
        DType type = checked("exponential", m, dtype);
        if (!(tau > 0)) {
            throw CressetException.value("exponential: tau is " + tau + "; expected a positive number");
        }
        if (sym && center != null) {
            throw CressetException.value("exponential: a center of " + center
                    + " for a symmetric window, whose center is its middle; expected none, or sym = false");
        }
        double middle = center == null ? (sym ? m - 1 : m) / 2.0 : center;
        return made(m, ramp(-middle / tau, 1 / tau, m).abs().neg().exp(), type, requiresGrad);
    }

    /** The bell of a normal distribution. As {@code torch.signal.windows.gaussian}. */
    @Torch(
            "signal.windows.gaussian(M, *, std=1.0, sym=True, dtype=None, layout=None, device=None, requires_grad=False)")
    public static Tensor gaussian(long m, double std, boolean sym, @Nullable DType dtype, boolean requiresGrad) {
        DType type = checked("gaussian", m, dtype);
        if (!(std > 0)) {
            throw CressetException.value("gaussian: std is " + std + "; expected a positive number");
        }
        double step = 1 / (std * Math.sqrt(2));
        Tensor k = ramp(-(sym ? m - 1 : m) / 2.0 * step, step, m);
        return made(m, k.mul(k).neg().exp(), type, requiresGrad);
    }

    /** Kaiser's window of shape beta. As {@code torch.signal.windows.kaiser}. */
    @Torch(
            "signal.windows.kaiser(M, *, beta=12.0, sym=True, dtype=None, layout=None, device=None, requires_grad=False)")
    public static Tensor kaiser(long m, double beta, boolean sym, @Nullable DType dtype, boolean requiresGrad) {
        DType type = checked("kaiser", m, dtype);
        if (!(beta >= 0)) {
            throw CressetException.value("kaiser: beta is " + beta + "; expected at least 0");
        }
        Tensor k = ramp(-beta, 2 * beta / period(m, sym), half(m, sym));
        Tensor inside = k.mul(k).neg().add(beta * beta).clamp(0, null);
        double top = Tensor.full(Shape.SCALAR, beta, DType.FLOAT64).i0().item();
        return mirrored(m, sym, inside.sqrt().i0().div(top), type, requiresGrad);
    }
}

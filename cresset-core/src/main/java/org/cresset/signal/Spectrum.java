package org.cresset.signal;

import java.util.Locale;
import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.base.Shape;
import org.cresset.fft.Fft;
import org.cresset.op.Border;
import org.cresset.op.Precision;
import org.cresset.tensor.Tensor;
import org.cresset.tensor.Torch;
import org.jspecify.annotations.Nullable;

/** Spectra of short stretches of signals, as {@code torch.stft}, and signals from them, as {@code torch.istft}. */
public final class Spectrum {
    private Spectrum() {}

    /**
     * The transforms of windows of {@code nFft} points every {@code hopLength}: from (L) or (B, L) to complex (F, T) or
     * (B, F, T), or with {@code returnComplex} false to pairs of parts in one more dimension. As {@code torch.stft}.
     *
     * @param hopLength null: a quarter of {@code nFft}
     * @param winLength null: {@code nFft}; a shorter window lies in the middle
     * @param window of that length, or null: ones
     * @param center whether window t is centered at point {@code t hopLength}, the signal being continued by {@code padMode}
     *     ("reflect", "constant", "replicate" or "circular")
     * @param normalized whether to divide by the square root of {@code nFft}
     * @param onesided whether to leave out the half that is a conjugate; null: where all is real
     * @param alignToWindow without {@code center}: whether windows, and not what they are filled up to, begin at the signal's start
     */
    @Torch("stft(input, n_fft, hop_length=None, win_length=None, window=None, center=True, pad_mode='reflect',"
            + " normalized=False, onesided=None, return_complex=None, align_to_window=None)")
    public static Tensor stft(
            Tensor input,
            long nFft,
            @Nullable Long hopLength,
            @Nullable Long winLength,
            @Nullable Tensor window,
            boolean center,
            String padMode,
            boolean normalized,
            @Nullable Boolean onesided,
            @Nullable Boolean returnComplex,
            @Nullable Boolean alignToWindow) {
        input = Precision.FULL.of(input);
        window = Precision.FULL.ofNullable(window);
        long hop = hopLength == null ? nFft / 4 : hopLength;
        long length = winLength == null ? nFft : winLength;
        boolean complex =
                input.dtype().isComplex() || window != null && window.dtype().isComplex();
        if (center && alignToWindow != null) {
            throw CressetException.runtime("stft: align_to_window is for center=false only");
        }
        if (returnComplex == null && !complex) {
            throw CressetException.runtime("stft: return_complex must be given for real inputs");
        }
        if (!input.dtype().isDifferentiable() || input.dim() < 1 || input.dim() > 2) {
            throw CressetException.runtime("stft: the input is " + input.dtype() + input.shape()
                    + "; expected floating point or complex with one or two dimensions");
        }
        Tensor x = input.dim() == 1 ? input.unsqueeze(0) : input;
        if (center) {
            x = extend(x, nFft / 2, padMode);
        }
        checkWindow("stft", nFft, hop, length, window);
        if (alignToWindow != null && alignToWindow) {
            long left = (nFft - length) / 2;
            x = zeros(x, left, nFft - length - left);
        }
        if (nFft > x.size(1)) {
            throw CressetException.runtime("stft: n_fft is " + nFft + ", but the signal has " + x.size(1) + " points");
        }
        boolean half = onesided == null ? !complex : onesided;
        if (half && complex) {
            throw CressetException.runtime("stft: a spectrum of complex numbers has no half to leave out");
        }
        Tensor frames = x.unfold(1, nFft, hop); // (B, T, nFft)
        Tensor full = fullWindow(nFft, length, window, x.dtype());
        if (full != null) {
            frames = frames.mul(full);
        }
        String norm = normalized ? "ortho" : null;
        Tensor y = (half ? Fft.rfft(frames, null, -1, norm) : Fft.fft(frames, null, -1, norm)).transpose(1, 2);
        y = input.dim() == 1 ? y.squeeze(0) : y;
        return returnComplex == null || returnComplex ? y : y.contiguous().viewAsReal();
    }

    private static void checkWindow(String op, long nFft, long hop, long length, @Nullable Tensor window) {
        if (nFft < 1) {
            throw CressetException.runtime(op + ": n_fft is " + nFft + "; expected at least 1");
        }
        if (hop < 1) {
            throw CressetException.runtime(op + ": hop_length is " + hop + "; expected at least 1");
        }
        if (length < 1 || length > nFft) {
            throw CressetException.runtime(op + ": win_length is " + length + "; expected 1 to n_fft, " + nFft);
        }
        if (window != null && (window.dim() != 1 || window.size(0) != length)) {
            throw CressetException.runtime(
                    op + ": a window of shape " + window.shape() + "; expected (" + length + ",), win_length");
        }
    }

    /** The window in the middle of {@code nFft} points; null for ones everywhere. */
    private static @Nullable Tensor fullWindow(long nFft, long length, @Nullable Tensor window, DType dtype) {
        if (window == null && length == nFft) {
            return null;
        }
        Tensor w = window == null ? Tensor.ones(Shape.of(length), dtype.real()) : window;
        long left = (nFft - length) / 2;
        return length == nFft
                ? w
                : zeros(w.unsqueeze(0), left, nFft - length - left).squeeze(0);
    }

    private static Tensor zeros(Tensor rows, long before, long after) {
        return Tensor.cat(
                1,
                Tensor.zeros(Shape.of(rows.size(0), before), rows.dtype()),
                rows,
                Tensor.zeros(Shape.of(rows.size(0), after), rows.dtype()));
    }

    private static Tensor extend(Tensor rows, long by, String mode) {
        long n = rows.size(1);
        Border.Mode how =
                switch (mode.toLowerCase(Locale.ROOT)) {
                    case "reflect" -> {
                        if (by >= n) {
                            throw CressetException.runtime("stft: reflecting " + by
                                    + " points on each side takes a signal longer than " + n + " points");
                        }
                        yield Border.Mode.REFLECT;
                    }
                    case "replicate" -> Border.Mode.REPLICATE;
                    case "circular" -> {
                        if (by > n) {
                            throw CressetException.runtime("stft: repeating " + by
                                    + " points on each side takes a signal of at least as many, not " + n);
                        }
                        yield Border.Mode.CIRCULAR;
                    }
                    case "constant" -> Border.Mode.CONSTANT;
                    default ->
                        throw CressetException.unsupported("stft: pad_mode is \"" + mode
                                + "\"; expected reflect, constant, replicate or circular");
                };
        return Border.around(rows, new long[] {by, by}, how, 0);
    }

    /**
     * The signal (L) or (B, L) whose {@link #stft} is nearest to a spectrum (F, T) or (B, F, T): overlapping windows are added
     * and divided by what the windows' squares add up to. As {@code torch.istft}.
     *
     * @param onesided null: whether there are fewer frequencies than points
     * @param length points of the result, null: as many as there are windows for
     */
    @Torch("istft(input, n_fft, hop_length=None, win_length=None, window=None, center=True, normalized=False,"
            + " onesided=None, length=None, return_complex=False)")
    public static Tensor istft(
            Tensor input,
            long nFft,
            @Nullable Long hopLength,
            @Nullable Long winLength,
            @Nullable Tensor window,
            boolean center,
            boolean normalized,
            @Nullable Boolean onesided,
            @Nullable Long length,
            boolean returnComplex) {
        long hop = hopLength == null ? nFft / 4 : hopLength;
        long points = winLength == null ? nFft : winLength;
        if (!input.dtype().isComplex() || input.dim() < 2 || input.dim() > 3 || input.numel() == 0) {
            throw CressetException.runtime("istft: the input is " + input.dtype() + input.shape()
                    + "; expected complex numbers with two or three dimensions");
        }
        Tensor x = input.dim() == 2 ? input.unsqueeze(0) : input;
        checkWindow("istft", nFft, hop, points, window);
        boolean half = onesided == null ? x.size(1) != nFft : onesided;
        if (x.size(1) != (half ? nFft / 2 + 1 : nFft)) {
            throw CressetException.runtime("istft: " + x.size(1) + " frequencies in shape " + input.shape()
                    + "; expected " + (half ? nFft / 2 + 1 : nFft));
        }
        if (half && returnComplex) {
            throw CressetException.runtime("istft: half of a spectrum can't give complex numbers");
        }
        if (!returnComplex && window != null && window.dtype().isComplex()) {
            throw CressetException.runtime("istft: a complex window gives complex numbers; set return_complex");
        }
        String norm = normalized ? "ortho" : null;
        Tensor spectra = x.transpose(1, 2); // (B, T, F)
        Tensor frames = returnComplex
                ? Fft.ifft(spectra, null, -1, norm)
                : Fft.irfft(half ? spectra : spectra.narrow(-1, 0, nFft / 2 + 1), nFft, -1, norm);
        Tensor full = fullWindow(nFft, points, window, x.dtype());
        Tensor w = full == null ? Tensor.ones(Shape.of(nFft), frames.dtype().real()) : full;
        Tensor y = overlap(frames.mul(w), hop);
        Tensor squares = w.mul(w).expand(1, frames.size(1), nFft);
        Tensor envelope = overlap(squares, hop);
        long total = y.size(1);
        long start = center ? nFft / 2 : 0;
        long end = Math.min(total, length != null ? start + length : center ? total - nFft / 2 : total);
        if (end <= start) {
            throw CressetException.runtime("istft: the windows reach over " + total + " points, of which " + start
                    + " on each side are none of the signal's");
        }
        y = y.narrow(1, start, end - start);
        envelope = envelope.narrow(1, start, end - start);
        if (envelope.hasValues() && envelope.detach().abs().min().item() <= 1e-11) {
            throw CressetException.runtime("istft: the windows leave a gap where the signal can't be known");
        }
        y = y.div(envelope);
        if (length != null && length > end - start) {
            Tensor more = Tensor.zeros(Shape.of(y.size(0), length - (end - start)), y.dtype());
            y = Tensor.cat(1, y, more);
        }
        return input.dim() == 2 ? y.squeeze(0) : y;
    }

    /** Windows (B, T, n) that lie {@code hop} apart, added up: (B, L). */
    private static Tensor overlap(Tensor frames, long hop) {
        long count = frames.size(1);
        long n = frames.size(2);
        Tensor at =
                Tensor.arange(count).mul(hop).unsqueeze(1).add(Tensor.arange(n)).reshape(-1);
        Tensor flat = frames.reshape(frames.size(0), count * n);
        Tensor zeros = Tensor.zeros(Shape.of(frames.size(0), n + hop * (count - 1)), frames.dtype());
        return zeros.indexAdd(1, at, flat);
    }
}

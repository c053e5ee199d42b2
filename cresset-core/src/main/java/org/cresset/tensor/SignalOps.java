package org.cresset.tensor;

import org.cresset.signal.Spectrum;
import org.jspecify.annotations.Nullable;

/** Spectra of short stretches of signals, and signals from them. */
public sealed interface SignalOps permits Tensor {
    /** This tensor. */
    Tensor self();

    /**
     * The transforms of windows of {@code nFft} points, a quarter of that apart and centered at their points: from real (L) or
     * (B, L) to complex (F, T) or (B, F, T). As {@code Tensor.stft}.
     *
     * @param window (nFft), or null: ones
     */
    default Tensor stft(long nFft, @Nullable Tensor window) {
        return stft(nFft, null, null, window, true, "reflect", false, null, true, null);
    }

    /** As {@link #stft(long, Tensor)} with all options, which {@link Spectrum#stft} explains. */
    default Tensor stft(
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
        return Spectrum.stft(
                self(),
                nFft,
                hopLength,
                winLength,
                window,
                center,
                padMode,
                normalized,
                onesided,
                returnComplex,
                alignToWindow);
    }

    /** The signal of a spectrum that {@link #stft(long, Tensor)} gave with the same arguments. As {@code Tensor.istft}. */
    default Tensor istft(long nFft, @Nullable Tensor window) {
        return istft(nFft, null, null, window, true, false, null, null, false);
    }

    /** As {@link #istft(long, Tensor)} with all options, which {@link Spectrum#istft} explains. */
    default Tensor istft(
            long nFft,
            @Nullable Long hopLength,
            @Nullable Long winLength,
            @Nullable Tensor window,
            boolean center,
            boolean normalized,
            @Nullable Boolean onesided,
            @Nullable Long length,
            boolean returnComplex) {
        return Spectrum.istft(
                self(), nFft, hopLength, winLength, window, center, normalized, onesided, length, returnComplex);
    }
}

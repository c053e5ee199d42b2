package org.cresset.signal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.cresset.autograd.Func;
import org.cresset.autograd.GradCheck;
import org.cresset.base.DType;
import org.cresset.fft.Fft;
import org.cresset.random.Generator;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Windows by their formulas, and short-time spectra that give back their signals. */
class SpectrumTest {
    private static Tensor signal(long... shape) {
        return Tensor.zeros(shape).to(DType.FLOAT64).uniform_(-1, 1, Generator.ofSeed(8));
    }

    private static Tensor stft(Tensor x, long n, long hop, @Nullable Tensor window, boolean center) {
        return Spectrum.stft(x, n, hop, null, window, center, "reflect", false, null, true, null);
    }

    private static Tensor istft(Tensor y, long n, long hop, @Nullable Tensor window, boolean center, long length) {
        return Spectrum.istft(y, n, hop, null, window, center, false, null, length, false);
    }

    @Test
    void windows() {
        double r = Math.sqrt(0.5);
        assertThat(Windows.hann(5, true).toFloatArray())
                .containsExactly(new float[] {0, 0.5f, 1, 0.5f, 0}, within(1e-7f));
        assertThat(Windows.hann(4, false).toFloatArray())
                .containsExactly(new float[] {0, 0.5f, 1, 0.5f}, within(1e-7f));
        double[] cosine = Windows.cosine(2, true, DType.FLOAT64, false).toDoubleArray();
        assertThat(cosine).containsExactly(new double[] {r, r}, within(1e-15));
        double[] bartlett = Windows.bartlett(5, true, DType.FLOAT64, false).toDoubleArray();
        assertThat(bartlett).containsExactly(new double[] {0, 0.5, 1, 0.5, 0}, within(1e-15));
        double[] gaussian = Windows.gaussian(3, 2, true, DType.FLOAT64, false).toDoubleArray();
        double side = Math.exp(-1.0 / 8);
        assertThat(gaussian).containsExactly(new double[] {side, 1, side}, within(1e-15));
        double[] exponential =
                Windows.exponential(3, null, 2, true, DType.FLOAT64, false).toDoubleArray();
        double foot = Math.exp(-0.5);
        assertThat(exponential).containsExactly(new double[] {foot, 1, foot}, within(1e-15));
        double[] kaiser = Windows.kaiser(3, 0, true, DType.FLOAT64, false).toDoubleArray();
        assertThat(kaiser).containsExactly(1, 1, 1);
        assertThat(Windows.nuttall(1, true, null, false).toFloatArray()).containsExactly(1);
        assertThat(Windows.blackman(0, true, null, false).numel()).isZero();
        assertThatThrownBy(() -> Windows.hann(-1, true)).hasMessageContaining("hann");
        assertThatThrownBy(() -> Windows.kaiser(3, 1, true, DType.INT64, false)).hasMessageContaining("int64");
    }

    @Test
    void aSpectrumGivesItsSignalBack() {
        Tensor x = signal(2, 50);
        for (boolean center : new boolean[] {true, false}) {
            Tensor window = Windows.hamming(16, false, DType.FLOAT64, false);
            Tensor y = stft(x, 16, 4, window, center);
            Tensor back = istft(y, 16, 4, window, center, 48);
            assertThat(back.sub(x.narrow(1, 0, 48)).abs().max().item()).isLessThan(1e-13);
        }
    }

    @Test
    void framesAreTransformsOfWindows() {
        Tensor x = signal(20);
        Tensor window = signal(8);
        Tensor y = stft(x, 8, 3, window, false);
        assertThat(y.shape().toArray()).containsExactly(5, 5);
        for (int t = 0; t < 5; t++) {
            Tensor want = Fft.rfft(x.narrow(0, 3L * t, 8).mul(window));
            assertThat(y.select(1, t).sub(want).abs().max().item()).isLessThan(1e-14);
        }
    }

    @Test
    void derivatives() {
        Tensor x = signal(14).requiresGrad(true);
        Tensor window = signal(6).add(2).requiresGrad(true);
        Func.Many forward = in -> new Tensor[] {stft(in[0], 6, 2, in[1], true)};
        GradCheck.gradcheck(forward, x, window);
        GradCheck.gradgradcheck(forward, x, window);
        Tensor y = stft(x.detach(), 6, 2, window.detach(), true).requiresGrad(true);
        GradCheck.gradcheck(in -> new Tensor[] {istft(in[0], 6, 2, in[1], true, 12)}, y, window);
    }

    @Test
    void whatCannotBe() {
        assertThatThrownBy(
                        () -> Spectrum.stft(signal(9), 4, null, null, null, true, "reflect", false, null, null, null))
                .hasMessageContaining("return_complex");
        assertThatThrownBy(() -> stft(signal(3), 8, 2, null, false)).hasMessageContaining("n_fft");
        Tensor zeros = Tensor.zeros(4).to(DType.FLOAT64);
        Tensor y = stft(signal(12), 4, 1, null, true);
        assertThatThrownBy(() -> istft(y, 4, 1, zeros, true, 12)).hasMessageContaining("gap");
    }
}

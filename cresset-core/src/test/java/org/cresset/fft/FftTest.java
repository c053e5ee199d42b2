package org.cresset.fft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.cresset.autograd.Func;
import org.cresset.autograd.GradCheck;
import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.random.Generator;
import org.cresset.tensor.Tensor;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Transforms against the sums that define them, against each other, and their derivatives. */
class FftTest {
    private static Tensor real(long... shape) {
        return Tensor.zeros(shape).to(DType.FLOAT64).uniform_(-1, 1, Generator.ofSeed(3));
    }

    private static Tensor complex(long... shape) {
        Tensor im = Tensor.zeros(shape).to(DType.FLOAT64).uniform_(-1, 1, Generator.ofSeed(4));
        return Tensor.complex(real(shape), im);
    }

    /** The matrix of e^(-2 pi i j k / n). */
    private static Tensor matrix(int n) {
        Tensor k = Tensor.arange(n);
        Tensor angle = k.unsqueeze(1).mul(k).remainder(n).to(DType.FLOAT64).mul(-2 * Math.PI / n);
        return Tensor.polar(angle.onesLike(), angle);
    }

    private static void close(Tensor got, Tensor want, double tolerance) {
        assertThat(got.dtype()).isEqualTo(want.dtype());
        assertThat(got.shape()).isEqualTo(want.shape());
        assertThat(got.sub(want).abs().max().item()).isLessThanOrEqualTo(tolerance);
    }

    @TestFactory
    List<DynamicTest> everyLengthByItsSum() {
        List<DynamicTest> tests = new ArrayList<>();
        int[] lengths = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 15, 16, 20, 25, 27, 30, 36, 47, 49, 53, 64, 97, 106, 120
        };
        for (int n : lengths) {
            tests.add(DynamicTest.dynamicTest("length " + n, () -> {
                Tensor m = matrix(n);
                Tensor x = complex(3, n);
                close(Fft.fft(x), x.matmul(m), 1e-13 * n);
                close(Fft.ifft(x), x.matmul(m.conj()).div(n), 1e-13);
                Tensor r = real(3, n);
                Tensor want = r.to(DType.COMPLEX128).matmul(m).narrow(1, 0, n / 2 + 1);
                close(Fft.rfft(r), want, 1e-13 * n);
                close(Fft.irfft(Fft.rfft(r), (long) n, -1, null), r, 1e-14 * n);
                close(Fft.fft(x.transpose(0, 1), null, 0, null), x.matmul(m).transpose(0, 1), 1e-13 * n);
            }));
        }
        return tests;
    }

    @Test
    void longTransformsComeBack() {
        for (int n : new int[] {1 << 15, 3 * 5 * 7 * 11 * 13, 10007}) {
            Tensor x = complex(2, n);
            close(Fft.ifft(Fft.fft(x)), x, 1e-13);
            Tensor r = real(n);
            close(Fft.irfft(Fft.rfft(r), (long) n, -1, null), r, 1e-13);
            double energy = r.square().sum().item();
            double there = Fft.fft(r, null, -1, "ortho").abs().square().sum().item();
            assertThat(there).isCloseTo(energy, within(1e-10 * energy));
        }
    }

    @Test
    void singlePrecisionKeepsItsDigits() {
        Tensor x = real(4, 1000);
        Tensor wide = Fft.rfft(x.to(DType.FLOAT32).to(DType.FLOAT64));
        Tensor narrow = Fft.rfft(x.to(DType.FLOAT32));
        assertThat(narrow.dtype()).isEqualTo(DType.COMPLEX64);
        double scale = wide.abs().max().item();
        assertThat(narrow.to(DType.COMPLEX128).sub(wide).abs().max().item())
                .isLessThan(2e-7 * scale); // PyTorch: 1.5e-7
    }

    @Test
    void aLineWithNanLeavesTheOthersAlone() {
        for (int n : new int[] {8, 9, 53}) {
            Tensor x = real(5, n);
            Tensor y = x.clone();
            y.select(0, 2).fill_(Double.NaN);
            Tensor got = Fft.rfft(y);
            assertThat(got.select(0, 2).real().isnan().all().itemBoolean()).isTrue();
            close(got.select(0, 1), Fft.rfft(x).select(0, 1), 0);
            close(got.select(0, 3), Fft.rfft(x).select(0, 3), 0);
        }
    }

    @Test
    void sizesCutOffOrFillUp() {
        Tensor x = real(2, 6);
        close(Fft.fft(x, 4L, -1, null), Fft.fft(x.narrow(1, 0, 4)), 1e-15);
        Tensor zeros = Tensor.zeros(2, 3).to(DType.FLOAT64);
        close(Fft.fft(x, 9L, -1, null), Fft.fft(Tensor.cat(1, x, zeros)), 1e-15);
        assertThat(Fft.irfft(complex(5)).shape().toArray()).containsExactly(8);
        assertThat(Fft.hfft(complex(3, 5), 7L, -1, null).shape().toArray()).containsExactly(3, 7);
    }

    @Test
    void severalDimensionsOneAfterTheOther() {
        Tensor x = complex(3, 4, 5);
        close(Fft.fftn(x), Fft.fft(Fft.fft(Fft.fft(x, null, 0, null), null, 1, null), null, 2, null), 1e-12);
        close(Fft.ifft2(Fft.fft2(x)), x, 1e-14);
        Tensor r = real(3, 4, 6);
        close(Fft.rfftn(r), Fft.fftn(r).narrow(2, 0, 4), 1e-13);
        close(Fft.irfftn(Fft.rfftn(r)), r, 1e-14);
        close(Fft.hfftn(Fft.ihfftn(r)), r, 1e-13);
        close(Fft.hfft(Fft.ihfft(r)), r, 1e-14);
    }

    @Test
    void shiftsAndFrequencies() {
        assertThat(Fft.fftfreq(5, 0.5).toFloatArray()).containsExactly(0, 0.4f, 0.8f, -0.8f, -0.4f);
        assertThat(Fft.rfftfreq(4, 1).toFloatArray()).containsExactly(0, 0.25f, 0.5f);
        Tensor x = Tensor.arange(5);
        assertThat(Fft.fftshift(x).toLongArray()).containsExactly(3, 4, 0, 1, 2);
        assertThat(Fft.ifftshift(Fft.fftshift(x)).toLongArray()).containsExactly(0, 1, 2, 3, 4);
    }

    @Test
    void errorsSayWhatIsWrong() {
        assertThatThrownBy(() -> Fft.fft(Tensor.scalar(1))).isInstanceOf(CressetException.class);
        assertThatThrownBy(() -> Fft.rfft(complex(4))).hasMessageContaining("complex128");
        assertThatThrownBy(() -> Fft.fft(real(4), 0L, -1, null)).hasMessageContaining("at least 1");
        assertThatThrownBy(() -> Fft.fft(real(4), null, -1, "none")).hasMessageContaining("norm");
        assertThatThrownBy(() -> Fft.fft2(real(4, 4), null, new long[] {0, -2}, null))
                .hasMessageContaining("twice");
        assertThatThrownBy(() -> Fft.fft(real(4).to(DType.FLOAT16))).hasMessageContaining("float16");
    }

    private static DynamicTest derivatives(String name, UnaryOperator<Tensor> f, Tensor x) {
        return DynamicTest.dynamicTest(name, () -> {
            Tensor leaf = x.detach().requiresGrad(true);
            Func.Many many = in -> new Tensor[] {f.apply(in[0])};
            GradCheck.gradcheck(many, leaf);
            GradCheck.gradgradcheck(many, leaf);
            GradCheck.DEFAULT.forward(many, leaf);
        });
    }

    @TestFactory
    List<DynamicTest> derivativesOfAllKinds() {
        return List.of(
                derivatives("fft", t -> Fft.fft(t, 5L, 0, null), complex(4, 2)),
                derivatives("fft of reals", Fft::fft, real(5)),
                derivatives("ifftn", t -> Fft.ifftn(t, null, null, "ortho"), complex(2, 3)),
                derivatives("rfft even", Fft::rfft, real(2, 6)),
                derivatives("rfft odd", t -> Fft.rfft(t, null, 0, "forward"), real(5, 2)),
                derivatives("rfftn", Fft::rfftn, real(3, 4)),
                derivatives("irfft even", Fft::irfft, complex(2, 4)),
                derivatives("irfft odd", t -> Fft.irfft(t, 5L, -1, null), complex(2, 3)),
                derivatives("hfft2", t -> Fft.hfft2(t, new long[] {3, 4}, new long[] {0, 1}, null), complex(3, 3)),
                derivatives("ihfft", Fft::ihfft, real(5)));
    }

    @Test
    void batchesAsLoops() {
        Tensor x = real(3, 4, 5);
        Tensor batched = Func.vmap(t -> Fft.rfft(t, null, 0, null)).apply(x);
        for (int i = 0; i < 3; i++) {
            close(batched.select(0, i), Fft.rfft(x.select(0, i), null, 0, null), 1e-14);
        }
    }
}

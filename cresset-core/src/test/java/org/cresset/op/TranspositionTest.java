package org.cresset.op;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.cresset.base.DType;
import org.cresset.fft.Fft;
import org.cresset.tensor.Tensor;
import org.junit.jupiter.api.Test;

/** Lines of complex numbers side by side and back, and transforms before and after that is compiled. */
class TranspositionTest {
    @Test
    void linesSideBySide() {
        try (Arena arena = Arena.ofConfined()) {
            int n = 12;
            int line = 8 * 15;
            int width = 11;
            MemorySegment from = arena.allocate(8L * line + 64, 64);
            MemorySegment to = arena.allocate(8L * line + 64, 64);
            for (int i = 0; i < from.byteSize() / 4; i++) {
                from.setAtIndex(ValueLayout.JAVA_FLOAT, i, i);
            }
            MemorySegment data = arena.allocate(4 * 1000, 64);
            Transposition.in(from, 8, line, n, data, 4, 500, width);
            for (int b = 0; b < Transposition.LINES; b++) {
                for (int k = 0; k < n; k++) {
                    float re = from.get(ValueLayout.JAVA_FLOAT, 8 + (long) b * line + 8 * k);
                    assertThat(data.getAtIndex(ValueLayout.JAVA_FLOAT, 4 + k * width + b))
                            .isEqualTo(re);
                    assertThat(data.getAtIndex(ValueLayout.JAVA_FLOAT, 500 + k * width + b))
                            .isEqualTo(re + 1);
                }
            }
            Transposition.out(to, 8, line, n, data, 4, 500, width, 2);
            for (int b = 0; b < Transposition.LINES; b++) {
                for (int i = 0; i < 2 * n; i++) {
                    long at = 8 + (long) b * line + 4L * i;
                    assertThat(to.get(ValueLayout.JAVA_FLOAT, at)).isEqualTo(2 * from.get(ValueLayout.JAVA_FLOAT, at));
                }
            }
        }
    }

    @Test
    void partsApart() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment from = arena.allocate(8 * 40, 64);
            MemorySegment to = arena.allocate(8 * 40, 64);
            for (int i = 0; i < 80; i++) {
                from.setAtIndex(ValueLayout.JAVA_FLOAT, i, i);
            }
            MemorySegment data = arena.allocate(4 * 100, 64);
            Transposition.apart(from, 16, 24, data, 5, 50);
            for (int i = 0; i < 24; i++) {
                assertThat(data.getAtIndex(ValueLayout.JAVA_FLOAT, 5 + i)).isEqualTo(2 * i + 4);
                assertThat(data.getAtIndex(ValueLayout.JAVA_FLOAT, 50 + i)).isEqualTo(2 * i + 5);
            }
            Transposition.together(to, 16, 24, data, 5, 50, 3);
            for (int i = 4; i < 52; i++) {
                assertThat(to.getAtIndex(ValueLayout.JAVA_FLOAT, i)).isEqualTo(3f * i);
            }
        }
    }

    @Test
    void transformsStayTheSameWhenTheyBecomeFast() {
        Tensor.manualSeed(1);
        Tensor x = Tensor.randn(37, 66, 2).viewAsComplex();
        Tensor y = Tensor.randn(9, 50, 30, 2).viewAsComplex();
        Tensor a = Fft.fft(x, null, -1, null);
        Tensor b = Fft.fft(y, null, 1, null);
        Tensor r = Tensor.randn(37, 64);
        Tensor c = Fft.rfft(r, null, -1, null); // 33 numbers of a line, one more than whole squares
        Tensor e = Fft.irfft(c, null, -1, null);
        for (int i = 0; i < 40; i++) {
            Fft.fft(x, null, -1, null);
            Fft.fft(y, null, 1, null);
            Fft.irfft(Fft.rfft(r, null, -1, null), null, -1, null);
        }
        WarmUp.settle(60_000);
        Tensor exact = Fft.fft(x.to(DType.COMPLEX128), null, -1, null);
        assertThat(Fft.fft(x, null, -1, null).ne(a).any().item()).isZero();
        assertThat(Fft.fft(y, null, 1, null).ne(b).any().item()).isZero();
        assertThat(Fft.rfft(r, null, -1, null).ne(c).any().item()).isZero();
        assertThat(Fft.irfft(c, null, -1, null).ne(e).any().item()).isZero();
        assertThat(e.sub(r).abs().max().item()).isLessThan(1e-5);
        assertThat(a.to(DType.COMPLEX128).sub(exact).abs().max().item()).isLessThan(1e-4);
    }
}

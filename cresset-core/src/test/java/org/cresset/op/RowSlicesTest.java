package org.cresset.op;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.cresset.base.DType;
import org.cresset.base.Workers;
import org.cresset.tensor.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Convolutions of fewer images than threads against the same in float64. */
class RowSlicesTest {
    private int threads;

    @BeforeEach
    void threads() {
        threads = Workers.threads();
        Tensor.manualSeed(5);
    }

    @AfterEach
    void asBefore() {
        Workers.setThreads(threads);
    }

    private record Case(
            long[] input, long[] weight, long[] stride, long[] low, long[] high, long[] dilation, long groups) {
        Tensor of(Tensor x, Tensor w, Tensor b) {
            return Convolution.convolve("conv", x, w, b, stride, low, high, dilation, groups);
        }
    }

    private static long[] at(long... all) {
        return all;
    }

    private static Case square(long n, long c, long out, long size, long kernel, long stride, long pad) {
        return new Case(
                at(n, c, size, size),
                at(out, c, kernel, kernel),
                at(stride, stride),
                at(pad, pad),
                at(pad, pad),
                at(1, 1),
                1);
    }

    static Stream<Case> cases() {
        return Stream.of(
                square(1, 3, 64, 112, 7, 2, 3),
                square(1, 128, 160, 14, 3, 1, 1),
                square(1, 64, 128, 57, 3, 2, 1),
                square(2, 64, 96, 29, 3, 2, 0),
                square(1, 64, 64, 40, 5, 3, 2),
                square(1, 40, 64, 9, 9, 1, 8),
                new Case(at(1, 64, 41, 30), at(64, 64, 3, 3), at(1, 2), at(4, 1), at(0, 2), at(2, 1), 1),
                new Case(at(1, 96, 30, 30), at(96, 48, 5, 5), at(1, 1), at(2, 2), at(2, 2), at(1, 1), 2),
                new Case(at(1, 64, 2000), at(64, 64, 5), at(2), at(2), at(2), at(1), 1),
                new Case(
                        at(1, 16, 14, 14, 14),
                        at(32, 16, 3, 3, 3),
                        at(1, 1, 1),
                        at(1, 1, 1),
                        at(1, 1, 1),
                        at(1, 1, 1),
                        1));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void rowsOfEachThread(Case c) {
        Tensor x = Tensor.randn(c.input);
        Tensor w = Tensor.randn(c.weight);
        Tensor b = Tensor.randn(c.weight[0]);
        Workers.setThreads(1);
        Tensor exact = c.of(x.to(DType.FLOAT64), w.to(DType.FLOAT64), b.to(DType.FLOAT64));
        double limit = 1e-6 * exact.abs().max().item() * Math.sqrt(w.numel() / (double) c.weight[0]);
        for (int t : new int[] {1, 2, 3, 5}) {
            Workers.setThreads(t);
            for (int call = 0; call < 3; call++) { // later ones have the weight in the library's order
                Tensor y = c.of(x, w, b);
                assertThat((double) y.to(DType.FLOAT64).sub(exact).abs().max().item())
                        .as("%d threads, call %d", t, call)
                        .isLessThan(limit);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void aWeightThatChanges(Case c) {
        Tensor x = Tensor.randn(c.input);
        Tensor w = Tensor.randn(c.weight);
        Workers.setThreads(3);
        for (int call = 0; call < 3; call++) {
            c.of(x, w, null);
        }
        w.mul_(2);
        Tensor y = c.of(x, w, null);
        Tensor z = c.of(x, w.clone(), null);
        assertThat((double) y.sub(z).abs().max().item()).isZero();
    }
}

package org.cresset.op;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.cresset.base.DType;
import org.cresset.base.Shape;
import org.cresset.tensor.Dense;
import org.cresset.tensor.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Copies between any strides against copies of one element after the other. */
class MovesTest {
    private static final long[][] SHAPES = {
        {7},
        {33_000},
        {3, 5},
        {180, 190},
        {17_000, 2},
        {2, 17_000},
        {60, 3, 190},
        {3, 4, 2, 21, 2, 33},
        {1, 33_000, 1},
        {0, 4}
    };

    /** Their elements share memory, which the native library refuses. */
    @Test
    void slidingWindows() {
        Tensor x = Tensor.arange(40 * 30 * 30).to(DType.FLOAT32).reshape(40, 1, 30, 30);
        Tensor windows = x.unfold(2, 28, 1).unfold(3, 28, 1); // (40, 1, 3, 3, 28, 28)
        Tensor copy = windows.contiguous();
        for (long[] at : new long[][] {{0, 0, 0, 0, 0, 0}, {39, 0, 2, 1, 27, 5}, {17, 0, 1, 2, 3, 27}}) {
            float expected = at[0] * 900 + (at[2] + at[4]) * 30 + at[3] + at[5];
            assertThat(copy.get(at[0], at[1], at[2], at[3], at[4], at[5]).item())
                    .isEqualTo(expected);
        }
        Tensor lines = Tensor.arange(3000).to(DType.FLOAT32).unfold(0, 40, 1);
        assertThat(lines.t().contiguous().get(39, 2960).item()).isEqualTo(2999);
    }

    @ParameterizedTest
    @EnumSource(names = {"BOOL", "BFLOAT16", "FLOAT32", "INT64", "COMPLEX128"})
    void anyStrides(DType t) {
        Random random = new Random(t.ordinal());
        for (long[] shape : SHAPES) {
            for (int kind = 0; kind < 6; kind++) {
                Dense from = strided(Shape.of(shape), t, random, kind);
                Dense to = strided(Shape.of(shape), t, random, kind == 4 ? 2 : kind % 3);
                for (long i = 0; i < from.storage().bytes() / t.real().size(); i++) {
                    Convert.writeDouble(
                            t.real(),
                            from.segment(),
                            i * t.real().size(),
                            t == DType.BOOL ? i * 7 % 3 % 2 : i * 7 % 113);
                }
                Pointwise.copy(from, to);
                Geometry g = Geometry.of(to.shape(), to, from);
                for (long i = 0; i < g.numel; i++) {
                    long a = g.offset(0, i);
                    long b = g.offset(1, i);
                    for (int part = 0; part < t.size(); part += t.real().size()) {
                        if (Convert.readDouble(t.real(), to.segment(), a + part)
                                != Convert.readDouble(t.real(), from.segment(), b + part)) {
                            assertThat(i)
                                    .as("%s %s kind %d", t, to.shape(), kind)
                                    .isEqualTo(-1);
                        }
                    }
                }
            }
        }
    }

    /** Row-major, in another order, with gaps, backwards in the last or in all dimensions, or repeated along one. */
    private static Dense strided(Shape s, DType t, Random random, int kind) {
        int n = s.rank();
        Integer[] order = new Integer[n];
        for (int d = 0; d < n; d++) {
            order[d] = n - 1 - d;
        }
        if (kind == 1 || kind == 2) {
            java.util.Collections.shuffle(java.util.Arrays.asList(order), random);
        }
        long[] strides = new long[n];
        long step = kind == 2 ? 2 : 1;
        for (int d : order) {
            strides[d] = step;
            step *= Math.max(1, s.size(d)) + (kind == 2 ? 1 : 0);
        }
        long offset = 0;
        for (int d = 0; d < n; d++) {
            boolean back = kind == 3 ? d == n - 1 : kind == 4;
            if (back) {
                offset += Math.max(0, s.size(d) - 1) * strides[d];
                strides[d] = -strides[d];
            } else if (kind == 5 && d == n / 2) {
                strides[d] = 0;
            }
        }
        Dense memory = Dense.empty(Shape.of(step + 1), t);
        return memory.view(s, strides, offset + (kind == 4 ? 1 : 0));
    }

    @Test
    void oneElementManyTimes() {
        for (DType t : DType.values()) {
            for (int n : new int[] {1, 5, 16, 17, 1000, 70_001}) {
                Tensor x = Tensor.full(Shape.of(n), 3, t);
                Tensor y = Tensor.zeros(Shape.of(n + 1), t);
                y.narrow(0, 1, n).fill_(3);
                assertThat(x.eq(Tensor.number(3).to(t)).all().item()).isEqualTo(1);
                assertThat(y.narrow(0, 1, n).eq(x).all().item()).isEqualTo(1);
                assertThat(y.select(0, 0).abs().item()).isZero();
            }
        }
    }

    @Test
    void rowsThatAreAlike() {
        Tensor row = Tensor.arange(40).narrow(0, 3, 30);
        Tensor x = Tensor.full(Shape.of(20, 50), -1, DType.INT64);
        x.narrow(1, 10, 30).copy_(row.expand(20, 30));
        x.narrow(0, 1, 19).narrow(1, 41, 9).fill_(7);
        for (int i = 0; i < 20; i++) {
            Tensor y = x.select(0, i);
            assertThat(y.narrow(0, 10, 30).eq(row).all().item()).isEqualTo(1);
            assertThat(y.narrow(0, 0, 10).eq(-1).all().item()).isEqualTo(1);
            assertThat(y.narrow(0, 40, 1).itemLong()).isEqualTo(-1);
            assertThat(y.narrow(0, 41, 9).eq(i == 0 ? -1 : 7).all().item()).isEqualTo(1);
        }
        x.copy_(x.narrow(0, 5, 1).clone().flip(1).expand(20, 50)); // every row, each from its end
        assertThat(x.select(0, 19).narrow(0, 10, 30).eq(row.flip(0)).all().item())
                .isEqualTo(1);
    }

    @Test
    void aCopyIntoWhatItIsAViewOf() {
        Tensor x = Tensor.arange(1000).reshape(10, 100);
        Tensor before = x.clone();
        x.copy_(x.flip(1));
        assertThat(x.eq(before.flip(1)).all().item()).isEqualTo(1);
        Tensor y = Tensor.arange(1000);
        y.narrow(0, 1, 999).copy_(y.narrow(0, 0, 999));
        assertThat(y.narrow(0, 1, 999).eq(Tensor.arange(999)).all().item()).isEqualTo(1);
    }
}

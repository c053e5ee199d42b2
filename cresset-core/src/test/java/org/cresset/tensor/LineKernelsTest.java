package org.cresset.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.cresset.base.DType;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Loops for lines side by side and for whole vectors against those for single elements. */
class LineKernelsTest {
    private static Tensor numbers(DType dtype, long... shape) {
        Random r = new Random(3);
        long n = 1;
        for (long s : shape) {
            n *= s;
        }
        return Tensor.of(r.doubles(n, -3, 3).toArray()).to(dtype).reshape(shape);
    }

    @ParameterizedTest
    @EnumSource(names = {"FLOAT32", "FLOAT64", "INT64", "INT32", "FLOAT16"})
    void runningSumsDownColumnsAreThoseAlongRows(DType dtype) {
        Tensor x = numbers(dtype, 2, 40, 300);
        Tensor turned = x.transpose(1, 2).contiguous();
        assertThat(x.cumsum(1).equalTo(turned.cumsum(2).transpose(1, 2))).isTrue();
        assertThat(x.cumprod(1).equalTo(turned.cumprod(2).transpose(1, 2))).isTrue();
        double sum = 0;
        double[] line = x.select(0, 1).select(1, 7).toDoubleArray();
        for (double v : line) {
            sum += v;
        }
        assertThat(x.cumsum(1).select(0, 1).select(0, 39).select(0, 7).item())
                .isEqualTo(Tensor.number(sum)
                        .to(dtype.isFloat() ? dtype : DType.INT64)
                        .item());
    }

    @ParameterizedTest
    @EnumSource(names = {"FLOAT32", "FLOAT64", "INT64"})
    void searchFindsThePlaceByCounting(DType dtype) {
        for (int n : new int[] {0, 1, 2, 5, 64, 101}) {
            Tensor edges = numbers(dtype, n).sort(0)[0];
            Tensor values = Tensor.cat(0, numbers(dtype, 50), edges);
            Tensor below = values.unsqueeze(1).gt(edges).sum(new long[] {1}, false);
            Tensor upTo = values.unsqueeze(1).ge(edges).sum(new long[] {1}, false);
            assertThat(edges.searchsorted(values, false, false, null, null).equalTo(below))
                    .isTrue();
            assertThat(edges.searchsorted(values, false, true, null, null).equalTo(upTo))
                    .isTrue();
        }
    }
}

package org.cresset.op;

import static org.assertj.core.api.Assertions.assertThat;

import org.cresset.base.DType;
import org.cresset.tensor.Tensor;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** Extremes along a dimension and their places against a search element by element. */
class ExtremeLinesTest {
    @ParameterizedTest
    @EnumSource(
            mode = Mode.EXCLUDE,
            names = {"COMPLEX32", "COMPLEX64", "COMPLEX128"})
    void firstOfEqualOnes(DType t) {
        Tensor.manualSeed(8);
        Tensor x = Tensor.randint(0, t == DType.BOOL ? 2 : 40, 3, 20, 1030).to(t);
        if (t.isFloat()) {
            x = x.sub(20).maskedFill(Tensor.rand(3, 20, 1030).lt(0.0005), Tensor.number(Double.NaN));
            x = x.maskedFill(Tensor.rand(3, 20, 1030).lt(0.01), Tensor.number(-0.0));
            x.select(1, 5).mul_(0.0);
            x.select(1, 3).fill_(Double.NEGATIVE_INFINITY);
            x.select(1, 4).fill_(Double.POSITIVE_INFINITY);
        }
        for (Tensor y : new Tensor[] {x, x.transpose(1, 2), x.narrow(2, 1, 17), x.slice(2, 0L, 1030L, 5), x.flip(2)}) {
            for (int d = 0; d < 3; d++) {
                for (boolean largest : new boolean[] {true, false}) {
                    Tensor[] found = largest ? y.max(d, false) : y.min(d, false);
                    Tensor lines = y.movedim(d, 2).reshape(-1, y.size(d));
                    double[] v = lines.to(DType.FLOAT64).toDoubleArray();
                    int n = (int) y.size(d);
                    double[] values = found[0].to(DType.FLOAT64).toDoubleArray();
                    long[] places = found[1].toLongArray();
                    for (int i = 0; i < places.length; i++) {
                        int best = 0;
                        for (int k = 1; k < n && !Double.isNaN(v[i * n + best]); k++) {
                            double e = v[i * n + k];
                            double b = v[i * n + best];
                            if (Double.isNaN(e) || (largest ? e > b : e < b)) {
                                best = k;
                            }
                        }
                        if (places[i] != best || Double.compare(values[i], v[i * n + best]) != 0) {
                            assertThat(places[i])
                                    .as("%s dim %d line %d", t, d, i)
                                    .isEqualTo(best);
                            assertThat(values[i]).isEqualTo(v[i * n + best]);
                        }
                    }
                }
            }
        }
    }
}

package org.cresset.op;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import org.cresset.base.DType;
import org.cresset.tensor.Tensor;
import org.junit.jupiter.api.Test;

/** Places in sequences, against counting what comes before. */
class SearchSortedTest {
    @Test
    void asManyAsComeBefore() {
        Random random = new Random(1);
        for (DType t : new DType[] {DType.FLOAT32, DType.FLOAT64, DType.INT64, DType.INT32}) {
            for (int length : new int[] {1, 2, 3, 100, 1000}) {
                for (int rows = 1; rows < 4; rows++) {
                    check(t, length, rows, random);
                }
            }
        }
    }

    private static void check(DType t, int length, int rows, Random random) {
        int n = 2500;
        double[] sequence = new double[rows * length];
        double[] values = new double[rows * n];
        for (int r = 0; r < rows; r++) {
            double[] row =
                    random.doubles(length).map(v -> Math.rint(v * 300)).sorted().toArray();
            if (t.isFloat() && length > 2) {
                row[0] = Double.NEGATIVE_INFINITY;
                row[length - 1] = Double.POSITIVE_INFINITY;
            }
            System.arraycopy(row, 0, sequence, r * length, length);
        }
        for (int i = 0; i < values.length; i++) {
            values[i] = Math.rint(random.nextDouble() * 320 - 10);
            if (t.isFloat() && i % 50 == 0) {
                values[i] = i % 100 == 0 ? Double.NaN : Double.POSITIVE_INFINITY;
            }
        }
        Tensor s = Tensor.of(sequence).reshape(rows, length).to(t);
        Tensor v = Tensor.of(values).reshape(rows, n).to(t);
        for (boolean right : new boolean[] {false, true}) {
            for (boolean narrow : new boolean[] {false, true}) {
                Tensor found = SearchSorted.OP.on(
                        new SearchSorted.Attrs(right, narrow),
                        rows == 1 ? s.select(0, 0) : s,
                        rows == 1 ? v.select(0, 0) : v,
                        null);
                assertThat(found.dtype()).isEqualTo(narrow ? DType.INT32 : DType.INT64);
                long[] places = found.to(DType.INT64).toLongArray();
                for (int i = 0; i < places.length; i++) {
                    double x = values[i];
                    double[] row = Arrays.copyOfRange(sequence, i / n * length, (i / n + 1) * length);
                    long before = Arrays.stream(row)
                            .filter(y -> right ? !(y > x) : !(y >= x))
                            .count();
                    assertThat(places[i]).as("%s of %s, right %s", x, t, right).isEqualTo(before);
                }
            }
        }
    }
}

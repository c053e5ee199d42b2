package org.cresset.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.cresset.base.DType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Lines that are sorted by counting, against Java's sort of boxed numbers. */
class LongSortTest {
    /** Numbers with ties, zeros of both signs, infinities and NaN where the dtype has them; wide ones differ in all bytes. */
    private static Tensor line(DType dtype, int n, boolean wide) {
        Random r = new Random(n);
        if (!dtype.isFloat()) {
            return Tensor.of(r.longs(n).map(v -> wide ? v : v % 1000).toArray()).to(dtype);
        }
        double[] v = r.doubles(n).map(d -> (d - 0.5) * (wide ? 1e30 : 1)).toArray();
        for (int i = 0; i < n; i += 3) {
            double[] special = {0.0, -0.0, Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, v[i / 2]};
            v[i] = special[r.nextInt(special.length)];
        }
        return Tensor.of(v).to(dtype);
    }

    private static int compare(double a, double b) {
        return a == b ? 0 : Double.compare(a, b);
    }

    private static int[] order(Tensor t, boolean descending) {
        double[] d = t.toDoubleArray();
        long[] l = t.dtype().isFloat() ? new long[0] : t.toLongArray();
        return IntStream.range(0, d.length)
                .boxed()
                .sorted((i, j) -> {
                    int c = l.length > 0 ? Long.compare(l[i], l[j]) : compare(d[i], d[j]);
                    return descending ? -c : c;
                })
                .mapToInt(Integer::intValue)
                .toArray();
    }

    @ParameterizedTest
    @CsvSource({
        "FLOAT32, 511, false",
        "FLOAT32, 5000, true",
        "FLOAT32, 20000, false",
        "FLOAT64, 600, true",
        "FLOAT64, 5000, false",
        "FLOAT64, 20000, true",
        "INT64, 700, true",
        "INT64, 5000, true",
        "INT64, 20000, false",
        "INT32, 20000, true",
        "FLOAT16, 3000, false",
        "BFLOAT16, 3000, true",
        "INT16, 3000, true",
        "UINT8, 3000, false",
        "BOOL, 3000, false",
        "INT8, 20000, false"
    })
    void orderSelectionAndMedian(DType dtype, int n, boolean wide) {
        Tensor t = line(dtype, n, wide);
        for (boolean descending : new boolean[] {false, true}) {
            int[] order = order(t, descending);
            long[] places = IntStream.of(order).asLongStream().toArray();
            Tensor[] sorted = t.sort(0, descending, true);
            assertThat(sorted[1].toLongArray()).isEqualTo(places);
            assertThat(bits(sorted[0])).isEqualTo(bits(t.gather(0, Tensor.of(places))));
            for (int k : new int[] {1, 10, n / 5, n / 2, n}) {
                Tensor[] top = t.topk(k, 0, descending, true);
                assertThat(top[1].toLongArray())
                        .isEqualTo(IntStream.of(order).limit(k).asLongStream().toArray());
            }
        }
        int[] rising = order(t, false);
        int numbers = n - (dtype.isFloat() ? (int) t.isnan().sum().item() : 0);
        double median = t.toDoubleArray()[rising[(numbers - 1) / 2]];
        assertThat(t.nanmedian().item()).isEqualTo(median);
        assertThat(t.nanmedian(0, false)[1].item()).isEqualTo((double) rising[(numbers - 1) / 2]);
        assertThat(t.median(0, false)[1].item()).isEqualTo((double) rising[numbers < n ? numbers : (numbers - 1) / 2]);
        assertThat(t.kthvalue(n / 3, 0, false)[1].item()).isEqualTo((double) rising[n / 3 - 1]);
    }

    /** Of any dimension of a tensor of three, and of one that is no row-major one. */
    @ParameterizedTest
    @CsvSource({"FLOAT32, 0", "FLOAT32, 1", "INT64, 0", "FLOAT64, 1", "BFLOAT16, 0", "UINT8, 1"})
    void dimensionsThatAreNoRows(DType dtype, int dim) {
        Tensor x = line(DType.FLOAT32, 40 * 50 * 6, false)
                .nanToNum(0.0, 7.0, -7.0)
                .to(dtype)
                .reshape(40, 50, 6);
        for (Tensor y : List.of(x, x.transpose(0, 2).contiguous().transpose(0, 2))) {
            for (boolean descending : new boolean[] {false, true}) {
                Tensor[] is = y.sort(dim, descending, true);
                Tensor[] rows = y.transpose(dim, 2).contiguous().sort(2, descending, true);
                for (int i = 0; i < 2; i++) {
                    assertThat(is[i].toDoubleArray())
                            .isEqualTo(rows[i].transpose(dim, 2).toDoubleArray());
                }
            }
        }
    }

    @Test
    void integersThatFillTheKey() {
        for (long apart : new long[] {1, (1L << 32) - 1, 1L << 32}) {
            long[] v = LongStream.range(0, 20000)
                    .map(i -> Long.MAX_VALUE - (i % 3 == 0 ? apart : 0))
                    .toArray();
            assertThat(Tensor.of(v).sort(0)[0].toLongArray())
                    .isEqualTo(LongStream.of(v).sorted().toArray());
        }
    }

    /** Lines of all lengths, of few values and many, along either dimension, against the middle of the sorted line. */
    @Test
    void mediansOfShortLines() {
        Random r = new Random(5);
        for (int n = 1; n < 80; n++) {
            double[] v = r.doubles(3L * n).map(d -> Math.rint(d * 50) / 7).toArray();
            for (int i = 0; i < v.length; i += 5) {
                v[i] = n % 3 == 0 ? Double.NaN : -0.0;
            }
            for (DType t : new DType[] {DType.FLOAT32, DType.FLOAT64, DType.INT16}) {
                Tensor x = Tensor.of(v)
                        .nanToNum(t == DType.INT16 ? 0 : Double.NaN, null, null)
                        .to(t);
                Tensor rows = x.reshape(3, n);
                long[] of = rows.median(1, false)[1].toLongArray();
                assertThat(rows.t().contiguous().median(0, true)[1].toLongArray())
                        .isEqualTo(of);
                for (int i = 0; i < 3; i++) {
                    Tensor line = rows.select(0, i);
                    int[] order = order(line, false);
                    int numbers = n - (t.isFloat() ? (int) line.isnan().sum().item() : 0);
                    assertThat(of[i]).isEqualTo(order[numbers < n ? numbers : (n - 1) / 2]);
                }
            }
        }
        assertThat(Tensor.of(2.0).reshape().median(0, false)[1].item()).isZero();
        assertThat(Tensor.zeros(0, 3).median(1, false)[1].shape().toArray()).containsExactly(0);
        Tensor nothing = Tensor.of(Float.NaN, Float.NaN, Float.NaN);
        assertThat(nothing.nanmedian(0, false)[1].item()).isZero();
    }

    /** The first of those that are wanted in lines that keep making room for better ones, and in lines of one value. */
    @Test
    void fewOfManyInOrder() {
        long[] rising = LongStream.range(0, 3000).toArray();
        for (long k : new long[] {1, 2, 31, 32, 33, 200}) {
            Tensor t = Tensor.of(rising).to(DType.FLOAT32);
            assertThat(t.topk(k, 0, true, true)[1].toLongArray())
                    .isEqualTo(LongStream.range(0, k).map(i -> 2999 - i).toArray());
            assertThat(t.topk(k, 0, false, true)[1].toLongArray())
                    .isEqualTo(LongStream.range(0, k).toArray());
            assertThat(t.mul(0).topk(k, 0, true, true)[1].toLongArray())
                    .isEqualTo(LongStream.range(0, k).toArray());
        }
    }

    private static long[] bits(Tensor t) {
        return java.util.Arrays.stream(t.toDoubleArray())
                .mapToLong(Double::doubleToLongBits)
                .toArray();
    }
}

package org.cresset.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.domains.Domain;
import net.jqwik.api.domains.DomainContext;
import org.cresset.base.DType;

/** Sorting, against Java's. */
@Domain(TensorDomain.class)
@Domain(DomainContext.Global.class)
class SortProperties {
    /** Rows of numbers with repetitions, so that stability shows. */
    private static double[] row(Random r, int n) {
        return r.ints(n, 0, Math.max(2, n / 2)).asDoubleStream().toArray();
    }

    private static long[] stableOrder(double[] v, boolean descending) {
        return IntStream.range(0, v.length)
                .boxed()
                .sorted((a, b) -> descending ? Double.compare(v[b], v[a]) : Double.compare(v[a], v[b]))
                .mapToLong(i -> i)
                .toArray();
    }

    @Property
    void rowsAndColumns(
            @ForAll @IntRange(max = 300) int n, @ForAll long seed, @ForAll boolean descending, @ForAll DType dtype) {
        if (dtype.isComplex() || dtype == DType.BOOL || dtype.size() == 1 && n > 200) {
            return;
        }
        Random r = new Random(seed);
        double[][] rows = {row(r, n), row(r, n), row(r, n)};
        Tensor t = Tensor.stack(0, Tensor.of(rows[0]), Tensor.of(rows[1]), Tensor.of(rows[2]))
                .to(dtype);
        Tensor[] byRow = t.sort(1, descending, true);
        Tensor[] byColumn = t.t().contiguous().sort(0, descending, true);
        for (int k = 0; k < 3; k++) {
            long[] order = stableOrder(t.select(0, k).toDoubleArray(), descending);
            assertThat(byRow[1].select(0, k).toLongArray()).isEqualTo(order);
            assertThat(byColumn[1].select(1, k).toLongArray()).isEqualTo(order);
            assertThat(byRow[0].select(0, k).equalTo(t.select(0, k).get(Tensor.of(order))))
                    .isTrue();
            assertThat(byColumn[0].select(1, k).equalTo(byRow[0].select(0, k))).isTrue();
        }
        assertThat(t.argsort(1, descending, true).equalTo(byRow[1])).isTrue();
    }

    @Property
    void topkAreTheFirstOfTheSorted(
            @ForAll @IntRange(min = 1, max = 200) int n, @ForAll long seed, @ForAll boolean largest) {
        Random r = new Random(seed);
        Tensor t = Tensor.of(row(r, n));
        int k = r.nextInt(n + 1);
        Tensor[] top = t.topk(k, 0, largest, true);
        assertThat(top[0].toDoubleArray())
                .isEqualTo(t.sort(0, largest, true)[0].narrow(0, 0, k).toDoubleArray());
        assertThat(t.get(top[1]).equalTo(top[0])).isTrue();
        assertThat(top[1].toLongArray()).doesNotHaveDuplicates();
    }

    /** Lines so long that they are sorted by counting. */
    @Property(tries = 25)
    void longLines(
            @ForAll @IntRange(min = 500, max = 20_000) int n,
            @ForAll long seed,
            @ForAll boolean descending,
            @ForAll DType dtype) {
        if (dtype.isComplex() || dtype == DType.BOOL) {
            return;
        }
        Random r = new Random(seed);
        double[] values = r.ints(n, -100, 100).asDoubleStream().toArray();
        if (dtype.isFloat()) {
            for (int i = 0; i < n; i += 1 + r.nextInt(40)) {
                values[i] = r.nextInt(5) == 0 ? Double.NaN : r.nextGaussian();
            }
        }
        Tensor t = Tensor.of(values).to(dtype);
        double[] rounded = t.toDoubleArray();
        long[] order = stableOrder(rounded, descending);
        Tensor[] sorted = t.sort(0, descending, true);
        assertThat(sorted[1].toLongArray()).isEqualTo(order);
        assertThat(t.get(sorted[1]).toDoubleArray()).isEqualTo(sorted[0].toDoubleArray());
        Tensor[] columns = Tensor.stack(1, t, t.flip(0)).sort(0, descending, true);
        assertThat(columns[1].select(1, 0).toLongArray()).isEqualTo(order);
        int k = r.nextInt(n);
        long[] rising = descending ? stableOrder(rounded, false) : order;
        assertThat(t.kthvalue(k + 1, 0, false)[1].toLongArray()).containsExactly(rising[k]);
        if (dtype == DType.INT64) {
            Tensor far = t.mul(1L << 40).sort(0, descending, true)[1];
            assertThat(far.toLongArray()).isEqualTo(order);
        }
        boolean nan = Double.isNaN(rounded[(int) rising[n - 1]]);
        double middle = rounded[(int) rising[(n - 1) / 2]];
        Tensor median = t.median(0, false)[0];
        assertThat(median.toDoubleArray()).containsExactly(nan ? Double.NaN : middle);
    }

    @Example
    void notANumberIsLargest() {
        Tensor t = Tensor.of(2f, Float.NaN, Float.POSITIVE_INFINITY, -1f, Float.NEGATIVE_INFINITY);
        assertThat(t.sort(0, false, true)[1].toLongArray()).containsExactly(4, 3, 0, 2, 1);
        assertThat(t.sort(0, true, true)[1].toLongArray()).containsExactly(1, 2, 0, 3, 4);
        assertThat(t.topk(2)[1].toLongArray()).containsExactly(1, 2);
    }
}

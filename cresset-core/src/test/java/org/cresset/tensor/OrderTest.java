package org.cresset.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.cresset.autograd.Func;
import org.cresset.autograd.GradCheck;
import org.cresset.base.DType;
import org.cresset.random.Generator;
import org.junit.jupiter.api.Test;

/** Medians, quantiles, modes and counts on numbers small enough to see what is right. */
class OrderTest {
    private static final double NAN = Double.NaN;

    @Test
    void medians() {
        Tensor x = Tensor.from(new double[] {3, 1, 2, 4, NAN, 5, 6, 7}, 2, 4);
        Tensor[] m = x.median(1, false);
        assertThat(m[0].toDoubleArray()).containsExactly(2, NAN);
        assertThat(m[1].toLongArray()).containsExactly(2, 0);
        Tensor[] n = x.nanmedian(1, true);
        assertThat(n[0].toDoubleArray()).containsExactly(2, 6);
        assertThat(n[0].shape().toArray()).containsExactly(2, 1);
        assertThat(x.median().item()).isNaN();
        assertThat(x.nanmedian().item()).isEqualTo(4);
        assertThat(Tensor.of(5L, 1L, 3L, 9L).median().itemLong()).isEqualTo(3);
    }

    @Test
    void equalMediansShareTheGradient() {
        Tensor x = Tensor.of(2.0, 1, 2, 3).requiresGrad(true);
        x.median().backward();
        assertThat(x.grad().toDoubleArray()).containsExactly(0.5, 0, 0.5, 0);
    }

    @Test
    void quantilesInAllTheirWays() {
        Tensor x = Tensor.of(4.0, 1, 3, 2);
        Tensor q = Tensor.of(0.0, 0.4, 1.0);
        assertThat(x.quantile(q, 0L, false, "linear").toDoubleArray())
                .containsExactly(new double[] {1, 2.2, 4}, within(1e-15));
        assertThat(x.quantile(q, 0L, false, "lower").toDoubleArray()).containsExactly(1, 2, 4);
        assertThat(x.quantile(q, 0L, false, "higher").toDoubleArray()).containsExactly(1, 3, 4);
        assertThat(x.quantile(q, 0L, false, "midpoint").toDoubleArray()).containsExactly(1, 2.5, 4);
        assertThat(x.quantile(q, 0L, false, "nearest").toDoubleArray()).containsExactly(1, 2, 4);
        Tensor y = Tensor.from(new double[] {1, NAN, 3, 4, 5, 6}, 2, 3);
        assertThat(y.quantile(Tensor.number(0.5), 1L, true, "linear").toDoubleArray())
                .containsExactly(NAN, 5);
        assertThat(y.nanquantile(Tensor.number(0.5), 1L, true, "linear").toDoubleArray())
                .containsExactly(2, 5);
        assertThat(y.quantile(q, 0L, true, "linear").shape().toArray()).containsExactly(3, 1, 3);
        assertThatThrownBy(() -> x.quantile(1.5)).hasMessageContaining("between 0 and 1");
        assertThatThrownBy(() -> Tensor.arange(3).quantile(0.5)).hasMessageContaining("int64");
    }

    @Test
    void derivatives() {
        Tensor x = Tensor.zeros(3, 5)
                .to(DType.FLOAT64)
                .uniform_(-1, 1, Generator.ofSeed(2))
                .requiresGrad(true);
        Tensor q = Tensor.of(0.3, 0.6).requiresGrad(true);
        GradCheck.gradcheck(in -> new Tensor[] {in[0].quantile(in[1], 1L, false, "linear")}, x, q);
        GradCheck.gradgradcheck(in -> new Tensor[] {in[0].quantile(in[1], 1L, false, "linear")}, x, q);
        Func.Many chosen = in -> new Tensor[] {
            in[0].median(0, false)[0],
            in[0].kthvalue(2, 1, false)[0],
            in[0].mode(1, false)[0],
            in[0].nanmean(null, false, null)
        };
        GradCheck.gradcheck(chosen, x);
        GradCheck.gradgradcheck(chosen, x);
    }

    @Test
    void batchesAsLoops() {
        Tensor x = Tensor.zeros(4, 3, 5).to(DType.FLOAT64).uniform_(-1, 1, Generator.ofSeed(2));
        Tensor modes = Func.vmap(t -> t.mul(3).round().mode(0, false)[0]).apply(x);
        Tensor medians = Func.vmap(t -> t.median(1, false)[0]).apply(x);
        Tensor edges = Tensor.of(-0.5, 0, 0.5);
        Tensor buckets = Func.vmap(t -> t.bucketize(edges, false, false)).apply(x);
        for (int i = 0; i < 4; i++) {
            Tensor one = x.select(0, i);
            assertThat(modes.select(0, i).equalTo(one.mul(3).round().mode(0, false)[0]))
                    .isTrue();
            assertThat(medians.select(0, i).equalTo(one.median(1, false)[0])).isTrue();
            assertThat(buckets.select(0, i).equalTo(one.bucketize(edges, false, false)))
                    .isTrue();
        }
    }

    @Test
    void modesAndKth() {
        Tensor[] m = Tensor.of(2L, 7L, 2L, 7L, 1L).mode(0, false);
        assertThat(m[0].itemLong()).isEqualTo(2);
        Tensor[] k = Tensor.of(5.0, NAN, 1, 3).kthvalue(3, 0, true);
        assertThat(k[0].toDoubleArray()).containsExactly(5);
        assertThat(k[1].toLongArray()).containsExactly(0);
        assertThatThrownBy(() -> Tensor.of(1.0).kthvalue(2, 0, false)).hasMessageContaining("k is 2");
    }

    @Test
    void sumsThatPassOverNan() {
        Tensor x = Tensor.from(new double[] {1, NAN, 3, NAN, NAN, NAN}, 2, 3);
        assertThat(x.nansum(new long[] {1}, false, null).toDoubleArray()).containsExactly(4, 0);
        assertThat(x.nanmean(new long[] {1}, false, null).toDoubleArray()).containsExactly(2, NAN);
    }

    @Test
    void counts() {
        Tensor x = Tensor.of(1f, 2, 1, 4, Float.NaN, 5);
        assertThat(x.histc(4, 1, 5).toFloatArray()).containsExactly(2, 1, 0, 2);
        Tensor[] h = Tensor.of(1.0, 2, 4).histogram(3, new double[] {1, 4}, Tensor.of(2.0, 3, 5), false);
        assertThat(h[0].toDoubleArray()).containsExactly(2, 3, 5);
        assertThat(h[1].toDoubleArray()).containsExactly(1, 2, 3, 4);
        Tensor[] density = Tensor.of(0.0, 1, 3).histogram(Tensor.of(0.0, 1, 4), null, true);
        assertThat(density[0].toDoubleArray()).containsExactly(new double[] {1.0 / 3, 2.0 / 9}, within(1e-15));
        assertThat(Tensor.of(1L, 3L, 1L).bincount(null, 6).toLongArray()).containsExactly(0, 2, 0, 1, 0, 0);
        assertThat(Tensor.of(1L, 1L).bincount(Tensor.of(0.5f, 2f), 0).toFloatArray())
                .containsExactly(0, 2.5f);
        assertThatThrownBy(() -> Tensor.of(-1L).bincount(null, 0)).hasMessageContaining("negative");
    }

    @Test
    void places() {
        Tensor s = Tensor.of(1L, 3L, 3L, 5L);
        Tensor v = Tensor.of(0L, 3L, 6L);
        assertThat(s.searchsorted(v, false, false, null, null).toLongArray()).containsExactly(0, 1, 4);
        assertThat(s.searchsorted(v, true, true, null, null).toLongArray()).containsExactly(0, 3, 4);
        Tensor rows = Tensor.from(new double[] {1, 2, 3, 10, 20, 30}, 2, 3);
        Tensor values = Tensor.from(new double[] {2.5, NAN, 5, 20}, 2, 2);
        assertThat(rows.searchsorted(values, false, false, null, null).toLongArray())
                .containsExactly(2, 3, 0, 1);
        Tensor mixed = Tensor.of(3.0, 1, 2);
        Tensor order = mixed.argsort(0, false, true);
        assertThat(mixed.searchsorted(Tensor.of(2.0), false, false, "right", order)
                        .toLongArray())
                .containsExactly(2);
        assertThatThrownBy(() -> s.searchsorted(Tensor.of(1.0), false, false, null, null))
                .hasMessageContaining("one dtype");
    }
}

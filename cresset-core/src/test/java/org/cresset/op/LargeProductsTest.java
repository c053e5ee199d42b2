package org.cresset.op;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.Arrays;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.cresset.base.DType;
import org.cresset.base.Workers;
import org.cresset.emit.MachineLargeProducts;
import org.cresset.tensor.Dense;
import org.cresset.tensor.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Products in machine code of ours, of views and batches, by several threads. */
class LargeProductsTest {
    private final int threads = Workers.threads();

    @AfterEach
    void restore() {
        Workers.setThreads(threads);
    }

    private static void check(Tensor a, Tensor b, Tensor product) {
        Tensor exact = a.to(DType.FLOAT64).matmul(b.to(DType.FLOAT64));
        double error = product.to(DType.FLOAT64).sub(exact).abs().max().item();
        assertThat(error)
                .isLessThan(1e-5
                        * Math.sqrt(a.size(-1))
                        * Math.max(1, exact.abs().max().item())
                        / 4);
    }

    @Property(tries = 60)
    void viewsAndBatches(
            @ForAll @IntRange(max = 1000) int seed,
            @ForAll @IntRange(min = 1, max = 4) int batch,
            @ForAll @IntRange(min = 32, max = 150) int m,
            @ForAll @IntRange(min = 32, max = 150) int n,
            @ForAll @IntRange(min = 32, max = 90) int k,
            @ForAll @IntRange(max = 3) int gap,
            @ForAll boolean expanded) {
        Tensor.manualSeed(seed);
        Tensor a = Tensor.randn(batch, m + gap, k + gap).narrow(1, gap, m).narrow(2, 0, k);
        Tensor b = expanded
                ? Tensor.randn(1, k, n).expand(batch, k, n)
                : Tensor.randn(batch, k + gap, n + gap).narrow(1, 0, k).narrow(2, gap, n);
        check(a, b, a.bmm(b));
        Tensor turned = a.transpose(1, 2).contiguous().transpose(1, 2);
        check(turned, b, turned.bmm(b));
        check(a.select(0, 0), b.select(0, 0), a.select(0, 0).matmul(b.select(0, 0)));
    }

    @Test
    void theSameWithAnyNumberOfThreads() {
        Tensor.manualSeed(1);
        Tensor a = Tensor.randn(301, 700);
        Tensor b = Tensor.randn(700, 1203);
        Workers.setThreads(1);
        Tensor one = a.matmul(b);
        check(a, b, one);
        for (int t = 2; t < 5; t++) {
            Workers.setThreads(t);
            assertThat(Arrays.equals(a.matmul(b).toFloatArray(), one.toFloatArray()))
                    .as("%d threads", t)
                    .isTrue();
        }
    }

    @Test
    void biasesLieAnyhow() {
        Tensor.manualSeed(2);
        Tensor x = Tensor.randn(40, 50);
        Tensor weight = Tensor.randn(50, 70).t();
        Tensor[] biases = {
            Tensor.randn(70),
            Tensor.randn(140).reshape(70, 2).select(1, 1),
            Tensor.randn(1).expand(70)
        };
        for (Tensor bias : biases) {
            Tensor sum = Matmul.linear(x, weight, bias);
            check(x, weight.t(), sum.sub(bias));
        }
    }

    @Test
    void isUsed() {
        assumeTrue(MachineLargeProducts.there(), "needs AVX-512");
        Tensor a = Tensor.randn(64, 64);
        assertThat(LargeProducts.suits(batch(a), batch(a), batch(a))).isTrue();
        assertThat(LargeProducts.suits(batch(a), batch(a.t()), batch(a))).isFalse();
        assertThat(LargeProducts.suits(batch(a.t()), batch(a), batch(a))).isTrue();
        assertThat(LargeProducts.suits(batch(a.narrow(0, 0, 31)), batch(a), batch(a)))
                .isFalse();
    }

    private static Dense batch(Tensor t) {
        return (Dense) t.unsqueeze(0);
    }
}

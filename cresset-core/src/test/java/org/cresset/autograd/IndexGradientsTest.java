package org.cresset.autograd;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BinaryOperator;
import java.util.function.UnaryOperator;
import org.cresset.base.DType;
import org.cresset.masked.Masked;
import org.cresset.random.Generator;
import org.cresset.tensor.Join;
import org.cresset.tensor.Segments;
import org.cresset.tensor.Tensor;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Derivatives of functions that pick and place, against finite differences, and batches against loops. */
class IndexGradientsTest {
    private final List<DynamicTest> tests = new ArrayList<>();

    private static Tensor between(double low, double high, long... shape) {
        return Tensor.zeros(shape).to(DType.FLOAT64).uniform_(low, high, Generator.ofSeed(7));
    }

    private void one(String name, UnaryOperator<Tensor> f) {
        Tensor x = between(-1, 1, 3, 4);
        tests.add(DynamicTest.dynamicTest(name, () -> {
            derivatives(in -> new Tensor[] {f.apply(in[0])}, x.clone().requiresGrad(true));
            Tensor batch = between(-1, 1, 2, 3, 4);
            Tensor each = Tensor.stack(0, f.apply(batch.select(0, 0)), f.apply(batch.select(0, 1)));
            assertThat(Func.vmap(f).apply(batch).allclose(each, 1e-9, 1e-12, false))
                    .isTrue();
        }));
    }

    private void two(String name, Tensor source, BinaryOperator<Tensor> f) {
        Tensor x = between(0.5, 1, 3, 4);
        tests.add(DynamicTest.dynamicTest(name, () -> {
            Func.Many many = in -> new Tensor[] {f.apply(in[0], in[1])};
            derivatives(many, x.clone().requiresGrad(true), source.clone().requiresGrad(true));
            Tensor xs = Tensor.stack(0, x, x.mul(2));
            Tensor batched = Func.vmap(many, new Tensor[] {xs, source}, new int[] {0, Func.NOT_MAPPED})[0];
            Tensor each = Tensor.stack(0, f.apply(x, source), f.apply(x.mul(2), source));
            assertThat(batched.allclose(each, 1e-9, 1e-12, false)).isTrue();
        }));
    }

    private static void derivatives(Func.Many f, Tensor... in) {
        GradCheck.gradcheck(f, in);
        GradCheck.gradgradcheck(f, in);
        GradCheck.DEFAULT.forward(f, in);
    }

    @TestFactory
    List<DynamicTest> places() {
        Tensor at = Tensor.of(2L, 0L, 2L);
        Tensor index = Tensor.from(new long[] {0, 2, 1, 0, 2, 2, 0, 1}, 2, 4);
        one("gather", x -> x.gather(0, index));
        one("index_select", x -> x.indexSelect(1, at));
        one("index", x -> x.get(at, Tensor.of(1L, 3L, 0L)));
        one("take_along_dim", x -> x.takeAlongDim(index.narrow(0, 0, 1), 0L));
        one("repeat_interleave", x -> x.repeatInterleave(Tensor.of(1L, 0L, 2L), 0L, null));
        two("scatter_add", between(0.5, 1, 2, 4), (x, s) -> x.scatterAdd(0, index, s));
        for (String how : new String[] {"sum", "prod", "mean", "amax", "amin"}) {
            for (boolean self : new boolean[] {true, false}) {
                two(how + self, between(0.2, 1.3, 2, 4), (x, s) -> x.scatterReduce(0, index, s, how, self));
            }
        }
        two("index_add", between(0, 1, 3, 3), (x, s) -> x.indexAdd(1, at, s));
        two("index_copy", between(0, 1, 2, 4), (x, s) -> x.indexCopy(0, Tensor.of(2L, 0L), s));
        two("index_reduce", between(0.5, 1, 3, 4), (x, s) -> x.indexReduce(0, at, s, "prod", true));
        two("index_fill", between(0, 1), (x, s) -> x.indexFill(0, at, s));
        two("index_put", between(0, 1, 3), (x, s) -> x.indexPut(new Tensor[] {at, at}, s, true));
        two("put", between(0, 1, 2), (x, s) -> x.put(Tensor.of(1L, -1L), s, true));
        Tensor mask = Tensor.of(true, false, true, true);
        two("masked_scatter", between(0, 1, 9), (x, s) -> x.maskedScatter(mask, s));
        two("masked_fill", between(0, 1), (x, s) -> x.maskedFill(mask, s));
        return tests;
    }

    @TestFactory
    List<DynamicTest> arrangements() {
        one("roll", x -> x.roll(new long[] {1, -2}, new long[] {0, 1}));
        one("rot90", x -> x.rot90(1, 0, 1));
        one("diag_embed", x -> x.diagEmbed(1, 0, 2));
        one("tile", x -> x.tile(2, 1));
        one("diff", x -> x.diff(2, 1, null, null));
        one("gradient", x -> x.gradient(new double[] {2}, new long[] {1}, 2)[0]);
        one("trapezoid", x -> x.trapezoid(Tensor.of(0.0, 1.0, 3.0, 4.0), 1));
        one("cumulative_trapezoid", x -> x.cumulativeTrapezoid(0.5, 0));
        one("hstack", x -> Join.hstack(x, x.mul(2)));
        one("chunk_cat", x -> Join.chunkCat(new Tensor[] {x, x.mul(2)}, 1, 3));
        one("segment_mean", x -> Segments.reduce(x, "mean", Tensor.of(2L, 0L, 1L), null, 0, false, 1));
        one("segment_max", x -> Segments.reduce(x, "max", Tensor.of(2L, 1L), null, 0, false, null));
        two("diagonal_scatter", between(0, 1, 3), (x, s) -> x.diagonalScatter(s, 1, 0, 1));
        two("select_scatter", between(0, 1, 3), (x, s) -> x.selectScatter(s, 1, -2));
        two("slice_scatter", between(0, 1, 3, 2), (x, s) -> x.sliceScatter(s, 1, 1L, 4L, 2));
        return tests;
    }

    @TestFactory
    List<DynamicTest> masks() {
        Tensor mask = Tensor.from(new long[] {1, 0, 1, 1, 0, 1, 1, 0, 1, 1, 1, 0}, 3, 4)
                .to(DType.BOOL);
        long[] last = {1};
        one("masked.sum", x -> Masked.sum(x, last, false, null, mask));
        one("masked.prod", x -> Masked.prod(x, null, false, null, mask));
        one("masked.cumsum", x -> Masked.cumsum(x, 1, null, mask));
        one("masked.amax", x -> Masked.amax(x, last, false, null, mask));
        one("masked.mean", x -> Masked.mean(x, last, true, null, mask));
        one("masked.median", x -> Masked.median(x, 1, false, null, mask));
        one("masked.norm", x -> Masked.norm(x, 3.0, last, false, null, mask));
        one("masked.var", x -> Masked.var(x, last, 1, false, null, mask));
        one("masked.std", x -> Masked.std(x, last, 0, false, null, mask));
        one("masked.softmax", x -> Masked.softmax(x, 1, null, mask));
        one("masked.log_softmax", x -> Masked.logSoftmax(x, 1, null, null));
        one("masked.softmin", x -> Masked.softmin(x, 1, null, mask));
        one("masked.normalize", x -> Masked.normalize(x, 2, 1, 1e-12, null, mask));
        one("masked.logsumexp", x -> Masked.logsumexp(x, last, false, null, mask));
        one("masked.logaddexp", x -> Masked.logaddexp(x, x.mul(2), null, null, null));
        return tests;
    }
}

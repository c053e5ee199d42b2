package org.cresset.autograd;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.function.UnaryOperator;
import org.cresset.base.DType;
import org.cresset.tensor.Tensor;
import org.junit.jupiter.api.Test;

/** Operations that handle a batch as a whole: as one example after the other, and without that. */
class BatchingRulesTest {
    private static final Tensor X = Tensor.arange(24).to(DType.FLOAT64).sub(7).reshape(3, 2, 4);

    /** Maps over every dimension and compares with a loop; nothing may have been looped. */
    private static void same(UnaryOperator<Tensor> f) {
        for (int dim = 0; dim < 3; dim++) {
            Tensor[] one = X.unbind(dim);
            Tensor[] each = new Tensor[one.length];
            for (int i = 0; i < one.length; i++) {
                each[i] = f.apply(one[i].contiguous().clone()); // strides are over its own memory
            }
            long before = Func.looped();
            Tensor got = Func.vmap(in -> new Tensor[] {f.apply(in[0])}, new Tensor[] {X}, new int[] {dim})[0];
            assertThat(Func.looped()).isEqualTo(before);
            Tensor expected = Tensor.stack(0, each);
            assertThat(got.shape()).isEqualTo(expected.shape());
            assertThat(got.toDoubleArray()).containsExactly(expected.toDoubleArray());
        }
    }

    @Test
    void stridesOverAnExample() {
        UnaryOperator<Tensor> corners = x -> x.asStrided(new long[] {2, 2}, new long[] {1, 2}, 1L);
        same(corners);
        same(Func.grad(x -> corners.apply(x).square().sum())); // places seen twice
        same(x -> Func.jvp(
                        in -> new Tensor[] {corners.apply(in[0].square())}, new Tensor[] {x}, new Tensor[] {x.onesLike()
                        })
                .tangents()[0]);
    }

    @Test
    void insetByStrides() {
        Tensor source = Tensor.of(100f, 200f).to(DType.FLOAT64);
        same(x -> x.asStridedScatter(source, new long[] {2}, new long[] {3}, 1L));
        same(x -> source.asStridedScatter(x.reshape(-1).narrow(0, 0, 1), new long[] {1}, new long[] {1}, 1L));
    }

    @Test
    void searching() {
        Tensor sequence = Tensor.of(-4f, 0f, 3f, 11f).to(DType.FLOAT64);
        same(x -> sequence.searchsorted(x, false, true, null, null).to(DType.FLOAT64));
        same(x -> x.reshape(-1).searchsorted(sequence, false, false, null, null).to(DType.FLOAT64));
        same(x -> x.reshape(-1)
                .searchsorted(sequence.sum(), false, false, null, null)
                .to(DType.FLOAT64));
        same(x -> x.searchsorted(x.mul(0.5), false, false, null, null).to(DType.FLOAT64));
    }

    @Test
    void histograms() {
        Tensor edges = Tensor.of(-7f, -2f, 0f, 5f, 9f).to(DType.FLOAT64);
        Tensor weight = Tensor.arange(8).to(DType.FLOAT64).mul(0.25);
        same(x -> x.histc(4, -5, 9));
        same(x -> x.histc(3, 0, 0));
        same(x -> x.histogram(edges, null, false)[0]);
        same(x -> x.histogram(edges, x.mul(0.5), true)[0]);
        same(x -> x.histogram(3, new double[] {-6, 12}, null, false)[0]);
        same(x -> x.histogram(3, null, x.square(), false)[0]);
        // points for all, each with its own weights or edges
        Tensor points = Tensor.arange(-2, 6, 1, DType.FLOAT64);
        same(x -> points.narrow(0, 0, 6).histogram(edges, x.reshape(-1).narrow(0, 0, 6), false)[0]);
        same(x -> points.histogram(x.reshape(-1).sort(0)[0], weight, false)[0]);
        same(x -> Func.vmap(row -> row.histogram(edges, null, false)[0]).apply(x));
        same(x -> Func.vmap(row -> points.histogram(x.reshape(-1).sort(0)[0].add(row.sum()), null, false)[0])
                .apply(x));
    }

    @Test
    void membershipInSetsOfTheirOwn() {
        Tensor own = Tensor.of(-7f, 0f, 3f, 12f, Float.NaN).to(DType.FLOAT64);
        same(x -> own.isin(x, false, false).to(DType.FLOAT64));
        same(x -> own.isin(x, false, true).to(DType.FLOAT64));
        same(x -> x.isin(own, false, false).to(DType.FLOAT64));
        same(x -> x.isin(x.neg(), false, false).to(DType.FLOAT64));
        same(x ->
                Func.vmap(row -> own.isin(row, false, false).to(DType.FLOAT64)).apply(x));
        same(x -> Func.vmap(row -> row.neg().isin(x, false, false).to(DType.FLOAT64))
                .apply(x));
        same(x -> own.to(DType.INT64).isin(x.to(DType.INT64), false, false).to(DType.FLOAT64));
        // a number takes the dtype of the set
        Tensor tenths = Tensor.of(0.1f, 0.2f, 0.3f, 0.4f).reshape(2, 2);
        Tensor found =
                Func.vmap(row -> Tensor.number(0.1).isin(row, false, false)).apply(tenths);
        for (int i = 0; i < 2; i++) {
            assertThat(found.get(i).itemBoolean())
                    .isEqualTo(
                            Tensor.number(0.1).isin(tenths.get(i), false, false).itemBoolean());
        }
    }

    @Test
    void complexNumbersOfParts() {
        Tensor row = X.get(0, 0).narrow(0, 0, 2).select(0, 1);
        same(x -> Tensor.complex(x, row).square().imag());
        same(x -> Tensor.complex(row.expand(1, 1, 1), x).square().imag());
    }

    @Test
    void mediansOfAllAreMediansOfRows() {
        Tensor x = Tensor.of(3f, 1f, 2f, Float.NaN, 5f, 4f, 7f, 7f, 0f, 1f, Float.NaN, Float.NaN)
                .reshape(3, 2, 2);
        for (boolean ignore : new boolean[] {false, true}) {
            Tensor all = Func.vmap(r -> ignore ? r.nanmedian() : r.median()).apply(x);
            for (int i = 0; i < 3; i++) {
                Tensor row = x.get(i);
                assertThat(all.get(i).item())
                        .isEqualTo(Double.valueOf((ignore ? row.nanmedian() : row.median()).item()));
            }
        }
        Tensor one = Tensor.of(1f, 9f, 4f, 6f).reshape(2, 2);
        assertThat(Func.vmap(r -> r.median().mul(2)).apply(one).toDoubleArray()).containsExactly(2, 8);
    }
}

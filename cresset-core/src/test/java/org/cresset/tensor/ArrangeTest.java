package org.cresset.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import org.cresset.base.DType;
import org.junit.jupiter.api.Test;

/** Other arrangements of a few numbers, compared with what PyTorch gives. */
class ArrangeTest {
    private final Tensor x = Tensor.arange(6).reshape(2, 3);

    private static long[][] sizes(Tensor[] parts) {
        return Arrays.stream(parts).map(t -> t.shape().toArray()).toArray(long[][]::new);
    }

    @Test
    void rolledAndTurned() {
        assertThat(x.roll(new long[] {1}, new long[0]).toLongArray()).containsExactly(5, 0, 1, 2, 3, 4);
        assertThat(x.roll(new long[] {1, -1}, new long[] {0, 1}).toLongArray()).containsExactly(4, 5, 3, 1, 2, 0);
        assertThat(x.rot90(1, 0, 1).toLongArray()).containsExactly(2, 5, 1, 4, 0, 3);
        assertThat(x.rot90(-1, 0, 1).toLongArray()).containsExactly(3, 0, 4, 1, 5, 2);
        assertThat(x.fliplr().toLongArray()).containsExactly(2, 1, 0, 5, 4, 3);
        assertThat(x.flipud().toLongArray()).containsExactly(3, 4, 5, 0, 1, 2);
        assertThatThrownBy(() -> x.roll(new long[] {1, 2}, new long[] {0})).hasMessageContaining("one for each");
    }

    @Test
    void repeated() {
        assertThat(x.tile(2).toLongArray()).containsExactly(0, 1, 2, 0, 1, 2, 3, 4, 5, 3, 4, 5);
        assertThat(x.repeatInterleave(2, 0L, null).toLongArray()).containsExactly(0, 1, 2, 0, 1, 2, 3, 4, 5, 3, 4, 5);
        assertThat(x.repeatInterleave(Tensor.of(2L, 0L, 1L), 1L, null).toLongArray())
                .containsExactly(0, 0, 2, 3, 3, 5);
        assertThat(x.repeatInterleave(2, null, null).shape().toArray()).containsExactly(12);
    }

    @Test
    void diagonals() {
        Tensor v = Tensor.of(1L, 2L);
        assertThat(v.diag(1).toLongArray()).containsExactly(0, 1, 0, 0, 0, 2, 0, 0, 0);
        assertThat(x.diag(1).toLongArray()).containsExactly(1, 5);
        assertThat(v.diagEmbed(0, -2, -1).toLongArray()).containsExactly(1, 0, 0, 2);
        assertThat(x.diagEmbed(-1, 0, 2).shape().toArray()).containsExactly(4, 2, 4);
        assertThat(x.diagonalScatter(v, 0, 0, 1).toLongArray()).containsExactly(1, 1, 2, 3, 2, 5);
    }

    @Test
    void insets() {
        Tensor row = Tensor.of(7L, 8L, 9L);
        assertThat(x.selectScatter(row, 0, -1).toLongArray()).containsExactly(0, 1, 2, 7, 8, 9);
        assertThat(x.sliceScatter(Tensor.of(7L, 8L).reshape(2, 1), 1, 1L, 2L, 1).toLongArray())
                .containsExactly(0, 7, 2, 3, 8, 5);
        assertThat(x.asStridedScatter(Tensor.of(7L, 8L), new long[] {2}, new long[] {2}, 1L)
                        .toLongArray())
                .containsExactly(0, 7, 2, 8, 4, 5);
        assertThat(x.toLongArray()).containsExactly(0, 1, 2, 3, 4, 5);
    }

    @Test
    void split() {
        assertThat(sizes(Tensor.arange(7).tensorSplit(3, 0))).isDeepEqualTo(new long[][] {{3}, {2}, {2}});
        assertThat(sizes(Tensor.arange(7).tensorSplit(new long[] {2, -1, 9}, 0)))
                .isDeepEqualTo(new long[][] {{2}, {4}, {1}, {0}});
        assertThat(sizes(x.hsplit(3))).isDeepEqualTo(new long[][] {{2, 1}, {2, 1}, {2, 1}});
        assertThatThrownBy(() -> x.hsplit(2)).hasMessageContaining("divisor");
    }

    @Test
    void joined() {
        Tensor a = Tensor.of(1L, 2L);
        Tensor b = Tensor.of(3L, 4L);
        assertThat(Join.hstack(a, b).toLongArray()).containsExactly(1, 2, 3, 4);
        assertThat(Join.vstack(a, b).shape().toArray()).containsExactly(2, 2);
        assertThat(Join.dstack(a, b).toLongArray()).containsExactly(1, 3, 2, 4);
        assertThat(Join.columnStack(a, b).toLongArray()).containsExactly(1, 3, 2, 4);
        assertThat(Join.meshgrid(new Tensor[] {a, Tensor.of(5L, 6L, 7L)}, "xy")[0]
                        .shape()
                        .toArray())
                .containsExactly(3, 2);
        assertThat(Join.cartesianProd(a, b).toLongArray()).containsExactly(1, 3, 1, 4, 2, 3, 2, 4);
        assertThat(Join.combinations(Tensor.of(1L, 2L, 3L), 2, false).toLongArray())
                .containsExactly(1, 2, 1, 3, 2, 3);
        assertThat(Join.combinations(a, 2, true).toLongArray()).containsExactly(1, 1, 1, 2, 2, 2);
        assertThat(Join.unravelIndex(Tensor.of(5L, 3L), 2, 3)[1].toLongArray()).containsExactly(2, 0);
    }

    @Test
    void uniqueElementsAndRows() {
        Uniques u = Tensor.of(3L, 1L, 3L, 2L).unique(true, true, null);
        assertThat(u.output().toLongArray()).containsExactly(1, 2, 3);
        assertThat(u.inverse().toLongArray()).containsExactly(2, 0, 2, 1);
        assertThat(u.counts().toLongArray()).containsExactly(1, 1, 2);
        Uniques c = Tensor.of(3L, 3L, 1L, 3L).uniqueConsecutive(true, true, null);
        assertThat(c.output().toLongArray()).containsExactly(3, 1, 3);
        assertThat(c.inverse().toLongArray()).containsExactly(0, 0, 1, 2);
        assertThat(c.counts().toLongArray()).containsExactly(2, 1, 1);
        Tensor rows = Tensor.from(new long[] {2, 1, 1, 9, 2, 1}, 3, 2);
        Uniques r = rows.unique(true, true, 0L);
        assertThat(r.output().toLongArray()).containsExactly(1, 9, 2, 1);
        assertThat(r.inverse().toLongArray()).containsExactly(1, 0, 1);
        assertThat(Tensor.of(1.0, Double.NaN, Double.NaN, 0.0, -0.0).unique().numel())
                .isEqualTo(4);
    }

    @Test
    void membersAndPositions() {
        Tensor set = Tensor.of(2.0, Double.NaN, 0.0);
        assertThat(Tensor.of(1.0, 2.0, Double.NaN, -0.0).isin(set, false, false).toBooleanArray())
                .containsExactly(false, true, false, true);
        assertThat(Tensor.of(0L, 5L, 6L).nonzeroStatic(3, -7).toLongArray()).containsExactly(1, 2, -7);
        assertThat(x.takeAlongDim(Tensor.of(-1L, 3L).reshape(1, 2), 1L).toLongArray())
                .containsExactly(2, 0, 5, 3);
    }

    @Test
    void segments() {
        Tensor data = Tensor.of(1.0, 2.0, 3.0, 4.0);
        Tensor lengths = Tensor.of(2L, 0L, 2L);
        assertThat(Segments.reduce(data, "sum", lengths, null, 0, false, null).toDoubleArray())
                .containsExactly(3, 0, 7);
        assertThat(Segments.reduce(data, "max", lengths, null, 0, false, 3).toDoubleArray())
                .containsExactly(3, 3, 4);
        assertThat(Segments.reduce(data, "mean", null, Tensor.of(0L, 1L, 3L), 0, true, null)
                        .toDoubleArray())
                .containsExactly(1, 2.5);
    }

    @Test
    void differencesAndAreas() {
        Tensor y = Tensor.of(1.0, 4.0, 9.0, 16.0);
        assertThat(y.diff(2, 0, null, null).toDoubleArray()).containsExactly(2, 2);
        assertThat(y.diff(1, 0, Tensor.of(0.0), null).toDoubleArray()).containsExactly(1, 3, 5, 7);
        assertThat(y.trapezoid(0).item()).isEqualTo(21.5);
        assertThat(y.trapezoid(Tensor.of(0.0, 1.0, 3.0, 4.0), 0).item()).isEqualTo(28);
        assertThat(y.cumulativeTrapezoid(2, 0).toDoubleArray()).containsExactly(5, 18, 43);
        assertThat(y.gradient(1.0, null, 1)[0].toDoubleArray()).containsExactly(3, 4, 6, 7);
        assertThat(y.gradient(1.0, null, 2)[0].toDoubleArray()).containsExactly(2, 4, 6, 8);
        Tensor at = Tensor.of(1.0, 2.0, 4.0, 5.0);
        Tensor square = at.square();
        Tensor slopes = square.gradient(new Tensor[] {at}, null, 2)[0];
        assertThat(slopes.allclose(Tensor.of(2.0, 4.0, 8.0, 10.0), 1e-12, 0, false))
                .isTrue();
    }

    @Test
    void integersOfFewBitsKeepTheirDtype() {
        Tensor small = Tensor.of(1, 2, 3).to(DType.INT8);
        assertThat(small.roll(new long[] {1}, new long[] {0}).dtype()).isEqualTo(DType.INT8);
        assertThat(small.indexAdd(0, Tensor.of(0L), Tensor.of(100).to(DType.INT8), 2)
                        .dtype())
                .isEqualTo(DType.INT8);
    }
}

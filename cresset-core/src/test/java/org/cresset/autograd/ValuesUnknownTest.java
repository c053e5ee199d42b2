package org.cresset.autograd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.cresset.base.DType;
import org.cresset.base.Device;
import org.cresset.base.Shape;
import org.cresset.tensor.Dense;
import org.cresset.tensor.Segments;
import org.cresset.tensor.Tensor;
import org.junit.jupiter.api.Test;

/** Operations whose results have the same shape for all values, where there are no values to read. */
class ValuesUnknownTest {
    private static final Tensor MASKS =
            Tensor.of(1L, 0L, 1L, 0L, 1L, 1L).reshape(2, 3).ne(0);

    @Test
    void positionsOfAGivenNumber() {
        Tensor at = Func.vmap(m -> m.nonzeroStatic(3, -1)).apply(MASKS);
        assertThat(at.toLongArray()).containsExactly(0, 2, -1, 1, 2, -1);
        Tensor few = Func.vmap(m -> m.nonzeroStatic(1, -1)).apply(MASKS);
        assertThat(few.toLongArray()).containsExactly(0, 1);
        Tensor planes = Func.vmap(m -> m.reshape(3, 1).nonzeroStatic(2, 9)).apply(MASKS);
        assertThat(planes.shape()).isEqualTo(Shape.of(2, 2, 2));
        assertThat(planes.toLongArray()).containsExactly(0, 0, 2, 0, 1, 0, 2, 0);
    }

    @Test
    void valuesForAMask() {
        Tensor x = Tensor.zeros(Shape.of(2, 3, 2), DType.FLOAT32);
        Tensor rows = Tensor.of(1f, 2f, 3f, 4f).reshape(2, 2);
        Tensor y = Func.vmap(
                in -> new Tensor[] {in[0].indexPut(new Tensor[] {in[1]}, rows, false)},
                new Tensor[] {x, MASKS},
                new int[] {0, 0})[0];
        assertThat(y.toFloatArray()).containsExactly(1, 2, 0, 0, 3, 4, 0, 0, 1, 2, 3, 4);
        Tensor one = Func.vmap(
                in -> new Tensor[] {in[0].indexPut(new Tensor[] {in[1]}, Tensor.scalar(5f), true)},
                new Tensor[] {x.add(1), MASKS},
                new int[] {0, 0})[0];
        assertThat(one.toFloatArray()).containsExactly(6, 6, 1, 1, 6, 6, 1, 1, 6, 6, 6, 6);
        Tensor columns = Func.vmap(
                in -> new Tensor[] {in[0].indexPut(new Tensor[] {null, in[1]}, Tensor.of(7f, 8f), false)},
                new Tensor[] {x.transpose(1, 2), MASKS},
                new int[] {0, 0})[0];
        assertThat(columns.toFloatArray()).containsExactly(7, 0, 8, 7, 0, 8, 0, 7, 8, 0, 7, 8);
    }

    @Test
    void repeatsWithAGivenSize() {
        Tensor repeats = Tensor.of(2L, 0L, 1L, 1L, 1L, 1L).reshape(2, 3);
        Tensor y = Func.vmap(r -> Tensor.of(5f, 6f, 7f).repeatInterleave(r, 0L, 3L))
                .apply(repeats);
        assertThat(y.toFloatArray()).containsExactly(5, 5, 7, 5, 6, 7);
        Tensor unknown = Dense.empty(Shape.of(3), DType.INT64, Device.META);
        assertThatThrownBy(() -> Tensor.of(5f, 6f, 7f).repeatInterleave(unknown, 0L, null))
                .hasMessageContaining("meta");
    }

    @Test
    void segmentsOfEachExample() {
        Tensor lengths = Tensor.of(1L, 3L, 2L, 2L).reshape(2, 2);
        Tensor x = Tensor.of(1f, 2f, 3f, 4f);
        Tensor y = Func.vmap(l -> Segments.reduce(x, "sum", l, null, 0, false, null))
                .apply(lengths);
        assertThat(y.toFloatArray()).containsExactly(1, 9, 3, 7);
        Tensor offsets = Tensor.of(1L, 2L, 4L, 0L, 1L, 2L).reshape(2, 3);
        y = Func.vmap(o -> Segments.reduce(x, "max", null, o, 0, false, null)).apply(offsets);
        assertThat(y.toFloatArray()).containsExactly(2, 4, 1, 2);
        assertThatThrownBy(() -> Segments.reduce(x, "sum", Tensor.of(1L, 2L), null, 0, false, null))
                .hasMessageContaining("add up to 3");
        assertThatThrownBy(() -> Segments.reduce(x, "sum", Tensor.of(-1L, 5L), null, 0, false, null))
                .hasMessageContaining("at least 0");
    }

    @Test
    void binsBetweenEachExamplesEnds() {
        Tensor x = Tensor.of(0f, 1f, 2f, 4f, 3f, 3f, 3f, 3f).reshape(2, 4);
        Tensor counts = Func.vmap(e -> e.histc(2, 0, 0)).apply(x);
        assertThat(counts.toFloatArray()).containsExactly(2, 2, 0, 4);
        Tensor edges = Func.vmap(e -> e.histogram(2, null, null, false)[1]).apply(x);
        assertThat(edges.toFloatArray()).containsExactly(0, 2, 4, 2.5f, 3, 3.5f);
    }

    @Test
    void pairsOfABatchThatLiesOtherwise() {
        Tensor x = Tensor.of(1f, 2f, 3f, 4f, 5f, 6f, 7f, 8f).reshape(2, 2, 2); // the batch in front or behind
        for (int dim = 0; dim < 3; dim++) {
            Tensor y = Func.vmap(in -> new Tensor[] {in[0].viewAsComplex()}, new Tensor[] {x}, new int[] {dim})[0];
            Tensor first = x.movedim(dim, 0);
            assertThat(y.real().toFloatArray())
                    .containsExactly(first.select(-1, 0).toFloatArray());
            assertThat(y.imag().toFloatArray())
                    .containsExactly(first.select(-1, 1).toFloatArray());
        }
    }
}

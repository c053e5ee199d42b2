package org.cresset.op;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.cresset.base.DType;
import org.cresset.tensor.Tensor;

/** Gradients of views whose elements overlap, in which memory is added to itself, against sums of single windows. */
class EmbedTest {
    private static final DType[] TYPES = {DType.FLOAT32, DType.FLOAT64, DType.BFLOAT16, DType.COMPLEX64};

    @Property(tries = 200)
    void windowsThatOverlap(
            @ForAll @IntRange(min = 1, max = 40) int n,
            @ForAll @IntRange(min = 1, max = 20) int size,
            @ForAll @IntRange(min = 1, max = 5) int step,
            @ForAll @IntRange(min = 0, max = 3) int type,
            @ForAll boolean last,
            @ForAll boolean strided,
            @ForAll @IntRange(max = 1 << 20) int seed) {
        Tensor.manualSeed(seed);
        DType t = TYPES[type];
        long width = (n - 1L) * step + size;
        Tensor x = (last ? Tensor.randn(2, 3, width) : Tensor.randn(2, width, 3))
                .to(t)
                .requiresGrad(true);
        int d = last ? 2 : 1;
        Tensor y = x.unfold(d, size, step);
        Tensor g = Tensor.randint(-3, 4, y.shape().toArray()).to(t); // sums of which are exact
        if (strided) {
            g = g.transpose(0, 3).contiguous().transpose(0, 3);
        }
        y.backward(g);
        Tensor expected = x.detach().zerosLike();
        for (int i = 0; i < n; i++) {
            Tensor place = expected.narrow(d, (long) i * step, size);
            Tensor window = g.select(d, i); // the size last
            place.add_(last ? window : window.transpose(1, 2));
        }
        assertThat(x.grad().ne(expected).any().item()).isZero();
    }
}

package org.cresset.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.Assume;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.domains.Domain;
import net.jqwik.api.domains.DomainContext;
import org.cresset.base.CressetException;
import org.cresset.base.DType;

/** Joining is the inverse of splitting. */
@Domain(TensorDomain.class)
@Domain(DomainContext.Global.class)
class JoinProperties {
    @Property
    void joiningWhatWasSplitGivesTheWhole(
            @ForAll long[] shape, @ForAll long seed, @ForAll Layout layout, @ForAll DType dtype) {
        Assume.that(shape.length > 0);
        Random r = new Random(seed);
        int dim = r.nextInt(shape.length);
        Tensor t = layout.of(Grid.random(shape, seed).tensor(dtype));
        same(Tensor.cat(dim, t.split(r.nextInt(1, 4), dim)), t);
        same(Tensor.cat(dim - shape.length, t.chunk(r.nextInt(1, 4), dim)), t);
        long cut = r.nextLong(shape[dim] + 1);
        Tensor[] parts = t.split(new long[] {cut, shape[dim] - cut}, dim);
        assertThat(parts[0].size(dim)).isEqualTo(cut);
        same(Tensor.cat(dim, parts), t);
        if (shape[dim] > 0) {
            same(Tensor.stack(dim, t.unbind(dim)), t);
        }
    }

    @Property
    void stackedTensorsComeOutAgain(@ForAll long[] shape, @ForAll long seed, @ForAll Layout layout) {
        int dim = new Random(seed).nextInt(shape.length + 1);
        Tensor a = Grid.random(shape, seed).tensor(DType.FLOAT32);
        Tensor b = layout.of(Grid.random(shape, seed + 1).tensor(DType.FLOAT32));
        Tensor s = Tensor.stack(dim, a, b, a);
        assertThat(s.size(dim)).isEqualTo(3);
        same(s.select(dim, 0), a);
        same(s.select(dim, 1), b);
        same(s.select(dim, -1), a);
    }

    @Property
    void repeatingAndFlipping(@ForAll long[] shape, @ForAll long seed, @ForAll Layout layout) {
        Assume.that(shape.length > 0);
        int dim = new Random(seed).nextInt(shape.length);
        Grid g = Grid.random(shape, seed);
        Tensor t = layout.of(g.tensor(DType.INT16));
        long[] times = new long[shape.length];
        Arrays.fill(times, 1);
        times[dim] = 2;
        same(t.repeat(times), Tensor.cat(dim, t, t));
        same(t.flip(dim).flip(dim), t);
        Grid flipped = Grid.of(t.flip(dim));
        Grid.forEach(shape, i -> {
            long[] from = i.clone();
            from[dim] = shape[dim] - 1 - i[dim];
            assertThat(flipped.at(i)).isEqualTo(g.at(from));
        });
    }

    private static void same(Tensor got, Tensor want) {
        assertThat(got.shape()).isEqualTo(want.shape());
        assertThat(got.dtype()).isEqualTo(want.dtype());
        assertThat(got.equalTo(want)).isTrue();
    }

    @Example
    void joiningPromotesAndChecksShapes() {
        assertThat(Tensor.cat(0, Tensor.of(1), Tensor.of(2.5)).dtype()).isEqualTo(DType.FLOAT64);
        assertThatThrownBy(() -> Tensor.cat(0, Tensor.zeros(2, 3), Tensor.zeros(2, 4)))
                .isInstanceOf(CressetException.class)
                .hasMessageContaining("cat")
                .hasMessageContaining("(2, 4)");
        assertThatThrownBy(() -> Tensor.stack(0, Tensor.zeros(2), Tensor.zeros(3)))
                .isInstanceOf(CressetException.class);
    }
}

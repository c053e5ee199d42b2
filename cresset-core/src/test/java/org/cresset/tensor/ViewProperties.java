package org.cresset.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.domains.Domain;
import net.jqwik.api.domains.DomainContext;
import org.cresset.base.CressetException;
import org.cresset.base.DType;

/** Views: the right elements, the same memory, one version counter. */
@Domain(TensorDomain.class)
@Domain(DomainContext.Global.class)
class ViewProperties {
    private static Dense dense(Tensor t) {
        return t.dense("test");
    }

    private static long[] order(int rank, Random r) {
        List<Long> order = new ArrayList<>();
        for (long d = 0; d < rank; d++) {
            order.add(d);
        }
        Collections.shuffle(order, r);
        return order.stream().mapToLong(d -> d).toArray();
    }

    @Property
    void permutingMovesTheIndices(@ForAll long[] shape, @ForAll long seed, @ForAll Layout layout) {
        Grid g = Grid.random(shape, seed);
        Tensor t = layout.of(g.tensor(DType.FLOAT32));
        long[] order = order(shape.length, new Random(seed));
        Grid p = Grid.of(t.permute(order));
        Grid.forEach(p.shape(), i -> {
            long[] from = new long[i.length];
            for (int d = 0; d < i.length; d++) {
                from[(int) order[d]] = i[d];
            }
            assertThat(p.at(i)).isEqualTo(g.at(from));
        });
        long[] back = new long[order.length];
        for (int d = 0; d < back.length; d++) {
            back[(int) order[d]] = d;
        }
        Tensor again = t.permute(order).permute(back);
        assertThat(dense(again).strides()).isEqualTo(dense(t).strides());
        assertThat(dense(again).storage()).isSameAs(dense(t).storage());
    }

    @Property
    void reshapingKeepsTheOrderInAnyLayout(@ForAll long[] shape, @ForAll long seed, @ForAll Layout layout) {
        Grid g = Grid.random(shape, seed);
        Tensor t = layout.of(g.tensor(DType.INT32));
        assertThat(t.reshape(g.values().length).toDoubleArray()).isEqualTo(g.values());
        assertThat(t.flatten().reshape(shape).toDoubleArray()).isEqualTo(g.values());
        assertThat(t.unsqueeze(0).squeeze(0).toDoubleArray()).isEqualTo(g.values());
        assertThat(t.contiguous().toDoubleArray()).isEqualTo(g.values());
        assertThat(dense(t.contiguous()).isContiguous()).isTrue();
    }

    @Property
    void contiguousTensorsReshapeWithoutCopying(@ForAll long[] shape, @ForAll long seed) {
        Tensor t = Grid.random(shape, seed).tensor(DType.FLOAT32);
        Tensor flat = t.view(t.numel());
        if (t.numel() > 0) {
            assertThat(dense(flat).storage()).isSameAs(dense(t).storage());
            assertThat(dense(flat.contiguous()).storage()).isSameAs(dense(t).storage());
        }
        assertThat(dense(t).strides()).isEqualTo(dense(flat.view(shape)).strides());
    }

    @Property
    void writingToAViewShowsInTheWholeAndItsVersion(@ForAll long[] shape, @ForAll long seed) {
        Grid g = Grid.random(shape, seed);
        Tensor t = g.tensor(DType.FLOAT64);
        Tensor v = t.permute(order(shape.length, new Random(seed)));
        int before = dense(t).storage().version();
        v.add_(1);
        assertThat(dense(t).storage().version()).isEqualTo(before + 1);
        assertThat(dense(v).storage()).isSameAs(dense(t).storage());
        assertThat(t.toDoubleArray())
                .isEqualTo(Arrays.stream(g.values()).map(x -> x + 1).toArray());
    }

    @Example
    void everyKindOfViewSharesMemory() {
        Tensor t = Tensor.arange(24).to(DType.FLOAT32).reshape(2, 3, 4);
        List<UnaryOperator<Tensor>> views = List.of(
                x -> x.alias(),
                x -> x.view(6, 4),
                x -> x.expand(5, 2, 3, 4),
                x -> x.transpose(0, 2),
                x -> x.movedim(0, 2),
                x -> x.unsqueeze(1),
                x -> x.narrow(1, 1, 2),
                x -> x.select(2, 3),
                x -> x.slice(2, 0L, 4L, 2),
                x -> x.diagonal(0, 0, 1),
                x -> x.unfold(2, 2, 1),
                x -> x.unflatten(2, 2, 2),
                x -> x.flatten(1),
                x -> x.asStrided(new long[] {2, 2}, new long[] {1, 3}, 2L),
                x -> x.split(1, 0)[1],
                x -> x.chunk(2, 2)[1],
                x -> x.unbind(1)[2],
                x -> x.get(0, Index.ELLIPSIS, Index.slice(1, 3)),
                Tensor::detach);
        for (UnaryOperator<Tensor> view : views) {
            Tensor v = view.apply(t);
            assertThat(dense(v).storage()).isSameAs(dense(t).storage());
        }
    }

    @Example
    void copiesDoNotShare() {
        Tensor t = Tensor.arange(6).reshape(2, 3);
        for (Tensor c : List.of(t.clone(), t.t().contiguous(), t.t().reshape(6), t.flip(0), t.repeat(1, 1))) {
            assertThat(dense(c).storage()).isNotSameAs(dense(t).storage());
        }
        assertThat(dense(t.to(DType.INT64)).storage()).isSameAs(dense(t).storage());
    }

    @Example
    void viewRefusesWhatNeedsACopy() {
        assertThatThrownBy(() -> Tensor.zeros(2, 3).t().view(6))
                .isInstanceOf(CressetException.class)
                .hasMessageContaining("use reshape");
        assertThatThrownBy(() -> Tensor.zeros(2, 3).reshape(4, -1)).isInstanceOf(CressetException.class);
        assertThatThrownBy(() -> Tensor.zeros(2, 3).permute(0, 0)).isInstanceOf(CressetException.class);
    }

    @Example
    void writingToRepeatedMemoryIsRefused() {
        Tensor t = Tensor.zeros(1).expand(3);
        assertThatThrownBy(() -> t.add_(1)).isInstanceOf(CressetException.class).hasMessageContaining("clone");
    }

    @Example
    void overlappingOperandsAreReadBeforeTheyAreOverwritten() {
        Tensor t = Tensor.arange(100).to(DType.FLOAT32);
        Tensor want = Tensor.cat(0, t.narrow(0, 0, 1), t.narrow(0, 1, 99).add(t.narrow(0, 0, 99)));
        t.narrow(0, 1, 99).add_(t.narrow(0, 0, 99));
        assertThat(t.toFloatArray()).isEqualTo(want.toFloatArray());

        Tensor m = Tensor.arange(9).reshape(3, 3);
        Tensor symmetric = m.add(m.t());
        m.add_(m.t());
        assertThat(m.toLongArray()).isEqualTo(symmetric.toLongArray());
    }
}

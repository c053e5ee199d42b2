package org.cresset.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import java.util.function.BinaryOperator;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.domains.Domain;
import net.jqwik.api.domains.DomainContext;
import org.cresset.base.CressetException;
import org.cresset.base.DType;

/** Broadcasting gives what expanding both operands by hand gives, in any layout. */
@Domain(TensorDomain.class)
@Domain(DomainContext.Global.class)
class BroadcastProperties {
    /** A shape that broadcasts to {@code shape}: dimensions in front are missing, others are 1. */
    private static long[] narrower(long[] shape, Random r) {
        int drop = r.nextInt(shape.length + 1);
        long[] s = new long[shape.length - drop];
        for (int d = 0; d < s.length; d++) {
            s[d] = r.nextInt(3) == 0 ? 1 : shape[d + drop];
        }
        return s;
    }

    @Property
    void equalsExpandingByHand(
            @ForAll long[] shape, @ForAll long seed, @ForAll Layout left, @ForAll Layout right, @ForAll DType dtype) {
        Random r = new Random(seed);
        Tensor a = left.of(Grid.random(narrower(shape, r), seed).tensor(dtype));
        Tensor b = right.of(Grid.random(shape, seed + 1).tensor(dtype));
        Tensor wide = a.expand(shape).contiguous();
        check(a.add(b), wide.add(b.contiguous()));
        check(b.mul(a), b.contiguous().mul(wide));
        if (!dtype.isComplex()) {
            check(a.maximum(b), wide.maximum(b.contiguous()));
            check(a.lt(b), wide.lt(b.contiguous()));
        }
    }

    private static void check(Tensor got, Tensor want) {
        assertThat(got.shape()).isEqualTo(want.shape());
        assertThat(got.dtype()).isEqualTo(want.dtype());
        assertThat(got.equalTo(want)).as("%s against %s", got, want).isTrue();
    }

    @Property
    void agreesWithIndexArithmetic(@ForAll long[] shape, @ForAll long seed) {
        Random r = new Random(seed);
        Grid a = Grid.random(narrower(shape, r), seed);
        Grid b = Grid.random(shape, seed + 1);
        double[] sum = a.tensor(DType.FLOAT64).add(b.tensor(DType.FLOAT64)).toDoubleArray();
        Grid.forEach(shape, i -> {
            long[] own = new long[a.shape().length];
            for (int d = 0; d < own.length; d++) {
                own[d] = a.shape()[d] == 1 ? 0 : i[d + i.length - own.length];
            }
            assertThat(sum[(int) Grid.flat(shape, i)]).isEqualTo(a.at(own) + b.at(i));
        });
    }

    @Example
    void shapesThatDoNotFitAreNamed() {
        BinaryOperator<Tensor> add = Tensor::add;
        assertThatThrownBy(() -> add.apply(Tensor.ones(2, 3), Tensor.ones(2, 4)))
                .isInstanceOf(CressetException.class)
                .hasMessageContaining("add")
                .hasMessageContaining("(2, 3)")
                .hasMessageContaining("(2, 4)");
    }
}

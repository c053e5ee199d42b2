package org.cresset.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.function.BinaryOperator;
import org.cresset.base.DType;
import org.junit.jupiter.api.Test;

/** Operations on bools, of every length and from every place in memory: packed, one by one and converted alike. */
class BoolAlgebraTest {
    private interface Truth {
        boolean of(boolean a, boolean b);
    }

    private record Case(BinaryOperator<Tensor> op, Truth truth) {}

    private static final Map<String, Case> CASES = Map.of(
            "and", new Case(Tensor::logicalAnd, (a, b) -> a && b),
            "or", new Case(Tensor::logicalOr, (a, b) -> a || b),
            "xor", new Case(Tensor::logicalXor, (a, b) -> a != b),
            "bitwise and", new Case(Tensor::bitwiseAnd, (a, b) -> a && b),
            "eq", new Case(Tensor::eq, (a, b) -> a == b),
            "ne", new Case(Tensor::ne, (a, b) -> a != b),
            "lt", new Case(Tensor::lt, (a, b) -> !a && b),
            "le", new Case(Tensor::le, (a, b) -> !a || b),
            "mul", new Case(Tensor::mul, (a, b) -> a && b),
            "maximum", new Case(Tensor::maximum, (a, b) -> a || b));

    private static Tensor bools(int n, int seed) {
        Tensor.manualSeed(seed);
        return Tensor.rand(n).lt(0.5);
    }

    @Test
    void everyLengthAndOffset() {
        CASES.forEach((name, c) -> {
            for (int n : new int[] {1, 7, 63, 64, 65, 129, 1000}) {
                for (int skip : new int[] {0, 3}) {
                    Tensor a = bools(n + skip, n).narrow(0, skip, n);
                    Tensor b = bools(n + skip, n + 1).narrow(0, skip, n);
                    Tensor y = c.op.apply(a, b);
                    assertThat(y.dtype()).isEqualTo(DType.BOOL);
                    for (int i = 0; i < n; i++) {
                        assertThat(y.select(0, i).itemBoolean())
                                .as("%s, %d of %d from %d", name, i, n, skip)
                                .isEqualTo(c.truth.of(
                                        a.select(0, i).itemBoolean(),
                                        b.select(0, i).itemBoolean()));
                    }
                }
            }
        });
    }

    @Test
    void oneForAll() {
        Tensor a = bools(100, 5);
        Tensor one = bools(1, 3).logicalOr(bools(1, 3).logicalNot()).reshape();
        assertThat(a.logicalAnd(one).equalTo(a)).isTrue();
        assertThat(a.logicalNot().logicalXor(one).equalTo(a)).isTrue();
        assertThat(Tensor.where(a, a.logicalNot(), a).any().itemBoolean()).isFalse();
    }
}

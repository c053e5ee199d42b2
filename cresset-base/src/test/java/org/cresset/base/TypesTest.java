package org.cresset.base;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

/** Dtypes and shapes. */
class TypesTest {
    @Test
    void promotionDoesNotDependOnTheOrder() {
        for (DType a : DType.values()) {
            assertThat(DType.promote(a, a)).isEqualTo(a);
            for (DType b : DType.values()) {
                DType both = DType.promote(a, b);
                assertThat(both).isEqualTo(DType.promote(b, a));
                assertThat(DType.promote(both, a)).isEqualTo(both);
                assertThat(both.category()).isGreaterThanOrEqualTo(a.category());
            }
        }
    }

    @Test
    void namesAreThoseOfPyTorch() {
        for (DType t : DType.values()) {
            assertThat(DType.of(t.toString())).isEqualTo(t);
            assertThat(DType.of("torch." + t)).isEqualTo(t);
            assertThat(1 << t.shift()).isEqualTo(t.size());
        }
        assertThat(DType.of("double")).isEqualTo(DType.FLOAT64);
        assertThatThrownBy(() -> DType.of("float8"))
                .hasMessageContaining("float8")
                .hasMessageContaining("bfloat16");
    }

    @Test
    void halfPrecisionRoundsToTheNearestEven() {
        for (int bits = 0; bits < 1 << 16; bits++) {
            float exact = BFloat16.toFloat((short) bits);
            if (!Float.isNaN(exact)) {
                assertThat(BFloat16.fromFloat(exact)).isEqualTo((short) bits);
            }
        }
        assertThat(BFloat16.toFloat(BFloat16.fromFloat(1 + 0x1p-8f))).isEqualTo(1f);
        assertThat(BFloat16.toFloat(BFloat16.fromFloat(1 + 3 * 0x1p-8f))).isEqualTo(1 + 0x1p-6f);
        assertThat(BFloat16.toFloat(BFloat16.fromFloat(Float.MAX_VALUE))).isInfinite();
        assertThat(BFloat16.toFloat(BFloat16.fromFloat(Float.NaN))).isNaN();
    }

    @Test
    void shapesKnowTheirStridesAndSize() {
        Shape s = Shape.of(2, 3, 4);
        assertThat(s.contiguousStrides()).containsExactly(12, 4, 1);
        assertThat(s.numel()).isEqualTo(24);
        assertThat(s.size(-1)).isEqualTo(4);
        assertThat(s).isEqualTo(Shape.of(2, 3, 4)).isNotEqualTo(Shape.of(2, 12)).hasToString("(2, 3, 4)");
        assertThat(Shape.of(5)).hasToString("(5,)");
        assertThat(Shape.SCALAR).hasToString("()").isEqualTo(Shape.of());
        assertThat(Shape.of(3, 0, 2).numel()).isZero();
        long[] dims = {7};
        Shape own = Shape.of(dims);
        dims[0] = 8;
        assertThat(own.size(0)).isEqualTo(7);
    }

    @Test
    void impossibleShapesAreRefused() {
        assertThatThrownBy(() -> Shape.of(2, -1))
                .isInstanceOf(CressetException.class)
                .hasMessageContaining("-1");
        assertThatThrownBy(() -> Shape.of(1L << 40, 1L << 40)).isInstanceOf(RuntimeException.class);
    }
}

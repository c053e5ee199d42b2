package org.cresset.random;

import static org.assertj.core.api.Assertions.assertThat;

import org.cresset.base.DType;
import org.cresset.base.Shape;
import org.cresset.op.NormalLoops;
import org.cresset.op.WarmUp;
import org.cresset.tensor.Tensor;
import org.junit.jupiter.api.Test;

/** Numbers made many at a time are those made one by one. */
class NormalLoopsTest {
    @Test
    void bitsOfTheScalarForm() {
        for (int round = 0; round < 2; round++) {
            Generator g = Generator.ofSeed(7);
            for (int n : new int[] {16, 32, 2048, 4096, 4080, 1 << 18}) {
                float[] u = new float[n];
                for (int i = 0; i < n; i++) {
                    u[i] = g.uniformFloat();
                }
                u[0] = 0;
                u[8] = 0;
                u[1] = 1 - 0x1p-24f;
                u[9] = 1 - 0x1p-24f;
                for (int i = 0; i < 16 && n > 16; i++) { // eighths of a turn
                    u[16 + i] = i < 8 ? 0.5f : (i - 8) / 8f;
                }
                float[] expected = u.clone();
                for (int i = 0; i < n; i += 16) {
                    Normals.transform(expected, i, 0.5f, 2);
                }
                NormalLoops.transform(u, n, 0.5f, 2);
                for (int i = 0; i < n; i++) {
                    if (Float.floatToRawIntBits(u[i]) != Float.floatToRawIntBits(expected[i])) {
                        assertThat(u[i]).as("[%d] of %d, round %d", i, n, round).isEqualTo(expected[i]);
                    }
                }
            }
            WarmUp.settle(60_000); // the second round is in vectors
        }
    }

    @Test
    void uniformsOneByOne() {
        Generator one = Generator.ofSeed(3);
        Generator many = Generator.ofSeed(3);
        for (int n : new int[] {1, 5, 617, 1, 623, 624, 625, 2000}) {
            float[] u = new float[n];
            many.uniformFloats(u, n);
            for (int i = 0; i < n; i++) {
                assertThat(u[i]).isEqualTo(one.uniformFloat());
            }
            assertThat(many.getState()).isEqualTo(one.getState());
        }
    }

    @Test
    void rangesOfAllDtypes() {
        for (DType t : new DType[] {DType.FLOAT16, DType.BFLOAT16, DType.FLOAT32, DType.FLOAT64}) {
            Tensor x = Tensor.zeros(Shape.of(3000), t).uniform_(-2, 3);
            assertThat(x.ge(-2).all().item()).isEqualTo(1);
            assertThat(x.lt(3).all().item()).isEqualTo(1);
        }
    }
}

package org.cresset.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import org.cresset.autograd.Autograd;
import org.cresset.base.DType;
import org.cresset.base.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** Rows of numbers and triangles, longer than what is handled at once. */
class SequencesTest {
    @ParameterizedTest
    @EnumSource(
            mode = Mode.EXCLUDE,
            names = {"BOOL", "COMPLEX32"})
    void ranges(DType t) {
        for (int n : new int[] {0, 1, 1023, 1024, 1025, 3000}) {
            Tensor x = Tensor.arange(5, 5 + 2.0 * n, 2, t);
            assertThat(x.dtype()).isEqualTo(t);
            assertThat(x.numel()).isEqualTo(n);
            for (int i = 0; i < n; i += 97) {
                Tensor expected = Tensor.number(5 + 2.0 * i).to(DType.INT64).to(t);
                assertThat(x.select(0, i).eq(expected).item())
                        .as("%s[%d]", t, i)
                        .isEqualTo(1);
            }
        }
    }

    @Test
    void evenly() {
        for (int n : new int[] {1, 2, 1024, 2047, 5001}) {
            Tensor x = Tensor.linspace(-1, 3, n, DType.FLOAT64);
            for (int i = 0; i < n; i++) {
                double step = n > 1 ? 4.0 / (n - 1) : 0;
                double expected = i < (n + 1) / 2 || n == 1 ? -1 + step * i : 3 - step * (n - i - 1);
                assertThat(x.select(0, i).item()).isEqualTo(expected);
            }
        }
    }

    @Test
    void triangles() {
        for (DType t : new DType[] {DType.FLOAT32, DType.BOOL, DType.COMPLEX128, DType.INT16}) {
            Tensor base = Tensor.randint(1, 5, 3, 11, 14).to(t);
            for (Tensor x : new Tensor[] {
                base, base.transpose(0, 1), base.transpose(1, 2), base.narrow(2, 3, 7), base.narrow(1, 0, 0)
            }) {
                for (int k : new int[] {-20, -3, 0, 2, 20}) {
                    Tensor rows = Tensor.arange(x.size(1)).unsqueeze(1);
                    Tensor columns = Tensor.arange(x.size(2)).unsqueeze(0);
                    Tensor low = columns.sub(rows).le(k);
                    Tensor zero = Tensor.zeros(Shape.SCALAR, t);
                    assertThat(x.tril(k).ne(Tensor.where(low, x, zero)).any().item())
                            .isZero();
                    Tensor high = columns.sub(rows).ge(k);
                    assertThat(x.triu(k).ne(Tensor.where(high, x, zero)).any().item())
                            .isZero();
                }
            }
        }
        Tensor x = Tensor.randn(4, 5).requiresGrad(true);
        Tensor g = Autograd.grad(x.tril(-1).sum(), x)[0];
        assertThat(g.ne(Tensor.ones(4, 5).tril(-1)).any().item()).isZero();
    }

    @Test
    void placesOfTriangles() {
        for (int k : new int[] {-4, -1, 0, 2, 9}) {
            for (boolean upper : new boolean[] {false, true}) {
                Tensor ones = Tensor.ones(Shape.of(5, 7), DType.BOOL);
                Tensor expected =
                        (upper ? ones.triu(k) : ones.tril(k)).nonzero().t();
                Tensor places = Tensor.triangleIndices(5, 7, k, upper);
                assertThat(places.shape()).isEqualTo(expected.shape());
                assertThat(places.ne(expected).any().item()).isZero();
            }
        }
    }
}

package org.cresset.op;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.tensor.Tensor;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Scattering and gathering by int64 that lie together do what they do by int32, of which distances are made first. */
class DirectScatterTest {
    @BeforeEach
    void seed() {
        Tensor.manualSeed(6);
    }

    private static void same(Tensor a, Tensor b) {
        assertThat(a.contiguous().toDoubleArray()).isEqualTo(b.contiguous().toDoubleArray());
    }

    private static void check(Tensor x, int dim, Tensor index, Tensor source) {
        Tensor narrow = index.to(DType.INT32);
        same(x.scatter(dim, index, source), x.scatter(dim, narrow, source));
        same(x.scatterAdd(dim, index, source), x.scatterAdd(dim, narrow, source));
        same(x.gather(dim, index), x.gather(dim, narrow));
    }

    @Test
    void allLayouts() {
        for (DType t : new DType[] {DType.FLOAT32, DType.FLOAT64, DType.INT32, DType.INT64, DType.FLOAT16}) {
            Tensor x = Tensor.randint(-50, 50, 30, 70).to(t);
            Tensor source = Tensor.randint(-50, 50, 90, 90).to(t);
            for (int dim = 0; dim < 2; dim++) {
                long size = x.size(dim);
                for (long[] shape : new long[][] {{30, 70}, {30, 60}, {20, 70}, {1, 70}, {30, 1}, {3, 3}, {0, 5}}) {
                    Tensor index = Tensor.randint(0, size, shape);
                    check(x, dim, index, source);
                    check(x, dim, index, source.t());
                    check(x.t().contiguous().t(), dim, index, source);
                    check(x, dim, Tensor.randint(0, size, shape[1], shape[0]).t(), source);
                    if (index.numel() > 0) {
                        check(x, dim, index.select(0, 0).expand(shape.clone()), source);
                    }
                }
                Tensor more = Tensor.randint(0, size, dim == 0 ? 90 : 30, dim == 1 ? 90 : 70); // some meet
                check(x, dim, more, source);
                check(x.narrow(1, 3, 40), dim, Tensor.randint(0, dim == 0 ? 30 : 40, 30, 40), source.narrow(1, 1, 50));
            }
        }
    }

    @Test
    void longLines() {
        Tensor x = Tensor.randn(2, 5000);
        check(x, 1, Tensor.randint(0, 5000, 2, 5000), Tensor.randn(2, 5000));
        Tensor line = Tensor.randn(5000);
        check(line, 0, Tensor.randint(0, 5000, 4999), Tensor.randn(5000));
    }

    @Test
    void wrongIndices() {
        Tensor x = Tensor.randn(4, 3000);
        for (long wrong : new long[] {-1, 3000, 1L << 32, Long.MIN_VALUE}) {
            Tensor index = Tensor.randint(0, 3000, 4, 3000);
            index.select(0, 3).narrow(0, 2500, 1).fill_(wrong);
            assertThatThrownBy(() -> x.scatter(1, index, x))
                    .isInstanceOf(CressetException.class)
                    .hasMessageContaining("index " + wrong + " is out of range");
            assertThatThrownBy(() -> x.gather(1, index))
                    .isInstanceOf(CressetException.class)
                    .hasMessageContaining("index " + wrong + " is out of range");
        }
    }
}

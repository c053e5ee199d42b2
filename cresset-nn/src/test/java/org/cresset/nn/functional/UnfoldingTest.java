package org.cresset.nn.functional;

import static org.assertj.core.api.Assertions.assertThat;

import org.assertj.core.data.Offset;
import org.cresset.autograd.Autograd;
import org.cresset.autograd.Func;
import org.cresset.base.DType;
import org.cresset.tensor.Tensor;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Sliding blocks as columns, element by element, and that sums of blocks are the transposed of it. */
class UnfoldingTest {
    @ParameterizedTest
    @CsvSource({"3,1,0,1", "2,2,1,1", "3,1,2,2", "1,3,0,1", "4,3,1,1"})
    void columnsAndTheirSums(long kernel, long stride, long padding, long dilation) {
        Tensor.manualSeed(1);
        for (DType t : new DType[] {DType.FLOAT32, DType.FLOAT64, DType.COMPLEX64, DType.BFLOAT16}) {
            Tensor x = Tensor.randn(2, 13, 3, 11).to(t).transpose(1, 2); // (2, 3, 13, 11)
            Unfolding u = Unfolding.of(
                    "unfold", new long[] {kernel}, new long[] {dilation}, new long[] {padding}, new long[] {stride});
            Tensor y = u.unfold(x);
            long rows = u.blocks("unfold", 0, 13);
            long columns = u.blocks("unfold", 1, 11);
            assertThat(y.shape().toArray()).containsExactly(2, 3 * kernel * kernel, rows * columns);
            Tensor padded = Padding.pad(x, new long[] {padding, padding, padding, padding}, "constant", 0);
            Tensor apart = y.reshape(2, 3, kernel, kernel, rows, columns);
            for (long i = 0; i < kernel; i++) {
                for (long j = 0; j < kernel; j++) {
                    for (long r = 0; r < rows; r++) {
                        for (long c = 0; c < columns; c++) {
                            Tensor element =
                                    apart.select(2, i).select(2, j).select(2, r).select(2, c);
                            Tensor expected =
                                    padded.select(2, r * stride + i * dilation).select(2, c * stride + j * dilation);
                            assertThat(element.equalTo(expected)).isTrue();
                        }
                    }
                }
            }
            if (t == DType.FLOAT64) {
                transposed(u, x, y);
            }
        }
    }

    private static void transposed(Unfolding u, Tensor x, Tensor y) {
        Tensor g = Tensor.randn(y.shape().toArray()).to(x.dtype());
        double one = y.mul(g).sum().item();
        Tensor sums = u.fold(g, 13, 11);
        assertThat(sums.mul(x).sum().item()).isCloseTo(one, Offset.offset(1e-9));
        Tensor leaf = x.detach().requiresGrad(true);
        Tensor gradient = Autograd.grad(u.unfold(leaf).mul(g).sum(), leaf)[0];
        assertThat(gradient.sub(sums).abs().max().item()).isLessThan(1e-12);
        Tensor columns = g.detach().requiresGrad(true);
        Tensor back = Autograd.grad(u.fold(columns, 13, 11).mul(x).sum(), columns)[0];
        assertThat(back.sub(y).abs().max().item()).isLessThan(1e-12);
        Tensor batch = Tensor.stack(0, x, x.mul(2));
        Tensor each = Func.vmap(u::unfold).apply(batch);
        assertThat(each.select(0, 1).sub(y.mul(2)).abs().max().item()).isLessThan(1e-12);
        Tensor folded = Func.vmap(t -> u.fold(t, 13, 11)).apply(Tensor.stack(0, g, g.neg()));
        assertThat(folded.select(0, 1).add(sums).abs().max().item()).isLessThan(1e-12);
    }
}

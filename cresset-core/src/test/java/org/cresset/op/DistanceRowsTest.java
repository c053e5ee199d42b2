package org.cresset.op;

import static org.assertj.core.api.Assertions.assertThat;

import org.cresset.autograd.Autograd;
import org.cresset.base.DType;
import org.cresset.tensor.Tensor;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Distances of all pairs against norms of differences. */
class DistanceRowsTest {
    private static void same(Tensor a, Tensor b, double most) {
        assertThat(a.shape()).isEqualTo(b.shape());
        if (a.numel() > 0) {
            Tensor far = a.to(DType.FLOAT64).sub(b.to(DType.FLOAT64)).abs();
            assertThat(far.max().item())
                    .isLessThanOrEqualTo(
                            most * Math.max(1, b.abs().to(DType.FLOAT64).max().item()));
        }
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, 0.5, 1, 2, 3, Double.POSITIVE_INFINITY})
    void allPairs(double p) {
        Tensor.manualSeed(2);
        for (DType t : new DType[] {DType.FLOAT32, DType.FLOAT64}) {
            double most = t == DType.FLOAT32 ? 1e-5 : 1e-12;
            for (int[] s : new int[][] {{1, 1, 1}, {5, 3, 7}, {40, 70, 5}, {3, 2000, 60}, {4, 0, 3}}) {
                Tensor a = Tensor.randn(2, s[0], s[2]).to(t);
                Tensor b = Tensor.randn(2, s[1], s[2]).to(t);
                Tensor d = a.unsqueeze(2).sub(b.unsqueeze(1));
                same(Cdist.distances(a, b, p), d.norm(p, new long[] {-1}, false), most);
            }
            for (int n : new int[] {1, 2, 33, 1100}) {
                Tensor wide = Tensor.randn(n, 130).to(t);
                for (Tensor x : new Tensor[] {wide.narrow(1, 0, 65), wide.slice(1, 1L, 9L, 2)}) {
                    Tensor all =
                            Cdist.distances(x.unsqueeze(0), x.unsqueeze(0), p).select(0, 0);
                    Tensor at = Tensor.triangleIndices(n, n, 1, true);
                    Tensor pairs =
                            all.reshape(-1).gather(0, at.select(0, 0).mul(n).add(at.select(0, 1)));
                    same(Pdist.distances(x, p), pairs, most);
                }
            }
        }
        if (p >= 1) {
            Tensor x = Tensor.randn(6, 4).to(DType.FLOAT64);
            Tensor left = x.clone().requiresGrad(true);
            Tensor right = x.clone().requiresGrad(true);
            Tensor g = Autograd.grad(Pdist.distances(left, p).sum(), left)[0];
            Tensor all = Cdist.distances(right.unsqueeze(0), right.unsqueeze(0), p);
            same(g, Autograd.grad(all.triu(1).sum(), right)[0], 1e-10);
        }
    }

    /** The gradient against that of the operations, with rows that are the same, and single elements that are. */
    @ParameterizedTest
    @ValueSource(doubles = {0, 0.5, 1, 1.5, 2, 3, Double.POSITIVE_INFINITY})
    void gradientOfPairs(double p) {
        Tensor.manualSeed(3);
        for (DType t : new DType[] {DType.FLOAT32, DType.FLOAT64}) {
            Tensor x = Tensor.randn(40, 9).to(t);
            x.select(0, 5).copy_(x.select(0, 30));
            x.select(1, 2).fill_(0.5);
            x.requiresGrad(true);
            Tensor y = Pdist.distances(x, p);
            Tensor g = Tensor.randn(y.shape().toArray()).to(t);
            Tensor at = Tensor.triangleIndices(40, 40, 1, true);
            Tensor d = x.indexSelect(0, at.select(0, 0)).sub(x.indexSelect(0, at.select(0, 1)));
            Tensor composed = d.norm(p, new long[] {1}, false);
            Tensor[] one = Autograd.grad(new Tensor[] {y}, new Tensor[] {x}, new Tensor[] {g}, false, false, false);
            Tensor[] other =
                    Autograd.grad(new Tensor[] {composed}, new Tensor[] {x}, new Tensor[] {g}, false, false, false);
            same(one[0], other[0], t == DType.FLOAT32 ? 1e-5 : 1e-12);
        }
    }
}

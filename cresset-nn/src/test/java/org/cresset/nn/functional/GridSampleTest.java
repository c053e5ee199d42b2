package org.cresset.nn.functional;

import static org.assertj.core.api.Assertions.assertThat;

import org.cresset.autograd.Autograd;
import org.cresset.base.DType;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The kernel against the same made of other operations. */
class GridSampleTest {
    @ParameterizedTest
    @CsvSource({
        "bilinear,zeros",
        "bilinear,border",
        "bilinear,reflection",
        "nearest,zeros",
        "nearest,border",
        "nearest,reflection"
    })
    void asComposed(String mode, String padding) {
        Tensor.manualSeed(4);
        for (DType t : new DType[] {DType.FLOAT32, DType.FLOAT64}) {
            for (boolean align : new boolean[] {false, true}) {
                Tensor flat = Tensor.randn(2, 3, 9, 7).to(t);
                Tensor points = Tensor.randn(2, 170, 101, 2).mul(1.3).to(t); // more than are handled at once
                same(mode, padding, align, flat, points);
                same(mode, padding, align, flat, edges(t));
                same(
                        mode,
                        padding,
                        align,
                        flat.transpose(2, 3),
                        points.narrow(1, 3, 8).flip(2));
                same(
                        mode,
                        padding,
                        align,
                        Tensor.randn(1, 2, 3, 4, 5).to(t),
                        Tensor.randn(1, 4, 5, 6, 3).to(t));
                same(
                        mode,
                        padding,
                        align,
                        Tensor.randn(1, 2, 1, 1).to(t),
                        Tensor.randn(1, 4, 5, 2).to(t));
            }
        }
    }

    /** Pairs of edges, centres of pixels and what is far away. */
    private static Tensor edges(DType t) {
        double[] special = {-1, 1, 0, -0.0, 1 - 1.0 / 9, -1 + 1.0 / 7, 1.0 / 3, 1.5, -1.5, 1e5, -1e5};
        Tensor x = Tensor.of(special).to(t);
        long n = special.length;
        Tensor pairs =
                Tensor.stack(2, x.unsqueeze(0).expand(n, n), x.unsqueeze(1).expand(n, n));
        return pairs.unsqueeze(0).expand(2, n, n, 2).contiguous();
    }

    private static void same(String mode, String padding, boolean align, Tensor x, Tensor grid) {
        Tensor a = GridSample.sample(new GridSample.Attrs(mode, padding, align), x, grid);
        Tensor b = GridSampling.composed(x, grid, mode, padding, align);
        assertThat(a.shape()).isEqualTo(b.shape());
        assertThat(a.sub(b).abs().max().item()).isLessThan(x.dtype() == DType.FLOAT32 ? 1e-5 : 1e-12);
    }

    @ParameterizedTest
    @CsvSource({"bilinear,zeros", "bilinear,reflection"})
    void gradients(String mode, String padding) {
        Tensor x = Tensor.randn(1, 2, 4, 5).to(DType.FLOAT64).requiresGrad(true);
        Tensor grid =
                Tensor.rand(1, 3, 3, 2).sub(0.5).to(DType.FLOAT64).detach().requiresGrad(true);
        Tensor a = GridSample.sample(new GridSample.Attrs(mode, padding, false), x, grid);
        Tensor b = GridSampling.composed(x, grid, mode, padding, false);
        Tensor[] left = Autograd.grad(a.square().sum(), x, grid);
        Tensor[] right = Autograd.grad(b.square().sum(), x, grid);
        for (int i = 0; i < 2; i++) {
            assertThat(left[i].sub(right[i]).abs().max().item()).isLessThan(1e-12);
        }
    }

    /** Of several tiles of points, edges among them, for each gradient that may be wanted. */
    @ParameterizedTest
    @CsvSource({"zeros,false", "zeros,true", "border,false", "border,true"})
    void gradientsOfCells(String padding, boolean align) {
        Tensor.manualSeed(5);
        Tensor points = Tensor.randn(2, 170, 101, 2).mul(0.8);
        for (Tensor grid : new Tensor[] {points, edges(DType.FLOAT32), Tensor.randn(2, 0, 3, 2)}) {
            for (int wanted = 1; wanted < 4; wanted++) {
                Tensor x = Tensor.randn(2, 9, 7, 3).permute(0, 3, 1, 2).requiresGrad((wanted & 1) != 0);
                Tensor p = grid.detach().clone().requiresGrad((wanted & 2) != 0);
                GridSample.Attrs attrs = new GridSample.Attrs("bilinear", padding, align);
                Tensor y = GridSample.sample(attrs, x, p);
                Tensor g = Tensor.randn(y.shape().toArray());
                y.backward(g);
                Tensor first = x.grad();
                Tensor second = p.grad();
                x.setGrad(null);
                p.setGrad(null);
                GridSampling.composed(x, p, "bilinear", padding, align).backward(g);
                near(first, x.grad());
                near(second, p.grad());
            }
        }
    }

    private static void near(@Nullable Tensor a, @Nullable Tensor b) {
        assertThat(a == null).isEqualTo(b == null);
        if (a != null && b != null && a.numel() > 0) {
            double scale = 1 + b.abs().max().item();
            assertThat(a.sub(b).abs().max().item()).isLessThan(2e-5 * scale);
        }
    }
}

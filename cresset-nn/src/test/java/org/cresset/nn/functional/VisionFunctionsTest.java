package org.cresset.nn.functional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.cresset.autograd.Func;
import org.cresset.base.CressetException;
import org.cresset.tensor.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VisionFunctionsTest {
    @Test
    void bordersOfEachKind() {
        Tensor x = Tensor.from(new float[] {1, 2, 3}, 1, 1, 3);
        long[] pad = {2, 1};
        assertThat(Functional.pad(x, pad, "constant", 9.0).toFloatArray()).containsExactly(9, 9, 1, 2, 3, 9);
        assertThat(Functional.pad(x, pad, "reflect", null).toFloatArray()).containsExactly(3, 2, 1, 2, 3, 2);
        assertThat(Functional.pad(x, pad, "replicate", null).toFloatArray()).containsExactly(1, 1, 1, 2, 3, 3);
        assertThat(Functional.pad(x, pad, "circular", null).toFloatArray()).containsExactly(2, 3, 1, 2, 3, 1);
        assertThat(Functional.pad(x, -1, 1).toFloatArray()).containsExactly(2, 3, 0);
        assertThatThrownBy(() -> Functional.pad(x, new long[] {3, 0}, "reflect", null))
                .isInstanceOf(CressetException.class)
                .hasMessageContaining("at most 2");
    }

    @ParameterizedTest
    @CsvSource({"bilinear,false", "bilinear,true", "bicubic,false", "lanczos,true"})
    void interpolationIsLinearWithTheTransposedAsDerivative(String mode, boolean antialias) {
        Differences.checkTwice(
                x -> {
                    Tensor y = Functional.interpolate(x, new long[] {3, 9}, null, mode, null, null, antialias);
                    return y.mul(y);
                },
                Differences.random(1, 2, 1, 5, 4));
    }

    @Test
    void interpolatingOverABatchDimensionIsTheSameAsOneByOne() {
        Tensor x = Differences.random(2, 3, 1, 2, 4, 5);
        Tensor together = Func.vmap(y -> Functional.interpolate(y, new long[] {7, 3}, "bilinear"))
                .apply(x);
        Tensor second = Functional.interpolate(x.get(1), new long[] {7, 3}, "bilinear");
        assertThat(together.get(1).equalTo(second)).isTrue();
    }

    @Test
    void nearestRepeatsAndAreaAverages() {
        Tensor x = Tensor.from(new float[] {1, 2, 3, 4}, 1, 1, 4);
        assertThat(Functional.upsampleNearest(x, new long[] {6}, null).toFloatArray())
                .containsExactly(1, 1, 2, 3, 3, 4);
        assertThat(Functional.interpolate(x, new long[] {2}, "area").toFloatArray())
                .containsExactly(1.5f, 3.5f);
    }

    @ParameterizedTest
    @CsvSource({"true", "false"})
    void theGridOfTheIdentityReadsTheImageItself(boolean alignCorners) {
        Tensor x = Differences.random(3, 1, 2, 4, 5);
        Tensor theta = Tensor.from(new double[] {1, 0, 0, 0, 1, 0}, 1, 2, 3);
        Tensor grid = Functional.affineGrid(theta, new long[] {1, 2, 4, 5}, alignCorners);
        for (String mode : new String[] {"bilinear", "nearest", "bicubic"}) {
            Tensor y = Functional.gridSample(x, grid, mode, "zeros", alignCorners);
            assertThat(y.allclose(x, 1e-9, 1e-9, false)).as(mode).isTrue();
        }
    }

    @ParameterizedTest
    @CsvSource({"bilinear,zeros", "bilinear,reflection", "bicubic,border"})
    void gridDerivativesAgreeWithDifferences(String mode, String padding) {
        Tensor image = Differences.random(4, 1, 2, 4, 5);
        Tensor grid = Differences.random(5, 1, 3, 3, 2);
        Differences.checkTwice(g -> Functional.gridSample(image, g, mode, padding, false), grid);
        Differences.check(x -> Functional.gridSample(x, grid, mode, padding, false), image);
    }

    @Property(tries = 30)
    void unshuffledPixelsComeBack(
            @ForAll @IntRange(min = 1, max = 3) int r,
            @ForAll @IntRange(min = 1, max = 3) int c,
            @ForAll @IntRange(min = 1, max = 4) int h,
            @ForAll @IntRange(min = 1, max = 4) int w) {
        Tensor x = Differences.random(6, 2, c * r * r, h, w);
        Tensor y = Functional.pixelShuffle(x, r);
        assertThat(y.shape().toArray()).containsExactly(2, c, h * r, w * r);
        assertThat(Functional.pixelUnshuffle(y, r).equalTo(x)).isTrue();
    }

    @Property(tries = 30)
    void foldIsTheTransposeOfUnfold(
            @ForAll @IntRange(min = 1, max = 3) int kernel,
            @ForAll @IntRange(min = 1, max = 2) int dilation,
            @ForAll @IntRange(min = 0, max = 2) int padding,
            @ForAll @IntRange(min = 1, max = 3) int stride) {
        long[] k = {kernel, 2};
        long[] d = {dilation};
        long[] p = {padding, 0};
        long[] s = {stride, 1};
        Tensor x = Differences.random(7, 2, 3, 6, 5);
        Tensor columns = Functional.unfold(x, k, d, p, s);
        Tensor y = Differences.random(8, columns.shape().toArray());
        double there = columns.mul(y).sum().item();
        double back =
                Functional.fold(y, new long[] {6, 5}, k, d, p, s).mul(x).sum().item();
        assertThat(there).isCloseTo(back, within(1e-9));
    }

    @Test
    void oneHotAndShuffledChannels() {
        assertThat(Functional.oneHot(Tensor.of(2L, 0)).toLongArray()).containsExactly(0, 0, 1, 1, 0, 0);
        assertThatThrownBy(() -> Functional.oneHot(Tensor.of(3L), 3)).hasMessageContaining("expected 0 to 2");
        Tensor x = Tensor.arange(6).reshape(1, 6, 1);
        assertThat(Functional.channelShuffle(x, 2).toLongArray()).containsExactly(0, 3, 1, 4, 2, 5);
    }
}

package org.cresset.data.vision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.cresset.base.DType;
import org.cresset.data.Batch;
import org.cresset.data.DataLoader;
import org.cresset.data.Example;
import org.cresset.data.Transform;
import org.cresset.random.Generator;
import org.cresset.tensor.Tensor;
import org.junit.jupiter.api.Test;

/**
 * Expected numbers come from PyTorch: interpolate with antialias, grid_sample, and the formulas of torchvision's
 * colours.
 */
class TransformsTest {
    private static Tensor pattern(int factor, int modulus, long... shape) {
        long n = 1;
        for (long s : shape) {
            n *= s;
        }
        return Tensor.arange(n)
                .mul(factor)
                .remainder(modulus)
                .to(DType.FLOAT32)
                .div(modulus - 1)
                .reshape(shape);
    }

    private static Tensor apply(Transform t, Tensor x) {
        return t.apply(x, Generator.ofSeed(0));
    }

    private static void expect(Tensor actual, float... expected) {
        assertThat(actual.toFloatArray()).containsExactly(expected, within(2e-6f));
    }

    @Test
    void resize() {
        Tensor x = pattern(7, 13, 1, 5, 7);
        Tensor small = apply(Transforms.resize(3, 4), x);
        assertThat(small.shape().toArray()).containsExactly(1, 3, 4);
        expect(
                small,
                0.4121315f,
                0.4809524f,
                0.557619f,
                0.3752834f,
                0.4761904f,
                0.5255556f,
                0.554074f,
                0.4532627f,
                0.4444444f,
                0.5371429f,
                0.5209523f,
                0.451814f);
        expect(
                apply(Transforms.resize(6, 9), x).get(0, 0),
                0,
                0.3888889f,
                0.3611111f,
                0.212963f,
                0.6666667f,
                0.2777779f,
                0.4907409f,
                0.5833333f,
                0.25f);
        Tensor bytes = apply(Transforms.resize(3, 4), x.mul(255).round().to(DType.UINT8));
        assertThat(bytes.dtype()).isEqualTo(DType.UINT8);
        assertThat(bytes.toIntArray()[0]).isEqualTo(105);
    }

    @Test
    void affine() {
        Tensor x = pattern(7, 13, 1, 5, 7);
        expect(
                apply(Transforms.affine(30, 1, -0.5, 1.25, 10), x),
                0.3224282f,
                0.4291362f,
                0.1570527f,
                0.5899128f,
                0.7848088f,
                0.5303641f,
                0.4761562f,
                0.4156294f,
                0.7403149f,
                0.5067766f,
                0.6017256f,
                0.3838099f,
                0.563974f,
                0.8709826f,
                0.5470195f,
                0.5829577f,
                0.3896905f,
                0.6772023f,
                0.5096614f,
                0.6953638f,
                0.6105675f,
                0.1874642f,
                0.1586043f,
                0.5210804f,
                0.8097149f,
                0.5985702f,
                0.3874254f,
                0.2064227f,
                0,
                0.02870728f,
                0.3367298f,
                0.3545061f,
                0.4064884f,
                0.2868516f,
                0.3378129f);
        Tensor square = Tensor.from(new float[] {1, 2, 3, 4}, 1, 2, 2);
        expect(apply(Transforms.rotate(90), square), 2, 4, 1, 3);
        expect(apply(Transforms.affine(0, 1, 0, 1, 0), square), 0, 1, 0, 3);
    }

    @Test
    void colors() {
        Tensor c = pattern(5, 17, 3, 2, 2);
        expect(
                Colors.contrast(c, 1.5),
                0,
                0.2510937f,
                0.7198437f,
                1,
                0.06359375f,
                0.5323437f,
                1,
                0,
                0.3448437f,
                0.8135937f,
                1,
                0.1573437f);
        expect(
                Colors.saturation(c, 0.4),
                0.09168751f,
                0.4041688f,
                0.71665f,
                0.5822437f,
                0.1666875f,
                0.4791688f,
                0.7916501f,
                0.2322438f,
                0.2416875f,
                0.5541688f,
                0.86665f,
                0.3072438f);
        expect(Colors.brightness(Tensor.of(0.2f, 0.8f), 1.5), 0.3f, 1);
        Transform jitter = Transforms.colorJitter(0.4, 0.4, 0.4);
        Tensor once = jitter.apply(c, Generator.ofSeed(5));
        assertThat(jitter.apply(c, Generator.ofSeed(5)).toFloatArray()).isEqualTo(once.toFloatArray());
        assertThat(jitter.apply(c, Generator.ofSeed(6)).toFloatArray()).isNotEqualTo(once.toFloatArray());
        expect(apply(Transforms.colorJitter(0, 0, 0), c), c.toFloatArray());
    }

    @Test
    void normalize() {
        Transform t = Transform.compose(
                Transforms.toTensor(), Transforms.normalize(new float[] {0.5f, 0}, new float[] {0.5f, 2}));
        expect(apply(t, Tensor.from(new byte[] {0, (byte) 255, 0, (byte) 255}, 2, 1, 2)), -1, 1, 0, 0.5f);
        assertThatThrownBy(() -> apply(
                        Transforms.normalize(new float[] {0}, new float[] {1}), Tensor.from(new byte[1], 1, 1, 1)))
                .hasMessageContaining("toTensor");
        assertThatThrownBy(() -> Transforms.normalize(new float[] {0}, new float[] {0}))
                .hasMessageContaining("std");
    }

    @Test
    void cropsAndFlips() {
        Tensor x = Tensor.arange(12).to(DType.FLOAT32).reshape(1, 3, 4);
        expect(apply(Transforms.crop(1, 2, 2, 2), x), 6, 7, 10, 11);
        expect(apply(Transforms.centerCrop(1, 2), x), 5, 6);
        expect(apply(Transforms.randomHorizontalFlip(1), x).get(0, 0), 3, 2, 1, 0);
        expect(apply(Transforms.randomVerticalFlip(1), x).get(0, 0), 8, 9, 10, 11);
        expect(apply(Transforms.randomVerticalFlip(0), x), x.toFloatArray());
        assertThat(apply(Transforms.pad(1, 9), x).get(0, 1).toFloatArray()).containsExactly(9, 0, 1, 2, 3, 9);
        assertThatThrownBy(() -> apply(Transforms.crop(2, 0, 2, 2), x)).hasMessageContaining("(1, 3, 4)");
        assertThatThrownBy(() -> apply(Transforms.randomCrop(6, 6, 1), x)).hasMessageContaining("6 x 6");
    }

    @Test
    void randomCropsReachEveryPlaceAndNoOther() {
        Tensor x = Tensor.arange(1, 17, 1, DType.FLOAT32).reshape(1, 4, 4);
        Transform t = Transforms.randomCrop(4, 4, 1);
        Generator random = Generator.ofSeed(1);
        TreeSet<Double> centers = new TreeSet<>();
        for (int i = 0; i < 200; i++) {
            Tensor y = t.apply(x, random);
            assertThat(y.shape().toArray()).containsExactly(1, 4, 4);
            centers.add(y.get(0, 1, 1).item());
        }
        assertThat(centers).containsExactly(1.0, 2.0, 3.0, 5.0, 6.0, 7.0, 9.0, 10.0, 11.0);
    }

    @Test
    void randomShapesStayInFrame() {
        Generator random = Generator.ofSeed(2);
        Tensor x = pattern(7, 13, 2, 3, 4, 50);
        for (int i = 0; i < 30; i++) {
            Tensor part = Transforms.randomResizedCrop(5, 6).apply(x, random);
            assertThat(part.shape().toArray()).containsExactly(2, 3, 5, 6);
            assertThat(part.max().item()).isBetween(0.0, 1.0);
            Tensor turned = Transforms.randomAffine(20, 0.1, 0.9, 1.1, 5).apply(x, random);
            assertThat(turned.shape()).isEqualTo(x.shape());
            assertThat(turned.max().item()).isBetween(0.0, 1.00001);
        }
    }

    @Test
    void withALoader() {
        List<float[]> runs = new ArrayList<>();
        for (int workers = 0; workers < 3; workers++) {
            DataLoader<Batch> loader = DataLoader.of(
                            Digits.test().augment(Transforms.randomCrop(8, 8, 1).onInput()))
                    .batchSize(16)
                    .shuffle(true)
                    .seed(3)
                    .workers(workers)
                    .build();
            runs.add(loader.iterator().next().input().toFloatArray());
            loader.close();
        }
        assertThat(runs.get(1)).isEqualTo(runs.get(0));
        assertThat(runs.get(2)).isEqualTo(runs.get(0));
        Example whole = Digits.test().get(0);
        assertThat(runs.get(0)).isNotEqualTo(whole.input().toFloatArray());
    }
}

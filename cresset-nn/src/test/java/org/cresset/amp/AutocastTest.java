package org.cresset.amp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.cresset.base.DType.BFLOAT16;
import static org.cresset.base.DType.COMPLEX64;
import static org.cresset.base.DType.FLOAT16;
import static org.cresset.base.DType.FLOAT32;
import static org.cresset.base.DType.FLOAT64;
import static org.cresset.base.DType.INT64;
import static org.cresset.nn.functional.Functional.binaryCrossEntropy;
import static org.cresset.nn.functional.Functional.conv2d;
import static org.cresset.nn.functional.Functional.convTranspose2d;
import static org.cresset.nn.functional.Functional.crossEntropy;
import static org.cresset.nn.functional.Functional.layerNorm;
import static org.cresset.nn.functional.Functional.linear;
import static org.cresset.nn.functional.Functional.maxPool2d;
import static org.cresset.nn.functional.Functional.mseLoss;
import static org.cresset.nn.functional.Functional.pad;
import static org.cresset.nn.functional.Functional.prelu;
import static org.cresset.nn.functional.Functional.scaledDotProductAttention;

import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.cresset.autograd.Autograd;
import org.cresset.autograd.Checkpoint;
import org.cresset.autograd.CustomFunction;
import org.cresset.autograd.Func;
import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.op.Precision;
import org.cresset.registry.Operators;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The expected numbers come from PyTorch 2.13's autocast on the same data. */
class AutocastTest {
    /** sin(a i), so that other programs make the same data. */
    private static Tensor waves(double a, long... shape) {
        long n = 1;
        for (long d : shape) {
            n *= d;
        }
        return Tensor.arange(0, n, 1, FLOAT64).mul(a).sin().to(FLOAT32).reshape(shape);
    }

    /** The first six elements, to one unit in the last place of the dtype. */
    private static void check(Tensor t, DType dtype, double ulp, double... expected) {
        assertThat(t.dtype()).isEqualTo(dtype);
        Tensor flat = t.detach().to(FLOAT64).reshape(-1);
        for (int i = 0; i < expected.length; i++) {
            assertThat(flat.get(i).item()).isCloseTo(expected[i], within(ulp * Math.max(0.01, Math.abs(expected[i]))));
        }
    }

    private static double ulp(DType dtype) {
        return dtype == BFLOAT16 ? 1.0 / 128 : 1.0 / 1024;
    }

    private static final class Perceptron {
        final Tensor w1 = waves(0.71, 16, 8).requiresGrad(true);
        final Tensor b1 = waves(0.3, 16).requiresGrad(true);
        final Tensor w2 = waves(0.53, 4, 16).requiresGrad(true);
        final Tensor x = waves(0.91, 5, 8);
        final Tensor y = Tensor.of(0L, 1, 2, 3, 1);

        Tensor hidden() {
            return linear(x, w1, b1).relu();
        }

        Tensor loss() {
            return crossEntropy(linear(hidden(), w2, null), y);
        }
    }

    @Test
    void aPerceptronAsPyTorchInBfloat16() {
        var net = new Perceptron();
        Tensor h = Autocast.autocast(net::hidden);
        Tensor loss = Autocast.autocast(net::loss);
        loss.backward();
        double u = ulp(BFLOAT16);
        check(h, BFLOAT16, u, 2.640625, 1.203125, 0, 0, 0, 0);
        check(loss, FLOAT32, u, 11.51880931854248);
        check(net.w1.grad(), FLOAT32, u, 0.08349609375, 0.2373046875, 0.2080078125, 0.0181884765625, -0.185546875);
        check(net.b1.grad(), FLOAT32, u, 0.05078125, 0.03955078125, 0.1953125, 0.3203125, 0.359375, 0.63671875);
        check(net.w2.grad(), FLOAT32, u, -0.52734375, -0.162109375, 0.353515625, 0.75, 0.93359375, 0.8359375);
    }

    @Test
    void aPerceptronAsPyTorchInFloat16() {
        var net = new Perceptron();
        Tensor h = Autocast.autocast(FLOAT16, net::hidden);
        Tensor loss = Autocast.autocast(FLOAT16, net::loss);
        loss.backward();
        double u = ulp(FLOAT16);
        check(h, FLOAT16, u, 2.638671875, 1.19921875, 0, 0, 0, 0);
        check(loss, FLOAT32, u, 11.519886016845703);
        check(net.w1.grad(), FLOAT32, u, 0.0836181640625, 0.23779296875, 0.208251953125, 0.01788330078125);
        check(net.b1.grad(), FLOAT32, u, 0.0504150390625, 0.03955078125, 0.195068359375, 0.321533203125, 0.359375);
        check(net.w2.grad(), FLOAT32, u, -0.5263671875, -0.1602783203125, 0.353759765625, 0.75146484375);
    }

    @Test
    void aConvolutionalNetAsPyTorch() {
        Tensor image = waves(0.13, 2, 3, 8, 8);
        double[][] c = {
            {0.21875, -0.2451171875, 0.0076904296875, 0.259765625, 0.50390625, 0.7421875},
            {0.21826171875, -0.243896484375, 0.007354736328125, 0.25830078125, 0.50537109375, 0.74267578125}
        };
        double[][] gradient = {
            {0.1826171875, 0.1357421875, 0.087890625, -0.1865234375, -0.224609375, -0.259765625},
            {0.18212890625, 0.1363525390625, 0.08782958984375, -0.1868896484375, -0.2247314453125, -0.258544921875}
        };
        double[][] biasGradient = {
            {0.490234375, 0.69140625, 0.72265625, 0.76953125, 0.83984375, 0.7265625},
            {0.490234375, 0.69189453125, 0.72314453125, 0.7685546875, 0.84033203125, 0.72607421875}
        };
        double[] losses = {6.935998439788818, 6.935161113739014};
        for (int i = 0; i < 2; i++) {
            DType t = i == 0 ? BFLOAT16 : FLOAT16;
            Tensor w = waves(0.41, 6, 3, 3, 3).requiresGrad(true);
            Tensor b = waves(0.2, 6).requiresGrad(true);
            Tensor[] out = Autocast.autocast(t, () -> {
                Tensor y = conv2d(image, w, b, new long[] {1}, 1L, new long[] {1}, 1);
                Tensor m = maxPool2d(y.relu(), 2);
                return new Tensor[] {y, m, mseLoss(m.flatten(1), Tensor.zeros(2, 96))};
            });
            out[2].backward();
            check(out[0], t, ulp(t), c[i]);
            assertThat(out[1].dtype()).isEqualTo(t);
            check(out[2], FLOAT32, ulp(t), losses[i]);
            check(w.grad(), FLOAT32, 2 * ulp(t), gradient[i]);
            check(b.grad(), FLOAT32, 2 * ulp(t), biasGradient[i]);
        }
    }

    @Test
    void attentionAsPyTorch() {
        Tensor q = waves(0.21, 2, 2, 4, 8).requiresGrad(true);
        Tensor k = waves(0.17, 2, 2, 4, 8);
        Tensor v = waves(0.11, 2, 2, 4, 8);
        Tensor[] out = Autocast.autocast(FLOAT16, () -> {
            Tensor s = scaledDotProductAttention(q, k, v, null, 0, false, null, false);
            Tensor t = layerNorm(s, new long[] {8}, null, null, 1e-5);
            return new Tensor[] {s, t, t.add(q).exp().sum()};
        });
        check(out[0], FLOAT16, ulp(FLOAT16), 0.4560546875, 0.529296875, 0.59619140625, 0.6552734375, 0.70703125, 0.75);
        assertThat(out[1].dtype()).isEqualTo(FLOAT16);
        check(out[2], FLOAT32, 2e-3, 268.2635498046875);
    }

    @Test
    void eachOperationAsItDeclares() {
        Tensor a = waves(0.3, 4, 4);
        Tensor lower = a.to(BFLOAT16);
        Tensor image = waves(0.2, 1, 2, 6, 6);
        Autocast.autocast(() -> {
            assertThat(a.mm(a).dtype()).isEqualTo(BFLOAT16);
            assertThat(a.matmul(a.get(0)).dtype()).isEqualTo(BFLOAT16);
            assertThat(a.addmm(a, a, 1, 1).dtype()).isEqualTo(BFLOAT16);
            assertThat(a.mv(a.get(0)).dtype()).as("mv isn't on PyTorch's list").isEqualTo(FLOAT32);
            assertThat(a.add(a).dtype()).isEqualTo(FLOAT32);
            assertThat(lower.exp().dtype()).isEqualTo(BFLOAT16);
            assertThat(lower.softmax(0).dtype()).isEqualTo(BFLOAT16);
            assertThat(lower.sum().dtype()).isEqualTo(BFLOAT16);
            assertThat(lower.prod().dtype()).isEqualTo(FLOAT32);
            assertThat(lower.add(a).dtype()).isEqualTo(FLOAT32);
            assertThat(Tensor.cat(0, lower, a).dtype()).isEqualTo(FLOAT32);
            assertThat(Tensor.stack(0, lower, lower).dtype()).isEqualTo(BFLOAT16);
            assertThat(prelu(a, Tensor.of(0.25f)).dtype()).isEqualTo(BFLOAT16);
            assertThat(mseLoss(lower, a).dtype()).isEqualTo(FLOAT32);
            assertThat(mseLoss(lower, lower).dtype()).isEqualTo(FLOAT32);
            assertThat(binaryCrossEntropy(lower.sigmoid(), lower.sigmoid()).dtype())
                    .isEqualTo(FLOAT32);
            Tensor weight = waves(0.2, 2, 3, 2, 2);
            assertThat(convTranspose2d(
                                    image,
                                    weight,
                                    Tensor.ones(3),
                                    new long[] {1},
                                    new long[] {0},
                                    new long[] {0},
                                    1,
                                    new long[] {1})
                            .dtype())
                    .isEqualTo(BFLOAT16);
            assertThat(pad(image.to(BFLOAT16), new long[] {1, 1, 1, 1}, "replicate", null)
                            .dtype())
                    .isEqualTo(FLOAT32);
            assertThat(pad(image.to(BFLOAT16), 1, 1).dtype()).isEqualTo(BFLOAT16);
            expectFull(lower);
            Tensor wide = a.to(FLOAT64);
            assertThat(wide.mm(wide).dtype()).as("float64 stays").isEqualTo(FLOAT64);
            return null;
        });
    }

    private static Tensor called(String name, Object... arguments) {
        return (Tensor) Objects.requireNonNull(Operators.standard().get(name).call(arguments));
    }

    /** PyTorch 2.13 gives these dtypes for bfloat16 operands inside of its autocast for the CPU. */
    @ParameterizedTest
    @MethodSource("onPyTorchsLists")
    void operationsOfPyTorchsLists(String name, DType expected, Object[] arguments) {
        Object y = Autocast.autocast(() -> Operators.standard().get(name).call(arguments));
        Tensor first = (Tensor) Objects.requireNonNull(y instanceof Object[] several ? several[0] : y);
        assertThat(first.dtype()).isEqualTo(expected);
    }

    private static Arguments listed(String name, DType expected, @Nullable Object... arguments) {
        return Arguments.of(name, expected, arguments);
    }

    private static Stream<Arguments> onPyTorchsLists() {
        Tensor full = waves(0.3, 4, 4).add(Tensor.eye(4, FLOAT32).mul(4));
        Tensor m = full.to(BFLOAT16);
        Tensor s = full.mm(full.t()).to(BFLOAT16);
        Tensor v = waves(0.4, 8).abs().add(0.1).to(BFLOAT16);
        Tensor v4 = v.narrow(0, 0, 4);
        Tensor line = waves(0.2, 1, 2, 6).to(BFLOAT16);
        Tensor image = waves(0.2, 1, 2, 6, 6).to(BFLOAT16);
        Tensor volume = waves(0.2, 1, 2, 6, 6, 6).to(BFLOAT16);
        Tensor i = Tensor.of(0L, 2, 1, 3);
        long[] one = {1, 1};
        Stream.Builder<Arguments> all = Stream.builder();
        for (String f : List.of("fft", "ifft", "rfft", "ihfft")) {
            all.add(listed("fft." + f, COMPLEX64, v));
        }
        for (String f : List.of("fft2", "ifft2", "fftn", "ifftn", "rfft2", "rfftn")) {
            all.add(listed("fft." + f, COMPLEX64, m));
        }
        for (String f : List.of("irfft", "hfft", "irfft2", "irfftn")) {
            all.add(listed("fft." + f, FLOAT32, f.endsWith("t") ? v : m));
        }
        all.add(listed("fft.fftshift", BFLOAT16, v));
        all.add(listed("stft", COMPLEX64, v, 4, null, null, null, true, "reflect", false, null, true));
        all.add(listed("stft", COMPLEX64, v, 4, null, null, v4, true, "reflect", false, null, true));
        all.add(listed("stft", COMPLEX64, v, 4, null, null, v4.to(FLOAT32), true, "reflect", false, null, true));
        Tensor spectrum = waves(0.1, 3, 9, 2).viewAsComplex();
        all.add(listed("istft", FLOAT32, spectrum, 4));
        all.add(listed("istft", FLOAT32, spectrum, 4, null, null, v4));
        all.add(listed("view_as_complex", COMPLEX64, m.reshape(8, 2)));
        all.add(listed("index_copy", FLOAT32, m, 0, i, full));
        all.add(listed("index_copy", FLOAT32, full, 0, i, m));
        all.add(listed("index_copy", BFLOAT16, m, 0, i, m));
        all.add(listed("hstack", FLOAT32, (Object) new Tensor[] {m, full}));
        for (String f : List.of("inverse", "pinverse", "geqrf", "svd", "qr", "trace")) {
            all.add(listed(f, FLOAT32, m));
        }
        for (String f : List.of("cond", "svdvals", "inv", "qr", "svd", "inv_ex")) {
            all.add(listed("linalg." + f, FLOAT32, m));
        }
        for (String f : List.of("cholesky", "cholesky_ex", "eigvalsh", "eigh")) {
            all.add(listed("linalg." + f, FLOAT32, s));
        }
        all.add(listed("linalg.matrix_rank", INT64, m));
        all.add(listed("linalg.eigvals", COMPLEX64, m));
        all.add(listed("linalg.eig", COMPLEX64, m));
        all.add(listed("linalg.solve", FLOAT32, m, m));
        all.add(listed("linalg.lstsq", FLOAT32, m, m));
        all.add(listed("linalg.tensorinv", FLOAT32, m.reshape(2, 2, 4), 2));
        all.add(listed("linalg.tensorsolve", FLOAT32, m, v4));
        all.add(listed("linalg.householder_product", FLOAT32, m, v4));
        all.add(listed("orgqr", FLOAT32, m, v4));
        all.add(listed("ormqr", FLOAT32, m, v4, m));
        all.add(listed("cholesky", FLOAT32, s));
        all.add(listed("cholesky_inverse", FLOAT32, s));
        all.add(listed("cholesky_solve", FLOAT32, m, s));
        all.add(listed("triangular_solve", FLOAT32, m, m));
        all.add(listed("quantile", FLOAT32, v, 0.5));
        all.add(listed("nanquantile", FLOAT32, v, 0.5));
        all.add(listed("prod", FLOAT32, v));
        all.add(listed("prod", FLOAT32, m, 0));
        all.add(listed("cdist", FLOAT32, m, m));
        all.add(listed("nn.functional.avg_pool2d", BFLOAT16, image, 2));
        all.add(listed("nn.functional.avg_pool3d", FLOAT32, volume, 2));
        all.add(listed("nn.functional.max_pool2d", BFLOAT16, image, 2));
        all.add(listed("nn.functional.max_pool3d", FLOAT32, volume, 2));
        all.add(listed("nn.functional.adaptive_avg_pool3d", FLOAT32, volume, 2));
        all.add(listed("nn.functional.adaptive_max_pool3d", FLOAT32, volume, 2));
        Tensor places = Tensor.arange(4).mul(2);
        all.add(listed(
                "nn.functional.max_unpool1d", FLOAT32, waves(1, 1, 1, 4).to(BFLOAT16), places.reshape(1, 1, 4), 2));
        all.add(listed(
                "nn.functional.max_unpool2d",
                FLOAT32,
                waves(1, 1, 1, 2, 2).to(BFLOAT16),
                places.reshape(1, 1, 2, 2),
                2));
        all.add(listed(
                "nn.functional.max_unpool3d",
                FLOAT32,
                waves(1, 1, 1, 1, 2, 2).to(BFLOAT16),
                places.reshape(1, 1, 1, 2, 2),
                2));
        all.add(listed("nn.functional.fractional_max_pool2d", FLOAT32, image, 2, 3));
        all.add(listed("nn.functional.fractional_max_pool3d", FLOAT32, volume, 2, 3));
        for (String mode : List.of("reflect", "replicate")) {
            all.add(listed("nn.functional.pad", FLOAT32, line, one, mode));
            all.add(listed("nn.functional.pad", FLOAT32, image, new long[] {1, 1, 1, 1}, mode));
        }
        long[] sides = {1, 1, 1, 1, 1, 1};
        all.add(listed("nn.functional.pad", BFLOAT16, volume, sides, "reflect"));
        all.add(listed("nn.functional.pad", FLOAT32, volume, sides, "replicate"));
        all.add(listed("nn.functional.pad", BFLOAT16, line, one, "circular"));
        all.add(listed(
                "nn.functional.grid_sample",
                FLOAT32,
                image,
                Tensor.zeros(1, 3, 3, 2).to(BFLOAT16)));
        for (String f : List.of("poisson_nll", "smooth_l1", "l1", "huber", "soft_margin")) {
            all.add(listed("nn.functional." + f + "_loss", FLOAT32, v, v));
        }
        all.add(listed("nn.functional.kl_div", FLOAT32, m, m));
        all.add(listed("nn.functional.cosine_embedding_loss", FLOAT32, m, m, v4.onesLike()));
        all.add(listed("nn.functional.hinge_embedding_loss", FLOAT32, v, v.onesLike()));
        all.add(listed("nn.functional.margin_ranking_loss", FLOAT32, v, v, v));
        all.add(listed("nn.functional.triplet_margin_loss", FLOAT32, m, m, m));
        all.add(listed("nn.functional.multi_margin_loss", FLOAT32, m, i));
        all.add(listed("nn.functional.multilabel_margin_loss", FLOAT32, v4, i));
        all.add(listed("nn.functional.binary_cross_entropy_with_logits", FLOAT32, v, v));
        all.add(listed("nn.functional.nll_loss", FLOAT32, m, i));
        all.add(listed("nn.functional.gaussian_nll_loss", BFLOAT16, v, v, v));
        all.add(listed("nn.functional.multilabel_soft_margin_loss", BFLOAT16, m, m.round()));
        all.add(listed(
                "nn.functional.ctc_loss",
                FLOAT32,
                waves(1, 5, 1, 3).to(BFLOAT16),
                Tensor.of(1L, 2).reshape(1, 2),
                Tensor.of(5L),
                Tensor.of(2L)));
        Tensor b = full.unsqueeze(0);
        all.add(listed("baddbmm", BFLOAT16, b, b, b));
        all.add(listed("addbmm", BFLOAT16, full, b, b));
        all.add(listed("addmv", FLOAT32, full.get(0), full, full.get(0)));
        all.add(listed("dot", FLOAT32, full.get(0), full.get(0)));
        all.add(listed("nn.functional.bilinear", FLOAT32, full, full, waves(0.1, 2, 4, 4)));
        all.add(listed("tensordot", BFLOAT16, full, full, 1));
        all.add(listed("inner", BFLOAT16, full, full));
        all.add(listed("outer", FLOAT32, full.get(0), full.get(0)));
        all.add(listed("kron", FLOAT32, full, full));
        all.add(listed("addr", FLOAT32, full, full.get(0), full.get(0)));
        all.add(listed("linalg.multi_dot", BFLOAT16, (Object) new Tensor[] {full, full}));
        all.add(listed("linalg.matrix_power", BFLOAT16, full, 2));
        return all.build();
    }

    private static void expectFull(Tensor lower) {
        Tensor square = lower.add(Tensor.eye(4, BFLOAT16).mul(4));
        assertThat(called("linalg.inv", square).dtype()).isEqualTo(FLOAT32);
        assertThat(called("trace", square).dtype()).isEqualTo(FLOAT32);
        assertThat(called("cdist", square, square).dtype()).isEqualTo(FLOAT32);
        assertThat(called("linalg.vecdot", square.to(FLOAT32), square.to(FLOAT32))
                        .dtype())
                .isEqualTo(BFLOAT16);
        assertThat(square.quantile(0.5).dtype()).isEqualTo(FLOAT32);
    }

    @Test
    void regionsNestAndEnd() {
        Tensor a = waves(0.3, 3, 3);
        assertThat(Autocast.isEnabled()).isFalse();
        Autocast.autocast(FLOAT16, () -> {
            assertThat(a.mm(a).dtype()).isEqualTo(FLOAT16);
            Autocast.autocast(BFLOAT16, () -> assertThat(a.mm(a).dtype()).isEqualTo(BFLOAT16));
            Tensor full = Autocast.disabled(() -> a.mm(a));
            assertThat(full.dtype()).isEqualTo(FLOAT32);
            assertThat(a.mm(a).dtype()).isEqualTo(FLOAT16);
            assertThat(CompletableFuture.supplyAsync(() -> a.mm(a).dtype()).join())
                    .as("of this thread alone")
                    .isEqualTo(FLOAT32);
        });
        assertThat(a.mm(a).dtype()).isEqualTo(FLOAT32);
        assertThatThrownBy(() -> Autocast.autocast(FLOAT32, () -> {}))
                .isInstanceOf(CressetException.class)
                .hasMessageContaining("bfloat16");
    }

    @Test
    void aParameterIsConvertedOnce() {
        Tensor w = waves(0.3, 4, 4).requiresGrad(true);
        Tensor x = waves(0.7, 4, 4);
        Tensor loss = Autocast.autocast(() -> {
            Tensor before = Precision.LOWER.of(w);
            assertThat(Precision.LOWER.of(w)).isSameAs(before);
            assertThat(Precision.LOWER.of(x)).isNotSameAs(Precision.LOWER.of(x));
            assertThat(Autograd.noGrad((Supplier<Tensor>) () -> Precision.LOWER.of(w)))
                    .isNotSameAs(before);
            Tensor l = linear(linear(x, w, null), w, null).sum();
            l.backward();
            linear(x, w, null).sum().backward(); // the conversion's part of the graph serves again
            Autograd.noGrad(() -> {
                w.add_(1);
            });
            assertThat(Precision.LOWER.of(w)).as("changed since").isNotSameAs(before);
            return Autocast.autocast(BFLOAT16, false, () -> {
                assertThat(Precision.LOWER.of(w)).isNotSameAs(Precision.LOWER.of(w));
                return l;
            });
        });
        assertThat(loss.dtype()).isEqualTo(BFLOAT16);
        assertThat(w.grad().dtype()).isEqualTo(FLOAT32);
    }

    @Test
    void transformsInsideAndOutside() {
        Tensor w = waves(0.3, 4, 4);
        Tensor x = waves(0.7, 5, 4);
        Tensor expected = Autocast.autocast(() -> x.mm(w));
        Tensor inside = Autocast.autocast(() -> Func.vmap(r -> r.matmul(w)).apply(x));
        Tensor outside = Func.vmap(r -> Autocast.autocast(() -> r.matmul(w))).apply(x);
        assertThat(inside.dtype()).isEqualTo(BFLOAT16);
        assertThat(outside.dtype()).isEqualTo(BFLOAT16);
        assertThat(inside.eq(expected).all().itemBoolean()).isTrue();
        assertThat(outside.eq(expected).all().itemBoolean()).isTrue();
        Tensor off = Autocast.autocast(
                () -> Func.vmap(r -> Autocast.disabled(() -> r.matmul(w))).apply(x));
        assertThat(off.dtype()).isEqualTo(FLOAT32);
        Tensor g = Autocast.autocast(
                () -> Func.grad(v -> v.mm(w).sum().to(FLOAT32)).apply(x));
        assertThat(g.dtype()).isEqualTo(FLOAT32);
        assertThat(g.size(0)).isEqualTo(5);
    }

    private static final class Doubling extends CustomFunction {
        final Precision precision;
        DType seen = FLOAT64;
        boolean forwardOn;
        boolean backwardOn;

        Doubling(Precision precision) {
            this.precision = precision;
        }

        @Override
        protected Precision precision() {
            return precision;
        }

        @Override
        protected Tensor[] forward(Call call, Tensor[] inputs) {
            seen = inputs[0].dtype();
            forwardOn = Autocast.isEnabled();
            return new Tensor[] {inputs[0].mul(2)};
        }

        @Override
        protected Tensor[] backward(Call call, Tensor[] gradOutputs) {
            backwardOn = Autocast.isEnabled();
            return new Tensor[] {gradOutputs[0].mul(2)};
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"FULL", "LOWER", "INHERITED"})
    void functionsWithTheirOwnDerivative(Precision p) {
        Tensor x = waves(0.7, 4, 4).requiresGrad(true);
        var f = new Doubling(p);
        Tensor y = Autocast.autocast(() -> f.apply(x.mm(x)));
        y.to(FLOAT32).sum().backward();
        assertThat(f.seen).isEqualTo(p == Precision.FULL ? FLOAT32 : BFLOAT16);
        assertThat(f.forwardOn).isEqualTo(p == Precision.INHERITED);
        assertThat(f.backwardOn).as("as in forward").isEqualTo(f.forwardOn);
        assertThat(x.grad().dtype()).isEqualTo(FLOAT32);
    }

    @Test
    void checkpointsRunAgainAsTheyDid() {
        Tensor x = waves(0.7, 4, 4).requiresGrad(true);
        Tensor plain = Autocast.autocast(() -> x.mm(x).exp().sum());
        plain.backward();
        Tensor expected = x.grad();
        x.setGrad(null);
        Tensor y = Autocast.autocast(() ->
                Checkpoint.checkpoint(in -> new Tensor[] {in[0].mm(in[0]).exp().sum()}, x)[0]);
        y.backward();
        assertThat(x.grad().eq(expected).all().itemBoolean()).isTrue();
    }

    @Test
    void inPlaceChangesGoOnInside() {
        Tensor x = waves(0.7, 4, 4);
        Autocast.autocast(() -> x.mul_(2).add_(x.mm(x)));
        assertThat(x.dtype()).isEqualTo(FLOAT32);
        assertThat(List.of(x.detach().dtype(), x.detach().requiresGrad())).containsExactly(FLOAT32, false);
    }
}

package org.cresset.nn.functional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.cresset.nn.functional.Functional.crossEntropy;
import static org.cresset.nn.functional.Functional.ctcLoss;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.cresset.autograd.Autograd;
import org.cresset.autograd.Func;
import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.tensor.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class LossFunctionsTest {
    private static final Tensor TARGET = Differences.random(21, 4, 5);
    private static final Tensor CLASSES = Tensor.of(1L, 0, 4, 2);
    private static final Tensor SIGNS = Differences.random(22, 4, 5).sign();

    static Stream<Arguments> losses() {
        Tensor probabilities = TARGET.softmax(1);
        return Stream.of(
                loss("cross entropy", x -> crossEntropy(x, CLASSES)),
                loss(
                        "cross entropy, smoothed",
                        x -> crossEntropy(x, CLASSES, probabilities.get(0), null, 2, null, Reduction.MEAN, 0.2)),
                loss("cross entropy, probabilities", x -> crossEntropy(x, probabilities, Reduction.SUM)),
                loss("mse", x -> Functional.mseLoss(x, TARGET)),
                loss("smooth l1", x -> Functional.smoothL1Loss(x, TARGET, null, null, Reduction.NONE, 0.7)),
                loss("huber", x -> Functional.huberLoss(x, TARGET, Reduction.NONE, 0.7, probabilities)),
                loss("binary", x -> Functional.binaryCrossEntropy(x.sigmoid(), probabilities)),
                loss(
                        "binary with logits",
                        x -> Functional.binaryCrossEntropyWithLogits(
                                x, probabilities, null, null, null, Reduction.NONE, probabilities.get(0))),
                loss("kl", x -> Functional.klDiv(x, probabilities, null, null, Reduction.BATCHMEAN, false)),
                loss("kl of logarithms", x -> Functional.klDiv(TARGET, x, null, null, Reduction.SUM, true)),
                loss("poisson", x -> Functional.poissonNllLoss(x, probabilities)),
                loss("gaussian", x -> Functional.gaussianNllLoss(x, TARGET, probabilities)),
                loss("soft margin", x -> Functional.softMarginLoss(x, SIGNS)),
                loss("multilabel soft margin", x -> Functional.multilabelSoftMarginLoss(x, probabilities)),
                loss("hinge embedding", x -> Functional.hingeEmbeddingLoss(x, SIGNS)),
                loss("cosine embedding", x -> Functional.cosineEmbeddingLoss(x, TARGET, Tensor.of(1L, -1, 1, -1))),
                loss(
                        "multi margin",
                        x -> Functional.multiMarginLoss(
                                x, CLASSES, 2, 0.8, probabilities.get(0), null, null, Reduction.MEAN)),
                loss("triplet", x -> Functional.tripletMarginLoss(x, TARGET, TARGET.neg())),
                loss("pdist", x -> Functional.pdist(x, 3)),
                loss("cosine similarity", x -> Functional.cosineSimilarity(x, TARGET)));
    }

    private static Arguments loss(String name, UnaryOperator<Tensor> f) {
        return arguments(name, f);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("losses")
    void derivativesAgreeWithDifferences(String name, UnaryOperator<Tensor> f) {
        Differences.checkTwice(f, Differences.random(2, 4, 5));
    }

    @Test
    void ignoredClassesDontCount() {
        Tensor x = Differences.random(5, 4, 5);
        double two = crossEntropy(x.narrow(0, 0, 2), CLASSES.narrow(0, 0, 2)).item();
        Tensor target = Tensor.of(1L, 0, -100, -100);
        assertThat(crossEntropy(x, target).item()).isCloseTo(two, within(1e-12));
        assertThat(crossEntropy(x, target, Reduction.NONE).toDoubleArray()[3]).isZero();
    }

    @ParameterizedTest
    @EnumSource(names = {"FLOAT32", "FLOAT64"})
    void lossesAreThePickedElementsHoweverTheyLieInMemory(DType dtype) {
        Tensor logs = Differences.random(6, 2, 4, 3, 5).to(dtype).permute(3, 2, 0, 1); // (5, 3, 2, 4)
        Tensor target = Tensor.arange(40).remainder(3).reshape(4, 2, 5).permute(2, 1, 0);
        Tensor weight = Tensor.of(0.5, 1, 3).to(dtype);
        double[] each = Functional.nllLoss(logs, target, weight, null, 1, null, Reduction.NONE)
                .toDoubleArray();
        double[] expected = new double[each.length];
        double sum = 0;
        double weights = 0;
        for (int i = 0; i < 40; i++) {
            Tensor at = logs.get(i / 8).select(1, i / 4 % 2).select(1, i % 4);
            int k = (int) target.get(i / 8).get(i / 4 % 2).get(i % 4).itemLong();
            double w = k == 1 ? 0 : weight.get(k).item();
            expected[i] = k == 1 ? 0 : -at.get(k).item() * w;
            expected[i] = dtype == DType.FLOAT32 ? (float) expected[i] : expected[i];
            sum += expected[i];
            weights += w;
        }
        assertThat(each).containsExactly(expected);
        assertThat(Functional.nllLoss(logs, target, weight, null, 1, null, Reduction.MEAN)
                        .item())
                .isEqualTo(dtype == DType.FLOAT32 ? (float) (sum / weights) : sum / weights);
        assertThatThrownBy(() -> Functional.nllLoss(logs, target.add(1)))
                .hasMessageContaining("target 3 is out of bounds");
    }

    @Test
    void classesOutOfRangeAreIndexErrors() {
        Tensor x = Tensor.zeros(2, 3);
        for (long wrong : new long[] {3, -1}) {
            assertThatThrownBy(() -> crossEntropy(x, Tensor.of(0, wrong)))
                    .isInstanceOfSatisfying(
                            CressetException.class, e -> assertThat(e.kind()).isEqualTo(CressetException.Kind.INDEX))
                    .hasMessageContaining("target " + wrong + " is out of bounds");
        }
    }

    @Test
    void olderArgumentsChooseTheReduction() {
        Tensor x = Tensor.of(1f, 3f);
        Tensor t = Tensor.of(0f, 0f);
        assertThat(Functional.mseLoss(x, t, false, null, Reduction.MEAN, null).item())
                .isEqualTo(10);
        assertThat(Functional.mseLoss(x, t, null, false, Reduction.MEAN, null).numel())
                .isEqualTo(2);
        assertThatThrownBy(() -> Reduction.of("median")).hasMessageContaining("not a valid value for reduction");
    }

    @Test
    void chunksGiveTheSameLossAndGradients() {
        Tensor target = Tensor.of(0L, 3, -100, 2, 1, 3, 0);
        Tensor[][] results = new Tensor[2][];
        for (int i = 0; i < 2; i++) {
            Tensor x = Differences.random(31, 7, 3).requiresGrad(true);
            Tensor w = Differences.random(32, 4, 3).requiresGrad(true);
            Tensor b = Differences.random(33, 4).requiresGrad(true);
            Tensor loss = Functional.linearCrossEntropy(
                    x,
                    w,
                    target,
                    b,
                    null,
                    Reduction.MEAN,
                    null,
                    0,
                    i == 0 ? null : LinearCrossEntropyOptions.ofRows(2));
            Tensor[] g = Autograd.grad(loss, x, w, b);
            results[i] = new Tensor[] {loss.detach(), g[0], g[1], g[2]};
        }
        for (int k = 0; k < 4; k++) {
            assertThat(results[0][k].toDoubleArray())
                    .as("result " + k)
                    .containsExactly(results[1][k].toDoubleArray(), within(1e-12));
        }
    }

    @Test
    void ctcAgreesWithTheSumOverAllAlignments() {
        int frames = 5;
        int classes = 3;
        long[] labels = {1, 1};
        Tensor logs = Differences.random(11, frames, 1, classes).logSoftmax(2);
        double[] p = logs.exp().toDoubleArray();
        double likelihood = 0;
        for (int path = 0; path < Math.pow(classes, frames); path++) {
            long[] seen = new long[frames];
            int count = 0;
            int previous = -1;
            double product = 1;
            for (int t = 0, rest = path; t < frames; t++, rest /= classes) {
                int c = rest % classes;
                product *= p[t * classes + c];
                if (c != 0 && c != previous) {
                    seen[count++] = c;
                }
                previous = c;
            }
            likelihood += Arrays.equals(Arrays.copyOf(seen, count), labels) ? product : 0;
        }
        Tensor target = Tensor.from(labels, 1, 2);
        Tensor loss = ctcLoss(logs, target, new long[] {frames}, new long[] {2}, 0, Reduction.SUM, false);
        assertThat(loss.item()).isCloseTo(-Math.log(likelihood), within(1e-10));
    }

    @Test
    void ctcGradientAgreesWithDifferencesAfterLogSoftmax() {
        Tensor target = Tensor.from(new long[] {1, 2, 2, 3, 3, 1}, 2, 3);
        Differences.check(
                x -> ctcLoss(x.logSoftmax(2), target, new long[] {8, 6}, new long[] {3, 2}, 0, Reduction.MEAN, false),
                Differences.random(12, 8, 2, 4));
    }

    @Test
    void ctcOfManyBatchesAtOnce() {
        Tensor logs = Tensor.randn(4, 6, 2, 3).to(DType.FLOAT64).logSoftmax(-1);
        Tensor rows = Tensor.of(1L, 2L, 2L, 1L, 1L, 2L, 2L, 2L).reshape(4, 2, 1).expand(4, 2, 3);
        Tensor flat = Tensor.of(1L, 2L, 2L, 1L, 1L, 2L, 2L, 2L, 1L, 1L, 2L, 1L).reshape(4, 3);
        for (Tensor targets : new Tensor[] {rows, flat}) {
            Func.Many loss = in ->
                    new Tensor[] {ctcLoss(in[0], in[1], new long[] {6, 5}, new long[] {2, 1}, 0, Reduction.NONE, false)
                    };
            Func.Many gradient = in -> new Tensor[] {
                Func.grad(x -> loss.apply(new Tensor[] {x, in[1]})[0].mul(2).sum())
                        .apply(in[0])
            };
            for (Func.Many f : List.of(loss, gradient)) {
                for (int mapped = 0; mapped < 3; mapped++) { // both, or one of them
                    int[] dims = {mapped == 2 ? -1 : 0, mapped == 1 ? -1 : 0};
                    Tensor[] in = {dims[0] < 0 ? logs.get(1) : logs, dims[1] < 0 ? targets.get(1) : targets};
                    long before = Func.looped();
                    Tensor got = mapOver(f, in, dims);
                    assertThat(Func.looped()).isEqualTo(before);
                    for (int b = 0; b < 4; b++) {
                        Tensor expected = f.apply(new Tensor[] {
                            dims[0] < 0 ? in[0] : in[0].get(b), dims[1] < 0 ? in[1] : in[1].get(b)
                        })[0];
                        assertThat(got.get(b).shape()).isEqualTo(expected.shape());
                        assertThat(got.get(b).toDoubleArray()).containsExactly(expected.toDoubleArray());
                    }
                }
            }
        }
    }

    /** Maps over those inputs whose dimension isn't negative. */
    private static Tensor mapOver(Func.Many f, Tensor[] in, int[] dims) {
        if (dims[0] < 0) {
            return Func.vmap(x -> f.apply(new Tensor[] {in[0], x})[0]).apply(in[1]);
        }
        return dims[1] < 0
                ? Func.vmap(x -> f.apply(new Tensor[] {x, in[1]})[0]).apply(in[0])
                : Func.vmap(f, in, dims)[0];
    }

    @Test
    void ctcOfTooFewFramesIsInfiniteOrZero() {
        Tensor x = Differences.random(13, 2, 1, 3).logSoftmax(2).requiresGrad(true);
        Tensor target = Tensor.from(new long[] {1, 1}, 1, 2);
        long[] two = {2};
        assertThat(ctcLoss(x, target, two, two, 0, Reduction.SUM, false).item()).isEqualTo(Double.POSITIVE_INFINITY);
        Tensor loss = ctcLoss(x, target, two, two, 0, Reduction.SUM, true);
        assertThat(loss.item()).isZero();
        loss.backward();
        assertThat(x.grad().toDoubleArray()).containsOnly(0);
    }

    @Test
    void probabilitiesOutOfRangeAreRefused() {
        assertThatThrownBy(() -> Functional.binaryCrossEntropy(Tensor.of(0.5f, 1.5f), Tensor.of(0f, 1f)))
                .hasMessageContaining("expected probabilities");
    }
}

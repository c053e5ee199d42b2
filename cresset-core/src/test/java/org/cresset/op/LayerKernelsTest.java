package org.cresset.op;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.function.Function;
import org.cresset.autograd.Autograd;
import org.cresset.base.DType;
import org.cresset.base.Shape;
import org.cresset.base.Workers;
import org.cresset.tensor.Tensor;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Kernels in float32 against the same functions in float64, which are composed of other operations. */
class LayerKernelsTest {
    @BeforeEach
    void seed() {
        Tensor.manualSeed(3);
    }

    /** Compares results and gradients of all inputs. */
    private static void agree(Function<Tensor[], Tensor[]> f, Tensor... inputs) {
        Tensor[][] single = run(f, inputs, DType.FLOAT32, null);
        Tensor[][] twice = run(f, inputs, DType.FLOAT64, single[0]);
        for (int part = 0; part < 2; part++) {
            for (int i = 0; i < single[part].length; i++) {
                Tensor a = single[part][i].to(DType.FLOAT64);
                Tensor b = twice[part][i];
                double far = a.sub(b).abs().max().item();
                assertThat(far)
                        .as((part == 0 ? "output " : "gradient ") + i)
                        .isLessThan(2e-5 * Math.max(1, b.abs().max().item()));
            }
        }
    }

    private static Tensor[][] run(Function<Tensor[], Tensor[]> f, Tensor[] inputs, DType type, Tensor[] like) {
        Tensor[] in = new Tensor[inputs.length];
        for (int i = 0; i < in.length; i++) {
            Tensor t = inputs[i].dtype().isFloat() ? inputs[i].detach().to(type) : inputs[i];
            in[i] = t.dtype().isFloat() ? t.clone().requiresGrad(true) : t;
        }
        Tensor[] out = f.apply(in);
        Tensor loss = null;
        for (int i = 0; i < out.length; i++) {
            Tensor direction = Tensor.arange(out[i].numel())
                    .to(DType.FLOAT64)
                    .mul(0.7)
                    .add(i)
                    .sin()
                    .to(type);
            Tensor part = out[i].flatten().mul(direction).sum();
            loss = loss == null ? part : loss.add(part);
        }
        Tensor[] wanted =
                java.util.Arrays.stream(in).filter(Tensor::requiresGrad).toArray(Tensor[]::new);
        Tensor[] grads = Autograd.grad(loss, wanted);
        for (int i = 0; i < out.length; i++) {
            out[i] = out[i].detach();
        }
        return new Tensor[][] {out, grads};
    }

    @ParameterizedTest
    @EnumSource(Recurrent.Mode.class)
    void recurrentLayers(Recurrent.Mode mode) {
        recurrentLayers(mode, 20, 13, new long[][] {{37, 37, 37}, {35, 20, 20, 1}});
    }

    /** Whole vectors, and runs of steps one after the other: what machine code multiplies. */
    @ParameterizedTest
    @EnumSource(Recurrent.Mode.class)
    void recurrentLayersOfWholeVectors(Recurrent.Mode mode) {
        recurrentLayers(mode, 32, 16, new long[][] {{70, 70, 70, 70, 70}, {7}, {40, 40, 20, 1}});
    }

    private static void recurrentLayers(Recurrent.Mode mode, long n, long inputs, long[][] all) {
        for (boolean reverse : new boolean[] {false, true}) {
            for (long[] sizes : all) {
                long rows = java.util.Arrays.stream(sizes).sum();
                Recurrent.Attrs a = new Recurrent.Attrs(mode, sizes, reverse);
                boolean lstm = mode == Recurrent.Mode.LSTM;
                agree(
                        in -> Recurrent.layer(a, in[0], null, null, in[1], lstm ? in[2] : null, in[3], in[4], null),
                        Tensor.randn(rows, mode.gates * n),
                        Tensor.randn(sizes[0], n),
                        lstm ? Tensor.randn(sizes[0], n) : Tensor.arange(1),
                        Tensor.randn(mode.gates * n, n).mul(0.2),
                        Tensor.randn(mode.gates * n));
                agree(
                        in -> Recurrent.layer(a, in[0], in[5], in[6], in[1], lstm ? in[2] : null, in[3], in[4], null),
                        Tensor.randn(rows, inputs),
                        Tensor.randn(sizes[0], n),
                        lstm ? Tensor.randn(sizes[0], n) : Tensor.arange(1),
                        Tensor.randn(mode.gates * n, n).mul(0.2),
                        Tensor.randn(mode.gates * n),
                        Tensor.randn(mode.gates * n, inputs).mul(0.3),
                        Tensor.randn(mode.gates * n));
            }
        }
    }

    /** Read where they lie, not copied. */
    @ParameterizedTest
    @EnumSource(Recurrent.Mode.class)
    void inputsThatLieBatchFirst(Recurrent.Mode mode) {
        for (long batch : new long[] {3, 40}) {
            for (boolean reverse : new boolean[] {false, true}) {
                Recurrent.Attrs a = new Recurrent.Attrs(mode, new long[] {batch, batch, batch, batch, batch}, reverse);
                boolean lstm = mode == Recurrent.Mode.LSTM;
                agree(
                        in -> Recurrent.layer(
                                a, in[0].transpose(0, 1), in[1], null, in[2], lstm ? in[3] : null, in[4], null, null),
                        Tensor.randn(batch, 5, 16),
                        Tensor.randn(mode.gates * 32, 16).mul(0.3),
                        Tensor.randn(batch, 32),
                        lstm ? Tensor.randn(batch, 32) : Tensor.arange(1),
                        Tensor.randn(mode.gates * 32, 32).mul(0.2));
            }
        }
    }

    /** Every other column of a matrix; the gradient of the weight reads them where they are. */
    @Test
    void inputsThatLieApart() {
        Recurrent.Attrs a = new Recurrent.Attrs(Recurrent.Mode.LSTM, new long[] {40, 40, 40, 40}, false);
        agree(
                in -> Recurrent.layer(
                        a, in[0].view(160, 16, 2).select(2, 1), in[1], null, in[2], in[2], in[3], null, null),
                Tensor.randn(160, 32),
                Tensor.randn(128, 16).mul(0.3),
                Tensor.randn(40, 32),
                Tensor.randn(128, 32).mul(0.2));
    }

    @Test
    void inputsOfStepsMustBeAsManyAsThereAre() {
        Recurrent.Attrs a = new Recurrent.Attrs(Recurrent.Mode.RNN_TANH, new long[] {3, 1}, false);
        Tensor x = Tensor.randn(2, 2, 5);
        Tensor h = Tensor.randn(3, 4);
        Tensor in = Tensor.randn(4, 5);
        Tensor hidden = Tensor.randn(4, 4);
        assertThatThrownBy(() -> Recurrent.layer(a, x, in, null, h, null, hidden, null, null))
                .hasMessageContaining("(2, 2, 5) for 2 steps with 4 rows in all");
    }

    /** A sequence with a number that isn't finite, or all but infinite, leaves the other ones alone. */
    @ParameterizedTest
    @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, Float.MAX_VALUE, 1e-42f})
    void sequencesByThemselves(float odd) {
        Recurrent.Attrs a = new Recurrent.Attrs(Recurrent.Mode.LSTM, new long[] {40, 40, 40}, false);
        Tensor x = Tensor.randn(3, 40, 16);
        Tensor in = Tensor.randn(128, 16).mul(0.3);
        Tensor state = Tensor.randn(40, 32);
        Tensor hidden = Tensor.randn(128, 32).mul(0.2);
        Tensor y = Recurrent.layer(a, x, in, null, state, state, hidden, null, null)[0].view(3, 40, 32);
        x.select(0, 1).select(0, 7).fill_(odd);
        Tensor z = Recurrent.layer(a, x, in, null, state, state, hidden, null, null)[0].view(3, 40, 32);
        for (int i = 0; i < 40; i++) {
            boolean same = z.select(1, i).sub(y.select(1, i)).abs().max().item() < 1e-5;
            assertThat(same).as("sequence %d", i).isEqualTo(i != 7);
        }
        if (Float.isNaN(odd) || odd < 1) {
            boolean finite = z.select(1, 7).isfinite().all().item() != 0;
            assertThat(finite).isEqualTo(!Float.isNaN(odd));
        }
    }

    @Test
    void biasesOfRecurrentLayersMayLieApart() {
        Recurrent.Attrs a = new Recurrent.Attrs(Recurrent.Mode.RNN_TANH, new long[] {3, 3}, false);
        Tensor x = Tensor.randn(6, 8);
        Tensor h = Tensor.randn(3, 16);
        Tensor in = Tensor.randn(16, 8);
        Tensor hidden = Tensor.randn(16, 16);
        Tensor b = Tensor.randn(16, 2).select(1, 0);
        Tensor apart = Recurrent.layer(a, x, in, b, h, null, hidden, b, null)[0];
        Tensor together = Recurrent.layer(a, x, in, b.clone(), h, null, hidden, b.clone(), null)[0];
        assertThat(apart.equalTo(together)).isTrue();
    }

    /** Threads sum up gradients of small weights for their own sequences, of which some have no row in most steps. */
    @ParameterizedTest
    @EnumSource(Recurrent.Mode.class)
    void sequencesOfEachThread(Recurrent.Mode mode) {
        int threads = Workers.threads();
        try {
            Workers.setThreads(3);
            recurrentLayers(mode, 32, 16, new long[][] {{70, 70, 70, 70, 70}, {64, 64, 20, 3, 3, 1}, {66, 64, 33}});
            weights(mode, 32, 16, 50, 50, 50, 50, 3, 3, 3);
        } finally {
            Workers.setThreads(threads);
        }
    }

    @Test
    void weightsTooLargeForSumsOfEachThread() {
        recurrentLayers(Recurrent.Mode.LSTM, 512, 64, new long[][] {{40, 40, 40, 40, 7}});
    }

    /** Cut alike, sums have the same bits for any number of threads. */
    @ParameterizedTest
    @EnumSource(Recurrent.Mode.class)
    void recurrentLayersCutAlike(Recurrent.Mode mode) {
        Recurrent.Attrs a = new Recurrent.Attrs(mode, new long[] {130, 130, 130, 40}, false);
        Tensor[] in = {
            Tensor.randn(430, 16),
            Tensor.randn(130, 32),
            Tensor.randn(mode.gates * 32L, 16),
            Tensor.randn(mode.gates * 32L),
            Tensor.randn(mode.gates * 32L, 32).mul(0.2)
        };
        for (Tensor t : in) {
            t.requiresGrad(true);
        }
        Tensor c = mode == Recurrent.Mode.LSTM ? Tensor.randn(130, 32) : null;
        Tensor[][] grads = new Tensor[3][];
        int threads = Workers.threads();
        try {
            for (int t = 0; t < 3; t++) {
                Workers.setThreads(t + 1);
                grads[t] = Workers.cutAlike(() -> {
                    Tensor y = Recurrent.layer(a, in[0], in[2], in[3], in[1], c, in[4], null, null)[0];
                    return Autograd.grad(y.sin().sum(), in);
                });
            }
        } finally {
            Workers.setThreads(threads);
        }
        for (int t = 1; t < 3; t++) {
            for (int i = 0; i < in.length; i++) {
                assertThat(grads[t][i].equalTo(grads[0][i]))
                        .as("gradient %d with %d threads", i, t + 1)
                        .isTrue();
            }
        }
    }

    /** Gradients of gates are kept for a run of steps alone where the input wants none; those of weights are the same. */
    @ParameterizedTest
    @EnumSource(Recurrent.Mode.class)
    void weightsOfLayersWhoseInputWantsNoGradient(Recurrent.Mode mode) {
        weights(mode, 20, 13, 61, 60, 40, 40, 33, 32, 32, 5, 1);
        weights(mode, 32, 16, 70, 70, 70, 70, 70);
    }

    private static void weights(Recurrent.Mode mode, long n, long inputs, long... sizes) {
        long rows = java.util.Arrays.stream(sizes).sum();
        Recurrent.Attrs a = new Recurrent.Attrs(mode, sizes, false);
        Tensor x = Tensor.randn(rows, inputs);
        Tensor state = Tensor.randn(sizes[0], n);
        Tensor[] weights = {
            Tensor.randn(mode.gates * n, inputs).mul(0.3).requiresGrad(true),
            Tensor.randn(mode.gates * n).requiresGrad(true),
            Tensor.randn(mode.gates * n, n).mul(0.2).requiresGrad(true),
            Tensor.randn(mode.gates * n).requiresGrad(true)
        };
        Tensor[][] grads = new Tensor[2][];
        for (int k = 0; k < 2; k++) {
            Tensor in = x.clone().requiresGrad(k == 0);
            Tensor c = mode == Recurrent.Mode.LSTM ? state : null;
            Tensor y = Recurrent.layer(a, in, weights[0], weights[1], state, c, weights[2], weights[3], null)[0];
            grads[k] = Autograd.grad(y.sin().sum(), weights);
        }
        for (int i = 0; i < weights.length; i++) {
            assertThat(grads[1][i].equalTo(grads[0][i])).as("weight %d", i).isTrue();
        }
        int threads = Workers.threads();
        try {
            for (int t = 1; t <= 2; t++) { // with one thread the input's weight is packed
                Workers.setThreads(t);
                agree(
                        in -> Recurrent.layer(
                                a,
                                in[0],
                                in[2],
                                in[3],
                                in[1],
                                mode == Recurrent.Mode.LSTM ? in[1] : null,
                                in[4],
                                in[5],
                                null),
                        x,
                        state,
                        weights[0].detach(),
                        weights[1].detach(),
                        weights[2].detach(),
                        weights[3].detach());
            }
        } finally {
            Workers.setThreads(threads);
        }
    }

    /** Kernels read by the sizes of others, so none may be smaller, or of another type. */
    @Test
    void recurrentLayersRefuseOtherSizesAndTypes() {
        Recurrent.Attrs a = new Recurrent.Attrs(Recurrent.Mode.RNN_TANH, new long[] {3, 3}, false);
        Tensor x = Tensor.randn(6, 5);
        Tensor h = Tensor.randn(3, 4);
        Tensor in = Tensor.randn(4, 5);
        Tensor hidden = Tensor.randn(4, 4);
        Tensor[][] wrong = {
            {in.to(DType.FLOAT64), null, hidden, null},
            {in, Tensor.randn(3), hidden, null},
            {Tensor.randn(3, 5), null, hidden, null},
            {Tensor.randn(4, 6), null, hidden, null},
            {in, null, Tensor.randn(4, 3), null},
            {in, null, hidden, Tensor.randn(1)}
        };
        for (Tensor[] w : wrong) {
            assertThatThrownBy(() -> Recurrent.layer(a, x, w[0], w[1], h, null, w[2], w[3], null))
                    .hasMessageContaining("rnn_layer")
                    .hasMessageContaining("expected");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void batchNorm(boolean channelsLast) {
        for (long[] shape : new long[][] {{5, 7, 6, 4}, {3, 3, 40, 50}, {2, 300, 3, 3}}) {
            Tensor x = Tensor.randn(shape).mul(2).add(1.5);
            agree(
                    in -> new Tensor[] {
                        BatchNorm.byBatch(channelsLast ? in[0].channelsLast() : in[0], in[1], in[2], 1e-5)[0]
                    },
                    x,
                    Tensor.randn(shape[1]),
                    Tensor.randn(shape[1]));
        }
    }

    /** Short and long rows, whole vectors and others, and so many that results go past the caches. */
    @ParameterizedTest
    @CsvSource({"7, 5", "1, 1", "3, 100", "40, 64", "5, 20000", "2100, 1024", "2200, 1000", "270000, 8"})
    void layerNorm(long rows, long n) {
        Tensor x = Tensor.randn(rows, n).mul(3).add(5);
        Tensor w = Tensor.randn(n);
        Tensor b = Tensor.randn(n);
        double eps = n == 1 ? 10 : 1e-5; // the only element of a row is its mean
        agree(in -> new Tensor[] {Normalize.rows(in[0], in[1], in[2], eps)}, x, w, b);
        agree(in -> new Tensor[] {Normalize.rows(in[0], in[1], null, eps)}, x, w);
        agree(in -> new Tensor[] {Normalize.rows(in[0], null, in[1], eps)}, x, b);
        agree(in -> new Tensor[] {Normalize.rows(in[0], null, null, eps)}, x);
    }

    /** The same bits with any number of threads. */
    @Test
    void layerNormOfManyThreads() {
        Tensor x = Tensor.randn(100, 300);
        Tensor w = Tensor.randn(300);
        Function<Tensor[], Tensor[]> f = in -> new Tensor[] {Normalize.rows(in[0], in[1], in[2], 1e-5)};
        int before = Workers.threads();
        try {
            Workers.setThreads(1);
            Tensor[][] one = run(f, new Tensor[] {x, w, w}, DType.FLOAT32, null);
            Workers.setThreads(3);
            Tensor[][] three = run(f, new Tensor[] {x, w, w}, DType.FLOAT32, null);
            for (int part = 0; part < 2; part++) {
                for (int i = 0; i < one[part].length; i++) {
                    assertThat(three[part][i].equalTo(one[part][i])).isTrue();
                }
            }
        } finally {
            Workers.setThreads(before);
        }
    }

    @Test
    void batchNormKeepsChannelsLast() {
        Tensor x = Tensor.randn(2, 3, 4, 5).channelsLast();
        Tensor y = BatchNorm.byBatch(x, null, null, 1e-5)[0];
        assertThat(y.dense("test").strides()).containsExactly(x.dense("test").strides());
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void attention(boolean causal) {
        for (long[] s : new long[][] {
            {2, 3, 5, 5, 4, 6}, {1, 2, 200, 150, 8, 8}, {1, 1, 300, 300, 16, 16}, {1, 1, 3, 9000, 4, 4}
        }) {
            agree(
                    in -> new Tensor[] {Attention.attend(new Attention.Attrs(0.3, causal), in[0], in[1], in[2], null)},
                    Tensor.randn(s[0], s[1], s[2], s[4]),
                    Tensor.randn(s[0], s[1], s[3], s[4]),
                    Tensor.randn(s[0], s[1], s[3], s[5]));
        }
    }

    @Test
    void attentionWithMaskOnPermutedHeads() {
        Tensor mask = Tensor.zeros(Shape.of(2, 1, 6, 7), DType.FLOAT32);
        mask.select(3, 2).fill_(Double.NEGATIVE_INFINITY);
        mask.select(0, 0).select(1, 4).fill_(Double.NEGATIVE_INFINITY); // one place may look nowhere
        Tensor wide = mask.expand(2, 3, 6, 7);
        agree(
                in -> new Tensor[] {
                    Attention.attend(
                            new Attention.Attrs(0.5, false),
                            in[0].permute(0, 2, 1, 3),
                            in[1].permute(0, 2, 1, 3),
                            in[2].permute(0, 2, 1, 3),
                            wide.to(in[0].dtype()))
                },
                Tensor.randn(2, 6, 3, 4),
                Tensor.randn(2, 7, 3, 4),
                Tensor.randn(2, 7, 3, 4));
    }

    @Test
    void bags() {
        Tensor rows = Tensor.of(4L, 1, 1, 0, 9, 4, 4);
        Tensor bag = Tensor.of(0L, 0, 0, 2, 2, 3, 3);
        agree(
                in -> new Tensor[] {Bags.sum(in[0], rows, bag, in[1], 5, false, -1)},
                Tensor.randn(10, 33),
                Tensor.randn(7));
    }
}

package org.cresset.op;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.cresset.autograd.Autograd;
import org.cresset.autograd.Context;
import org.cresset.base.DType;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Gradients by one loop are those that the operations of the derivative give, for all operations that are declared. */
class DerivativeLoopTest {
    private static final int N = 1 << 13;

    @Test
    void areWhatTheOperationsGive() throws Exception {
        Path classes = Path.of(
                Op.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        List<String> fused = new ArrayList<>();
        for (Op op : KernelGenerator.ops(classes)) {
            if (op instanceof Elementwise e && e.numbers() == 0) {
                for (int i = 0; i < e.arity(); i++) {
                    if (e.differentiable(0) && same(e, i, None.NONE)) {
                        fused.add(e.name() + " by " + i);
                    }
                }
            }
        }
        assertThat(fused)
                .contains(
                        "gelu by 0",
                        "tanh by 0",
                        "sigmoid by 0",
                        "maximum by 1",
                        "atan2 by 0",
                        "hypot by 1",
                        "sinc by 0");
        assertThat(fused.size()).isGreaterThan(80);
    }

    /** Numbers are constants of a loop: two of them don't mix. */
    @Test
    void eachNumberHasItsOwn() {
        Tensor x = Tensor.randn(N).requiresGrad(true);
        for (double beta : new double[] {1, 2, 0.5, 1}) {
            x.setGrad(null);
            x.softplus(beta, 20).sum().backward();
            Tensor expected = x.detach().mul(beta).sigmoid();
            assertThat(x.grad().sub(expected).abs().max().item()).isLessThan(1e-6);
        }
    }

    /** Operands that broadcast, lie in another order, or are single numbers. */
    @Test
    void operandsOfAllKinds() {
        Tensor a = Tensor.randn(64, 128).requiresGrad(true);
        Tensor b = Tensor.rand(128).add(0.5).detach().requiresGrad(true);
        Tensor c = Tensor.randn(128, 64);
        a.div(b).mul(c.t()).sum().backward();
        Tensor g = c.t();
        assertThat(a.grad().sub(g.div(b.detach())).abs().max().item()).isLessThan(1e-5);
        Tensor expected = g.mul(a.detach()).div(b.detach().square()).neg().sum(0);
        assertThat(b.grad().sub(expected).abs().max().item()).isLessThan(1e-3);
        Tensor x = Tensor.randn(128, 64).t().requiresGrad(true);
        x.tanh().sum().backward();
        Tensor y = x.detach().tanh();
        assertThat(x.grad().sub(y.square().neg().add(1)).abs().max().item()).isLessThan(1e-6);
    }

    /** What is differentiated again is made of operations. */
    @Test
    void secondDerivatives() {
        Tensor x = Tensor.randn(N).requiresGrad(true);
        Tensor[] y = {x.tanh().sum()};
        Tensor first = Autograd.grad(y, new Tensor[] {x}, new Tensor[1], true, true, false)[0];
        first.sum().backward();
        Tensor t = x.detach().tanh();
        Tensor expected = t.mul(t.square().neg().add(1)).mul(-2);
        assertThat(x.grad().sub(expected).abs().max().item()).isLessThan(1e-5);
    }

    private static boolean same(Elementwise op, int input, Object attrs) {
        Tensor.manualSeed(input + 1);
        @Nullable Tensor[] in = new Tensor[op.arity()];
        boolean[] all = {true, true, true};
        Tensor[] values = new Tensor[op.arity()];
        for (int i = 0; i < in.length; i++) {
            values[i] = numbers(i);
            in[i] = op.savesInput(i, all) ? values[i] : null;
        }
        Tensor y;
        try {
            y = op.on(attrs, values);
        } catch (RuntimeException e) { // not for floats
            return false;
        }
        if (y.dtype() != DType.FLOAT32) {
            return false;
        }
        @Nullable Tensor[] out = {op.savesOutputs() ? y : null};
        Tensor g = Tensor.randn(N);
        Tensor[] results = Context.current().withGrad(false).call(() -> {
            Tensor fused = op.fused(input, attrs, g, in, out);
            if (fused == null) {
                return null;
            }
            @Nullable Tensor[] exactIn = new Tensor[in.length];
            for (int i = 0; i < in.length; i++) {
                exactIn[i] = in[i] == null ? null : in[i].to(DType.FLOAT64);
            }
            @Nullable Tensor[] exactOut = {out[0] == null ? null : out[0].to(DType.FLOAT64)};
            Tensor exact = op.composed(input, attrs, g.to(DType.FLOAT64), exactIn, exactOut);
            Tensor wide = op.fused(input, attrs, g.to(DType.FLOAT64), exactIn, exactOut);
            return new Tensor[] {fused, op.composed(input, attrs, g, in, out), exact, wide};
        });
        if (results == null) {
            return false;
        }
        double[] one = results[0].toDoubleArray();
        double[] other = results[1].expand(N).toDoubleArray();
        double[] exact = results[2].expand(N).toDoubleArray();
        double[] wide = results[3].toDoubleArray();
        for (int i = 0; i < N; i++) {
            double error = Math.abs(one[i] - other[i]);
            boolean same = one[i] == other[i]
                    || Double.isNaN(one[i]) && Double.isNaN(other[i])
                    || error <= 2e-5 * (1 + Math.abs(other[i]))
                    || Math.abs(one[i] - exact[i]) <= Math.abs(other[i] - exact[i]);
            same &= wide[i] == exact[i]
                    || Double.isNaN(wide[i]) && Double.isNaN(exact[i])
                    || Math.abs(wide[i] - exact[i]) <= 1e-9 * (1 + Math.abs(exact[i]));
            if (!same) {
                List<Float> at = new ArrayList<>();
                for (Tensor v : values) {
                    at.add((float) v.select(0, i).item());
                }
                assertThat(one[i])
                        .as("%s by %s at %s, float64 %s and %s", op.name(), input, at, wide[i], exact[i])
                        .isEqualTo(other[i]);
            }
        }
        return true;
    }

    /** Numbers of all kinds: small, large, the same in both operands, where functions change. */
    private static Tensor numbers(int seed) {
        float[] some = {0, -0f, 1, -1, 0.5f, -0.5f, 3, -3, 20, -20, 1e-3f, -1e-3f, 6, 2};
        float[] x = new float[N];
        Random random = new Random(seed);
        Random both = new Random(7);
        for (int i = 0; i < N; i++) {
            int kind = both.nextInt(4);
            float own = random.nextInt(3) == 0 ? some[random.nextInt(some.length)] : (float) random.nextGaussian();
            x[i] = kind == 0 ? random.nextFloat() * 0.98f + 0.01f : kind == 1 ? some[both.nextInt(some.length)] : own;
        }
        return Tensor.of(x);
    }
}

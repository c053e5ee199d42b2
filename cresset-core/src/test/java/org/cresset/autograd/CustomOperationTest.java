package org.cresset.autograd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.base.Shape;
import org.cresset.op.None;
import org.cresset.tensor.Tensor;
import org.junit.jupiter.api.Test;

/** Operations that users write, and parts of a computation that are run again. */
class CustomOperationTest {
    private static Tensor cube(Tensor x) {
        return Bend.Right.OP.on(None.NONE, x);
    }

    private static Tensor[] one(Tensor t) {
        return new Tensor[] {t};
    }

    @Test
    void aKernelAndADerivativeAreEnough() {
        Tensor x = Tensor.of(0.5, -1.5).requiresGrad(true);
        Tensor y = cube(x);
        assertThat(y.toDoubleArray()).containsExactly(0.125, -3.375);
        assertThat(y.toString()).contains("grad_fn=<cube>");
        GradCheck.gradcheck(in -> one(cube(in[0])), x);
        GradCheck.gradgradcheck(in -> one(cube(in[0])), x);
    }

    @Test
    void theTransformsFollow() {
        Tensor x = Tensor.of(0.5, -1.5).requiresGrad(true);
        GradCheck.DEFAULT.forward(in -> one(cube(in[0])), x);
        Tensor batch = Tensor.arange(6).to(DType.FLOAT64).reshape(3, 2);
        Tensor mapped =
                Func.vmap((UnaryOperator<Tensor>) CustomOperationTest::cube).apply(batch);
        assertThat(mapped.equalTo(batch.pow(3))).isTrue();
    }

    @Test
    void checkpointedPartsGiveTheSameGradients() {
        Tensor w = Tensor.of(0.3, -0.4).requiresGrad(true);
        AtomicInteger runs = new AtomicInteger();
        Func.Many f = in -> {
            runs.incrementAndGet();
            return new Tensor[] {in[0].mul(w).tanh(), in[0].sum()};
        };
        Tensor x = Tensor.of(1.0, 2.0).requiresGrad(true);
        Tensor[] plain = f.apply(one(x));
        plain[0].sum().add(plain[1]).backward();
        double[] xs = gradient(x);
        double[] ws = gradient(w);
        runs.set(0);

        Tensor[] out = Checkpoint.checkpoint(f, x);
        assertThat(out[0].equalTo(plain[0])).isTrue();
        assertThat(runs).hasValue(1);
        out[0].sum().add(out[1]).backward();
        assertThat(runs).hasValue(2);
        assertThat(gradient(x)).isEqualTo(xs);
        assertThat(gradient(w)).isEqualTo(ws);
    }

    private static double[] gradient(Tensor t) {
        Tensor g = t.grad();
        assertThat(g).isNotNull();
        t.setGrad(null);
        return g.toDoubleArray();
    }

    @Test
    void randomNumbersOfACheckpointRepeat() {
        Tensor.manualSeed(3);
        Tensor x = Tensor.ones(Shape.of(50), DType.FLOAT64).requiresGrad(true);
        Tensor y = Checkpoint.checkpoint(in -> one(in[0].mul(in[0].randLike())), x)[0];
        Tensor after = Tensor.rand(1);
        y.sum().backward();
        assertThat(x.grad()).isNotNull();
        assertThat(x.grad().equalTo(y.detach())).isTrue();
        Tensor.manualSeed(3);
        Tensor.ones(Shape.of(50), DType.FLOAT64).randLike();
        assertThat(Tensor.rand(1).equalTo(after)).isTrue();
    }

    @Test
    void aCheckpointKeepsItsArgumentsFromChanging() {
        Tensor x = Tensor.of(1.0).requiresGrad(true);
        Tensor in = x.mul(2);
        Tensor y = Checkpoint.checkpoint(a -> one(a[0].exp()), in)[0];
        in.add_(1);
        assertThatThrownBy(() -> y.sum().backward()).hasMessageContaining("changed in place");
    }

    @Test
    void higherDerivativesThroughACheckpointAreRefused() {
        Tensor x = Tensor.of(1.0).requiresGrad(true);
        Tensor y = Checkpoint.checkpoint(a -> one(a[0].exp()), x)[0];
        assertThatThrownBy(() -> Autograd.backward(y.sum(), null, false, true))
                .isInstanceOf(CressetException.class)
                .hasMessageContaining("checkpoint");
    }

    @Test
    void withoutRecordingItIsAPlainCall() {
        Tensor x = Tensor.of(1.0);
        assertThat(Checkpoint.checkpoint(a -> a, x)[0]).isSameAs(x);
        Tensor leaf = Tensor.of(1.0).requiresGrad(true);
        Tensor same = Checkpoint.checkpoint(a -> a, leaf)[0];
        assertThat(same).isNotSameAs(leaf);
        same.sum().backward();
        assertThat(gradient(leaf)).containsExactly(1);
    }
}

package org.cresset.autograd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.random.Generator;
import org.cresset.tensor.Index;
import org.cresset.tensor.Tensor;
import org.junit.jupiter.api.Test;

/** Function transforms by themselves and nested. */
class FuncTest {
    private static final Map<String, UnaryOperator<Tensor>> FUNCTIONS = new LinkedHashMap<>();

    static {
        FUNCTIONS.put("elementwise", x -> x.sin().mul(x).add(1).exp());
        FUNCTIONS.put("softmax", x -> x.softmax(-1).log());
        FUNCTIONS.put("sum", x -> x.mul(x).sum());
        FUNCTIONS.put("mean of rows", x -> x.mean(new long[] {1}, true).sub(x));
        FUNCTIONS.put("var", x -> x.var(new long[] {0}, 1, false));
        FUNCTIONS.put("matmul", x -> x.matmul(x.transpose(0, 1)).tanh());
        FUNCTIONS.put(
                "views", x -> x.transpose(0, 1).reshape(-1).narrow(0, 1, 6).unflatten(0, 2, 3));
        FUNCTIONS.put("index", x -> x.get(Index.ELLIPSIS, Index.slice(0L, null, 2L)));
        FUNCTIONS.put("select", x -> x.select(1, 2).mul(x.select(0, 1).sum()));
        FUNCTIONS.put("cumsum", x -> x.cumsum(1).mul(x.cumprod(1)));
        FUNCTIONS.put("sort", x -> x.sort(1, true, true)[0]);
        FUNCTIONS.put("max", x -> x.max(1, false)[0]);
        FUNCTIONS.put("where", x -> Tensor.where(x.gt(0), x.mul(2), x.exp()));
        FUNCTIONS.put("cat", x -> Tensor.cat(0, x, x.flip(1)));
        FUNCTIONS.put("logsumexp", x -> x.logsumexp(new long[] {1}, false));
        FUNCTIONS.put(
                "gather", x -> x.gather(1, Tensor.of(2L, 0, 1, 1, 0, 2, 2, 1, 0).reshape(3, 3)));
        FUNCTIONS.put("expand", x -> x.unsqueeze(0).expand(2, 3, 4).sum(1));
    }

    private static Tensor random(long... shape) {
        Generator g = Generator.ofSeed(11);
        return Tensor.zeros(shape).to(DType.FLOAT64).normal_(0, 1, g);
    }

    @Test
    void vmapEqualsALoop() {
        Tensor batch = random(5, 3, 4);
        FUNCTIONS.forEach((name, f) -> {
            Tensor mapped = Func.vmap(f).apply(batch);
            for (int i = 0; i < 5; i++) {
                Tensor alone = f.apply(batch.get(i));
                assertThat(mapped.get(i).shape()).as(name).isEqualTo(alone.shape());
                assertThat(mapped.get(i).allclose(alone, 1e-12, 1e-14, false))
                        .as(name)
                        .isTrue();
            }
        });
    }

    @Test
    void forwardModeEqualsReverseMode() {
        Tensor x = random(3, 4);
        Tensor u = random(3, 4).cos();
        FUNCTIONS.forEach((name, f) -> {
            Func.Many many = in -> new Tensor[] {f.apply(in[0])};
            Func.Jvp j = Func.jvp(many, new Tensor[] {x}, new Tensor[] {u});
            Func.Pullback p = Func.vjp(many, x);
            Tensor v = p.outputs()[0].sin();
            Tensor g = p.vjp().apply(new Tensor[] {v})[0];
            assertThat(j.outputs()[0].equalTo(p.outputs()[0])).as(name).isTrue();
            // <v, J u> = <J^T v, u>
            double left = v.mul(j.tangents()[0]).sum().item();
            assertThat(g).as(name).isNotNull();
            double right = g.mul(u).sum().item();
            assertThat(left).as(name).isCloseTo(right, within(1e-10));
        });
    }

    @Test
    void functionalGradEqualsTheTape() {
        FUNCTIONS.forEach((name, f) -> {
            UnaryOperator<Tensor> loss = x -> f.apply(x).sin().sum();
            Tensor x = random(3, 4).requiresGrad(true);
            loss.apply(x).backward();
            Tensor tape = x.grad();
            assertThat(tape).as(name).isNotNull();
            Tensor g = Func.grad(loss).apply(x.detach());
            assertThat(g.allclose(tape, 1e-12, 1e-14, false)).as(name).isTrue();
        });
    }

    @Test
    void gradientsOfEachExample() {
        Tensor x = random(5, 3);
        Tensor w = random(3).cos();
        UnaryOperator<Tensor> one = e -> e.mul(w).sum().tanh();
        Tensor each = Func.vmap(Func.grad(one)).apply(x);
        for (int i = 0; i < 5; i++) {
            assertThat(each.get(i).allclose(Func.grad(one).apply(x.get(i)), 1e-12, 0, false))
                    .isTrue();
        }
        Tensor[] out =
                Func.vmap(in -> new Tensor[] {in[0].mul(in[1])}, new Tensor[] {x, w}, new int[] {0, Func.NOT_MAPPED});
        assertThat(out[0].equalTo(x.mul(w))).isTrue();
        Tensor[] second = Func.vmap(in -> new Tensor[] {in[0].sum()}, new Tensor[] {x}, new int[] {1});
        assertThat(second[0].allclose(x.sum(0), 1e-12, 0, false)).isTrue();
    }

    @Test
    void jacobianAndHessian() {
        Tensor x = Tensor.of(1.0, 2.0, 3.0);
        assertThat(Func.jacobian(t -> t.mul(t)).apply(x).toDoubleArray()).containsExactly(2, 0, 0, 0, 4, 0, 0, 0, 6);
        assertThat(Func.hessian(t -> t.pow(3).sum()).apply(x).toDoubleArray())
                .containsExactly(6, 0, 0, 0, 12, 0, 0, 0, 18);
        UnaryOperator<Tensor> product = t -> t.get(0).mul(t.get(1)).mul(t.get(2));
        assertThat(Func.hessian(product).apply(x).toDoubleArray()).containsExactly(0, 3, 2, 3, 0, 1, 2, 1, 0);
    }

    @Test
    void transformsNest() {
        UnaryOperator<Tensor> f = x -> x.pow(4).sum();
        UnaryOperator<Tensor> third = Func.grad(
                y -> Func.grad(x -> Func.grad(f).apply(x).sum()).apply(y).sum());
        assertThat(third.apply(Tensor.of(2.0)).toDoubleArray()).containsExactly(48);
        // Forward over reverse gives the Hessian times a vector.
        Func.Jvp hv = Func.jvp(
                in -> new Tensor[] {Func.grad(f).apply(in[0])},
                new Tensor[] {Tensor.of(1.0, 2.0)},
                new Tensor[] {Tensor.of(1.0, 10.0)});
        assertThat(hv.tangents()[0].toDoubleArray()).containsExactly(12, 480);
    }

    @Test
    void valuesInsideATransformCannotBeRead() {
        UnaryOperator<Tensor> reads = x -> x.mul(x.sum().item());
        assertThatThrownBy(() -> Func.vmap(reads).apply(random(2, 3)))
                .isInstanceOf(CressetException.class)
                .hasMessageContaining("item")
                .hasMessageContaining("function transform");
        assertThatThrownBy(
                        () -> Func.vmap((UnaryOperator<Tensor>) x -> x.add_(1)).apply(random(2, 3)))
                .hasMessageContaining("in place");
        assertThatThrownBy(() ->
                        Func.vmap(in -> new Tensor[] {in[0]}, new Tensor[] {random(2), random(3)}, new int[] {0, 0}))
                .hasMessageContaining("2 and 3");
        assertThatThrownBy(() -> Func.grad(x -> x.mul(2)).apply(random(3))).hasMessageContaining("one element");
    }
}

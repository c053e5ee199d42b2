package org.cresset.autograd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.registry.Operators;
import org.cresset.tensor.Tensor;
import org.junit.jupiter.api.Test;

/** The rest of torch.func's surface, and transforms inside transforms. */
class FuncSurfaceTest {
    private static final Tensor X = Tensor.of(0.5, -1.25, 2.0, 0.75);
    private static final UnaryOperator<Tensor> F = x -> x.pow(3).mul(x.sin()).sum();

    private static void same(Tensor got, Tensor want) {
        assertThat(got.shape()).isEqualTo(want.shape());
        assertThat(got.allclose(want, 1e-10, 1e-12, false)).as(got + " " + want).isTrue();
    }

    @Test
    void gradientAndValueTogether() {
        Func.GradAndValue g = Func.gradAndValue(F).apply(X);
        same(g.grad(), Func.grad(F).apply(X));
        same(g.value(), F.apply(X));
        assertThatThrownBy(() -> Func.gradAndValue(x -> x.sin()).apply(X))
                .isInstanceOf(CressetException.class)
                .hasMessageContaining("one element");
    }

    @Test
    void gradientsBySomeArguments() {
        Tensor y = Tensor.of(1.0, 2, 3, 4);
        Tensor[] both = Func.gradBy(in -> in[0].mul(in[1]).mul(in[1]).sum()).apply(new Tensor[] {X, y});
        same(both[0], y.square());
        same(both[1], X.mul(y).mul(2));
        Tensor[] second =
                Func.gradBy(in -> in[0].mul(in[1]).mul(in[1]).sum(), 1).apply(new Tensor[] {X, y});
        assertThat(second).hasSize(1);
        same(second[0], X.mul(y).mul(2));
    }

    @Test
    void linearizedEqualsForwardMode() {
        Func.Many f = in -> new Tensor[] {in[0].sin().mul(in[1]), in[1].exp().sum()};
        Tensor y = Tensor.of(0.1, 0.2, -0.3, 0.4);
        Func.Linearized l = Func.linearize(f, X, y);
        for (double scale : new double[] {1, -2.5}) {
            Tensor[] u = {y.mul(scale), X.cos()};
            Func.Jvp j = Func.jvp(f, new Tensor[] {X, y}, u);
            Tensor[] t = l.jvp().apply(u);
            for (int i = 0; i < 2; i++) {
                same(t[i], j.tangents()[i]);
                same(l.outputs()[i], j.outputs()[i]);
            }
        }
    }

    @Test
    void jacobiansOfBothModes() {
        UnaryOperator<Tensor> f =
                x -> Tensor.cat(0, x.square(), x.sum().reshape(1).exp());
        same(Func.jacobian(f).apply(X), Func.jacfwd(f).apply(X));
        assertThat(Func.jacfwd(f).apply(X).shape().toArray()).containsExactly(5, 4);
        Func.Many many = in -> new Tensor[] {in[0].reshape(2, 2).matmul(in[1]), in[0].sum()};
        Tensor m = Tensor.of(1.0, 2, 3, 4, 5, 6).reshape(2, 3);
        Tensor[][] reverse = Func.jacrev(many, X, m);
        Tensor[][] forward = Func.jacfwd(many, X, m);
        for (int o = 0; o < 2; o++) {
            for (int i = 0; i < 2; i++) {
                same(reverse[o][i], forward[o][i]);
            }
        }
        assertThat(forward[0][1].shape().toArray()).containsExactly(2, 3, 2, 3);
    }

    @Test
    void productsWithTheHessian() {
        Tensor v = Tensor.of(1.0, -1, 0.5, 2);
        Tensor h = Func.hessian(F).apply(X);
        same(Func.hvp(F, X, v), h.matmul(v));
        same(h, Func.jacobian(Func.grad(F)).apply(X));
    }

    @Test
    void transformsNest() {
        Tensor batch = Tensor.stack(0, X, X.mul(0.5), X.neg());
        // vmap of grad of vmap
        UnaryOperator<Tensor> inner = x ->
                Func.vmap((UnaryOperator<Tensor>) e -> e.sin().mul(e)).apply(x).sum();
        Tensor nested = Func.vmap(Func.grad(inner)).apply(batch);
        same(nested, batch.sin().add(batch.mul(batch.cos())));
        // grad of vmap of grad
        UnaryOperator<Tensor> outer =
                x -> Func.vmap(Func.grad(e -> e.pow(3).sum())).apply(x).sum();
        same(Func.grad(outer).apply(batch), batch.mul(6));
        // jvp of grad is grad of jvp
        Tensor v = Tensor.of(0.3, 0.1, -2, 1);
        Tensor other = Func.grad(x -> Func.jvp(in -> new Tensor[] {F.apply(in[0])}, new Tensor[] {x}, new Tensor[] {v})
                        .tangents()[0])
                .apply(X);
        same(Func.hvp(F, X, v), other);
        // jvp of vmap
        UnaryOperator<Tensor> mapped = Func.vmap(F);
        Tensor t = Func.jvp(
                        in -> new Tensor[] {mapped.apply(in[0])}, new Tensor[] {batch}, new Tensor[] {batch.onesLike()})
                .tangents()[0];
        same(t, Func.vmap(Func.grad(F)).apply(batch).sum(1));
    }

    @Test
    void vmapWithOptions() {
        Tensor batch = Tensor.arange(24).to(DType.FLOAT64).reshape(2, 3, 4);
        Func.Many f = in -> new Tensor[] {in[0].mul(2), in[0].sum()};
        Tensor[] all = Func.vmap(f, new Tensor[] {batch}, new int[] {1});
        Tensor[] chunks = Func.vmap(
                f,
                new Tensor[] {batch},
                new int[] {1},
                VmapOptions.DEFAULT.withChunkSize(2).withOutDims(2, 0));
        same(chunks[0], all[0].movedim(0, 2));
        same(chunks[1], all[1]);
        assertThatThrownBy(() ->
                        Func.vmap(f, new Tensor[] {batch}, new int[] {1}, VmapOptions.DEFAULT.withOutDims(0, 0, 0)))
                .hasMessageContaining("outDims");
    }

    @Test
    void randomNumbersMeanWhatIsSaid() {
        Tensor batch = Tensor.zeros(3, 8);
        Func.Many noise = in -> new Tensor[] {
            (Tensor) Operators.standard().call("rand_like", List.of(in[0]), Map.of()),
            (Tensor) Operators.standard().call("bernoulli", List.of(in[0].add(0.5)), Map.of())
        };
        assertThatThrownBy(() -> Func.vmap(noise, new Tensor[] {batch}, new int[] {0}))
                .hasMessageContaining("randomness");
        Tensor.manualSeed(3);
        Tensor[] same = Func.vmap(
                noise, new Tensor[] {batch}, new int[] {0}, VmapOptions.DEFAULT.withRandomness(Randomness.SAME));
        Tensor[] different = Func.vmap(
                noise, new Tensor[] {batch}, new int[] {0}, VmapOptions.DEFAULT.withRandomness(Randomness.DIFFERENT));
        for (int i = 0; i < 2; i++) {
            assertThat(same[i].get(0).equalTo(same[i].get(2))).isTrue();
            assertThat(different[i].get(0).equalTo(different[i].get(2))).isFalse();
            assertThat(different[i].shape().toArray()).containsExactly(3, 8);
        }
    }

    @Test
    void changesInPlaceInsideTransforms() {
        UnaryOperator<Tensor> f = x -> {
            Tensor y = x.sin();
            y.mul_(x);
            y.add_(1);
            return y.mul(y).sum();
        };
        UnaryOperator<Tensor> plain = x -> x.sin().mul(x).add(1).square().sum();
        same(Func.grad(f).apply(X), Func.grad(plain).apply(X));
        same(Func.hvp(f, X, X.cos()), Func.hvp(plain, X, X.cos()));
        Tensor batch = Tensor.stack(0, X, X.neg());
        same(Func.vmap(f).apply(batch), Func.vmap(plain).apply(batch));
        same(Func.vmap(Func.grad(f)).apply(batch), Func.vmap(Func.grad(plain)).apply(batch));
        assertThatThrownBy(() -> Func.grad(x -> {
                            Tensor y = x.sin();
                            y.select(0, 1).mul_(2);
                            return y.sum();
                        })
                        .apply(X))
                .hasMessageContaining("in place");
        assertThat(X.get(0).item()).isCloseTo(0.5, within(0.0));
    }

    @Test
    void detachedValuesDoNotMove() {
        UnaryOperator<Tensor> f = x -> x.mul(x.detach()).sum();
        same(Func.grad(f).apply(X), X);
        same(
                Func.jvp(in -> new Tensor[] {f.apply(in[0])}, new Tensor[] {X}, new Tensor[] {X.onesLike()})
                        .tangents()[0],
                X.sum());
        same(Func.vmap(Func.grad(f)).apply(Tensor.stack(0, X, X)).get(1), X);
    }
}

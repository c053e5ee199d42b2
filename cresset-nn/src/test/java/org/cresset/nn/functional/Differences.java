package org.cresset.nn.functional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.function.UnaryOperator;
import org.cresset.autograd.Autograd;
import org.cresset.base.DType;
import org.cresset.base.Shape;
import org.cresset.random.Generator;
import org.cresset.tensor.Tensor;

/** Compares derivatives with differences, along a random direction, to the second order. */
final class Differences {
    private static final double STEP = 1e-6;

    private Differences() {}

    static Tensor random(long seed, long... shape) {
        return Tensor.zeros(Shape.of(shape), DType.FLOAT64).normal_(0, 1, Generator.ofSeed(seed));
    }

    /** Checks the first derivative of a function at {@code x}, float64. */
    static void check(UnaryOperator<Tensor> f, Tensor x) {
        Tensor weights = random(7, f.apply(x.detach()).shape().toArray());
        along(y -> f.apply(y).mul(weights).sum(), x);
    }

    /** Checks the first derivative, and the second one of the squares of the results, at {@code x}, float64. */
    static void checkTwice(UnaryOperator<Tensor> f, Tensor x) {
        check(f, x);
        Tensor weights = random(7, f.apply(x.detach()).shape().toArray());
        Tensor direction = random(8, x.shape().toArray());
        along(
                y -> {
                    Tensor leaf = y.requiresGrad() ? y : y.detach().requiresGrad(true);
                    Tensor value = f.apply(leaf).square().mul(weights).sum();
                    Tensor[] g =
                            Autograd.grad(new Tensor[] {value}, new Tensor[] {leaf}, new Tensor[1], true, true, false);
                    return g[0].mul(direction).sum();
                },
                x);
    }

    private static void along(UnaryOperator<Tensor> f, Tensor x) {
        Tensor u = random(9, x.shape().toArray());
        Tensor leaf = x.detach().clone().requiresGrad(true);
        double derivative = Autograd.grad(f.apply(leaf), leaf)[0].mul(u).sum().item();
        double up = f.apply(x.detach().add(u.mul(STEP))).item();
        double down = f.apply(x.detach().sub(u.mul(STEP))).item();
        double difference = (up - down) / (2 * STEP);
        assertThat(derivative).isCloseTo(difference, within(1e-6 * Math.max(1, Math.abs(difference))));
    }
}

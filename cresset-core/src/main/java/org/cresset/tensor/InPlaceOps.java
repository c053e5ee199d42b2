package org.cresset.tensor;

import org.cresset.base.CressetException;
import org.cresset.op.Activations;
import org.cresset.op.Arithmetic;
import org.cresset.op.Fill;
import org.cresset.op.Functions;
import org.cresset.op.InPlace;
import org.cresset.op.None;
import org.cresset.op.Randoms;
import org.cresset.random.Draws;
import org.cresset.random.Generator;
import org.jspecify.annotations.Nullable;

/** Changes in place; each method returns this tensor. The result must fit its shape and dtype. */
public sealed interface InPlaceOps permits Tensor {
    /** This tensor. */
    Tensor self();

    /** Adds. */
    default Tensor add_(Tensor other) {
        return InPlace.apply(Arithmetic.Add.OP, None.NONE, self(), other);
    }

    /** Adds a number. */
    default Tensor add_(Number other) {
        return add_(Tensor.number(other));
    }

    /** Subtracts. */
    default Tensor sub_(Tensor other) {
        return InPlace.apply(Arithmetic.Sub.OP, None.NONE, self(), other);
    }

    /** Subtracts a number. */
    default Tensor sub_(Number other) {
        return sub_(Tensor.number(other));
    }

    /** Multiplies. */
    default Tensor mul_(Tensor other) {
        return InPlace.apply(Arithmetic.Mul.OP, None.NONE, self(), other);
    }

    /** Multiplies by a number. */
    default Tensor mul_(Number other) {
        return mul_(Tensor.number(other));
    }

    /** Divides. */
    default Tensor div_(Tensor other) {
        return InPlace.apply(Arithmetic.Div.OP, None.NONE, self(), other);
    }

    /** Divides by a number. */
    default Tensor div_(Number other) {
        return div_(Tensor.number(other));
    }

    /** Moves a fraction of the way to {@code end}. */
    default Tensor lerp_(Tensor end, double weight) {
        return add_(end.sub(self()).mul(weight));
    }

    /** Changes every sign. */
    default Tensor neg_() {
        return InPlace.apply(Arithmetic.Neg.OP, None.NONE, self());
    }

    /** Takes square roots. */
    default Tensor sqrt_() {
        return InPlace.apply(Functions.Sqrt.OP, None.NONE, self());
    }

    /** Takes exponentials. */
    default Tensor exp_() {
        return InPlace.apply(Functions.Exp.OP, None.NONE, self());
    }

    /** Replaces negative numbers by 0. */
    default Tensor relu_() {
        return InPlace.apply(Activations.Relu.OP, None.NONE, self());
    }

    /** Holds every element between bounds, either of which may be null. */
    default Tensor clamp_(@Nullable Number min, @Nullable Number max) {
        return InPlace.become("clamp_", self(), x -> x.clamp(min, max));
    }

    /** Copies another tensor, broadcast and converted, over this one. As {@code Tensor.copy_}. */
    @Torch("Tensor.copy_(self, src, non_blocking=False)")
    default Tensor copy_(Tensor src) {
        return InPlace.apply(Fill.OP, None.NONE, self(), src);
    }

    /** One number everywhere. */
    default Tensor fill_(Number value) {
        return copy_(Tensor.number(value));
    }

    /** Zeros. As {@code Tensor.zero_}. */
    @Torch("Tensor.zero_(self)")
    default Tensor zero_() {
        return fill_(0);
    }

    /** Replaces the elements where {@code mask} is true. */
    default Tensor maskedFill_(Tensor mask, Number value) {
        return InPlace.become("masked_fill_", self(), x -> x.maskedFill(mask, value));
    }

    /** Uniform numbers from {@code from} to {@code to} from the default generator. As {@code Tensor.uniform_}. */
    default Tensor uniform_(double from, double to) {
        return uniform_(from, to, Generator.defaultGenerator());
    }

    /** Uniform numbers from {@code from} to {@code to}; {@code generator} null is the default one. */
    @Torch("Tensor.uniform_(self, from=0, to=1, *, generator=None)")
    default Tensor uniform_(double from, double to, @Nullable Generator generator) {
        if (!(from <= to)) {
            throw CressetException.runtime("uniform_: from " + from + " to " + to + "; expected an interval");
        }
        Generator g = Randoms.by(generator).generator();
        return RandomFill.fill(self(), (m, o, n, t) -> Draws.uniform(g, m, o, n, t, from, to));
    }

    /** Normal numbers from the default generator. As {@code Tensor.normal_}. */
    default Tensor normal_(double mean, double std) {
        return normal_(mean, std, Generator.defaultGenerator());
    }

    /** Normal numbers; {@code generator} null is the default one. */
    @Torch("Tensor.normal_(self, mean=0, std=1, *, generator=None)")
    default Tensor normal_(double mean, double std, @Nullable Generator generator) {
        if (!(std >= 0)) {
            throw CressetException.runtime("normal_: a standard deviation of " + std + "; expected at least 0");
        }
        Generator g = Randoms.by(generator).generator();
        boolean contiguous = !(self() instanceof Dense t) || t.isContiguous();
        return RandomFill.fill(self(), (m, o, n, d) -> {
            if (contiguous) {
                Draws.normal(g, m, o, n, d, mean, std);
            } else {
                Draws.normalSequential(g, m, o, n, d, mean, std);
            }
        });
    }

    /** 1 with probability p, else 0, from the default generator. As {@code Tensor.bernoulli_}. */
    @Torch("Tensor.bernoulli_(self, p=0.5)")
    default Tensor bernoulli_(double p) {
        return RandomFill.fill(self(), (m, o, n, t) -> Draws.bernoulli(Generator.defaultGenerator(), m, o, n, t, p));
    }
}

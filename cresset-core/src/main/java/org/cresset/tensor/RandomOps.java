package org.cresset.tensor;

import org.cresset.base.CressetException;
import org.cresset.op.Randoms;
import org.cresset.random.Draws;
import org.cresset.random.Generator;
import org.jspecify.annotations.Nullable;

/** Random tensors made from this one. {@code generator} null is the default one. */
public sealed interface RandomOps permits Tensor {
    /** This tensor. */
    Tensor self();

    /** 1 with the probability that each element holds. As {@code torch.bernoulli}. */
    @Torch("bernoulli(self, *, generator=None)")
    default Tensor bernoulli(@Nullable Generator generator) {
        return Randoms.Bernoulli.OP.on(Randoms.by(generator), self());
    }

    /** Indices drawn with weights, row by row. As {@code torch.multinomial}. */
    @Torch("multinomial(self, num_samples, replacement=False, *, generator=None)")
    default Tensor multinomial(long numSamples, boolean replacement, @Nullable Generator generator) {
        return Randoms.multinomial(self(), numSamples, replacement, generator);
    }

    /** Uniform in [0, 1), of this shape. As {@code torch.rand_like}. */
    default Tensor randLike() {
        return self().zerosLike().uniform_(0, 1);
    }

    /** Standard normal, of this shape. As {@code torch.randn_like}. */
    default Tensor randnLike() {
        return self().zerosLike().normal_(0, 1);
    }

    /** Uniform integers in [from, to). As {@code Tensor.random_}. */
    @Torch("Tensor.random_(self, from, to, *, generator=None)")
    default Tensor random_(long from, long to, @Nullable Generator generator) {
        if (from >= to) {
            throw CressetException.runtime("random_: no integer lies in [" + from + ", " + to + ")");
        }
        Generator g = Randoms.by(generator).generator();
        return RandomFill.fill(self(), (m, o, n, t) -> Draws.integers(g, m, o, n, t, from, to));
    }

    /** Uniform integers over what the dtype holds from 0 on. As {@code Tensor.random_}. */
    @Torch("Tensor.random_(self, *, generator=None)")
    default Tensor random_(@Nullable Generator generator) {
        Generator g = Randoms.by(generator).generator();
        return RandomFill.fill(self(), (m, o, n, t) -> Draws.integers(g, m, o, n, t));
    }

    /** Exponential with a rate. As {@code Tensor.exponential_}. */
    @Torch("Tensor.exponential_(self, lambd=1, *, generator=None)")
    default Tensor exponential_(double lambd, @Nullable Generator generator) {
        if (!(lambd > 0)) {
            throw CressetException.runtime("exponential_: a rate of " + lambd + "; expected more than 0");
        }
        Generator g = Randoms.by(generator).generator();
        return RandomFill.fill(self(), (m, o, n, t) -> Draws.exponential(g, m, o, n, t, lambd));
    }

    /** The number of trials up to the first success, each with probability p. As {@code Tensor.geometric_}. */
    @Torch("Tensor.geometric_(self, p, *, generator=None)")
    default Tensor geometric_(double p, @Nullable Generator generator) {
        if (!(p > 0 && p < 1)) {
            throw CressetException.runtime("geometric_: a probability of " + p + "; expected one between 0 and 1");
        }
        Generator g = Randoms.by(generator).generator();
        return RandomFill.fill(self(), (m, o, n, t) -> Draws.geometric(g, m, o, n, t, p));
    }

    /** Cauchy with a median and a scale. As {@code Tensor.cauchy_}. */
    @Torch("Tensor.cauchy_(self, median=0, sigma=1, *, generator=None)")
    default Tensor cauchy_(double median, double sigma, @Nullable Generator generator) {
        if (!(sigma > 0)) {
            throw CressetException.runtime("cauchy_: a scale of " + sigma + "; expected more than 0");
        }
        Generator g = Randoms.by(generator).generator();
        return RandomFill.fill(self(), (m, o, n, t) -> Draws.cauchy(g, m, o, n, t, median, sigma));
    }

    /** The exponential of normal numbers. As {@code Tensor.log_normal_}. */
    @Torch("Tensor.log_normal_(self, mean=1, std=2, *, generator=None)")
    default Tensor logNormal_(double mean, double std, @Nullable Generator generator) {
        if (!(std > 0)) {
            throw CressetException.runtime("log_normal_: a standard deviation of " + std + "; expected more than 0");
        }
        Generator g = Randoms.by(generator).generator();
        return RandomFill.fill(self(), (m, o, n, t) -> Draws.logNormal(g, m, o, n, t, mean, std));
    }
}

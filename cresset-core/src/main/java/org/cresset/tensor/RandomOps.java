package org.cresset.tensor;

import org.cresset.op.Randoms;
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
}

package org.cresset.data;

import java.util.function.BiFunction;
import org.cresset.random.Generator;
import org.cresset.tensor.Tensor;

/** A function of a tensor that takes chance, if it needs any, from the generator given and from nowhere else. */
@FunctionalInterface
public interface Transform {
    /** The changed tensor; {@code x} itself is left as it was. */
    Tensor apply(Tensor x, Generator random);

    /** This, then {@code next}. */
    default Transform andThen(Transform next) {
        return (x, random) -> next.apply(apply(x, random), random);
    }

    /** One after the other. As {@code torchvision.transforms.Compose}. */
    static Transform compose(Transform... transforms) {
        Transform all = (x, random) -> x;
        for (Transform t : transforms) {
            all = all.andThen(t);
        }
        return all;
    }

    /** On the inputs of examples, for {@link Dataset#augment}. */
    default BiFunction<Example, Generator, Example> onInput() {
        return (e, random) -> new Example(apply(e.input(), random), e.target());
    }

    /** On the inputs of whole batches, for {@link DataLoader.Builder#augment}: all examples of a batch change alike. */
    default BiFunction<Batch, Generator, Batch> onBatchInput() {
        return (b, random) -> new Batch(apply(b.input(), random), b.target());
    }
}

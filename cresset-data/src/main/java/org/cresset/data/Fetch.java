package org.cresset.data;

import java.util.ArrayList;
import java.util.List;
import org.cresset.base.CressetException;
import org.cresset.random.Generator;
import org.jspecify.annotations.Nullable;

/** How a batch is made from the numbers of its elements; several threads may be at it at once. */
interface Fetch<B> {
    /** The batch; what is random in it depends on {@code seed} alone. */
    B fetch(long[] indices, long seed);

    /** One element after the other, then collated. */
    static <T, B> Fetch<B> oneByOne(Dataset<T> dataset, Collate<T, B> collate) {
        return (indices, seed) -> {
            List<T> elements = new ArrayList<>(indices.length);
            Generator random = Generator.ofSeed(seed);
            for (int i = 0; i < indices.length; i++) {
                try {
                    elements.add(dataset.get(indices[i], random.manualSeed(Seeds.mix(seed, i))));
                } catch (Throwable t) {
                    throw failure("sample " + indices[i] + " could not be loaded", t);
                }
            }
            try {
                return some(collate.collate(elements));
            } catch (Throwable t) {
                throw failure(describe(indices) + " could not be made into a batch", t);
            }
        };
    }

    /** The fastest way to a data set's examples: all at once where they lie in tensors. */
    static Fetch<Batch> examples(Dataset<Example> dataset) {
        if (dataset instanceof TensorDataset tensors) {
            return (indices, seed) -> {
                try {
                    return tensors.gather(indices);
                } catch (Throwable t) {
                    throw failure(describe(indices) + " could not be loaded", t);
                }
            };
        }
        if (dataset instanceof Subset<Example> subset && fromTensors(subset.source())) {
            Fetch<Batch> source = examples(subset.source());
            return (indices, seed) -> source.fetch(subset.translate(indices), seed);
        }
        return oneByOne(dataset, Collate.examples());
    }

    private static boolean fromTensors(Dataset<Example> dataset) {
        return dataset instanceof TensorDataset || dataset instanceof Subset<Example> s && fromTensors(s.source());
    }

    /** A batch; null would end the epoch as if it were complete. */
    static <B> B some(@Nullable B batch) {
        if (batch == null) {
            throw CressetException.value("the function returned null in place of a batch");
        }
        return batch;
    }

    /** An error with the element that it came from; the cause has the rest. */
    static CressetException failure(String what, Throwable cause) {
        CressetException.Kind kind = cause instanceof CressetException c ? c.kind() : CressetException.Kind.RUNTIME;
        String message = cause instanceof CressetException c ? c.getMessage() : cause.toString();
        return new CressetException(kind, "DataLoader: " + what + ": " + message, cause);
    }

    private static String describe(long[] indices) {
        StringBuilder s = new StringBuilder("samples");
        for (int i = 0; i < Math.min(indices.length, 8); i++) {
            s.append(i == 0 ? " " : ", ").append(indices[i]);
        }
        return s.append(indices.length > 8 ? ", ... (" + indices.length + ")" : "")
                .toString();
    }
}

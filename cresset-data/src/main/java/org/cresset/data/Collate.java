package org.cresset.data;

import java.util.List;
import org.cresset.base.CressetException;
import org.cresset.base.Shape;
import org.cresset.tensor.Index;
import org.cresset.tensor.Tensor;

/** Makes one batch of several elements. */
@FunctionalInterface
public interface Collate<T, B> {
    /** The batch; {@code elements} has at least one. */
    B collate(List<T> elements);

    /** Tensors of one shape, stacked along a new first dimension. */
    static Collate<Tensor, Tensor> tensors() {
        return Collate::stack;
    }

    /** Examples, whose inputs and targets are stacked. */
    static Collate<Example, Batch> examples() {
        return examples(tensors(), tensors());
    }

    /** Examples, with a way for inputs and one for targets. */
    static Collate<Example, Batch> examples(Collate<Tensor, Tensor> inputs, Collate<Tensor, Tensor> targets) {
        return elements -> new Batch(
                inputs.collate(elements.stream().map(Example::input).toList()),
                targets.collate(elements.stream().map(Example::target).toList()));
    }

    /**
     * Sequences (L, ...) that differ in their length only, filled up to the longest: (N, L, ...). As
     * {@code torch.nn.utils.rnn.pad_sequence} with {@code batch_first}.
     */
    static Collate<Tensor, Tensor> padded(double padding) {
        return elements -> pad(elements, padding);
    }

    private static Tensor stack(List<Tensor> elements) {
        Shape first = elements.get(0).shape();
        for (Tensor t : elements) {
            if (!t.shape().equals(first)) {
                throw CressetException.value("collate: a batch of shapes " + first + " and " + t.shape()
                        + " can't be stacked; make the shapes alike (resize, crop, pad) or give the loader"
                        + " another collate");
            }
        }
        return Tensor.stack(0, elements.toArray(Tensor[]::new));
    }

    private static Tensor pad(List<Tensor> elements, double padding) {
        Tensor first = elements.get(0);
        long longest = 0;
        for (Tensor t : elements) {
            if (t.dim() == 0 || t.dtype() != first.dtype() || !sameButLength(t, first)) {
                throw CressetException.value("collate: sequences of " + first.dtype() + first.shape() + " and "
                        + t.dtype() + t.shape() + "; only the first dimension may differ");
            }
            longest = Math.max(longest, t.size(0));
        }
        long[] dims = new long[first.dim() + 1];
        System.arraycopy(first.shape().toArray(), 0, dims, 1, first.dim());
        dims[0] = elements.size();
        dims[1] = longest;
        Tensor batch = Tensor.full(Shape.of(dims), padding, first.dtype());
        for (int i = 0; i < elements.size(); i++) {
            Tensor t = elements.get(i);
            batch.set(i, Index.to(t.size(0)), t);
        }
        return batch;
    }

    private static boolean sameButLength(Tensor a, Tensor b) {
        boolean same = a.dim() == b.dim();
        for (int d = 1; same && d < a.dim(); d++) {
            same = a.size(d) == b.size(d);
        }
        return same;
    }
}

package org.cresset.data;

import java.util.function.UnaryOperator;
import org.cresset.base.CressetException;
import org.cresset.tensor.Tensor;

/**
 * Examples that lie in two tensors, whose first dimension counts them. As {@code torch.utils.data.TensorDataset}. A
 * {@link DataLoader} fetches a batch with one {@code indexSelect} for each tensor.
 */
public final class TensorDataset implements Dataset<Example> {
    private final Tensor input;
    private final Tensor target;
    private final UnaryOperator<Tensor> prepare;

    /**
     * Examples of {@code input} (N, ...) and {@code target} (N, ...).
     *
     * @throws CressetException of kind VALUE where the first dimensions differ
     */
    public TensorDataset(Tensor input, Tensor target) {
        this(input, target, UnaryOperator.identity());
    }

    private TensorDataset(Tensor input, Tensor target, UnaryOperator<Tensor> prepare) {
        if (input.dim() == 0 || target.dim() == 0 || input.size(0) != target.size(0)) {
            throw CressetException.value("TensorDataset: input of shape " + input.shape() + " and target of shape "
                    + target.shape() + "; the first dimension counts the examples and must be the same in both");
        }
        this.input = input;
        this.target = target;
        this.prepare = prepare;
    }

    /**
     * The same examples, whose inputs go through a function when they are fetched, so that compact pixels can stay in
     * memory and floats are made batch by batch. The function must do the same to one input (...) and to many (N, ...).
     */
    public TensorDataset prepared(UnaryOperator<Tensor> function) {
        UnaryOperator<Tensor> first = prepare;
        return new TensorDataset(input, target, x -> function.apply(first.apply(x)));
    }

    /** All inputs, (N, ...). */
    public Tensor input() {
        return prepare.apply(input);
    }

    /** All targets, (N, ...). */
    public Tensor target() {
        return target;
    }

    @Override
    public long size() {
        return target.size(0);
    }

    /** Input and target of one example; views of the data set's memory where inputs aren't prepared. */
    @Override
    public Example get(long index) {
        Dataset.checkIndex(index, size());
        return new Example(prepare.apply(input.select(0, index)), target.select(0, index));
    }

    /** A copy of the examples with these numbers. */
    public Batch gather(long... indices) {
        Tensor index = Tensor.of(indices);
        return new Batch(prepare.apply(input.indexSelect(0, index)), target.indexSelect(0, index));
    }
}

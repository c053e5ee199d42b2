package org.cresset.metrics;

import org.cresset.autograd.Autograd;
import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** Between how many words a language model hesitates on average: {@code exp} of the mean of {@code -log p(target)}. */
public final class Perplexity implements Metric<Perplexity> {
    private final @Nullable Long ignored;
    private double sum;
    private long count;

    /** Of all targets. */
    public Perplexity() {
        ignored = null;
    }

    /** Of all targets but {@code ignoreIndex}, which stands for padding. */
    public Perplexity(long ignoreIndex) {
        ignored = ignoreIndex;
    }

    /**
     * Takes in a batch.
     *
     * @param logits (..., C), not normalised
     * @param targets the words that came, integers (...)
     */
    public void update(Tensor logits, Tensor targets) {
        if (logits.dim() != targets.dim() + 1 || logits.numel() != targets.numel() * logits.size(-1)) {
            throw CressetException.runtime("Perplexity: logits " + logits.dtype() + logits.shape() + " and targets "
                    + targets.dtype() + targets.shape() + "; expected (..., C) and (...)");
        }
        int classes = (int) logits.size(-1);
        long[] t = targets.toLongArray();
        double[] x =
                Autograd.noGrad(() -> logits.to(DType.FLOAT64).logSoftmax(-1)).toDoubleArray();
        for (int i = 0; i < t.length; i++) {
            if (ignored == null || t[i] != ignored) {
                sum -= x[i * classes + Predictions.label("Perplexity", t[i], classes)];
                count++;
            }
        }
    }

    @Override
    public double compute() {
        return count == 0 ? Double.NaN : Math.exp(sum / count);
    }

    @Override
    public void merge(Perplexity other) {
        Predictions.same("Perplexity", ignored == null ? other.ignored == null : ignored.equals(other.ignored));
        sum += other.sum;
        count += other.count;
    }

    @Override
    public void reset() {
        sum = 0;
        count = 0;
    }
}

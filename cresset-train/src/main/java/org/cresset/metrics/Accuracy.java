package org.cresset.metrics;

import org.cresset.autograd.Autograd;
import org.cresset.base.CressetException;
import org.cresset.tensor.Tensor;

/** The share of examples whose target is among the {@code k} classes with the largest scores. */
public final class Accuracy implements Metric<Accuracy> {
    private final int k;
    private long right;
    private long count;

    /** Of the best class. */
    public Accuracy() {
        this(1);
    }

    /**
     * Of the best {@code k} classes; of equal scores those of lower classes count as larger.
     *
     * @throws CressetException if k is less than 1
     */
    public Accuracy(int k) {
        if (k < 1) {
            throw CressetException.value("Accuracy: k is " + k + "; expected at least 1");
        }
        this.k = k;
    }

    /**
     * Counts a batch.
     *
     * @param predictions scores (N, C, ...), or for k = 1 labels (N, ...)
     * @param targets labels (N, ...)
     */
    public void update(Tensor predictions, Tensor targets) {
        long[] t = targets.toLongArray();
        if (k == 1) {
            long[] p = Predictions.labels("Accuracy", predictions, targets);
            for (int i = 0; i < t.length; i++) {
                right += p[i] == t[i] ? 1 : 0;
            }
        } else {
            Predictions.scores("Accuracy", predictions, targets);
            int classes = (int) predictions.size(1);
            double[] s = Autograd.noGrad(() -> predictions.movedim(1, -1)).toDoubleArray();
            for (int i = 0; i < t.length; i++) {
                right += rank(s, i * classes, classes, Predictions.label("Accuracy", t[i], classes)) < k ? 1 : 0;
            }
        }
        count += t.length;
    }

    /** How many classes come before this one. */
    private static int rank(double[] s, int at, int classes, int label) {
        double own = s[at + label];
        int before = 0;
        for (int c = 0; c < classes; c++) {
            before += s[at + c] > own || s[at + c] == own && c < label ? 1 : 0;
        }
        return before;
    }

    @Override
    public double compute() {
        return count == 0 ? Double.NaN : (double) right / count;
    }

    @Override
    public void merge(Accuracy other) {
        Predictions.same("Accuracy", k == other.k);
        right += other.right;
        count += other.count;
    }

    @Override
    public void reset() {
        right = 0;
        count = 0;
    }
}

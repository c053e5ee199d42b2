package org.cresset.metrics;

import java.util.Arrays;
import org.cresset.base.CressetException;
import org.cresset.tensor.Tensor;

/**
 * How often which class was taken for which, and what follows from it: precision, recall and F scores. Where a class was never
 * predicted its precision is 0, and where it never occurred its recall is.
 */
public final class ConfusionMatrix implements Metric<ConfusionMatrix> {
    /** How numbers of classes become one. */
    public enum Average {
        /** Of all examples together. */
        MICRO,
        /** The mean over the classes that occur among targets or predictions. */
        MACRO,
        /** The mean over the classes, weighted by how often each is the target. */
        WEIGHTED
    }

    private final int classes;
    private final long[] counts;

    /**
     * For labels from 0 to {@code classes - 1}.
     *
     * @throws CressetException if there are no classes
     */
    public ConfusionMatrix(int classes) {
        if (classes < 1 || classes > 30_000) {
            throw CressetException.value("ConfusionMatrix: " + classes + " classes; expected 1 to 30000");
        }
        this.classes = classes;
        counts = new long[classes * classes];
    }

    /**
     * Counts a batch.
     *
     * @param predictions scores (N, C, ...) or labels (N, ...)
     * @param targets labels (N, ...)
     */
    public void update(Tensor predictions, Tensor targets) {
        long[] p = Predictions.labels("ConfusionMatrix", predictions, targets);
        long[] t = targets.toLongArray();
        for (int i = 0; i < t.length; i++) {
            Predictions.label("ConfusionMatrix", p[i], classes);
            Predictions.label("ConfusionMatrix", t[i], classes);
        }
        for (int i = 0; i < t.length; i++) {
            counts[(int) t[i] * classes + (int) p[i]]++;
        }
    }

    /** The counts, int64 (C, C): a row for each target, a column for each prediction. */
    public Tensor matrix() {
        return Tensor.from(counts, classes, classes);
    }

    private long right(int c) {
        return counts[c * classes + c];
    }

    private long targets(int c) {
        long sum = 0;
        for (int p = 0; p < classes; p++) {
            sum += counts[c * classes + p];
        }
        return sum;
    }

    private long predicted(int c) {
        long sum = 0;
        for (int t = 0; t < classes; t++) {
            sum += counts[t * classes + c];
        }
        return sum;
    }

    private static double ratio(double a, double b) {
        return b == 0 ? 0 : a / b;
    }

    /** Of the predictions of a class the share that is right. */
    public double precision(int c) {
        return ratio(right(c), predicted(c));
    }

    /** Of the examples of a class the share that is found. */
    public double recall(int c) {
        return ratio(right(c), targets(c));
    }

    /** {@code (1 + beta²) precision recall / (beta² precision + recall)} of a class. */
    public double fBeta(int c, double beta) {
        double b = beta * beta;
        return ratio((1 + b) * right(c), b * targets(c) + predicted(c));
    }

    /** Precision over all classes. */
    public double precision(Average average) {
        return average(average, this::precision);
    }

    /** Recall over all classes. */
    public double recall(Average average) {
        return average(average, this::recall);
    }

    /** The harmonic mean of precision and recall, over all classes. */
    public double f1(Average average) {
        return fBeta(average, 1);
    }

    /** The F score, in which recall counts beta times as much as precision, over all classes. */
    public double fBeta(Average average, double beta) {
        return average(average, c -> fBeta(c, beta));
    }

    @FunctionalInterface
    private interface Score {
        double of(int c);
    }

    private double average(Average average, Score score) {
        if (average == Average.MICRO) {
            return compute(); // with one label each, what one class has too many another has too few
        }
        double sum = 0;
        double weights = 0;
        for (int c = 0; c < classes; c++) {
            long targets = targets(c);
            double weight = average == Average.WEIGHTED ? targets : targets + predicted(c) > 0 ? 1 : 0;
            sum += weight * score.of(c);
            weights += weight;
        }
        return sum / weights;
    }

    /** The share of examples that are right. */
    @Override
    public double compute() {
        double right = 0;
        double all = 0;
        for (int c = 0; c < classes; c++) {
            right += right(c);
            all += targets(c);
        }
        return right / all;
    }

    @Override
    public void merge(ConfusionMatrix other) {
        Predictions.same("ConfusionMatrix", classes == other.classes);
        for (int i = 0; i < counts.length; i++) {
            counts[i] += other.counts[i];
        }
    }

    @Override
    public void reset() {
        Arrays.fill(counts, 0);
    }
}

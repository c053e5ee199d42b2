package org.cresset.metrics;

import java.util.Arrays;
import java.util.Comparator;
import org.cresset.base.CressetException;
import org.cresset.tensor.Tensor;

/**
 * How well scores put positive examples before negative ones: the area under the ROC curve, and the average precision. Exact:
 * all scores are kept, 9 bytes each.
 */
public final class Ranking implements Metric<Ranking> {
    private double[] scores = new double[64];
    private boolean[] positive = new boolean[64];
    private int count;

    /** Nothing yet. */
    public Ranking() {}

    /**
     * Takes in a batch.
     *
     * @param predictions scores of any shape, larger for what is more likely positive
     * @param targets of the same shape: 0 or false, 1 or true
     * @throws CressetException if a target is another number, or a score is NaN
     */
    public void update(Tensor predictions, Tensor targets) {
        Predictions.sameShape("Ranking", predictions, targets);
        double[] s = predictions.detach().toDoubleArray();
        double[] t = targets.detach().toDoubleArray();
        for (int i = 0; i < s.length; i++) {
            if (Double.isNaN(s[i]) || t[i] != 0 && t[i] != 1) {
                throw CressetException.value(
                        "Ranking: score " + s[i] + " with target " + t[i] + "; expected a number, and 0 or 1");
            }
        }
        reserve(s.length);
        for (int i = 0; i < s.length; i++) {
            add(s[i], t[i] == 1);
        }
    }

    /** Takes in one example. */
    void add(double score, boolean isPositive) {
        reserve(1);
        scores[count] = score;
        positive[count++] = isPositive;
    }

    private void reserve(int more) {
        int needed = Math.addExact(count, more);
        if (needed > scores.length) {
            int length = (int) Math.min(Integer.MAX_VALUE - 8, Math.max(needed, 2L * scores.length));
            scores = Arrays.copyOf(scores, length);
            positive = Arrays.copyOf(positive, length);
        }
    }

    /** Where the threshold falls below a score, how many positive and negative examples it has let through by then. */
    @FunctionalInterface
    private interface Step {
        void at(long positives, long negatives);
    }

    private void walk(Step step) {
        Integer[] order = new Integer[count];
        Arrays.setAll(order, i -> i);
        Arrays.sort(order, Comparator.comparingDouble(i -> -scores[i]));
        long positives = 0;
        long negatives = 0;
        for (int i = 0; i < count; i++) {
            if (positive[order[i]]) {
                positives++;
            } else {
                negatives++;
            }
            if (i + 1 == count || scores[order[i]] != scores[order[i + 1]]) { // equal scores pass together
                step.at(positives, negatives);
            }
        }
    }

    /**
     * The area under the curve of true positives over false positives: the probability that a positive example has a larger
     * score than a negative one, ties counted half. NaN without examples of both kinds.
     */
    public double auroc() {
        double[] area = new double[1];
        long[] last = new long[2];
        walk((p, n) -> {
            area[0] += (n - last[1]) * (p + last[0]) / 2.0;
            last[0] = p;
            last[1] = n;
        });
        return last[0] == 0 || last[1] == 0 ? Double.NaN : area[0] / last[0] / last[1];
    }

    /**
     * The sum of the precisions at each threshold, each weighted with the recall gained there. NaN without positive examples.
     */
    public double averagePrecision() {
        double[] sum = new double[1];
        long[] last = new long[1];
        walk((p, n) -> {
            sum[0] += (p - last[0]) * ((double) p / (p + n));
            last[0] = p;
        });
        return last[0] == 0 ? Double.NaN : sum[0] / last[0];
    }

    /** {@link #auroc()}. */
    @Override
    public double compute() {
        return auroc();
    }

    @Override
    public void merge(Ranking other) {
        int n = other.count;
        reserve(n);
        System.arraycopy(other.scores, 0, scores, count, n);
        System.arraycopy(other.positive, 0, positive, count, n);
        count += n;
    }

    @Override
    public void reset() {
        count = 0;
    }
}

package org.cresset.metrics;

import java.util.Arrays;
import java.util.function.IntPredicate;
import java.util.function.ToDoubleFunction;
import org.cresset.autograd.Autograd;
import org.cresset.base.CressetException;
import org.cresset.metrics.ConfusionMatrix.Average;
import org.cresset.tensor.Tensor;

/**
 * How well scores rank where there are several classes, of which an example has one ({@link #ofClasses}), or several labels, of
 * which it has any number ({@link #ofLabels}): each class against the rest, or against each other one, and for labels how
 * well each example's own come first. As the measures of these names in scikit-learn. Exact: all scores are kept.
 */
public final class Rankings implements Metric<Rankings> {
    private final int width;
    private final boolean exclusive;
    private double[] scores = new double[64];
    private boolean[] positive = new boolean[64];
    private int rows;

    private Rankings(int width, boolean exclusive) {
        if (width < 2) {
            throw CressetException.value("Rankings: " + width + " classes; expected at least 2, or Ranking for one");
        }
        this.width = width;
        this.exclusive = exclusive;
    }

    /** For examples with one of some classes each: targets are labels. */
    public static Rankings ofClasses(int classes) {
        return new Rankings(classes, true);
    }

    /** For examples that have some of the labels each: targets are 0 or 1 for each label. */
    public static Rankings ofLabels(int labels) {
        return new Rankings(labels, false);
    }

    /**
     * Takes in a batch.
     *
     * @param predictions scores (N, C, ...), larger for what is more likely
     * @param targets labels (N, ...) of classes; for labels of the scores' shape, 0 or false, 1 or true
     * @throws CressetException if shapes or targets are others, or a score is NaN
     */
    public void update(Tensor predictions, Tensor targets) {
        if (exclusive) {
            Predictions.scores("Rankings", predictions, targets);
        } else {
            Predictions.sameShape("Rankings", predictions, targets);
        }
        if (predictions.dim() < 2 || predictions.size(1) != width) {
            throw CressetException.runtime("Rankings: scores " + predictions.dtype() + predictions.shape()
                    + "; expected (N, " + width + ", ...)");
        }
        double[] s = inRows(predictions);
        double[] t = exclusive ? targets.detach().toDoubleArray() : inRows(targets);
        check(s, t);
        int more = s.length / width;
        reserve(more);
        for (int i = 0; i < s.length; i++) {
            scores[rows * width + i] = s[i];
            positive[rows * width + i] = exclusive ? t[i / width] == i % width : t[i] == 1;
        }
        rows += more;
    }

    private static double[] inRows(Tensor x) {
        return Autograd.noGrad(() -> x.detach().movedim(1, -1)).toDoubleArray();
    }

    private void check(double[] s, double[] t) {
        for (double v : s) {
            if (Double.isNaN(v)) {
                throw CressetException.value("Rankings: a score is NaN; expected numbers");
            }
        }
        for (double v : t) {
            if (exclusive) {
                Predictions.label("Rankings", (long) v, width);
            } else if (v != 0 && v != 1) {
                throw CressetException.value("Rankings: target " + v + "; expected 0 or 1 for each label");
            }
        }
    }

    private void reserve(int more) {
        int needed = Math.multiplyExact(Math.addExact(rows, more), width);
        if (needed > scores.length) {
            int length = (int) Math.min(Integer.MAX_VALUE - 8, Math.max(needed, 2L * scores.length));
            scores = Arrays.copyOf(scores, length);
            positive = Arrays.copyOf(positive, length);
        }
    }

    // ---- each class against the rest ----

    /** The scores of class {@code c} for those rows. */
    private Ranking of(int c, IntPredicate row) {
        Ranking r = new Ranking();
        for (int i = 0; i < rows; i++) {
            if (row.test(i)) {
                r.add(scores[i * width + c], positive[i * width + c]);
            }
        }
        return r;
    }

    private double[] perClass(ToDoubleFunction<Ranking> measure) {
        double[] all = new double[width];
        Arrays.setAll(all, c -> measure.applyAsDouble(of(c, i -> true)));
        return all;
    }

    private double averaged(Average average, ToDoubleFunction<Ranking> measure) {
        if (average == Average.MICRO) {
            Ranking all = new Ranking();
            for (int i = 0; i < rows * width; i++) {
                all.add(scores[i], positive[i]);
            }
            return measure.applyAsDouble(all);
        }
        double[] values = perClass(measure);
        double sum = 0;
        double weights = 0;
        for (int c = 0; c < width; c++) {
            double weight = average == Average.MACRO ? 1 : count(c);
            if (!Double.isNaN(values[c])) {
                sum += weight * values[c];
                weights += weight;
            }
        }
        return weights == 0 ? Double.NaN : sum / weights;
    }

    private int count(int c) {
        int n = 0;
        for (int i = 0; i < rows; i++) {
            n += positive[i * width + c] ? 1 : 0;
        }
        return n;
    }

    /** The area under the ROC curve of each class against all others; NaN for classes that all or no examples have. */
    public double[] auroc() {
        return perClass(Ranking::auroc);
    }

    /** These areas averaged, without those that are NaN; MICRO: that of all decisions together. */
    public double auroc(Average average) {
        return averaged(average, Ranking::auroc);
    }

    /** The average precision of each class against all others; NaN for classes that no example has. */
    public double[] averagePrecision() {
        return perClass(Ranking::averagePrecision);
    }

    /** These averaged, without those that are NaN; MICRO: that of all decisions together. */
    public double averagePrecision(Average average) {
        return averaged(average, Ranking::averagePrecision);
    }

    // ---- one class against one other ----

    /**
     * The area under the ROC curve averaged over all pairs of classes that have examples, each pair on its own examples and
     * as the mean of both directions (Hand and Till 2001).
     *
     * @param average MACRO: all pairs count alike; WEIGHTED: by their numbers of examples
     * @throws CressetException for labels, and for MICRO, for which there are no pairs
     */
    public double aurocOneVersusOne(Average average) {
        if (!exclusive || average == Average.MICRO) {
            throw CressetException.value("Rankings.aurocOneVersusOne: " + (exclusive ? "MICRO" : "of labels")
                    + "; only of classes, MACRO or WEIGHTED");
        }
        double sum = 0;
        double weights = 0;
        for (int a = 0; a < width; a++) {
            for (int b = a + 1; b < width; b++) {
                int first = a;
                int second = b;
                IntPredicate pair = i -> positive[i * width + first] || positive[i * width + second];
                double both = (of(a, pair).auroc() + of(b, pair).auroc()) / 2;
                double weight = average == Average.MACRO ? 1 : count(a) + count(b);
                if (!Double.isNaN(both)) {
                    sum += weight * both;
                    weights += weight;
                }
            }
        }
        return weights == 0 ? Double.NaN : sum / weights;
    }

    // ---- the labels of each example ----

    /**
     * The mean over examples and their labels of the share of their own labels among those with at least the label's score; 1
     * for examples with no label or all of them. As {@code label_ranking_average_precision_score}.
     */
    public double labelRankingAveragePrecision() {
        return meanOfRows(i -> {
            int own = 0;
            double sum = 0;
            for (int j = i; j < i + width; j++) {
                if (positive[j]) {
                    own++;
                    sum += above(i, j, true) / (double) above(i, j, false);
                }
            }
            return own == 0 || own == width ? 1 : sum / own;
        });
    }

    /**
     * The mean over examples of the share of pairs, of a label that it has and one that it hasn't, of which the former has
     * not the larger score; 0 where there are no pairs. As {@code label_ranking_loss}.
     */
    public double labelRankingLoss() {
        return meanOfRows(i -> {
            int pairs = 0;
            int wrong = 0;
            for (int j = i; j < i + width; j++) {
                for (int k = i; k < i + width; k++) {
                    if (positive[j] && !positive[k]) {
                        pairs++;
                        wrong += scores[j] <= scores[k] ? 1 : 0;
                    }
                }
            }
            return pairs == 0 ? 0 : (double) wrong / pairs;
        });
    }

    /**
     * How many of the labels with the largest scores one has to take to have all that an example has, on average; 0 for
     * examples without labels. As {@code coverage_error}.
     */
    public double coverageError() {
        return meanOfRows(i -> {
            int most = 0;
            for (int j = i; j < i + width; j++) {
                most = positive[j] ? Math.max(most, above(i, j, false)) : most;
            }
            return most;
        });
    }

    /** How many labels of a row, or of its own labels, have at least the score of one. */
    private int above(int row, int one, boolean own) {
        int n = 0;
        for (int k = row; k < row + width; k++) {
            n += scores[k] >= scores[one] && (!own || positive[k]) ? 1 : 0;
        }
        return n;
    }

    /** A measure of a row, given by where it begins. */
    @FunctionalInterface
    private interface OfRow {
        double at(int start);
    }

    private double meanOfRows(OfRow measure) {
        double sum = 0;
        for (int i = 0; i < rows; i++) {
            sum += measure.at(i * width);
        }
        return rows == 0 ? Double.NaN : sum / rows;
    }

    // ---- as a metric ----

    /** {@link #auroc(Average)} with MACRO. */
    @Override
    public double compute() {
        return auroc(Average.MACRO);
    }

    @Override
    public void merge(Rankings other) {
        Predictions.same("Rankings", width == other.width && exclusive == other.exclusive);
        int n = other.rows;
        reserve(n);
        System.arraycopy(other.scores, 0, scores, rows * width, n * width);
        System.arraycopy(other.positive, 0, positive, rows * width, n * width);
        rows += n;
    }

    @Override
    public void reset() {
        rows = 0;
    }
}

package org.cresset.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.data.Offset.offset;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.metrics.ConfusionMatrix.Average;
import org.cresset.tensor.Tensor;
import org.junit.jupiter.api.Test;

/** Metrics against their definitions, computed the long way, and against numbers that are known. */
class MetricsTest {
    private static final double EPS = 1e-12;

    private static Tensor labels(long... l) {
        return Tensor.from(l, l.length);
    }

    @Test
    void accuracyOfLabelsAndOfTheBestClasses() {
        Accuracy a = new Accuracy();
        assertThat(a.compute()).isNaN();
        a.update(labels(0, 2, 1, 3), labels(0, 1, 2, 3));
        assertThat(a.compute()).isEqualTo(0.5);
        Tensor scores = Tensor.of(0.5, 0.2, 0.2, 0.3, 0.4, 0.2, 0.2, 0.4, 0.3, 0.7, 0.2, 0.1)
                .reshape(4, 3);
        Accuracy two = new Accuracy(2);
        two.update(scores, labels(0, 1, 2, 2));
        assertThat(two.compute()).isEqualTo(0.75); // as scikit-learn's top_k_accuracy_score
        Accuracy images = new Accuracy();
        images.update(
                scores.reshape(1, 4, 3).transpose(1, 2), labels(0, 1, 2, 2).reshape(1, 4));
        assertThat(images.compute()).isEqualTo(0.5);
        assertThatThrownBy(() -> two.merge(a)).isInstanceOf(CressetException.class);
        assertThatThrownBy(() -> new Accuracy(0)).hasMessageContaining("at least 1");
        assertThatThrownBy(() -> two.update(scores, labels(0, 1))).hasMessageContaining("(N, C, ...)");
    }

    @Test
    void precisionRecallAndFScores() {
        ConfusionMatrix m = new ConfusionMatrix(3);
        m.update(labels(0, 2, 1, 0, 0, 1), labels(0, 1, 2, 0, 1, 2));
        // The example of scikit-learn's documentation.
        assertThat(m.precision(Average.MACRO)).isCloseTo(2.0 / 9, offset(EPS));
        assertThat(m.precision(Average.MICRO)).isCloseTo(1.0 / 3, offset(EPS));
        assertThat(m.precision(Average.WEIGHTED)).isCloseTo(2.0 / 9, offset(EPS));
        assertThat(m.recall(Average.MACRO)).isCloseTo(1.0 / 3, offset(EPS));
        assertThat(m.f1(Average.MACRO)).isCloseTo(0.8 / 3, offset(EPS));
        assertThat(m.fBeta(Average.MACRO, 0.5)).isCloseTo(0.23809523809523808, offset(EPS));
        assertThat(m.precision(0)).isCloseTo(2.0 / 3, offset(EPS));
        assertThat(m.recall(0)).isEqualTo(1);
        assertThat(m.matrix().toLongArray()).containsExactly(2, 0, 0, 1, 0, 1, 0, 2, 0);
        ConfusionMatrix more = new ConfusionMatrix(5);
        more.update(labels(0, 2, 1, 0, 0, 1), labels(0, 1, 2, 0, 1, 2));
        assertThat(more.precision(Average.MACRO)).as("classes that never occur").isCloseTo(2.0 / 9, offset(EPS));
        assertThatThrownBy(() -> m.update(labels(3), labels(0))).hasMessageContaining("label 3; expected 0 to 2");
        assertThatThrownBy(() -> m.update(Tensor.of(0.5), labels(0))).hasMessageContaining("integer labels");
    }

    @Test
    void averagesFollowFromTheirDefinitions() {
        Random r = new Random(4);
        long[] p = r.longs(500, 0, 6).toArray();
        long[] t = r.longs(500, 0, 6).map(x -> x * x % 6).toArray();
        ConfusionMatrix m = new ConfusionMatrix(6);
        m.update(labels(p), labels(t));
        double macro = 0;
        double weighted = 0;
        int present = 0;
        for (int c = 0; c < 6; c++) {
            int k = c;
            double tp =
                    IntStream.range(0, 500).filter(i -> p[i] == k && t[i] == k).count();
            double pred = Arrays.stream(p).filter(x -> x == k).count();
            double real = Arrays.stream(t).filter(x -> x == k).count();
            double f = pred + real == 0 ? 0 : 2 * tp / (pred + real);
            macro += f;
            present += pred + real > 0 ? 1 : 0;
            weighted += real / 500 * f;
        }
        assertThat(m.f1(Average.MACRO)).isCloseTo(macro / present, offset(EPS));
        assertThat(m.f1(Average.WEIGHTED)).isCloseTo(weighted, offset(EPS));
    }

    @Test
    void rankingOfTheExamplesOfScikitLearn() {
        Ranking r = new Ranking();
        r.update(Tensor.of(0.1, 0.4, 0.35, 0.8), labels(0, 0, 1, 1));
        assertThat(r.auroc()).isEqualTo(0.75);
        assertThat(r.averagePrecision()).isCloseTo(0.8333333333333333, offset(EPS));
        r.reset();
        assertThat(r.auroc()).isNaN();
        r.update(Tensor.of(0.3, 0.3), labels(1, 1));
        assertThat(r.auroc()).isNaN();
        assertThat(r.averagePrecision()).isEqualTo(1);
        assertThatThrownBy(() -> r.update(Tensor.of(0.1), labels(2))).hasMessageContaining("0 or 1");
        assertThatThrownBy(() -> r.update(Tensor.of(Double.NaN), labels(1))).hasMessageContaining("NaN");
    }

    @Test
    void rankingIsTheShareOfPairsInOrder() {
        Random random = new Random(9);
        int n = 300;
        double[] s = new double[n];
        long[] t = new long[n];
        Ranking whole = new Ranking();
        Ranking merged = new Ranking();
        for (int i = 0; i < n; i++) {
            t[i] = random.nextInt(3) == 0 ? 1 : 0;
            s[i] = (random.nextInt(20) + 5 * t[i]) / 10.0; // many ties
        }
        whole.update(Tensor.of(s), labels(t));
        for (int i = 0; i < n; i += 50) {
            Ranking part = new Ranking();
            part.update(Tensor.of(Arrays.copyOfRange(s, i, i + 50)), labels(Arrays.copyOfRange(t, i, i + 50)));
            merged.merge(part);
        }
        double pairs = 0;
        double right = 0;
        double ap = 0;
        double positives = Arrays.stream(t).sum();
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                if (t[i] == 1 && t[j] == 0) {
                    pairs++;
                    right += s[i] > s[j] ? 1 : s[i] == s[j] ? 0.5 : 0;
                }
            }
            if (t[i] == 1) { // each positive adds the precision at its threshold
                double at = s[i];
                double above = Arrays.stream(s).filter(x -> x >= at).count();
                double hits = 0;
                for (int j = 0; j < n; j++) {
                    hits += s[j] >= at && t[j] == 1 ? 1 : 0;
                }
                ap += hits / above / positives;
            }
        }
        assertThat(whole.auroc()).isCloseTo(right / pairs, offset(EPS));
        assertThat(whole.averagePrecision()).isCloseTo(ap, offset(EPS));
        assertThat(merged.auroc()).isEqualTo(whole.auroc());
    }

    @Test
    void perplexityOfAUniformModelIsItsVocabulary() {
        Perplexity p = new Perplexity();
        p.update(Tensor.zeros(2, 3, 7), Tensor.zeros(2, 3).to(DType.INT64));
        assertThat(p.compute()).isCloseTo(7, offset(1e-9));
        Perplexity padded = new Perplexity(-100);
        padded.update(Tensor.of(0.0, Math.log(3), 5.0, 5.0).reshape(2, 2), labels(1, -100));
        assertThat(padded.compute()).isCloseTo(4.0 / 3, offset(EPS));
        Perplexity other = new Perplexity(-100);
        other.update(Tensor.of(0.0, Math.log(3)).reshape(1, 2), labels(0));
        padded.merge(other);
        assertThat(padded.compute()).isCloseTo(Math.sqrt(4.0 / 3 * 4), offset(EPS));
        assertThatThrownBy(() -> p.update(Tensor.zeros(2, 3), labels(1, 7))).hasMessageContaining("label 7");
    }

    private static List<String> words(String s) {
        return List.of(s.split(" "));
    }

    @Test
    void bleuOfKnownTexts() {
        List<List<String>> references = List.of(words("the cat is on the mat"), words("there is a cat on the mat"));
        Bleu one = new Bleu(1, false);
        one.update(words("the the the the the the the"), references);
        assertThat(one.compute()).isCloseTo(2.0 / 7, offset(EPS)); // the example of Papineni et al.
        Bleu four = new Bleu();
        four.update(words("the cat is on the mat"), references);
        assertThat(four.compute()).isEqualTo(1);
        Bleu two = new Bleu(2, false);
        two.update(words("the cat on mat"), List.of(words("the cat is on the mat")));
        double penalty = Math.exp(1 - 6.0 / 4);
        assertThat(two.compute()).isCloseTo(penalty * Math.sqrt(4.0 / 4 * 1 / 3), offset(EPS));
        Bleu smooth = new Bleu(2, true);
        smooth.update(words("a b"), List.of(words("b a")));
        assertThat(smooth.compute()).isCloseTo(Math.sqrt(1.0 * 1 / 2), offset(EPS));
        Bleu corpus = new Bleu(2, false);
        corpus.update(words("the cat on mat"), List.of(words("the cat is on the mat")));
        Bleu second = new Bleu(2, false);
        second.update(words("x y"), List.of(words("x y z")));
        corpus.merge(second);
        assertThat(corpus.compute()).isCloseTo(Math.exp(1 - 9.0 / 6) * Math.sqrt(6.0 / 6 * 2 / 4), offset(EPS));
        assertThat(new Bleu().compute()).isNaN();
        Bleu empty = new Bleu();
        empty.update(List.of(), references);
        assertThat(empty.compute()).isZero();
    }

    @Test
    void errorsOfPredictedNumbers() {
        Regression r = new Regression();
        assertThat(r.mse()).isNaN();
        r.update(Tensor.of(2.5, 0.0, 2.0, 8.0), Tensor.of(3.0, -0.5, 2.0, 7.0));
        // The examples of scikit-learn's documentation.
        assertThat(r.mse()).isCloseTo(0.375, offset(EPS));
        assertThat(r.rmse()).isCloseTo(Math.sqrt(0.375), offset(EPS));
        assertThat(r.mae()).isCloseTo(0.5, offset(EPS));
        assertThat(r.mape()).isCloseTo(0.3273809523809524, offset(EPS));
        assertThat(r.r2()).isCloseTo(0.9486081370449679, offset(EPS));
        assertThat(r.explainedVariance()).isCloseTo(0.9571734475374732, offset(EPS));
        assertThat(r.maxError()).isEqualTo(1);
        r.reset();
        r.update(Tensor.of(1.0, 2.0, 3.0), Tensor.of(2.0, 4.0, 6.0));
        assertThat(r.correlation()).isCloseTo(1, offset(EPS));
        assertThat(r.r2()).isNotEqualTo(1);
    }

    @Test
    void mergedErrorsAreThoseOfAll() {
        Random random = new Random(2);
        Regression whole = new Regression();
        Regression merged = new Regression();
        for (int k = 0; k < 7; k++) {
            double[] t = random.doubles(20 + k, 1e6, 1e6 + 1).toArray();
            double[] p =
                    Arrays.stream(t).map(x -> x + random.nextGaussian() * 0.1).toArray();
            whole.update(Tensor.of(p), Tensor.of(t));
            Regression part = new Regression();
            part.update(Tensor.of(p), Tensor.of(t));
            merged.merge(part);
        }
        assertThat(merged.r2()).isCloseTo(whole.r2(), offset(1e-9));
        assertThat(whole.r2()).as("no digits are lost to the offset").isBetween(0.8, 0.95);
        assertThat(merged.mae()).isCloseTo(whole.mae(), offset(EPS));
        assertThat(merged.correlation()).isCloseTo(whole.correlation(), offset(1e-9));
        merged.merge(new Regression());
        assertThat(merged.r2()).isNotNaN();
    }
}

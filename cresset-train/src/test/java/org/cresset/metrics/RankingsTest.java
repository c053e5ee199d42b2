package org.cresset.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.metrics.ConfusionMatrix.Average;
import org.cresset.tensor.Tensor;
import org.junit.jupiter.api.Test;

/** The expected numbers were computed with NumPy from the definitions: shares of pairs, precisions at each threshold. */
class RankingsTest {
    private static final double[] SCORES = {
        0.0, 1.0, 0.3, 0.9, 0.5, 0.8, 0.7, 0.6, 0.9, 0.4, 1.0, 0.1, 1.0, 0.1, 1.0, 0.4, 0.9, 0.6,
        0.7, 0.8, 0.5, 0.9, 0.3, 1.0, 0.0, 1.0, 0.2, 0.9, 0.5, 0.8, 0.7, 0.6, 0.8, 0.4, 0.9, 0.2
    };
    private static final Tensor CLASSES = Tensor.of(0L, 1, 2, 1, 0, 2, 2, 1, 0, 0, 0, 2);
    private static final Tensor LABELS = Tensor.of(
                    1L, 1, 1, 1, 0, 0, 0, 0, 1, 1, 1, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 1, 1, 1, 1, 0, 0, 0, 0, 1, 1, 1, 0,
                    0, 0, 0)
            .reshape(12, 3);

    private static Tensor scores() {
        return Tensor.from(SCORES, 12, 3);
    }

    private static void near(double actual, double expected) {
        assertThat(actual).isCloseTo(expected, within(1e-12));
    }

    @Test
    void classesAgainstTheRest() {
        Rankings r = Rankings.ofClasses(3);
        r.update(scores(), CLASSES);
        assertThat(r.auroc())
                .containsExactly(new double[] {0.4857142857142857, 0.3888888888888889, 0.421875}, within(1e-12));
        near(r.auroc(Average.MACRO), 0.43215939153439153);
        near(r.auroc(Average.WEIGHTED), 0.4402281746031746);
        near(r.auroc(Average.MICRO), 0.4201388888888889);
        assertThat(r.averagePrecision())
                .containsExactly(
                        new double[] {0.5523809523809524, 0.2686868686868687, 0.3394209956709957}, within(1e-12));
        near(r.averagePrecision(Average.MACRO), 0.3868296055796056);
        near(r.averagePrecision(Average.WEIGHTED), 0.41047077922077924);
        near(r.averagePrecision(Average.MICRO), 0.31569876395534285);
        near(r.compute(), 0.43215939153439153);
    }

    @Test
    void classesAgainstEachOther() {
        Rankings r = Rankings.ofClasses(3);
        r.update(scores(), CLASSES);
        near(r.aurocOneVersusOne(Average.MACRO), 0.42638888888888893);
        near(r.aurocOneVersusOne(Average.WEIGHTED), 0.4310763888888889);
        assertThatThrownBy(() -> r.aurocOneVersusOne(Average.MICRO)).hasMessageContaining("MACRO or WEIGHTED");
        assertThatThrownBy(() -> Rankings.ofLabels(3).aurocOneVersusOne(Average.MACRO))
                .hasMessageContaining("only of classes");
    }

    @Test
    void labels() {
        Rankings r = Rankings.ofLabels(3);
        r.update(scores(), LABELS);
        assertThat(r.auroc())
                .containsExactly(new double[] {0.2857142857142857, 0.6571428571428571, 0.734375}, within(1e-12));
        near(r.auroc(Average.MACRO), 0.5590773809523809);
        near(r.auroc(Average.WEIGHTED), 0.5139508928571428);
        near(r.auroc(Average.MICRO), 0.53125);
        near(r.averagePrecision(Average.MACRO), 0.5396529925101353);
        near(r.averagePrecision(Average.WEIGHTED), 0.5371392496392496);
        near(r.averagePrecision(Average.MICRO), 0.4963080048606364);
        near(r.labelRankingAveragePrecision(), 0.8541666666666666);
        near(r.labelRankingLoss(), 0.25);
        near(r.coverageError(), 1.75);
    }

    @Test
    void partsMergeAndDimensionsBehindTheClassesAreExamples() {
        Rankings whole = Rankings.ofClasses(3);
        whole.update(scores(), CLASSES);
        Rankings merged = Rankings.ofClasses(3);
        for (int i = 0; i < 12; i += 4) {
            Rankings part = Rankings.ofClasses(3);
            part.update(scores().narrow(0, i, 4), CLASSES.narrow(0, i, 4));
            merged.merge(part);
        }
        Rankings images = Rankings.ofClasses(3);
        images.update(scores().reshape(3, 4, 3).transpose(1, 2), CLASSES.reshape(3, 4));
        for (Rankings other : new Rankings[] {merged, images}) {
            assertThat(other.auroc()).containsExactly(whole.auroc());
            assertThat(other.aurocOneVersusOne(Average.MACRO)).isEqualTo(whole.aurocOneVersusOne(Average.MACRO));
        }
        assertThatThrownBy(() -> whole.merge(Rankings.ofLabels(3))).hasMessageContaining("other settings");
        whole.reset();
        assertThat(whole.compute()).isNaN();
    }

    /** A class of two agrees with the plain ranking; a class without examples is left out of averages. */
    @Test
    void classesWithoutExamples() {
        Rankings r = Rankings.ofClasses(3);
        r.update(
                Tensor.of(new float[] {0.9f, 0.1f, 0}, new float[] {0.4f, 0.6f, 0}, new float[] {0.65f, 0.35f, 0}),
                Tensor.of(0L, 1, 1));
        assertThat(r.auroc()[2]).isNaN();
        assertThat(r.averagePrecision()[2]).isNaN();
        near(r.auroc(Average.MACRO), 1);
        near(r.aurocOneVersusOne(Average.MACRO), 1);
        near(r.averagePrecision(Average.WEIGHTED), 1);
    }

    @Test
    void whatDoesNotFitIsRefused() {
        Rankings r = Rankings.ofClasses(3);
        assertThatThrownBy(() -> r.update(Tensor.zeros(2, 4), Tensor.of(0L, 1)))
                .isInstanceOf(CressetException.class)
                .hasMessageContaining("float32(2, 4); expected (N, 3, ...)");
        assertThatThrownBy(() -> r.update(Tensor.zeros(2, 3), Tensor.of(0L, 3))).hasMessageContaining("label 3");
        assertThatThrownBy(() -> r.update(Tensor.full(LABELS.shape(), Double.NaN, DType.FLOAT32), CLASSES))
                .hasMessageContaining("NaN");
        assertThatThrownBy(() -> Rankings.ofLabels(3).update(scores(), LABELS.mul(2)))
                .hasMessageContaining("target 2.0; expected 0 or 1");
        assertThatThrownBy(() -> Rankings.ofLabels(3).update(scores(), CLASSES)).hasMessageContaining("the same shape");
        assertThatThrownBy(() -> Rankings.ofLabels(1)).hasMessageContaining("at least 2");
    }
}

package org.cresset.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.cresset.base.CressetException;
import org.junit.jupiter.api.Test;

/** Counts of numbers that come in pieces and may grow on the way, against a loop. */
class BincountTest {
    @Property(tries = 200)
    void countsAndSumsOfWeights(
            @ForAll @IntRange(min = 0, max = 6000) int n,
            @ForAll @IntRange(min = 1, max = 20000) int most,
            @ForAll @IntRange(min = 0, max = 3000) int least,
            @ForAll long seed) {
        Random random = new Random(seed);
        long[] numbers = new long[n];
        double[] weights = new double[n];
        long bins = least;
        for (int i = 0; i < n; i++) {
            numbers[i] = random.nextInt(1 + (int) ((long) most * (i + 1) / n)); // larger and larger ones
            weights[i] = random.nextInt(-5, 5);
            bins = Math.max(bins, numbers[i] + 1);
        }
        double[] counts = new double[(int) bins];
        double[] sums = new double[(int) bins];
        for (int i = 0; i < n; i++) {
            counts[(int) numbers[i]]++;
            sums[(int) numbers[i]] += weights[i];
        }
        Tensor x = Tensor.of(numbers);
        assertThat(x.bincount(null, least).toDoubleArray()).isEqualTo(counts);
        assertThat(x.bincount(Tensor.of(weights), least).toDoubleArray()).isEqualTo(sums);
    }

    @Test
    void negativeNumbers() {
        assertThatThrownBy(() -> Tensor.of(3L, -2, 5).bincount(null, 0))
                .isInstanceOf(CressetException.class)
                .hasMessageContaining("-2 is negative");
    }
}

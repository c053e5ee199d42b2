package org.cresset.emit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class MachineGathersTest {
    @Property(tries = 200)
    void eachFromItsOwnPlace(
            @ForAll long seed,
            @ForAll @IntRange(min = 0, max = 100) int n,
            @ForAll @IntRange(min = 1, max = 9) int rows,
            @ForAll @IntRange(min = -30, max = 30) int fromRow,
            @ForAll @IntRange(min = 0, max = 5) int apart) {
        assumeTrue(MachineGathers.there(), "needs AVX-512");
        Random random = new Random(seed);
        int toRow = n + apart;
        int middle = 1000;
        float[] source = new float[2 * middle];
        for (int i = 0; i < source.length; i++) {
            source[i] = i;
        }
        int[] places = new int[n];
        float[] expected = new float[rows * toRow + LANES];
        for (int k = 0; k < n; k++) {
            int place = random.nextInt(-500, 500);
            places[k] = 4 * place;
            for (int r = 0; r < rows; r++) {
                expected[r * toRow + k] = source[middle + r * fromRow + place];
            }
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment from = arena.allocateFrom(ValueLayout.JAVA_FLOAT, source);
            MemorySegment to = arena.allocate(4L * expected.length, 64);
            MachineGathers.rows(
                    from.address() + 4 * middle,
                    4L * fromRow,
                    new MachineGathers.Places(places),
                    to.address(),
                    4L * toRow,
                    rows);
            assertThat(to.toArray(ValueLayout.JAVA_FLOAT)).isEqualTo(expected); // and nothing behind
        }
    }

    private static final int LANES = 16;
}

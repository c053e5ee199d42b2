package org.cresset.op;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import org.cresset.base.spi.MachineCode;
import org.junit.jupiter.api.Test;

/** Short rows that are copied all at once: every bit arrives, and nothing beside. */
class RowCopiesTest {
    private static final int SIZE = 1 << 16;

    private static byte[] bytes(MemorySegment m) {
        return m.toArray(ValueLayout.JAVA_BYTE);
    }

    @Test
    void rowsOfAllLengthsAndDirections() {
        assumeTrue(MachineCode.avx2(), "needs Linux on x86-64 with AVX2");
        Random random = new Random(3);
        byte[] any = new byte[SIZE];
        random.nextBytes(any); // some of it NaN with a payload, if it were numbers
        try (Arena arena = Arena.ofConfined()) {
            for (int i = 0; i < 400; i++) {
                long bytes = 4 * (8 + random.nextInt(120));
                long rows = 4 + random.nextInt(30);
                long fromRow = 4 * (random.nextInt(240) - 120);
                long toRow = (random.nextBoolean() ? 1 : -1) * (bytes + 4 * random.nextInt(20));
                long fo = SIZE / 2 + random.nextInt(16);
                long at = SIZE / 2 + random.nextInt(16);
                MemorySegment from = arena.allocate(SIZE).copyFrom(MemorySegment.ofArray(any));
                MemorySegment to = arena.allocate(SIZE);
                MemorySegment should = arena.allocate(SIZE);
                assertThat(RowCopies.copied(from, fo, fromRow, to, at, toRow, rows, bytes))
                        .isTrue();
                for (long r = 0; r < rows; r++) {
                    MemorySegment.copy(from, fo + r * fromRow, should, at + r * toRow, bytes);
                }
                assertThat(bytes(to)).isEqualTo(bytes(should));
            }
        }
    }

    @Test
    void othersAreLeftToOthers() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment m = arena.allocate(SIZE);
            assertThat(RowCopies.copied(m, 0, 62, m, SIZE / 2, 64, 8, 64)).isFalse();
            assertThat(RowCopies.copied(m, 0, 64, m, SIZE / 2, 64, 8, 62)).isFalse();
            assertThat(RowCopies.copied(m, 0, 64, m, SIZE / 2, 64, 2, 64)).isFalse();
            MemorySegment heap = MemorySegment.ofArray(new byte[SIZE]);
            assertThat(RowCopies.copied(heap, 0, 64, m, 0, 64, 8, 64)).isFalse();
        }
    }
}

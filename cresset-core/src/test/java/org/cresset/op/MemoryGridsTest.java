package org.cresset.op;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Random;
import org.cresset.base.Memory;
import org.cresset.base.Storage;
import org.cresset.emit.MemoryGridKernel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Grids over native memory: both forms against each other, and what they refuse. */
class MemoryGridsTest {
    private static final int OPERANDS = 24;

    private static float[] run(MemoryGridKernel k, int n) {
        int rows = 3;
        Storage s = Memory.allocate(4L * OPERANDS * rows * n);
        MemorySegment m = s.segment();
        Random random = new Random(n);
        for (int i = 0; i < OPERANDS * rows * n; i++) {
            m.setAtIndex(ValueLayout.JAVA_FLOAT, i, random.nextFloat() - 0.5f);
        }
        MemorySegment[] places = new MemorySegment[OPERANDS];
        long[] offsets = new long[OPERANDS];
        for (int i = 0; i < offsets.length; i++) {
            places[i] = m;
            offsets[i] = 4L * i * rows * n;
        }
        k.run(places, offsets, new int[] {n, n, n, n, n, n, n, n}, rows, n);
        float[] all = m.asSlice(0, 4L * OPERANDS * rows * n).toArray(ValueLayout.JAVA_FLOAT);
        s.free();
        return all;
    }

    @Test
    void vectorsGiveTheSameBits() {
        List<MemoryGridTiers> loops = List.of(
                WinogradLoops.SIGNAL,
                WinogradLoops.FILTER3,
                WinogradLoops.FILTER4,
                WinogradLoops.RESULT3,
                WinogradLoops.RESULT4,
                WinogradLoops.RESULT4_PLUS,
                RecurrentLoops.GATES,
                RecurrentLoops.LSTM,
                RecurrentLoops.LSTM_GRAD,
                RecurrentLoops.GRU,
                RecurrentLoops.GRU_GRAD,
                RecurrentLoops.TANH,
                RecurrentLoops.TANH_GRAD,
                RecurrentLoops.RELU,
                RecurrentLoops.RELU_GRAD);
        for (int n : new int[] {1, 16, 37}) {
            for (MemoryGridTiers t : loops) {
                MemoryGridKernel v = t.vectorNow();
                if (v != null) {
                    assertThat(run(v, n)).containsExactly(run(t.scalarNow(), n));
                }
                MemoryGridKernel m = t.machineNow();
                if (m != null) {
                    assertThat(run(m, n)).containsExactly(run(t.scalarNow(), n));
                }
            }
        }
    }

    @Test
    void rowsOutsideTheMemoryAreRefused() {
        Storage s = Memory.allocate(4L * 100);
        MemorySegment m = s.segment().asSlice(0, 4L * 100);
        MemorySegment[] places = {m, m, m};
        int[] steps = {10, 10, 10};
        MemoryGridKernel k = RecurrentLoops.GATES.scalarNow();
        assertThatThrownBy(() -> k.run(places, new long[] {0, 0, 4 * 71}, steps, 3, 10))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> k.run(places, new long[] {-4, 0, 0}, steps, 3, 10))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> k.run(places, new long[3], new int[] {10, -10, 10}, 3, 10))
                .isInstanceOf(IndexOutOfBoundsException.class);
        s.free();
    }

    /** More than what an int counts bytes of; a file without content takes no place. */
    @Test
    void rowsFarFromEachOther(@TempDir Path dir) throws IOException {
        int n = 19;
        int step = 1 << 28;
        try (FileChannel file = FileChannel.open(
                        dir.resolve("rows"),
                        StandardOpenOption.CREATE_NEW,
                        StandardOpenOption.SPARSE,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE);
                Arena arena = Arena.ofConfined()) {
            MemorySegment far = file.map(FileChannel.MapMode.READ_WRITE, 0, 4L * (2L * step + n), arena);
            Storage s = Memory.allocate(4L * 9 * n);
            MemorySegment m = s.segment();
            for (int i = 0; i < 3 * n; i++) {
                float x = i / 7f - 4;
                far.setAtIndex(ValueLayout.JAVA_FLOAT, (long) i / n * step + i % n, x);
                m.setAtIndex(ValueLayout.JAVA_FLOAT, i, x);
                m.setAtIndex(ValueLayout.JAVA_FLOAT, 3L * n + i, 1 - x);
            }
            long[] offsets = {0, 4L * 3 * n, 4L * 6 * n};
            RecurrentLoops.GATES.run(new MemorySegment[] {m, m, m}, offsets, new int[] {n, n, n}, 3, n);
            float[] near = m.asSlice(offsets[2], 4L * 3 * n).toArray(ValueLayout.JAVA_FLOAT);
            m.asSlice(offsets[2], 4L * 3 * n).fill((byte) 0);
            RecurrentLoops.GATES.run(new MemorySegment[] {far, m, m}, offsets, new int[] {step, n, n}, 3, n);
            assertThat(m.asSlice(offsets[2], 4L * 3 * n).toArray(ValueLayout.JAVA_FLOAT))
                    .containsExactly(near);
            s.free();
        }
    }
}

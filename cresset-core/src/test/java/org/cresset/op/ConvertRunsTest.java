package org.cresset.op;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.cresset.base.DType;
import org.cresset.emit.Loop;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** Conversions of many elements give what conversions of one element do. */
class ConvertRunsTest {
    private static final int MOST = 2500;
    private static final double[] SPECIAL = {
        0,
        -0.0,
        1,
        -1,
        0.5,
        -0.5,
        2.5,
        127.6,
        255,
        256,
        -129,
        40000,
        65504,
        1e-7,
        1e-40,
        0x1p31,
        -0x1p31,
        0x1p31 - 1,
        0x1p63,
        -0x1p63,
        1e30,
        -1e30,
        Double.POSITIVE_INFINITY,
        Double.NEGATIVE_INFINITY,
        Double.NaN
    };

    @ParameterizedTest
    @EnumSource(
            mode = Mode.EXCLUDE,
            names = {"COMPLEX32", "COMPLEX64", "COMPLEX128"})
    void agreesWithOneByOne(DType source) {
        for (DType target : DType.values()) {
            if (!target.isComplex() && target != source) {
                for (int n : new int[] {1, 15, 16, 100, 1024, MOST}) {
                    check(source, target, n, 1, 1, false);
                    check(source, target, n, 1, 1, true);
                    check(source, target, n, 2, 1, true);
                    check(source, target, n, 1, 3, true);
                    check(source, target, n, 0, 2, true);
                    check(source, target, n, -1, 1, true);
                }
            }
        }
    }

    private static void check(DType source, DType target, int n, int from, int to, boolean special) {
        try (Arena arena = Arena.ofConfined()) {
            long fs = (long) from * source.size();
            long ts = (long) to * target.size();
            MemorySegment x = arena.allocate(2L * MOST * source.size(), 64);
            for (int i = 0; i < 2 * MOST; i++) {
                double v = special && i % 7 == 3 ? SPECIAL[i / 7 % SPECIAL.length] : i % 211 - 100 + i % 4 / 4.0;
                Convert.writeDouble(source, x, (long) i * source.size(), v);
            }
            long start = from < 0 ? (n - 1L) * source.size() : 0;
            MemorySegment y = arena.allocate(3L * MOST * target.size() + 16, 64);
            MemorySegment expected = arena.allocate(y.byteSize(), 64);
            Convert.run(x, start, fs, source, y, 0, ts, target, n);
            for (int i = 0; i < n; i++) {
                Convert.run(x, start + i * fs, fs, source, expected, i * ts, ts, target, 1);
            }
            assertThat(y.mismatch(expected))
                    .as("%s to %s, %d elements, steps %d and %d", source, target, n, from, to)
                    .isEqualTo(-1);
        }
    }

    @Test
    void whatIsOutOfRangeConvertsAsTheProcessorDoes() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment x = arena.allocate(4L * 20, 64);
            MemorySegment y = arena.allocate(8L * 20, 64);
            for (int i = 0; i < 20; i++) {
                Convert.writeDouble(DType.FLOAT32, x, 4L * i, i == 3 ? Double.NaN : i == 4 ? 1e30 : i + 0.75);
            }
            Convert.run(x, 0, 4, DType.FLOAT32, y, 0, 8, DType.INT64, 20);
            assertThat(Convert.readLong(DType.INT64, y, 8 * 3)).isEqualTo(Long.MIN_VALUE);
            assertThat(Convert.readLong(DType.INT64, y, 8 * 4)).isEqualTo(Long.MIN_VALUE);
            assertThat(Convert.readLong(DType.INT64, y, 8 * 5)).isEqualTo(5);
        }
    }

    @Test
    void loopsGiveTheSame() {
        for (Loop loop : ConvertLoops.all()) {
            DType source = loop.rows().getFirst().dtype(loop.type());
            DType target = loop.rows().getLast().dtype(loop.type());
            for (int n : new int[] {16, 17, 1023, MOST}) {
                check(source, target, n, 1, 1, true);
                check(source, target, n, 1, 1, false);
                check(source, target, n, 2, 1, true);
            }
        }
    }
}

package org.cresset.emit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Random;
import java.util.function.LongUnaryOperator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Sorting in machine code, against what Java's library makes of the same numbers. */
class MachineSortTest {
    private static final int[] SIZES = {8, 13, 511, 1000, 1 << 14, 50_001};

    @BeforeEach
    void there() {
        assumeTrue(MachineSort.there(), "needs Linux on x86-64 with AVX2");
    }

    @Test
    void sortsAsTheLibraryDoes() {
        for (int n : SIZES) {
            for (LongUnaryOperator kind : kinds(n)) {
                try (Arena arena = Arena.ofConfined()) {
                    long[] keys = keys(n, kind);
                    MemorySegment a = arena.allocateFrom(ValueLayout.JAVA_LONG, keys);
                    MemorySegment b = arena.allocate(8L * n, 8);
                    long counts = arena.allocate(MachineSort.COUNTS, 64).address();
                    long at = MachineSort.sort(a.address(), b.address(), n, 32, counts);
                    Arrays.sort(keys);
                    MemorySegment sorted = at == a.address() ? a : b;
                    assertThat(sorted.toArray(ValueLayout.JAVA_LONG)).isEqualTo(keys);
                    MemorySegment places = arena.allocate(8L * n, 8);
                    MachineSort.places(at, n, places.address(), 8);
                    long[] expected =
                            Arrays.stream(keys).map(k -> k & 0xffffffffL).toArray();
                    assertThat(places.toArray(ValueLayout.JAVA_LONG)).isEqualTo(expected);
                    MachineSort.places(at, n, places.address(), 4);
                    for (int i = 0; i < n; i++) {
                        assertThat(places.getAtIndex(ValueLayout.JAVA_INT, i)).isEqualTo((int) expected[i]);
                    }
                }
            }
        }
    }

    @Test
    void findsEachRank() {
        Random random = new Random(2);
        for (int n : SIZES) {
            for (LongUnaryOperator kind : kinds(n)) {
                long[] keys = keys(n, kind);
                long[] sorted = keys.clone();
                Arrays.sort(sorted);
                for (int k : new int[] {0, n - 1, n / 2, random.nextInt(n)}) {
                    try (Arena arena = Arena.ofConfined()) {
                        MemorySegment a = arena.allocateFrom(ValueLayout.JAVA_LONG, keys);
                        long counts = arena.allocate(MachineSort.COUNTS, 64).address();
                        assertThat(MachineSort.rank(a.address(), n, k, counts)).isEqualTo(sorted[k]);
                    }
                }
                try (Arena arena = Arena.ofConfined()) {
                    MemorySegment a = arena.allocateFrom(ValueLayout.JAVA_LONG, keys);
                    int key = (int) (keys[n / 3] >> 32);
                    long same = Arrays.stream(keys)
                            .filter(v -> (int) (v >> 32) == key)
                            .count();
                    assertThat(MachineSort.alike(a.address(), n, key)).isEqualTo((int) same);
                }
            }
        }
    }

    @Test
    void floatsInOrder() {
        float[] some = {
            0f,
            -0f,
            Float.NaN,
            Float.intBitsToFloat(0xffc00001),
            1,
            -1,
            Float.POSITIVE_INFINITY,
            -3e38f,
            Float.NEGATIVE_INFINITY,
            Float.MIN_VALUE,
            -Float.MIN_VALUE,
            Float.intBitsToFloat(0x7f800001)
        };
        for (int n : SIZES) {
            for (int flip = -1; flip <= 0; flip++) {
                float[] x = new float[n];
                Random random = new Random(n);
                for (int i = 0; i < n; i++) {
                    x[i] = random.nextInt(3) == 0 ? some[random.nextInt(some.length)] : (float) random.nextGaussian();
                }
                try (Arena arena = Arena.ofConfined()) {
                    MemorySegment from = arena.allocateFrom(ValueLayout.JAVA_FLOAT, x);
                    MemorySegment to = arena.allocate(8L * n, 8);
                    MachineSort.floats(from.address(), n, flip, to.address());
                    for (int i = 0; i < n; i++) {
                        int bits = Float.floatToIntBits(x[i] == 0 ? 0 : x[i]);
                        long key = bits ^ bits >> 31 & Integer.MAX_VALUE ^ flip;
                        assertThat(to.getAtIndex(ValueLayout.JAVA_LONG, i))
                                .as("%s, flip %s", x[i], flip)
                                .isEqualTo(key << 32 | i);
                    }
                }
            }
        }
    }

    @Test
    void longsAndTheirRange() {
        Random random = new Random(3);
        for (int n : new int[] {4, 512, 40_000}) {
            for (int bits : new int[] {1, 20, 32, 64}) {
                long[] x = random.longs(n).map(v -> v >> 64 - bits).toArray();
                try (Arena arena = Arena.ofConfined()) {
                    MemorySegment from = arena.allocateFrom(ValueLayout.JAVA_LONG, x);
                    MemorySegment to = arena.allocate(8L * n, 8);
                    long least = Arrays.stream(x).min().orElseThrow();
                    long most = Arrays.stream(x).max().orElseThrow();
                    assertThat(MachineSort.range(from.address(), n)).containsExactly(least, most);
                    for (long flip = -1; flip <= 0; flip++) {
                        long base = flip == 0 ? least : ~most;
                        MachineSort.longs(from.address(), n, flip, base, 7, to.address());
                        for (int i = 0; i < n && bits <= 32; i++) {
                            long key = (x[i] ^ flip) - base + Integer.MIN_VALUE;
                            assertThat(to.getAtIndex(ValueLayout.JAVA_LONG, i)).isEqualTo(key << 32 | i + 7);
                        }
                    }
                }
            }
        }
    }

    /** Keys of all sizes, of few different ones, and all the same. */
    private static LongUnaryOperator[] kinds(int n) {
        Random random = new Random(n);
        return new LongUnaryOperator[] {
            i -> random.nextInt(), i -> random.nextInt(7) - 3, i -> 5, i -> -i, i -> random.nextInt() & 0xff0000ff
        };
    }

    private static long[] keys(int n, LongUnaryOperator kind) {
        long[] keys = new long[n];
        for (int i = 0; i < n; i++) {
            keys[i] = kind.applyAsLong(i) << 32 | i;
        }
        return keys;
    }
}

package org.cresset.emit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.cresset.base.spi.MachineCode;

/** Transforms of tiles against the same one by one. */
class MachineTilesTest {
    private static final Body FOUR = new Body() {
        @Override
        public <V> List<V> lanes(Lanes<V> l, List<V> d) {
            V plus = l.add(d.get(1), d.get(2));
            V minus = l.sub(d.get(1), d.get(2));
            V other = l.fma(l.constant(0.75), d.get(3), l.mul(l.constant(-2.5), d.get(4)));
            return List.of(
                    l.add(d.get(0), plus),
                    l.fma(l.constant(1.5), minus, other),
                    l.fma(l.constant(0.75), plus, d.get(5)),
                    l.sub(l.mul(d.get(0), l.constant(3.25)), other));
        }
    };

    private static final Body FOUR_PLUS = new Body() {
        @Override
        public <V> List<V> lanes(Lanes<V> l, List<V> d) {
            return FOUR.lanes(l, d).stream().map(v -> l.add(v, d.get(6))).toList();
        }
    };

    private static final Body SIX = new Body() {
        @Override
        public <V> List<V> lanes(Lanes<V> l, List<V> d) {
            List<V> all =
                    new ArrayList<>(FOUR.lanes(l, List.of(d.get(3), d.get(1), d.get(2), d.get(0), d.get(1), d.get(2))));
            all.add(l.mul(l.constant(7.5), d.get(0)));
            all.add(d.get(3));
            return all;
        }
    };

    private static float[] four(float[] d, float plus) {
        float sum = d[1] + d[2];
        float other = Math.fma(0.75f, d[3], -2.5f * d[4]);
        return new float[] {
            d[0] + sum + plus,
            Math.fma(1.5f, d[1] - d[2], other) + plus,
            Math.fma(0.75f, sum, d[5]) + plus,
            d[0] * 3.25f - other + plus
        };
    }

    private static float[] six(float[] d) {
        float[] f = four(new float[] {d[3], d[1], d[2], d[0], d[1], d[2]}, 0);
        return new float[] {f[0], f[1], f[2], f[3], 7.5f * d[0], d[3]};
    }

    @Property(tries = 150)
    void asOneByOne(
            @ForAll long seed,
            @ForAll @IntRange(min = 16, max = 75) int channels,
            @ForAll @IntRange(min = 1, max = 70) int tiles,
            @ForAll @IntRange(min = 0, max = 2) int begin,
            @ForAll @IntRange(min = 0, max = 2) int missing,
            @ForAll boolean wider,
            @ForAll boolean wide) {
        assumeTrue(MachineTiles.there(), "needs Linux on x86-64 with AVX2");
        int bytes = wide && MachineCode.avx512() ? 64 : 32;
        int in = wider ? 4 : 6;
        int out = wider ? 6 : 4;
        MachineTiles code = wider
                ? new MachineTiles(SIX, SIX, 4, 6, false, bytes)
                : new MachineTiles(FOUR, FOUR_PLUS, 6, 4, true, bytes);
        int end = Math.max(in - missing, begin);
        Random random = new Random(seed);
        int tile = in * in * channels + random.nextInt(5);
        int outTile = out * out * channels + random.nextInt(5);
        try (Arena arena = Arena.ofConfined()) {
            float[] from = new float[tiles * tile];
            for (int i = 0; i < from.length; i++) {
                from[i] = (float) random.nextGaussian();
            }
            float[] plus = new float[channels];
            for (int c = 0; c < channels; c++) {
                plus[c] = (float) random.nextGaussian();
            }
            MemorySegment f = arena.allocateFrom(ValueLayout.JAVA_FLOAT, from);
            MemorySegment p = arena.allocateFrom(ValueLayout.JAVA_FLOAT, plus);
            MemorySegment to = arena.allocate(4L * tiles * outTile, 64);
            code.run(
                    side(f, in, channels, tile),
                    begin,
                    end,
                    side(to, out, channels, outTile),
                    p.address(),
                    tiles,
                    channels);
            for (int t = 0; t < tiles; t++) {
                for (int c = 0; c < channels; c++) {
                    float[][] between = new float[in][];
                    for (int column = 0; column < in; column++) {
                        float[] d = new float[in];
                        for (int l = 0; l < in; l++) {
                            boolean there = column >= begin && column < end;
                            d[l] = there ? from[t * tile + (l * in + column) * channels + c] : 0;
                        }
                        boolean there = column >= begin && column < end;
                        between[column] = !there ? new float[out] : wider ? six(d) : four(d, 0);
                    }
                    for (int l = 0; l < out; l++) {
                        float[] d = new float[in];
                        for (int column = 0; column < in; column++) {
                            d[column] = between[column][l];
                        }
                        float[] expected = wider ? six(d) : four(d, plus[c]);
                        for (int k = 0; k < out; k++) {
                            float got =
                                    to.getAtIndex(ValueLayout.JAVA_FLOAT, t * outTile + (l * out + k) * channels + c);
                            assertThat(got)
                                    .as("tile %d, line %d, column %d, channel %d", t, l, k, c)
                                    .isEqualTo(expected[k]);
                        }
                    }
                }
            }
        }
    }

    private static MachineTiles.Side side(MemorySegment m, int n, int channels, int tile) {
        long[] lines = new long[n];
        for (int l = 0; l < n; l++) {
            lines[l] = m.address() + 4L * l * n * channels;
        }
        return new MachineTiles.Side(lines, 4L * channels, 4L * tile);
    }
}

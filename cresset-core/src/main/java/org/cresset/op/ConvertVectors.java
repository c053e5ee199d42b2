package org.cresset.op;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import org.cresset.base.DType;
import org.cresset.emit.Window;
import org.jspecify.annotations.Nullable;

/** The most frequent conversions from memory to memory, without the arrays of {@link ConvertRuns} in between. */
final class ConvertVectors {
    /** Elements at a time; others are left. */
    static final int STEP = 8;

    private static final ValueLayout.OfLong L = ValueLayout.JAVA_LONG_UNALIGNED;
    private static final ValueLayout.OfShort S = ValueLayout.JAVA_SHORT_UNALIGNED;
    private static final ValueLayout.OfInt I = ValueLayout.JAVA_INT_UNALIGNED;
    private static final ValueLayout.OfFloat F = ValueLayout.JAVA_FLOAT_UNALIGNED;
    private static final int INFINITY = 0x7f800000;
    private static final ByteOrder ORDER = ByteOrder.nativeOrder();
    private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_256;
    private static final VectorSpecies<Short> SHORTS = ShortVector.SPECIES_128;
    private static final VectorSpecies<Float> FOUR_FLOATS = FloatVector.SPECIES_128;
    private static final VectorSpecies<Integer> FOUR_INTS = IntVector.SPECIES_128;
    private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_256;
    private static final VectorSpecies<Long> LONGS = LongVector.SPECIES_256;
    private static final VectorSpecies<Double> DOUBLES = DoubleVector.SPECIES_256;

    private ConvertVectors() {}

    /** Converts n elements, a multiple of {@link #STEP}, from one address to another. */
    private interface Loop {
        void run(long from, long to, int n);
    }

    /** Which conversions there are; each knows whether it is compiled. */
    enum Pair {
        FLOATS_TO_DOUBLES(ConvertVectors::floatsToDoubles),
        DOUBLES_TO_FLOATS(ConvertVectors::doublesToFloats),
        BRAIN_TO_FLOATS(ConvertVectors::brainToFloats),
        FLOATS_TO_BRAIN(ConvertVectors::floatsToBrain),
        FLOATS_TO_LONGS(ConvertVectors::floatsToLongs),
        LONGS_TO_FLOATS(ConvertVectors::longsToFloats);

        private static final int EXERCISED = 1024;

        private final Loop loop;
        private final MemorySegment scratch = Arena.ofAuto().allocate(16L * EXERCISED, 64);
        private final Exercise exercise;

        Pair(Loop loop) {
            this.loop = loop;
            long at = scratch.address();
            // Of both kinds some are beyond 32 bits, and some NaN: the compiler leaves out branches that it hasn't seen
            // taken.
            for (int i = 0; i < EXERCISED; i += 64) {
                scratch.set(ValueLayout.JAVA_LONG, 8L * i, i % 128 == 0 ? 0x7149f2ca7149f2caL : 0x7fc000007fc00000L);
            }
            exercise = new Exercise(() -> loop.run(at, at + 8L * EXERCISED, EXERCISED), EXERCISED);
        }

        /** What can be used now for n elements, or null. */
        static @Nullable Pair of(DType source, DType target, long n) {
            Pair p =
                    switch (source) {
                        case FLOAT32 ->
                            switch (target) {
                                case FLOAT64 -> FLOATS_TO_DOUBLES;
                                case BFLOAT16 -> FLOATS_TO_BRAIN;
                                case INT64 -> FLOATS_TO_LONGS;
                                default -> null;
                            };
                        case INT64 -> target == DType.FLOAT32 ? LONGS_TO_FLOATS : null;
                        case FLOAT64 -> target == DType.FLOAT32 ? DOUBLES_TO_FLOATS : null;
                        case BFLOAT16 -> target == DType.FLOAT32 ? BRAIN_TO_FLOATS : null;
                        default -> null;
                    };
            return p != null && p.exercise.ready(n) && Transposition.fits() ? p : null;
        }

        /** Converts as many elements as it can, which it gives. */
        long run(DType source, MemorySegment from, long fo, DType target, MemorySegment to, long at, long n) {
            long whole = n / STEP * STEP;
            long a = Window.address(from, fo, whole * source.size());
            long b = Window.address(to, at, whole * target.size());
            for (long i = 0; i < whole; i += 1 << 20) {
                loop.run(a + i * source.size(), b + i * target.size(), (int) Math.min(1 << 20, whole - i));
            }
            return whole;
        }
    }

    private static void floatsToDoubles(long from, long to, int n) {
        for (int i = 0; i < n; i += 4) {
            FloatVector x = FloatVector.fromMemorySegment(FOUR_FLOATS, Window.MEMORY, from + 4L * i, ORDER);
            DoubleVector y = (DoubleVector) x.convertShape(VectorOperators.F2D, DOUBLES, 0);
            y.intoMemorySegment(Window.MEMORY, to + 8L * i, ORDER);
        }
    }

    private static void doublesToFloats(long from, long to, int n) {
        for (int i = 0; i < n; i += 4) {
            DoubleVector x = DoubleVector.fromMemorySegment(DOUBLES, Window.MEMORY, from + 8L * i, ORDER);
            FloatVector y = (FloatVector) x.convertShape(VectorOperators.D2F, FOUR_FLOATS, 0);
            y.intoMemorySegment(Window.MEMORY, to + 4L * i, ORDER);
        }
    }

    private static void brainToFloats(long from, long to, int n) {
        for (int i = 0; i < n; i += STEP) {
            ShortVector x = ShortVector.fromMemorySegment(SHORTS, Window.MEMORY, from + 2L * i, ORDER);
            IntVector y = (IntVector) x.convertShape(VectorOperators.S2I, INTS, 0);
            y.lanewise(VectorOperators.LSHL, 16).intoMemorySegment(Window.MEMORY, to + 4L * i, ORDER);
        }
    }

    /** To the nearest, ties to even, two vectors at once if there is no NaN in them. */
    private static void floatsToBrain(long from, long to, int n) {
        int i = 0;
        for (; i + 2 * STEP <= n; i += 2 * STEP) {
            IntVector a = IntVector.fromMemorySegment(INTS, Window.MEMORY, from + 4L * i, ORDER);
            IntVector b = IntVector.fromMemorySegment(INTS, Window.MEMORY, from + 4L * i + 32, ORDER);
            IntVector magnitude = a.and(0x7fffffff).max(b.and(0x7fffffff));
            if (magnitude.compare(VectorOperators.GT, INFINITY).anyTrue()) {
                floatsToBrain(from, to, i, i + 2 * STEP);
            } else {
                rounded(a).intoMemorySegment(Window.MEMORY, to + 2L * i, ORDER);
                rounded(b).intoMemorySegment(Window.MEMORY, to + 2L * i + 16, ORDER);
            }
        }
        floatsToBrain(from, to, i, n);
    }

    private static ShortVector rounded(IntVector bits) {
        IntVector odd = bits.lanewise(VectorOperators.LSHR, 16).and(1);
        IntVector high = bits.add(0x7fff).add(odd).lanewise(VectorOperators.LSHR, 16);
        return (ShortVector) high.convertShape(VectorOperators.I2S, SHORTS, 0);
    }

    /** One by one: the compiler doesn't inline more vector code than that of numbers. NaN stays a quiet NaN. */
    private static void floatsToBrain(long from, long to, int first, int end) {
        for (int i = first; i < end; i++) {
            int b = Window.MEMORY.get(I, from + 4L * i);
            boolean nan = (b & 0x7fffffff) > INFINITY;
            int high = nan ? b >>> 16 | 0x40 : b + 0x7fff + (b >>> 16 & 1) >>> 16;
            Window.MEMORY.set(S, to + 2L * i, (short) high);
        }
    }

    /** By way of ints, to which processors have instructions, where all of a step are in their range. */
    private static void floatsToLongs(long from, long to, int n) {
        for (int i = 0; i < n; i += STEP) {
            FloatVector x = FloatVector.fromMemorySegment(FLOATS, Window.MEMORY, from + 4L * i, ORDER);
            if (x.abs().compare(VectorOperators.LT, 0x1p31f).allTrue()) {
                IntVector y = (IntVector) x.convertShape(VectorOperators.F2I, INTS, 0);
                y.convertShape(VectorOperators.I2L, LONGS, 0)
                        .reinterpretAsLongs()
                        .intoMemorySegment(Window.MEMORY, to + 8L * i, ORDER);
                y.convertShape(VectorOperators.I2L, LONGS, 1)
                        .reinterpretAsLongs()
                        .intoMemorySegment(Window.MEMORY, to + 8L * i + 32, ORDER);
            } else {
                for (int k = i; k < i + STEP; k++) {
                    Window.MEMORY.set(L, to + 8L * k, Convert.toLong(Window.MEMORY.get(F, from + 4L * k)));
                }
            }
        }
    }

    /** The same the other way. */
    private static void longsToFloats(long from, long to, int n) {
        for (int i = 0; i < n; i += STEP) {
            LongVector a = LongVector.fromMemorySegment(LONGS, Window.MEMORY, from + 8L * i, ORDER);
            LongVector b = LongVector.fromMemorySegment(LONGS, Window.MEMORY, from + 8L * i + 32, ORDER);
            LongVector far = a.add(1L << 31).or(b.add(1L << 31)).lanewise(VectorOperators.LSHR, 32);
            if (far.compare(VectorOperators.EQ, 0).allTrue()) {
                fourFloats(a).intoMemorySegment(Window.MEMORY, to + 4L * i, ORDER);
                fourFloats(b).intoMemorySegment(Window.MEMORY, to + 4L * i + 16, ORDER);
            } else {
                for (int k = i; k < i + STEP; k++) {
                    Window.MEMORY.set(F, to + 4L * k, Window.MEMORY.get(L, from + 8L * k));
                }
            }
        }
    }

    private static FloatVector fourFloats(LongVector x) {
        IntVector ints = (IntVector) x.convertShape(VectorOperators.L2I, FOUR_INTS, 0);
        return (FloatVector) ints.convertShape(VectorOperators.I2F, FOUR_FLOATS, 0);
    }
}

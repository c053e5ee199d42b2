package org.cresset.op;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
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

    private static final ByteOrder ORDER = ByteOrder.nativeOrder();
    private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_256;
    private static final VectorSpecies<Short> SHORTS = ShortVector.SPECIES_128;
    private static final VectorSpecies<Float> FOUR_FLOATS = FloatVector.SPECIES_128;
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
        FLOATS_TO_BRAIN(ConvertVectors::floatsToBrain);

        private static final int EXERCISED = 1024;

        private final Loop loop;
        private final MemorySegment scratch = Arena.ofAuto().allocate(16L * EXERCISED, 64);
        private final Exercise exercise;

        Pair(Loop loop) {
            this.loop = loop;
            long at = scratch.address();
            exercise = new Exercise(() -> loop.run(at, at + 8L * EXERCISED, EXERCISED), EXERCISED);
        }

        /** What can be used now for n elements, or null. */
        static @Nullable Pair of(DType source, DType target, long n) {
            Pair p =
                    switch (source) {
                        case FLOAT32 ->
                            target == DType.FLOAT64
                                    ? FLOATS_TO_DOUBLES
                                    : target == DType.BFLOAT16 ? FLOATS_TO_BRAIN : null;
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

    /** To the nearest, ties to even; NaN stays a quiet NaN. */
    private static void floatsToBrain(long from, long to, int n) {
        for (int i = 0; i < n; i += STEP) {
            IntVector b = IntVector.fromMemorySegment(INTS, Window.MEMORY, from + 4L * i, ORDER);
            IntVector high = b.lanewise(VectorOperators.ASHR, 16);
            IntVector rounded = b.add(0x7fff).add(high.and(1)).lanewise(VectorOperators.ASHR, 16);
            IntVector y = rounded.blend(high.or(0x40), b.and(0x7fffffff).compare(VectorOperators.GT, 0x7f800000));
            y.convertShape(VectorOperators.I2S, SHORTS, 0)
                    .reinterpretAsShorts()
                    .intoMemorySegment(Window.MEMORY, to + 2L * i, ORDER);
        }
    }
}

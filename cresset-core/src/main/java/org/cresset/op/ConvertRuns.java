package org.cresset.op;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.cresset.base.DType;
import org.cresset.emit.Casts;

/**
 * Conversions of runs of memory between real dtypes. They go through arrays: loops over arrays of primitives are made into
 * vector code by the JIT compiler, loops over segments aren't, and unlike the Vector API they are not slow before that. Each
 * dtype is brought to one of four that computers calculate in, from that to the one the target is made of, and written.
 */
final class ConvertRuns {
    private static final int TILE = 1024;
    private static final ValueLayout.OfByte B = ValueLayout.JAVA_BYTE;
    private static final ValueLayout.OfShort S = ValueLayout.JAVA_SHORT_UNALIGNED;
    private static final ValueLayout.OfInt I = ValueLayout.JAVA_INT_UNALIGNED;
    private static final ValueLayout.OfLong L = ValueLayout.JAVA_LONG_UNALIGNED;
    private static final ValueLayout.OfFloat F = ValueLayout.JAVA_FLOAT_UNALIGNED;
    private static final ValueLayout.OfDouble D = ValueLayout.JAVA_DOUBLE_UNALIGNED;
    private static final ThreadLocal<ConvertRuns> OWN = ThreadLocal.withInitial(ConvertRuns::new);

    private final byte[] bytes = new byte[TILE];
    private final short[] shorts = new short[TILE];
    private final int[] ints = new int[TILE];
    private final long[] longs = new long[TILE];
    private final float[] floats = new float[TILE];
    private final double[] doubles = new double[TILE];
    /** Where bit patterns become floats, which loops over arrays do one by one. */
    private final MemorySegment bits = Arena.ofAuto().allocate(4 * TILE, 64);

    private ConvertRuns() {}

    /** n elements at {@code fo} to another dtype at {@code to0}; none of the dtypes is complex. */
    static void run(DType source, MemorySegment from, long fo, DType target, MemorySegment to, long to0, long n) {
        if (ConvertLoops.run(source, from, fo, target, to, to0, n)) {
            return;
        }
        ConvertRuns r = OWN.get();
        for (long i = 0; i < n; i += TILE) {
            int m = (int) Math.min(TILE, n - i);
            long at = fo + i * source.size();
            if (target == DType.BOOL && source.isFloat()) {
                r.truth(source, from, at, m);
            } else {
                r.change(r.load(source, from, at, m), target, m);
            }
            r.store(target, to, to0 + i * target.size(), m);
        }
    }

    /** n numbers to another dtype at a byte offset. */
    static void run(double[] numbers, MemorySegment to, long at, DType target, int n) {
        ConvertRuns r = OWN.get();
        for (int i = 0; i < n; i += TILE) {
            int m = Math.min(TILE, n - i);
            System.arraycopy(numbers, i, r.doubles, 0, m);
            if (target == DType.BOOL) {
                for (int k = 0; k < m; k++) {
                    r.ints[k] = r.doubles[k] != 0 ? 1 : 0;
                }
            } else {
                r.change(DType.FLOAT64, target, m);
            }
            r.store(target, to, at + (long) i * target.size(), m);
        }
    }

    /** n elements at a byte offset as doubles. */
    static void run(DType source, MemorySegment from, long at, double[] numbers, int n) {
        if (source == DType.FLOAT64) {
            MemorySegment.copy(from, D, at, numbers, 0, n);
            return;
        }
        ConvertRuns r = OWN.get();
        for (int i = 0; i < n; i += TILE) {
            int m = Math.min(TILE, n - i);
            r.change(r.load(source, from, at + (long) i * source.size(), m), DType.FLOAT64, m);
            System.arraycopy(r.doubles, 0, numbers, i, m);
        }
    }

    /** The dtype of those four in which elements of another are handled. */
    private static DType hub(DType t) {
        return switch (t) {
            case INT64, FLOAT32, FLOAT64 -> t;
            case FLOAT16, BFLOAT16 -> DType.FLOAT32;
            default -> DType.INT32;
        };
    }

    /** Reads; gives the dtype of the array that has the elements now. */
    private DType load(DType t, MemorySegment m, long at, int n) {
        switch (t) {
            case BOOL, UINT8, INT8 -> {
                MemorySegment.copy(m, B, at, bytes, 0, n);
                if (t == DType.INT8) {
                    widenSigned(bytes, ints, n);
                } else {
                    widenUnsigned(bytes, ints, n);
                }
            }
            case INT16 -> {
                MemorySegment.copy(m, S, at, shorts, 0, n);
                widenShort(shorts, ints, n);
            }
            case INT32 -> MemorySegment.copy(m, I, at, ints, 0, n);
            case INT64 -> MemorySegment.copy(m, L, at, longs, 0, n);
            case FLOAT16 -> {
                MemorySegment.copy(m, S, at, shorts, 0, n);
                widenHalf(shorts, floats, n);
            }
            case BFLOAT16 -> {
                MemorySegment.copy(m, S, at, shorts, 0, n);
                widenBrain(shorts, ints, n);
                MemorySegment.copy(ints, 0, bits, I, 0, n);
                MemorySegment.copy(bits, F, 0, floats, 0, n);
            }
            case FLOAT32 -> MemorySegment.copy(m, F, at, floats, 0, n);
            default -> MemorySegment.copy(m, D, at, doubles, 0, n);
        }
        return hub(t);
    }

    /** From one array to the one that {@code target} is made of. */
    private void change(DType from, DType target, int n) {
        switch (from) {
            case INT32 -> fromInts(target, n);
            case INT64 -> fromLongs(target, n);
            case FLOAT32 -> fromFloats(target, n);
            default -> fromDoubles(target, n);
        }
    }

    private void fromInts(DType target, int n) {
        switch (hub(target)) {
            case INT64 -> intsToLongs(ints, longs, n);
            case FLOAT32 -> intsToFloats(ints, floats, n);
            case FLOAT64 -> intsToDoubles(ints, doubles, n);
            default -> {
                if (target == DType.BOOL) {
                    notZero(ints, n);
                }
            }
        }
    }

    private void fromLongs(DType target, int n) {
        switch (hub(target)) {
            case INT64 -> {}
            case FLOAT32 -> {
                if (areInts(longs, n)) {
                    longsToInts(longs, ints, n);
                    intsToFloats(ints, floats, n);
                } else {
                    longsToFloats(longs, floats, n);
                }
            }
            case FLOAT64 -> {
                if (areInts(longs, n)) {
                    longsToInts(longs, ints, n);
                    intsToDoubles(ints, doubles, n);
                } else {
                    longsToDoubles(longs, doubles, n);
                }
            }
            default -> {
                if (target == DType.BOOL) {
                    notZero(longs, n);
                }
                longsToInts(longs, ints, n);
            }
        }
    }

    private void fromFloats(DType target, int n) {
        switch (hub(target)) {
            case INT64 -> {
                float most = largest(floats, n);
                if (most < 0x1p31f) { // the way by int is one that processors have vector instructions for
                    floatsToInts(floats, ints, n);
                    intsToLongs(ints, longs, n);
                } else if (most < 0x1p63f) {
                    floatsToLongs(floats, longs, n);
                } else {
                    for (int i = 0; i < n; i++) {
                        longs[i] = Casts.toLong(floats[i]);
                    }
                }
            }
            case FLOAT32 -> {}
            case FLOAT64 -> floatsToDoubles(floats, doubles, n);
            default -> {
                if (largest(floats, n) < 0x1p31f) {
                    floatsToInts(floats, ints, n);
                } else {
                    for (int i = 0; i < n; i++) {
                        ints[i] = Casts.toInt(floats[i]);
                    }
                }
            }
        }
    }

    private void fromDoubles(DType target, int n) {
        switch (hub(target)) {
            case INT64 -> {
                if (largest(doubles, n) < 0x1p63) {
                    doublesToLongs(doubles, longs, n);
                } else {
                    for (int i = 0; i < n; i++) {
                        longs[i] = Casts.toLong(doubles[i]);
                    }
                }
            }
            case FLOAT32 -> doublesToFloats(doubles, floats, n);
            case FLOAT64 -> {}
            default -> {
                if (largest(doubles, n) < 0x1p31) {
                    doublesToInts(doubles, ints, n);
                } else {
                    for (int i = 0; i < n; i++) {
                        ints[i] = Casts.toInt(doubles[i]);
                    }
                }
            }
        }
    }

    /** 1 for what isn't 0 (NaN isn't), by the bits without the sign. */
    private void truth(DType source, MemorySegment m, long at, int n) {
        switch (source) {
            case FLOAT64 -> {
                MemorySegment.copy(m, L, at, longs, 0, n);
                withoutSign(longs, n);
                notZero(longs, n);
                longsToInts(longs, ints, n);
            }
            case FLOAT32 -> {
                MemorySegment.copy(m, I, at, ints, 0, n);
                withoutSign(ints, n);
                notZero(ints, n);
            }
            default -> {
                MemorySegment.copy(m, S, at, shorts, 0, n);
                widenBrain(shorts, ints, n);
                withoutSign(ints, n);
                notZero(ints, n);
            }
        }
    }

    /** Writes from the array in which {@code t} is handled. */
    private void store(DType t, MemorySegment m, long at, int n) {
        switch (t) {
            case BOOL, UINT8, INT8 -> {
                narrowBytes(ints, bytes, n);
                MemorySegment.copy(bytes, 0, m, B, at, n);
            }
            case INT16 -> {
                narrowShorts(ints, shorts, n);
                MemorySegment.copy(shorts, 0, m, S, at, n);
            }
            case INT32 -> MemorySegment.copy(ints, 0, m, I, at, n);
            case INT64 -> MemorySegment.copy(longs, 0, m, L, at, n);
            case FLOAT16 -> {
                narrowHalf(floats, shorts, n);
                MemorySegment.copy(shorts, 0, m, S, at, n);
            }
            case BFLOAT16 -> {
                MemorySegment.copy(floats, 0, bits, F, 0, n);
                MemorySegment.copy(bits, I, 0, ints, 0, n);
                roundBrain(ints, n);
                narrowShorts(ints, shorts, n);
                MemorySegment.copy(shorts, 0, m, S, at, n);
            }
            case FLOAT32 -> MemorySegment.copy(floats, 0, m, F, at, n);
            default -> MemorySegment.copy(doubles, 0, m, D, at, n);
        }
    }

    // One loop a method: the compiler makes each into vector code by itself, but not several steps at once.

    private static void widenSigned(byte[] from, int[] to, int n) {
        for (int i = 0; i < n; i++) {
            to[i] = from[i];
        }
    }

    private static void widenUnsigned(byte[] from, int[] to, int n) {
        for (int i = 0; i < n; i++) {
            to[i] = from[i] & 0xff;
        }
    }

    private static void widenShort(short[] from, int[] to, int n) {
        for (int i = 0; i < n; i++) {
            to[i] = from[i];
        }
    }

    private static void widenBrain(short[] from, int[] to, int n) {
        for (int i = 0; i < n; i++) {
            to[i] = from[i] << 16;
        }
    }

    private static void widenHalf(short[] from, float[] to, int n) {
        for (int i = 0; i < n; i++) {
            to[i] = Float.float16ToFloat(from[i]);
        }
    }

    private static void narrowBytes(int[] from, byte[] to, int n) {
        for (int i = 0; i < n; i++) {
            to[i] = (byte) from[i];
        }
    }

    private static void narrowShorts(int[] from, short[] to, int n) {
        for (int i = 0; i < n; i++) {
            to[i] = (short) from[i];
        }
    }

    private static void narrowHalf(float[] from, short[] to, int n) {
        for (int i = 0; i < n; i++) {
            to[i] = Float.floatToFloat16(from[i]);
        }
    }

    /** To the nearest, ties to even; NaN stays a quiet NaN. Without branches, so that it becomes vector code. */
    private static void roundBrain(int[] bits, int n) {
        for (int i = 0; i < n; i++) {
            int b = bits[i];
            int nan = 0x7f800000 - (b & 0x7fffffff) >> 31; // all ones for NaN
            int rounded = b + 0x7fff + (b >>> 16 & 1) >> 16;
            int quiet = b >> 16 | 0x40;
            bits[i] = rounded & ~nan | quiet & nan;
        }
    }

    private static void withoutSign(int[] x, int n) {
        for (int i = 0; i < n; i++) {
            x[i] &= 0x7fffffff;
        }
    }

    private static void withoutSign(long[] x, int n) {
        for (int i = 0; i < n; i++) {
            x[i] &= 0x7fffffffffffffffL;
        }
    }

    private static void notZero(int[] x, int n) {
        for (int i = 0; i < n; i++) {
            int v = x[i];
            x[i] = (v | -v) >>> 31;
        }
    }

    private static void notZero(long[] x, int n) {
        for (int i = 0; i < n; i++) {
            long v = x[i];
            x[i] = (v | -v) >>> 63;
        }
    }

    /** The largest magnitude, NaN if there is one. */
    private static float largest(float[] x, int n) {
        float most = 0;
        for (int i = 0; i < n; i++) {
            most = Math.max(most, Math.abs(x[i]));
        }
        return most;
    }

    private static double largest(double[] x, int n) {
        double most = 0;
        for (int i = 0; i < n; i++) {
            most = Math.max(most, Math.abs(x[i]));
        }
        return most;
    }

    /** Whether all fit into 32 bits. */
    private static boolean areInts(long[] x, int n) {
        long more = 0;
        for (int i = 0; i < n; i++) {
            long v = x[i];
            more |= v ^ v << 32 >> 32;
        }
        return more == 0;
    }

    private static void intsToLongs(int[] from, long[] to, int n) {
        for (int i = 0; i < n; i++) {
            to[i] = from[i];
        }
    }

    private static void intsToFloats(int[] from, float[] to, int n) {
        for (int i = 0; i < n; i++) {
            to[i] = from[i];
        }
    }

    private static void intsToDoubles(int[] from, double[] to, int n) {
        for (int i = 0; i < n; i++) {
            to[i] = from[i];
        }
    }

    private static void longsToInts(long[] from, int[] to, int n) {
        for (int i = 0; i < n; i++) {
            to[i] = (int) from[i];
        }
    }

    private static void longsToFloats(long[] from, float[] to, int n) {
        for (int i = 0; i < n; i++) {
            to[i] = from[i];
        }
    }

    private static void longsToDoubles(long[] from, double[] to, int n) {
        for (int i = 0; i < n; i++) {
            to[i] = from[i];
        }
    }

    private static void floatsToInts(float[] from, int[] to, int n) {
        for (int i = 0; i < n; i++) {
            to[i] = (int) from[i];
        }
    }

    private static void floatsToLongs(float[] from, long[] to, int n) {
        for (int i = 0; i < n; i++) {
            to[i] = (long) from[i];
        }
    }

    private static void floatsToDoubles(float[] from, double[] to, int n) {
        for (int i = 0; i < n; i++) {
            to[i] = from[i];
        }
    }

    private static void doublesToInts(double[] from, int[] to, int n) {
        for (int i = 0; i < n; i++) {
            to[i] = (int) from[i];
        }
    }

    private static void doublesToLongs(double[] from, long[] to, int n) {
        for (int i = 0; i < n; i++) {
            to[i] = (long) from[i];
        }
    }

    private static void doublesToFloats(double[] from, float[] to, int n) {
        for (int i = 0; i < n; i++) {
            to[i] = (float) from[i];
        }
    }
}

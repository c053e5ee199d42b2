package org.cresset.op;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.cresset.base.DType;

/**
 * Conversions of runs of memory between float32 and the half types. They go through arrays: loops over arrays of primitives
 * are made into vector code by the JIT compiler, loops over segments aren't, and unlike the Vector API they are not slow
 * before that.
 */
final class HalfRuns {
    private static final int TILE = 1024;
    private static final ThreadLocal<HalfRuns> OWN = ThreadLocal.withInitial(HalfRuns::new);

    private final short[] halves = new short[TILE];
    private final int[] bits = new int[TILE];
    private final float[] floats = new float[TILE];

    private HalfRuns() {}

    /** n elements of a half type at {@code fo} to float32 at {@code to0}. */
    static void widen(DType half, MemorySegment from, long fo, MemorySegment to, long to0, long n) {
        HalfRuns r = OWN.get();
        for (long i = 0; i < n; i += TILE) {
            int m = (int) Math.min(TILE, n - i);
            MemorySegment.copy(from, ValueLayout.JAVA_SHORT_UNALIGNED, fo + 2 * i, r.halves, 0, m);
            if (half == DType.BFLOAT16) {
                widenBrain(r.halves, r.bits, m);
                MemorySegment.copy(r.bits, 0, to, ValueLayout.JAVA_INT_UNALIGNED, to0 + 4 * i, m);
            } else {
                widenHalf(r.halves, r.floats, m);
                MemorySegment.copy(r.floats, 0, to, ValueLayout.JAVA_FLOAT_UNALIGNED, to0 + 4 * i, m);
            }
        }
    }

    /** n elements of float32 at {@code fo} to a half type at {@code to0}. */
    static void narrow(DType half, MemorySegment from, long fo, MemorySegment to, long to0, long n) {
        HalfRuns r = OWN.get();
        for (long i = 0; i < n; i += TILE) {
            int m = (int) Math.min(TILE, n - i);
            if (half == DType.BFLOAT16) {
                MemorySegment.copy(from, ValueLayout.JAVA_INT_UNALIGNED, fo + 4 * i, r.bits, 0, m);
                roundBrain(r.bits, m);
                narrowBrain(r.bits, r.halves, m);
            } else {
                MemorySegment.copy(from, ValueLayout.JAVA_FLOAT_UNALIGNED, fo + 4 * i, r.floats, 0, m);
                narrowHalf(r.floats, r.halves, m);
            }
            MemorySegment.copy(r.halves, 0, to, ValueLayout.JAVA_SHORT_UNALIGNED, to0 + 2 * i, m);
        }
    }

    private static void widenBrain(short[] from, int[] to, int n) {
        for (int i = 0; i < n; i++) {
            to[i] = from[i] << 16;
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

    /** Apart from rounding: the compiler vectorises either, but not both at once. */
    private static void narrowBrain(int[] from, short[] to, int n) {
        for (int i = 0; i < n; i++) {
            to[i] = (short) from[i];
        }
    }

    private static void widenHalf(short[] from, float[] to, int n) {
        for (int i = 0; i < n; i++) {
            to[i] = Float.float16ToFloat(from[i]);
        }
    }

    private static void narrowHalf(float[] from, short[] to, int n) {
        for (int i = 0; i < n; i++) {
            to[i] = Float.floatToFloat16(from[i]);
        }
    }
}

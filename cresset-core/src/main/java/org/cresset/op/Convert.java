package org.cresset.op;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.cresset.base.BFloat16;
import org.cresset.base.DType;
import org.cresset.emit.Casts;

/**
 * Moves runs of elements between dtypes, one of which is a type that loops compute in. Conversions are PyTorch's: towards
 * zero from floating point to integers, modulo 2^n between integers, "not zero" to bool.
 */
public final class Convert {
    private static final ValueLayout.OfByte B = ValueLayout.JAVA_BYTE;
    private static final ValueLayout.OfShort S = ValueLayout.JAVA_SHORT_UNALIGNED;
    private static final ValueLayout.OfInt I = ValueLayout.JAVA_INT_UNALIGNED;
    private static final ValueLayout.OfLong L = ValueLayout.JAVA_LONG_UNALIGNED;
    private static final ValueLayout.OfFloat F = ValueLayout.JAVA_FLOAT_UNALIGNED;
    private static final ValueLayout.OfDouble D = ValueLayout.JAVA_DOUBLE_UNALIGNED;

    /** Elements below which a run takes longer to prepare than to go through. */
    private static final int WORTH_A_RUN = 16;

    private static final ThreadLocal<MemorySegment> TILES =
            ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(1 << 14, 64));

    /** A number of any dtype that is zero. */
    private static final MemorySegment ZERO = Arena.global().allocate(8, 8);

    private Convert() {}

    /** Copies n elements of {@code size} bytes; steps in bytes. */
    static void move(MemorySegment from, long fo, long fs, MemorySegment to, long to0, long ts, int size, long n) {
        Moves.run(from, fo, fs, to, to0, ts, size, n);
    }

    /** Converts n elements from any dtype to any other; steps in bytes. */
    static void run(
            MemorySegment from,
            long fo,
            long fs,
            DType source,
            MemorySegment to,
            long to0,
            long ts,
            DType target,
            long n) {
        if (source == target) {
            move(from, fo, fs, to, to0, ts, source.size(), n);
        } else if (fs == 0 && n > 1) {
            run(from, fo, fs, source, to, to0, ts, target, 1);
            move(to, to0, 0, to, to0, ts, target.size(), n);
        } else if (source.isComplex() || target.isComplex()) {
            complex(from, fo, fs, source, to, to0, ts, target, n);
        } else if (n >= WORTH_A_RUN) {
            runs(from, fo, fs, source, to, to0, ts, target, n);
        } else if (source.isFloat()) {
            for (long i = 0; i < n; i++) {
                writeDouble(target, to, to0 + i * ts, readDouble(source, from, fo + i * fs));
            }
        } else {
            for (long i = 0; i < n; i++) {
                writeLong(target, to, to0 + i * ts, readLong(source, from, fo + i * fs));
            }
        }
    }

    /** Through runs of memory, to which and from which what is strided is brought. */
    private static void runs(
            MemorySegment from,
            long fo,
            long fs,
            DType source,
            MemorySegment to,
            long to0,
            long ts,
            DType target,
            long n) {
        boolean read = fs == source.size();
        boolean write = ts == target.size();
        if (read && write) {
            ConvertRuns.run(source, from, fo, target, to, to0, n);
            return;
        }
        MemorySegment tile = TILES.get();
        long half = tile.byteSize() / 2;
        for (long i = 0; i < n; i += half / 8) {
            long m = Math.min(half / 8, n - i);
            if (!read) {
                move(from, fo + i * fs, fs, tile, 0, source.size(), source.size(), m);
            }
            MemorySegment a = read ? from : tile;
            MemorySegment b = write ? to : tile;
            long at = write ? to0 + i * ts : half;
            ConvertRuns.run(source, a, read ? fo + i * fs : 0, target, b, at, m);
            if (!write) {
                move(tile, half, target.size(), to, to0 + i * ts, ts, target.size(), m);
            }
        }
    }

    /** Real parts, and imaginary ones, by themselves. */
    private static void complex(
            MemorySegment from,
            long fo,
            long fs,
            DType source,
            MemorySegment to,
            long to0,
            long ts,
            DType target,
            long n) {
        DType sr = source.real();
        DType tr = target.real();
        if (target == DType.BOOL) {
            for (long i = 0; i < n; i++) {
                double re = readDouble(sr, from, fo + i * fs);
                double im = readDouble(sr, from, fo + i * fs + sr.size());
                to.set(B, to0 + i * ts, re != 0 || im != 0 ? (byte) 1 : 0);
            }
            return;
        }
        run(from, fo, fs, sr, to, to0, ts, tr, n);
        if (target.isComplex()) {
            MemorySegment other = source.isComplex() ? from : ZERO;
            long at = source.isComplex() ? fo + sr.size() : 0;
            run(other, at, source.isComplex() ? fs : 0, source.isComplex() ? sr : tr, to, to0 + tr.size(), ts, tr, n);
        }
    }

    /** The real number at a byte offset (of a complex one its real part). */
    public static double readDouble(DType t, MemorySegment m, long o) {
        return switch (t) {
            case FLOAT32, COMPLEX64 -> m.get(F, o);
            case FLOAT64, COMPLEX128 -> m.get(D, o);
            case FLOAT16, COMPLEX32 -> Float.float16ToFloat(m.get(S, o));
            case BFLOAT16 -> BFloat16.toFloat(m.get(S, o));
            default -> readLong(t, m, o);
        };
    }

    /** The integer at a byte offset. */
    public static long readLong(DType t, MemorySegment m, long o) {
        return switch (t) {
            case BOOL, UINT8 -> m.get(B, o) & 0xff;
            case INT8 -> m.get(B, o);
            case INT16 -> m.get(S, o);
            case INT32 -> m.get(I, o);
            case INT64 -> m.get(L, o);
            default -> (long) readDouble(t, m, o);
        };
    }

    /** Writes a number, converted as PyTorch does. */
    public static void writeDouble(DType t, MemorySegment m, long o, double v) {
        switch (t) {
            case FLOAT32 -> m.set(F, o, (float) v);
            case FLOAT64 -> m.set(D, o, v);
            case FLOAT16 -> m.set(S, o, halfOf(v));
            case BFLOAT16 -> m.set(S, o, BFloat16.fromFloat((float) v));
            case COMPLEX32 -> {
                m.set(S, o, halfOf(v));
                m.set(S, o + 2, (short) 0);
            }
            case COMPLEX64 -> {
                m.set(F, o, (float) v);
                m.set(F, o + 4, 0);
            }
            case COMPLEX128 -> {
                m.set(D, o, v);
                m.set(D, o + 8, 0);
            }
            case BOOL -> m.set(B, o, v != 0 ? (byte) 1 : 0);
            case INT64 -> m.set(L, o, Casts.toLong(v));
            default -> writeLong(t, m, o, Casts.toInt(v));
        }
    }

    private static short halfOf(double v) {
        return Float.floatToFloat16((float) v);
    }

    /** Writes an integer, modulo the range of an integer dtype. */
    public static void writeLong(DType t, MemorySegment m, long o, long v) {
        switch (t) {
            case BOOL -> m.set(B, o, v != 0 ? (byte) 1 : 0);
            case UINT8, INT8 -> m.set(B, o, (byte) v);
            case INT16 -> m.set(S, o, (short) v);
            case INT32 -> m.set(I, o, (int) v);
            case INT64 -> m.set(L, o, v);
            case FLOAT32 -> m.set(F, o, (float) v);
            default -> writeDouble(t, m, o, v);
        }
    }

    /** Reads n real numbers that lie together. */
    static void to(MemorySegment m, long at, DType t, double[] numbers, int n) {
        ConvertRuns.run(t, m, at, numbers, n);
    }

    /** Writes n numbers one after the other, converted as PyTorch does; not for complex dtypes' imaginary parts. */
    public static void from(double[] numbers, MemorySegment m, long at, DType t, int n) {
        if (t.isComplex()) {
            for (int i = 0; i < n; i++) {
                writeDouble(t, m, at + (long) i * t.size(), numbers[i]);
            }
            return;
        }
        ConvertRuns.run(numbers, m, at, t, n);
    }

    /** Writes one number n times. */
    public static void fill(MemorySegment m, long at, DType t, long n, double value) {
        long bytes = n * t.size();
        if (bytes == 0) {
            return;
        }
        if (Double.doubleToRawLongBits(value) == 0) {
            Moves.zero(m, at, bytes);
            return;
        }
        writeDouble(t, m, at, value);
        Moves.repeat(m, at, m, at, t.size(), n);
    }
}

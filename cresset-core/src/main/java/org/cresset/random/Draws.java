package org.cresset.random;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.cresset.base.BFloat16;
import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.op.Convert;
import org.cresset.op.ExponentialLoops;
import org.cresset.op.NormalLoops;

/**
 * Fills contiguous memory with random numbers of a distribution. {@code m} is the memory, {@code o} a byte offset in it,
 * {@code n} the number of elements of dtype {@code t}.
 */
public final class Draws {
    /** Numbers that are drawn at once. */
    private static final int SOME = 512;

    private static final int BLOCK = 16;

    /** Numbers that are made at a time. */
    private static final int TILE = 1024;

    private Draws() {}

    private static void put(MemorySegment m, long o, DType t, long i, double v) {
        Convert.writeDouble(t, m, o + (i << t.shift()), v);
    }

    /** Stores the first n numbers from an offset on. */
    private static void putAll(MemorySegment m, long at, DType t, float[] values, int n) {
        if (t == DType.FLOAT32) {
            MemorySegment.copy(values, 0, m, ValueLayout.JAVA_FLOAT_UNALIGNED, at, n);
            return;
        }
        for (int j = 0; j < n; j++) {
            put(m, at, t, j, values[j]);
        }
    }

    private static void refuse(String op, DType t) {
        if (!t.isFloat()) {
            throw CressetException.unsupported(op + ": does not exist for " + t + "; expected a floating-point dtype");
        }
    }

    /** Uniform in [from, to). */
    public static void uniform(Generator g, MemorySegment m, long o, long n, DType t, double from, double to) {
        if (t.isComplex()) {
            uniform(g, m, o, 2 * n, t.real(), from, to);
            return;
        }
        refuse("uniform_", t);
        if (!(from <= to)) {
            throw CressetException.runtime("uniform_: from " + from + " to " + to + "; expected from <= to");
        }
        synchronized (g) {
            if (t == DType.FLOAT64) {
                for (long i = 0; i < n; i++) {
                    double v = Math.fma(g.uniformDouble(), to - from, from);
                    m.set(ValueLayout.JAVA_DOUBLE_UNALIGNED, o + 8 * i, v == to ? from : v);
                }
                return;
            }
            float a = round(t, (float) from);
            float b = round(t, (float) to);
            float[] tile = new float[(int) Math.min(TILE, n)];
            for (long i = 0; i < n; i += TILE) {
                int k = (int) Math.min(TILE, n - i);
                g.uniformFloats(tile, k);
                spread(tile, k, a, b - a);
                long at = o + (i << t.shift());
                if (t != DType.FLOAT32) {
                    for (int j = 0; j < k; j++) {
                        float r = round(t, tile[j]);
                        put(m, at, t, j, r == b ? a : r);
                    }
                    continue;
                }
                for (int j = 0; j < k; j++) {
                    tile[j] = tile[j] == b ? a : tile[j];
                }
                MemorySegment.copy(tile, 0, m, ValueLayout.JAVA_FLOAT_UNALIGNED, at, k);
            }
        }
    }

    private static void spread(float[] x, int n, float from, float width) {
        for (int i = 0; i < n; i++) {
            x[i] = Math.fma(x[i], width, from);
        }
    }

    private static float round(DType t, float v) {
        return switch (t) {
            case FLOAT16 -> Float.float16ToFloat(Float.floatToFloat16(v));
            case BFLOAT16 -> BFloat16.toFloat(BFloat16.fromFloat(v));
            default -> v;
        };
    }

    /** Uniform integers in [low, high), in any dtype. */
    public static void integers(Generator g, MemorySegment m, long o, long n, DType t, long low, long high) {
        synchronized (g) {
            if (Generator.isNarrow(high - low)) {
                narrow(g, m, o, n, t, low, (int) (high - low));
                return;
            }
            for (long i = 0; i < n; i++) {
                Convert.writeLong(t, m, o + (i << t.shift()), g.uniformLong(low, high));
            }
        }
    }

    private static void narrow(Generator g, MemorySegment m, long o, long n, DType t, long low, int range) {
        int[] bits = new int[(int) Math.min(TILE, n)];
        long[] values = new long[bits.length];
        float[] floats = new float[bits.length];
        for (long i = 0; i < n; i += TILE) {
            int k = (int) Math.min(TILE, n - i);
            g.randoms(bits, k);
            for (int j = 0; j < k; j++) {
                values[j] = low + Integer.remainderUnsigned(bits[j], range);
            }
            long at = o + (i << t.shift());
            switch (t) {
                case INT64 -> MemorySegment.copy(values, 0, m, ValueLayout.JAVA_LONG_UNALIGNED, at, k);
                case FLOAT32 -> {
                    for (int j = 0; j < k; j++) {
                        floats[j] = values[j];
                    }
                    MemorySegment.copy(floats, 0, m, ValueLayout.JAVA_FLOAT_UNALIGNED, at, k);
                }
                default -> {
                    for (int j = 0; j < k; j++) {
                        Convert.writeLong(t, m, at + ((long) j << t.shift()), values[j]);
                    }
                }
            }
        }
    }

    /** Uniform over what the dtype holds, as {@code random_()} without bounds. */
    public static void integers(Generator g, MemorySegment m, long o, long n, DType t) {
        synchronized (g) {
            for (long i = 0; i < n; i++) {
                long v =
                        switch (t) {
                            case INT64 -> g.random64() & Long.MAX_VALUE;
                            case FLOAT64 -> Long.remainderUnsigned(g.random64(), (1L << 53) + 1);
                            case INT32 -> g.random() & Integer.MAX_VALUE;
                            case INT16 -> g.random() & 0x7fff;
                            case UINT8 -> g.random() & 0xff;
                            case INT8 -> g.random() & 0x7f;
                            case BOOL -> g.random() & 1;
                            case FLOAT16 -> Integer.remainderUnsigned(g.random(), (1 << 11) + 1);
                            case BFLOAT16 -> Integer.remainderUnsigned(g.random(), (1 << 8) + 1);
                            default -> Integer.remainderUnsigned(g.random(), (1 << 24) + 1);
                        };
                Convert.writeLong(t, m, o + (i << t.shift()), v);
            }
        }
    }

    /** All 64 bits. */
    public static void raw64(Generator g, MemorySegment m, long o, long n) {
        synchronized (g) {
            for (long i = 0; i < n; i++) {
                m.set(ValueLayout.JAVA_LONG_UNALIGNED, o + 8 * i, g.random64());
            }
        }
    }

    /** 0, ..., n - 1 in random order. */
    public static long[] permutation(Generator g, int n) {
        long[] r = new long[n];
        for (int i = 0; i < n; i++) {
            r[i] = i;
        }
        synchronized (g) {
            for (int i = 0; i < n - 1; i++) {
                int z = Integer.remainderUnsigned(g.random(), n - i);
                long swap = r[i];
                r[i] = r[i + z];
                r[i + z] = swap;
            }
        }
        return r;
    }

    /** Normal; sixteen or more at a time are made in blocks. */
    public static void normal(Generator g, MemorySegment m, long o, long n, DType t, double mean, double std) {
        if (!(std >= 0)) {
            throw CressetException.runtime("normal_: std is " + std + "; expected at least 0");
        }
        if (t.isComplex()) {
            normal(g, m, o, 2 * n, t.real(), mean, std * Math.sqrt(0.5));
            return;
        }
        refuse("normal_", t);
        if (n < BLOCK) {
            normalSequential(g, m, o, n, t, mean, std);
            return;
        }
        synchronized (g) {
            switch (t) {
                case FLOAT32 -> floats(g, m, o, n, (float) mean, (float) std);
                case FLOAT64 -> doubles(g, m, o, n, mean, std);
                default -> halves(g, m, o, n, t, (float) mean, (float) std);
            }
        }
    }

    /** Normal, one after the other; the rule for memory that isn't contiguous and for fewer than sixteen. */
    public static void normalSequential(
            Generator g, MemorySegment m, long o, long n, DType t, double mean, double std) {
        synchronized (g) {
            for (long i = 0; i < n; i++) {
                put(m, o, t, i, Math.fma(g.standardNormal(), std, mean));
            }
        }
    }

    /** All uniforms first, then block by block, then the last sixteen again if they don't make up a block. */
    private static void floats(Generator g, MemorySegment m, long o, long n, float mean, float std) {
        int chunk = 1 << 12;
        float[] u = new float[(int) Math.min(chunk, n)];
        for (long i = 0; i < n; i += chunk) {
            int k = (int) Math.min(chunk, n - i);
            g.uniformFloats(u, k);
            NormalLoops.transform(u, k, mean, std);
            MemorySegment.copy(u, 0, m, ValueLayout.JAVA_FLOAT_UNALIGNED, o + 4 * i, k);
        }
        if (n % BLOCK != 0) {
            g.uniformFloats(u, BLOCK);
            Normals.transform(u, 0, mean, std);
            MemorySegment.copy(u, 0, m, ValueLayout.JAVA_FLOAT_UNALIGNED, o + 4 * (n - BLOCK), BLOCK);
        }
    }

    private static void doubles(Generator g, MemorySegment m, long o, long n, double mean, double std) {
        int chunk = 1 << 12;
        double[] u = new double[chunk];
        for (long i = 0; i < n; i += chunk) {
            int k = (int) Math.min(chunk, n - i);
            for (int j = 0; j < k; j++) {
                u[j] = g.uniformDouble();
            }
            for (int j = 0; j + BLOCK <= k; j += BLOCK) {
                Normals.transform(u, j, mean, std);
            }
            MemorySegment.copy(u, 0, m, ValueLayout.JAVA_DOUBLE_UNALIGNED, o + 8 * i, k);
        }
        if (n % BLOCK != 0) {
            for (int j = 0; j < BLOCK; j++) {
                u[j] = g.uniformDouble();
            }
            Normals.transform(u, 0, mean, std);
            MemorySegment.copy(u, 0, m, ValueLayout.JAVA_DOUBLE_UNALIGNED, o + 8 * (n - BLOCK), BLOCK);
        }
    }

    private static void halves(Generator g, MemorySegment m, long o, long n, DType t, float mean, float std) {
        float[] u = new float[BLOCK];
        for (long b = 0; b < n / BLOCK; b++) {
            for (int j = 0; j < BLOCK; j++) {
                u[j] = g.uniformFloat();
            }
            Normals.transform(u, 0, mean, std);
            for (int j = 0; j < BLOCK; j++) {
                put(m, o, t, b * BLOCK + j, u[j]);
            }
        }
        if (n % BLOCK != 0) {
            for (int j = 0; j < BLOCK; j++) {
                u[j] = g.uniformFloat();
            }
            Normals.transform(u, 0, mean, std);
            for (int j = 0; j < BLOCK; j++) {
                put(m, o, t, n - BLOCK + j, u[j]);
            }
        }
    }

    /** 1 with probability p, else 0. */
    public static void bernoulli(Generator g, MemorySegment m, long o, long n, DType t, double p) {
        if (!(p >= 0 && p <= 1)) {
            throw CressetException.runtime("bernoulli_: p is " + p + "; expected a probability");
        }
        synchronized (g) {
            if (t == DType.FLOAT32) {
                int[] bits = new int[2 * SOME];
                float[] hits = new float[SOME];
                // A uniform number is so many times 2^-53, and p as many as it has to be below.
                long limit = (long) Math.ceil(p * 0x1p53);
                for (long i = 0; i < n; i += SOME) {
                    int some = (int) Math.min(SOME, n - i);
                    g.randoms(bits, 2 * some);
                    hits(bits, limit, hits, some);
                    MemorySegment.copy(hits, 0, m, ValueLayout.JAVA_FLOAT_UNALIGNED, o + 4 * i, some);
                }
                return;
            }
            for (long i = 0; i < n; i++) {
                put(m, o, t, i, g.uniformDouble() < p ? 1 : 0);
            }
        }
    }

    /** 1 where two of the numbers, the first of them the upper half, give one below the limit. */
    private static void hits(int[] bits, long limit, float[] hits, int n) {
        for (int i = 0; i < n; i++) {
            long v = (long) bits[2 * i] << 32 | bits[2 * i + 1] & 0xffffffffL;
            hits[i] = (v & (1L << 53) - 1) - limit >>> 63;
        }
    }

    /** 1 with the probability that {@code p} (of dtype {@code pt}, contiguous) holds for each element, else 0. */
    public static void bernoulli(
            Generator g, MemorySegment m, long o, long n, DType t, MemorySegment p, long po, DType pt) {
        synchronized (g) {
            if (pt != DType.FLOAT64) {
                inFloats(g, m, o, n, t, p, po, pt);
                return;
            }
            for (long i = 0; i < n; i++) {
                double q = p.get(ValueLayout.JAVA_DOUBLE_UNALIGNED, po + 8 * i);
                if (!(q >= 0 && q <= 1)) {
                    throw noProbability(i, q);
                }
                put(m, o, t, i, g.uniformDouble() < q ? 1 : 0);
            }
        }
    }

    private static CressetException noProbability(long i, double q) {
        return CressetException.runtime("bernoulli: element " + i + " is " + q + "; expected a probability");
    }

    /** Up to the first element that is no probability. */
    private static void inFloats(
            Generator g, MemorySegment m, long o, long n, DType t, MemorySegment p, long po, DType pt) {
        float[] q = new float[(int) Math.min(TILE, n)];
        float[] u = new float[q.length];
        for (long i = 0; i < n; i += TILE) {
            int k = (int) Math.min(TILE, n - i);
            read(pt, p, po + (i << pt.shift()), q, k);
            int good = 0;
            while (good < k && q[good] >= 0 && q[good] <= 1) {
                good++;
            }
            g.uniformFloats(u, good);
            // The sign of the difference: a jump that depends on it nobody could foresee.
            for (int j = 0; j < good; j++) {
                u[j] = Float.floatToRawIntBits(u[j] - q[j]) >>> 31;
            }
            write(t, m, o + (i << t.shift()), u, good);
            if (good < k) {
                throw noProbability(i + good, q[good]);
            }
        }
    }

    private static void read(DType t, MemorySegment m, long at, float[] to, int n) {
        if (t == DType.FLOAT32) {
            MemorySegment.copy(m, ValueLayout.JAVA_FLOAT_UNALIGNED, at, to, 0, n);
            return;
        }
        for (int j = 0; j < n; j++) {
            to[j] = (float) Convert.readDouble(t, m, at + ((long) j << t.shift()));
        }
    }

    private static void write(DType t, MemorySegment m, long at, float[] from, int n) {
        if (t == DType.FLOAT32) {
            MemorySegment.copy(from, 0, m, ValueLayout.JAVA_FLOAT_UNALIGNED, at, n);
            return;
        }
        for (int j = 0; j < n; j++) {
            put(m, at, t, j, from[j]);
        }
    }

    /** Exponential with a rate. */
    public static void exponential(Generator g, MemorySegment m, long o, long n, DType t, double rate) {
        refuse("exponential_", t);
        if (!(rate > 0)) {
            throw CressetException.runtime("exponential_: the rate is " + rate + "; expected more than 0");
        }
        synchronized (g) {
            if (t == DType.FLOAT64) {
                for (long i = 0; i < n; i++) {
                    put(m, o, t, i, -1.0 / rate * StrictMath.log1p(-g.uniformDouble()));
                }
                return;
            }
            float[] floats = new float[(int) Math.min(TILE, n)];
            int[] state = new int[2 * floats.length];
            for (long i = 0; i < n; i += TILE) {
                int k = (int) Math.min(TILE, n - i);
                g.states(state, 2 * k);
                ExponentialLoops.transform(state, k, -1.0 / rate, floats);
                putAll(m, o + (i << t.shift()), t, floats, k);
            }
        }
    }

    /** The number of trials up to the first success. */
    public static void geometric(Generator g, MemorySegment m, long o, long n, DType t, double p) {
        if (!(p > 0 && p < 1)) {
            throw CressetException.runtime("geometric_: p is " + p + "; expected 0 < p < 1");
        }
        synchronized (g) {
            for (long i = 0; i < n; i++) {
                put(m, o, t, i, Math.ceil(StrictMath.log(g.uniformDouble()) / StrictMath.log1p(-p)));
            }
        }
    }

    /** Cauchy with a median and a scale. */
    public static void cauchy(Generator g, MemorySegment m, long o, long n, DType t, double median, double sigma) {
        refuse("cauchy_", t);
        synchronized (g) {
            for (long i = 0; i < n; i++) {
                put(m, o, t, i, median + sigma * StrictMath.tan(Math.PI * (g.uniformDouble() - 0.5)));
            }
        }
    }

    /** The exponential of a normal sample. */
    public static void logNormal(Generator g, MemorySegment m, long o, long n, DType t, double mean, double std) {
        refuse("log_normal_", t);
        synchronized (g) {
            for (long i = 0; i < n; i++) {
                put(m, o, t, i, StrictMath.exp(Math.fma(g.standardNormal(), std, mean)));
            }
        }
    }
}

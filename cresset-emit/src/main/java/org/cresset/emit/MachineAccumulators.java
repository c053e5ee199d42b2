package org.cresset.emit;

import java.util.List;
import java.util.function.Consumer;
import org.cresset.base.spi.MachineCode;
import org.cresset.base.spi.NativeFunction;
import org.jspecify.annotations.Nullable;

/**
 * What blocks of 32 accumulators come to, in the processor's own language: sums of floats in double, or the largest of ints; and
 * sums of rows that are too short for accumulators. Who calls has checked that all memory is there. For AVX2.
 */
public final class MachineAccumulators {
    private static final int LANES = 32;

    private static final int N = X86.RDI;
    private static final int FROM = X86.RSI;
    private static final int TO = X86.RDX;

    /** Floats of a short row. */
    public static final int SHORT = 8;

    private static final @Nullable NativeFunction[] ROWS = new NativeFunction[SHORT + 1];
    private static volatile @Nullable NativeFunction sums;
    private static volatile @Nullable NativeFunction largest;
    private static volatile @Nullable NativeFunction largestFloats;

    private MachineAccumulators() {}

    /** Whether this machine has them. */
    public static boolean there() {
        return MachineCode.avx2() && !MachineKernels.SCALAR_ONLY;
    }

    /**
     * A double for each block of floats: four sums of every fourth, of which the first two and the last two are added up before
     * both together.
     */
    public static void sums(long blocks, long from, long to) {
        NativeFunction f = sums;
        if (f == null) { // twice, if two threads come at once
            f = MachineCode.install(write(Double.BYTES, MachineAccumulators::sum))
                    .orElseThrow();
            sums = f;
        }
        f.callBriefly(blocks, from, to, 0, 0);
    }

    /** An int for each block of ints. */
    public static void largest(long blocks, long from, long to) {
        NativeFunction f = largest;
        if (f == null) {
            f = MachineCode.install(write(Integer.BYTES, code -> largest(code, X86.MAP_0F38, 0x3d, true)))
                    .orElseThrow();
            largest = f;
        }
        f.callBriefly(blocks, from, to, 0, 0);
    }

    /** A float for each block of floats, none of which is NaN; of zeros with both signs any. */
    public static void largestFloats(long blocks, long from, long to) {
        NativeFunction f = largestFloats;
        if (f == null) {
            f = MachineCode.install(write(Float.BYTES, code -> largest(code, X86.MAP_0F, 0x5f, false)))
                    .orElseThrow();
            largestFloats = f;
        }
        f.callBriefly(blocks, from, to, 0, 0);
    }

    /** A double for each of some rows, one behind the other, of n floats (at most {@link #SHORT}), which are added in their order. */
    public static void rows(int n, long rows, long from, long to) {
        NativeFunction f = ROWS[n];
        if (f == null) {
            f = MachineCode.install(writeRows(n)).orElseThrow();
            ROWS[n] = f;
        }
        f.callBriefly(rows, from, to, 0, 0);
    }

    private static X86.Address at(int base, int offset) {
        return new X86.Address(base, -1, 1, offset);
    }

    private static byte[] write(int bytes, Consumer<X86> block) {
        X86 code = new X86();
        X86.Mark top = code.here();
        block.accept(code);
        code.add(FROM, LANES * Float.BYTES);
        code.add(TO, bytes);
        code.add(N, -1);
        code.jumpIfNotZero(top);
        code.ret();
        return code.finish(List.of(), 8);
    }

    private static byte[] writeRows(int n) {
        X86 code = new X86();
        X86.Mark top = code.here();
        code.single(0x5a, 0, 2, at(FROM, 0)); // a float to a double; register 2 has no part in the sums
        for (int i = 1; i < n; i++) {
            code.single(0x5a, 1, 2, at(FROM, Float.BYTES * i));
            code.singleDouble(0x58, 0, 0, new X86.Register(1));
        }
        code.storeDouble(at(TO, 0), 0);
        code.add(FROM, Float.BYTES * n);
        code.add(TO, Double.BYTES);
        code.add(N, -1);
        code.jumpIfNotZero(top);
        code.ret();
        return code.finish(List.of(), 8);
    }

    private static void sum(X86 code) {
        code.half(X86.MAP_0F, 0x5a, false, 0, 0, at(FROM, 0)); // two floats to doubles
        code.half(X86.MAP_0F, 0x5a, false, 1, 0, at(FROM, 8));
        for (int i = 16; i < LANES * Float.BYTES; i += 16) {
            for (int k = 0; k < 2; k++) {
                code.half(X86.MAP_0F, 0x5a, false, 2 + k, 0, at(FROM, i + 8 * k));
                code.half(X86.MAP_0F, 0x58, true, k, k, new X86.Register(2 + k));
            }
        }
        code.half(X86.MAP_0F, 0x7c, true, 0, 0, new X86.Register(1)); // sums of neighbours, of both
        code.half(X86.MAP_0F, 0x7c, true, 0, 0, new X86.Register(0));
        code.storeDouble(at(TO, 0), 0);
    }

    /** By an instruction that leaves the larger of two numbers of 32 bits. */
    private static void largest(X86 code, int map, int larger, boolean prefix66) {
        code.half(X86.MAP_0F, X86.LOAD, false, 0, 0, at(FROM, 0));
        for (int i = 16; i < LANES * Integer.BYTES; i += 16) {
            code.half(map, larger, prefix66, 0, 0, at(FROM, i));
        }
        code.half(X86.MAP_0F, 0x6d, true, 1, 0, new X86.Register(0)); // the upper half
        code.half(map, larger, prefix66, 0, 0, new X86.Register(1));
        code.shift(0x73, 2, 1, 0, 32); // the second number
        code.half(map, larger, prefix66, 0, 0, new X86.Register(1));
        code.single(0x11, 0, 0, at(TO, 0));
    }
}

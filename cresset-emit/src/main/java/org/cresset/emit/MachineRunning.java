package org.cresset.emit;

import java.util.List;
import org.cresset.base.spi.MachineCode;
import org.cresset.base.spi.NativeFunction;
import org.jspecify.annotations.Nullable;

/**
 * Running sums and products of lines of floats, kept in double, in the processor's own language. Who calls has checked that all memory is
 * there. For AVX2.
 */
public final class MachineRunning {
    /** Elements of one call: it should be over soon, because the garbage collector may be waiting. */
    private static final int BRIEF = 1 << 14;

    private static final int N = X86.RDI;
    private static final int BLOCK = X86.RSI;
    private static final int FROM = X86.RAX;
    private static final int TO = X86.RCX;

    private static volatile @Nullable NativeFunction sums;
    private static volatile @Nullable NativeFunction products;

    private MachineRunning() {}

    /** Whether this machine has them. */
    public static boolean there() {
        return MachineCode.avx2() && !MachineKernels.SCALAR_ONLY;
    }

    /** Those of n floats that lie together. */
    public static void line(boolean product, long from, long to, long n) {
        NativeFunction f = product ? products : sums;
        if (f == null) { // twice, if two threads come at once
            f = MachineCode.install(write(product ? 0x59 : 0x58)).orElseThrow();
            if (product) {
                products = f;
            } else {
                sums = f;
            }
        }
        MachineBlock block = MachineBlock.own();
        long before = Double.doubleToRawLongBits(product ? 1 : 0);
        for (long i = 0; i < n; i += BRIEF) {
            block.say(0, from + 4 * i);
            block.say(1, to + 4 * i);
            block.say(2, before);
            f.callBriefly(Math.min(BRIEF, n - i), block.said(3), 0, 0, 0);
            before = block.told(2);
        }
    }

    private static X86.Address at(int base, int offset) {
        return new X86.Address(base, -1, 1, offset);
    }

    private static byte[] write(int opcode) {
        X86 code = new X86();
        code.load(FROM, at(BLOCK, 0));
        code.load(TO, at(BLOCK, 8));
        code.loadDouble(0, at(BLOCK, 16));
        X86.Mark top = code.here();
        code.single(0x5a, 1, 3, at(FROM, 0)); // a float to a double; register 3 has no part in the sums
        code.singleDouble(opcode, 0, 0, new X86.Register(1));
        code.singleDouble(0x5a, 2, 0, new X86.Register(0)); // and back
        code.single(0x11, 2, 0, at(TO, 0));
        code.add(FROM, 4);
        code.add(TO, 4);
        code.add(N, -1);
        code.jumpIfNotZero(top);
        code.storeDouble(at(BLOCK, 16), 0);
        code.ret();
        return code.finish(List.of(), 8);
    }
}

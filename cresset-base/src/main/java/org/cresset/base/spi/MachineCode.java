package org.cresset.base.spi;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Functions of our own in the processor's language, for what can't wait until the JIT compiler is through with it. Each has pages
 * of its own, which are written first and made executable, and no longer writable, then; they stay for good.
 */
public final class MachineCode {
    private static final int PROT_READ = 1;
    private static final int PROT_WRITE = 2;
    private static final int PROT_EXEC = 4;
    private static final int MAP_PRIVATE = 2;
    private static final int MAP_ANONYMOUS = 0x20;

    /** {@code long cpuid(int leaf)}: EBX above ECX. */
    private static final int[] CPUID = {
        0x53, // push rbx
        0x89,
        0xf8, // mov eax, edi
        0x31,
        0xc9, // xor ecx, ecx
        0x0f,
        0xa2, // cpuid
        0x48,
        0x89,
        0xd8, // mov rax, rbx
        0x48,
        0xc1,
        0xe0,
        0x20, // shl rax, 32
        0x89,
        0xc9, // mov ecx, ecx
        0x48,
        0x09,
        0xc8, // or rax, rcx
        0x5b, // pop rbx
        0xc3 // ret
    };

    /** {@code int xgetbv(void)}: the registers that the system saves. */
    private static final int[] XGETBV = {0x31, 0xc9, 0x0f, 0x01, 0xd0, 0xc3};

    /** {@code int cpuid7(void)}: EDX of leaf 7. */
    private static final int[] CPUID7 = {
        0x53, // push rbx
        0xb8,
        7,
        0,
        0,
        0, // mov eax, 7
        0x31,
        0xc9, // xor ecx, ecx
        0x0f,
        0xa2, // cpuid
        0x89,
        0xd0, // mov eax, edx
        0x5b, // pop rbx
        0xc3 // ret
    };

    /** {@code long arch_prctl(int code, long argument)}, which the C library has no function for. */
    private static final int[] ARCH_PRCTL = {0xb8, 0x9e, 0, 0, 0, 0x0f, 0x05, 0xc3};

    private static final int REQUEST_STATE = 0x1023;
    private static final int TILE_DATA = 18;
    private static final int AMX = 1 << 22 | 1 << 24;
    private static final int TILES_SAVED = 3 << 17;

    private static final int FMA = 1 << 12;
    private static final int OSXSAVE = 1 << 27;
    private static final int AVX = 1 << 28;
    private static final int F16C = 1 << 29;
    private static final int AVX2 = 1 << 5;
    /** F, DQ, BW and VL, and beside them BMI2. */
    private static final int AVX512 = 1 << 16 | 1 << 17 | 1 << 30 | 1 << 31 | 1 << 8;

    private static final int YMM_SAVED = 0x06;
    private static final int ZMM_SAVED = 0xe6;

    private static final @Nullable NativeFunction MMAP = find("mmap");
    private static final @Nullable NativeFunction MPROTECT = find("mprotect");

    private MachineCode() {}

    private static @Nullable NativeFunction find(String name) {
        try {
            return supported() ? NativeFunction.find(name).orElse(null) : null;
        } catch (IllegalCallerException e) { // native access isn't allowed
            return null;
        }
    }

    /** The numbers above are those of Linux, and the calls those of x86-64. */
    private static boolean supported() {
        return System.getProperty("os.name", "").startsWith("Linux")
                && System.getProperty("os.arch", "").equals("amd64")
                && !"false".equals(System.getProperty("cresset.machine"));
    }

    /** Whether functions of x86-64 with AVX2, FMA and F16C can be installed and run in this process. */
    public static boolean avx2() {
        return Processor.VECTORS >= 32;
    }

    /** Whether the processor has AVX-512, too; {@code -Dcresset.avx512=false} does without. */
    public static boolean avx512() {
        return Processor.VECTORS >= 64;
    }

    /** Whether it multiplies tiles of bfloat16 (AMX), and the system lets us; {@code -Dcresset.amx=false} does without. */
    public static boolean amx() {
        return Matrices.THERE;
    }

    /** Asked once, of the system, too, which has to keep more of a thread then. */
    private static final class Matrices {
        static final boolean THERE = ask();

        private static boolean ask() {
            if (!avx512() || "false".equals(System.getProperty("cresset.amx"))) {
                return false;
            }
            NativeFunction cpuid7 = install(Processor.bytes(CPUID7)).orElseThrow();
            NativeFunction xgetbv = install(Processor.bytes(XGETBV)).orElseThrow();
            return Processor.has((int) cpuid7.call(0, 0, 0, 0), AMX)
                    && Processor.has((int) xgetbv.call(0, 0, 0, 0), TILES_SAVED)
                    && install(Processor.bytes(ARCH_PRCTL)).orElseThrow().call(REQUEST_STATE, TILE_DATA, 0, 0) == 0;
        }
    }

    /** Asked once. */
    private static final class Processor {
        /** Bytes of the widest vectors; 0 if there is none that we want. */
        static final int VECTORS = ask();

        private static int ask() {
            NativeFunction cpuid = install(bytes(CPUID)).orElse(null);
            NativeFunction xgetbv = install(bytes(XGETBV)).orElse(null);
            if (cpuid == null || xgetbv == null || !has((int) cpuid.call(1, 0, 0, 0), FMA | OSXSAVE | AVX | F16C)) {
                return 0;
            }
            int features = (int) (cpuid.call(7, 0, 0, 0) >>> 32);
            int saved = (int) xgetbv.call(0, 0, 0, 0);
            if (!has(features, AVX2) || !has(saved, YMM_SAVED)) {
                return 0;
            }
            boolean wide = has(features, AVX512) && has(saved, ZMM_SAVED);
            return wide && !"false".equals(System.getProperty("cresset.avx512")) ? 64 : 32;
        }

        private static boolean has(int word, int bits) {
            return (word & bits) == bits;
        }

        private static byte[] bytes(int[] code) {
            byte[] b = new byte[code.length];
            for (int i = 0; i < b.length; i++) {
                b[i] = (byte) code[i];
            }
            return b;
        }
    }

    /**
     * A function of the given code, which must not depend on where it lies; nothing where the system doesn't allow that.
     */
    public static Optional<NativeFunction> install(byte[] code) {
        if (MMAP == null || MPROTECT == null) {
            return Optional.empty();
        }
        long address = MMAP.call(0, code.length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (address == -1) {
            return Optional.empty();
        }
        MemorySegment pages = MemorySegment.ofAddress(address).reinterpret(code.length);
        MemorySegment.copy(code, 0, pages, ValueLayout.JAVA_BYTE, 0, code.length);
        if ((int) MPROTECT.call(address, code.length, PROT_READ | PROT_EXEC, 0) != 0) {
            return Optional.empty();
        }
        return Optional.of(new NativeFunction(pages));
    }
}

package org.cresset.op;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.classfile.Attributes;
import java.lang.classfile.ClassFile;
import java.lang.classfile.MethodModel;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.cresset.base.spi.MachineCode;
import org.cresset.emit.Kernel;
import org.cresset.emit.LaneType;
import org.cresset.emit.Loop;
import org.cresset.emit.LoopEmitter;
import org.cresset.emit.MachineKernels;
import org.cresset.emit.Row;
import org.cresset.emit.WideKernel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** The loops that were emitted into the module: the vector form gives the same bits as the scalar one, for every length. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LoopsTest {
    private static final int LONGEST = 70;
    private static final double[] SPECIAL = {
        0.0, -0.0, 1, -1, 0.5, -2.5, 1e-300, 1e300, 1e-40, 88.8, -104, 710, Double.NaN, 1.0 / 0, -1.0 / 0, 3, 1e9
    };

    private final List<Loop> all = loops();
    private final List<Loop> loops = all.stream().filter(Loop::vectorizable).toList();

    private static List<Loop> loops() {
        try {
            Path classes = Path.of(
                    Op.class.getProtectionDomain().getCodeSource().getLocation().toURI());
            return KernelGenerator.loops(classes);
        } catch (ReflectiveOperationException | URISyntaxException | java.io.IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A {@link Kernel} or a {@link WideKernel}. */
    private static Object kernel(String name) throws ReflectiveOperationException {
        return Class.forName(Tiers.PACKAGE + "." + name)
                .getDeclaredConstructor()
                .newInstance();
    }

    /** Rows of operands and results, the four of a {@link Kernel} at least, with some room behind each. */
    private static final class Rows {
        static final int BYTES = 16 * (LONGEST + 64);
        final MemorySegment memory;
        final LaneType type;
        final int operands;

        Rows(Arena arena, LaneType type, int operands, long seed) {
            this.type = type;
            this.operands = Math.max(4, operands);
            memory = arena.allocate(this.operands * BYTES, 64);
            Random r = new Random(seed);
            int n = this.operands * BYTES / type.dtype().size();
            for (int i = 0; i < n; i++) {
                double v = r.nextInt(4) == 0 ? SPECIAL[r.nextInt(SPECIAL.length)] : r.nextGaussian() * 3;
                switch (type) {
                    case F32 -> memory.setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) v);
                    case F64 -> memory.setAtIndex(ValueLayout.JAVA_DOUBLE, i, v);
                    case I32 -> memory.setAtIndex(ValueLayout.JAVA_INT, i, (int) (v * 1000));
                    case I64 -> memory.setAtIndex(ValueLayout.JAVA_LONG, i, (long) (v * 1000));
                }
            }
        }

        void run(Object form, int n) {
            if (form instanceof Kernel k) {
                k.run(memory, 0, memory, BYTES, memory, 2L * BYTES, memory, 3L * BYTES, n);
                return;
            }
            MemorySegment[] segments = new MemorySegment[operands];
            Arrays.fill(segments, memory);
            long[] offsets = new long[operands];
            Arrays.setAll(offsets, k -> (long) BYTES * k);
            ((WideKernel) form).run(segments, offsets, n);
        }

        /** The bits of everything, NaNs all alike. */
        long[] bits() {
            int n = operands * BYTES / type.dtype().size();
            return IntStream.range(0, n)
                    .mapToLong(i -> switch (type) {
                        case F32 -> Float.floatToIntBits(memory.getAtIndex(ValueLayout.JAVA_FLOAT, i));
                        case F64 -> Double.doubleToLongBits(memory.getAtIndex(ValueLayout.JAVA_DOUBLE, i));
                        case I32 -> memory.getAtIndex(ValueLayout.JAVA_INT, i);
                        case I64 -> memory.getAtIndex(ValueLayout.JAVA_LONG, i);
                    })
                    .toArray();
        }
    }

    private static void same(Loop loop, int n) throws ReflectiveOperationException {
        same(loop, kernel(loop.name() + "V"), n);
    }

    private static void same(Loop loop, Object other, int n) throws ReflectiveOperationException {
        try (Arena arena = Arena.ofConfined()) {
            boolean narrow = loop.rows().contains(Row.NARROW) || loop.rows().contains(Row.NARROW_PAIR);
            LaneType memory = narrow ? LaneType.F32 : loop.type();
            Rows scalar = new Rows(arena, memory, loop.operands(), n);
            Rows vector = new Rows(arena, memory, loop.operands(), n);
            scalar.run(kernel(loop.name()), n);
            vector.run(other, n);
            assertThat(vector.bits()).as("%s, %d elements", loop.name(), n).isEqualTo(scalar.bits());
        }
    }

    @Test
    void thereIsAVectorFormOfMostLoops() {
        assertThat(loops.size()).isGreaterThan(300);
    }

    /** HotSpot compiles no method of more than 8,000 bytes. */
    @Test
    void noLoopIsTooLongForTheCompiler() {
        for (Loop loop : loops) {
            for (byte[] code : List.of(LoopEmitter.scalar("p", loop), LoopEmitter.vector("p", loop))) {
                for (MethodModel m : ClassFile.of().parse(code).methods()) {
                    int length =
                            m.findAttribute(Attributes.code()).orElseThrow().codeLength();
                    assertThat(length).as("%s, %s", loop.name(), m.methodName()).isLessThan(8000);
                }
            }
        }
    }

    @Test
    void vectorFormsGiveTheBitsOfTheScalarOnes() throws ReflectiveOperationException {
        for (Loop loop : loops) {
            for (int n : new int[] {1, 19, LONGEST}) {
                same(loop, n);
            }
        }
    }

    @Test
    void everyLengthEndsWhereItShould() throws ReflectiveOperationException {
        for (Loop loop : loops) {
            if (loop.name().matches("(add|exp|where|sum|gt)_.*")) {
                for (int n = 0; n <= LONGEST; n++) {
                    same(loop, n);
                }
            }
        }
    }

    /** Machine code is there for loops over whole numbers and bytes too, but for those that divide integers. */
    @Test
    void machineCodeGivesTheSameBits() throws ReflectiveOperationException {
        assumeTrue(MachineCode.avx2(), "needs Linux on x86-64 with AVX2");
        int there = 0;
        for (Loop loop : all) {
            Object scalar = kernel(loop.name());
            Object machine = loop.wide()
                    ? MachineKernels.wide(loop, () -> (WideKernel) scalar)
                    : MachineKernels.of(loop, () -> (Kernel) scalar);
            if (machine != null) {
                there++;
                for (int n : new int[] {1, 8, 19, LONGEST}) {
                    same(loop, machine, n);
                }
            }
        }
        assertThat(there).isGreaterThan(800);
    }
}

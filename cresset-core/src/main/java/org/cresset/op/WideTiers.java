package org.cresset.op;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.function.Supplier;
import org.cresset.base.Memory;
import org.cresset.base.Storage;
import org.cresset.emit.Loop;
import org.cresset.emit.MachineKernels;
import org.cresset.emit.WideKernel;
import org.jspecify.annotations.Nullable;

/** Forms of a loop over any number of operands: emitted with its module, or when they are first needed. */
public final class WideTiers extends LoopForms<WideKernel> {
    private static final long WORTH_WARMING = 1 << 17;
    private static final int SMALLEST_FOR_VECTORS = 16;

    private final Loop loop;
    private final Class<?> owner;
    private final String packageName;

    /**
     * Forms of a loop.
     *
     * @param owner a class of the module that has the emitted classes
     * @param packageName of these
     */
    public WideTiers(Loop loop, Class<?> owner, String packageName) {
        super(WORTH_WARMING, SMALLEST_FOR_VECTORS);
        this.loop = loop;
        this.owner = owner;
        this.packageName = packageName;
    }

    @Override
    public Loop loop() {
        return loop;
    }

    /** The form to run n elements with. */
    public WideKernel pick(long n) {
        return pick(n, n);
    }

    @Override
    protected boolean vectorizable() {
        return loop.vectorizable();
    }

    @Override
    protected @Nullable WideKernel machine(Supplier<? extends WideKernel> scalar) {
        return MachineKernels.wide(loop, scalar);
    }

    @Override
    protected @Nullable WideKernel streamed(Supplier<? extends WideKernel> usual) {
        return MachineKernels.streamedWide(loop, usual);
    }

    @Override
    protected WideKernel load(boolean vector) {
        return (WideKernel) LoopClasses.make(owner, packageName, loop, vector);
    }

    @Override
    protected Scratch<WideKernel> scratch() {
        return new Rows();
    }

    /** Rows on which forms are tried. */
    private final class Rows implements Scratch<WideKernel> {
        private final int n =
                WarmUp.TURNS * WarmUp.vectorBytes() / loop.type().dtype().size();
        private final MemorySegment[] segments = new MemorySegment[loop.operands()];
        private final long[] offsets = new long[segments.length];

        /** From the pool: another kind of segment would spoil what the compiler has learned about the loops. */
        private final Storage scratch = Memory.allocate(8L * n * segments.length);

        Rows() {
            Arrays.fill(segments, scratch.segment().fill((byte) 0));
            Arrays.setAll(offsets, i -> 8L * n * i);
        }

        @Override
        public void run(WideKernel form) {
            form.run(segments, offsets, n);
        }

        @Override
        public int elements() {
            return n;
        }

        @Override
        public void close() {
            scratch.free();
        }
    }
}

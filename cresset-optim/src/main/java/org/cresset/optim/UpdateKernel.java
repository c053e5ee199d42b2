package org.cresset.optim;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.function.Supplier;
import org.cresset.base.Memory;
import org.cresset.base.Storage;
import org.cresset.emit.Loop;
import org.cresset.emit.LoopEmitter;
import org.cresset.emit.MachineKernels;
import org.cresset.emit.WideKernel;
import org.cresset.op.LoopForms;
import org.cresset.op.WarmUp;
import org.jspecify.annotations.Nullable;

/** Forms of an update's loop. */
final class UpdateKernel extends LoopForms<WideKernel> {
    static final String PACKAGE = "org.cresset.optim.gen";

    private static final long WORTH_WARMING = 1 << 17;
    private static final int SMALLEST_FOR_VECTORS = 16;

    private final Loop loop;

    UpdateKernel(Loop loop) {
        super(WORTH_WARMING, SMALLEST_FOR_VECTORS);
        this.loop = loop;
    }

    @Override
    protected Loop loop() {
        return loop;
    }

    /** The form to run n elements with. */
    WideKernel pick(long n) {
        return pick(n, n);
    }

    @Override
    protected boolean vectorizable() {
        return true;
    }

    @Override
    protected @Nullable WideKernel machine(Supplier<? extends WideKernel> scalar) {
        return MachineKernels.wide(loop, scalar);
    }

    @Override
    protected WideKernel load(boolean vector) {
        String name = loop.name() + (vector ? "V" : "");
        try {
            Class<?> c;
            try {
                c = Class.forName(PACKAGE + "." + name);
            } catch (ClassNotFoundException e) { // classes that weren't built with Maven
                c = Emitted.define(loop, name);
            }
            return (WideKernel) c.getDeclaredConstructor().newInstance();
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    protected Scratch<WideKernel> scratch() {
        return new Rows();
    }

    /** Rows on which forms are tried. */
    private final class Rows implements Scratch<WideKernel> {
        private final int n =
                WarmUp.TURNS * WarmUp.vectorBytes() / loop.type().dtype().size();
        private final MemorySegment[] segments =
                new MemorySegment[loop.repeated().size() + loop.outputs()];
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

    /** Classes that are emitted when they are first needed. */
    private static final class Emitted extends ClassLoader {
        private static final Emitted LOADER = new Emitted();

        private Emitted() {
            super(UpdateKernel.class.getClassLoader());
        }

        static Class<?> define(Loop loop, String name) {
            synchronized (LOADER) {
                Class<?> c = LOADER.findLoadedClass(PACKAGE + "." + name);
                if (c != null) {
                    return c;
                }
                if (name.equals(loop.name())) {
                    return LOADER.define(LoopEmitter.scalar(PACKAGE, loop));
                }
                define(loop, loop.name()); // the vector class leaves the last elements to it
                return LOADER.define(LoopEmitter.vector(PACKAGE, loop));
            }
        }

        private Class<?> define(byte[] code) {
            return defineClass(null, code, 0, code.length);
        }
    }
}

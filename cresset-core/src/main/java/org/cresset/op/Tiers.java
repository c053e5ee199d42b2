package org.cresset.op;

import java.util.function.Supplier;
import org.cresset.emit.Kernel;
import org.cresset.emit.Loop;
import org.cresset.emit.MachineKernels;
import org.jspecify.annotations.Nullable;

/** Forms of a loop over rows: emitted with the module, or when they are first needed. */
final class Tiers extends LoopForms<Kernel> {
    static final String PACKAGE = "org.cresset.op.gen";

    private static final long WORTH_WARMING = 1 << 17;
    private static final int SMALLEST_FOR_VECTORS = 16;

    /**
     * Bytes of results that go past the caches: a chain of operations over 4 MB each took a tenth longer so, one over 8 MB a
     * sixth less time.
     */
    static final long MUCH = 8 << 20;

    private final Loop loop;
    private final long many;

    Tiers(Loop loop) {
        super(WORTH_WARMING, SMALLEST_FOR_VECTORS);
        this.loop = loop;
        this.many = MUCH >> loop.type().dtype().shift();
    }

    /** The form to run n elements with. */
    Kernel pick(long n) {
        return pick(n, n);
    }

    /** The same of elements that all follow each other, which may be more than the caches hold. */
    Kernel pickFlat(long n) {
        return n < many ? pick(n) : pickStreamed(n, n);
    }

    /** The form to run n elements with, if there is one that is quick; else null. */
    @Nullable
    Kernel quick(long n) {
        return quick(n, n);
    }

    @Override
    protected Loop loop() {
        return loop;
    }

    @Override
    protected boolean vectorizable() {
        return loop.vectorizable();
    }

    @Override
    protected @Nullable Kernel machine(Supplier<? extends Kernel> scalar) {
        return MachineKernels.of(loop, scalar);
    }

    @Override
    protected @Nullable Kernel streamed(Supplier<? extends Kernel> usual) {
        return MachineKernels.streamed(loop, usual);
    }

    @Override
    protected Scratch<Kernel> scratch() {
        return new LoopScratch(loop);
    }

    @Override
    protected Kernel load(boolean vector) {
        return (Kernel) LoopClasses.make(Tiers.class, PACKAGE, loop, vector);
    }
}

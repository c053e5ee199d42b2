package org.cresset.watch;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.cresset.autograd.Autograd;
import org.cresset.autograd.Context;
import org.cresset.base.CressetException;
import org.cresset.base.Device;
import org.cresset.base.Workers;
import org.cresset.tensor.Dense;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Compares the operations that a thread runs with those of an earlier run: names, operands and results, bit by bit. For
 * {@link org.cresset.random.Reproducible#check}.
 */
public final class Repeats extends Watch {
    private final Thread thread = Thread.currentThread();
    private final int threads = Workers.threads();
    private final @Nullable Repeats model;
    private final int run;
    private final List<Step> steps = new ArrayList<>();
    private int taken;
    private int operations;

    /** What an operation got, or gave: hashes of the bits. */
    private record Step(String op, boolean result, String what, long[] hashes) {
        String action() {
            return op + (result ? " giving " : " of ") + what;
        }
    }

    private Repeats(@Nullable Repeats model, int run) {
        this.model = model;
        this.run = run;
        begin();
    }

    /** Records until closed. */
    public static Repeats record() {
        return new Repeats(null, 1);
    }

    /** Compares until closed: the first operation that differs from this record's throws. */
    public Repeats again(int number) {
        return new Repeats(this, number);
    }

    /**
     * Says that the run is complete.
     *
     * @throws CressetException if the recorded one goes on
     */
    public void finish() {
        if (model != null && taken < model.steps.size()) {
            throw otherCourse(null, model.steps.get(taken));
        }
    }

    @Override
    protected void before(String op, @Nullable Tensor[] in) {
        step(op, false, in);
    }

    @Override
    protected void after(String op, @Nullable Tensor[] in, Tensor @Nullable [] out) {
        if (out != null) {
            step(op, true, out);
        }
    }

    private void step(String op, boolean result, @Nullable Tensor[] tensors) {
        if (Thread.currentThread() != thread) {
            return;
        }
        operations += result ? 0 : 1;
        StringBuilder what = new StringBuilder();
        long[] hashes = new long[tensors.length];
        for (int i = 0; i < hashes.length; i++) {
            Tensor t = tensors[i];
            what.append(i == 0 ? "" : ", ").append(t == null ? "none" : t.dtype() + "" + t.shape());
            hashes[i] = t instanceof Dense d && d.device() == Device.CPU ? hash(d) : 0;
        }
        Step now = new Step(op, result, what.toString(), hashes);
        if (model == null) {
            steps.add(now);
        } else {
            compare(now, taken < model.steps.size() ? model.steps.get(taken) : null, model.threads);
            taken++;
        }
    }

    private void compare(Step now, @Nullable Step then, int threadsThen) {
        if (then == null || !then.action().equals(now.action())) {
            throw otherCourse(now, then);
        }
        int i = Arrays.mismatch(now.hashes, then.hashes);
        if (i >= 0 && now.result) {
            throw CressetException.runtime(
                    now.op + ": output " + i + " of " + now.what + " has other bits in run " + run
                            + ", on " + threads + " threads, than in run 1, on " + threadsThen
                            + ", though its operands have the same (" + place()
                            + "); if it draws random numbers, seed their generator inside of the run");
        }
        if (i >= 0) {
            throw CressetException.runtime(
                    now.op + ": operand " + i + " of " + now.what + " has other bits in run " + run
                            + " than in run 1, and no operation made the difference (" + place()
                            + "); look at the data, and at generators that aren't seeded inside of the run");
        }
    }

    private CressetException otherCourse(@Nullable Step now, @Nullable Step then) {
        return CressetException.runtime("check: run " + run + " took another course than run 1: "
                + (now == null ? "it ended" : now.action()) + " instead of "
                + (then == null ? "ending" : then.action()) + " (" + place()
                + "); look for what the program does by time, by unordered sets or by what it found changed by run 1");
    }

    private String place() {
        String caller = Where.CALLER.of(new Tensor[0]);
        return "operation " + operations + (caller.isEmpty() ? "" : ", at " + caller);
    }

    private static long hash(Dense d) {
        Dense t = d.isContiguous()
                ? d
                : (Dense) Context.eagerly(() -> Autograd.noGrad(() -> d.detach().contiguous()));
        MemorySegment m = t.segment();
        long from = t.byteOffset();
        long end = from + t.numel() * t.dtype().size();
        long h = 0;
        for (; from + Long.BYTES <= end; from += Long.BYTES) {
            h = mix(h, m.get(ValueLayout.JAVA_LONG_UNALIGNED, from));
        }
        for (; from < end; from++) {
            h = mix(h, m.get(ValueLayout.JAVA_BYTE, from));
        }
        return h;
    }

    private static long mix(long h, long x) {
        return Long.rotateLeft(h ^ x * 0x9e3779b97f4a7c15L, 29) * 0xbf58476d1ce4e5b9L;
    }
}

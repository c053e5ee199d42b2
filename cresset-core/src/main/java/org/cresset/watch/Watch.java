package org.cresset.watch;

import java.util.Arrays;
import java.util.function.Supplier;
import org.cresset.op.Op;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Sees the operations that are computed, on all threads, in forward and in backward. What transforms and autocast make of an
 * operation is seen, not the operation that they were asked for. Costs one look at a field where none is open.
 */
public abstract class Watch implements AutoCloseable {
    private static volatile Watch @Nullable [] open;
    private static final ThreadLocal<boolean[]> SELF = ThreadLocal.withInitial(() -> new boolean[1]);

    /** For subclasses. */
    protected Watch() {}

    /** Begins to watch; at the end of a subclass's construction. */
    protected final void begin() {
        synchronized (Watch.class) {
            Watch[] now = open;
            Watch[] more = now == null ? new Watch[1] : Arrays.copyOf(now, now.length + 1);
            more[more.length - 1] = this;
            open = more;
        }
    }

    /** Ends watching; what was seen stays. */
    @Override
    public void close() {
        synchronized (Watch.class) {
            Watch[] now = open;
            if (now != null) {
                Watch[] rest = Arrays.stream(now).filter(w -> w != this).toArray(Watch[]::new);
                open = rest.length == 0 ? null : rest;
            }
        }
    }

    /** Before an operation runs on this thread. */
    protected void before(String op, @Nullable Tensor[] in) {}

    /** After it; {@code out} null: it threw. What this throws, the operation throws. */
    protected void after(String op, @Nullable Tensor[] in, Tensor @Nullable [] out) {}

    /** Before the derivative of an operation runs, for which {@link #origin} gave {@code origin} when it was recorded. */
    protected void beforeBackward(String op, @Nullable Object origin) {}

    /** After it. */
    protected void afterBackward(String op) {}

    /** Before a named part of a program. */
    protected void enter(String range) {}

    /** After it. */
    protected void leave(String range) {}

    /** What to keep with an operation that is recorded now, for its derivative. */
    protected @Nullable Object origin() {
        return null;
    }

    // ---- called by what is watched ----

    /** Whether anybody watches. */
    public static boolean isOn() {
        return open != null;
    }

    /** Runs {@code body}, which computes {@code op}, under the eyes of all that watch. */
    public static Tensor[] around(Op op, @Nullable Tensor[] in, Supplier<Tensor[]> body) {
        Watch[] all = open;
        boolean[] self = SELF.get();
        if (all == null || self[0]) {
            return body.get();
        }
        tell(self, all, w -> w.before(op.name(), in));
        Tensor[] out = null;
        try {
            out = body.get();
            return out;
        } finally {
            Tensor[] made = out;
            tell(self, all, w -> w.after(op.name(), in, made));
        }
    }

    /** Runs {@code body}, the derivative of an operation recorded with {@code origins}. */
    public static void aroundBackward(Op op, @Nullable Object origins, Runnable body) {
        Watch[] all = open;
        if (all == null) {
            body.run();
            return;
        }
        tell(all, w -> w.beforeBackward(op.name(), originFor(w, origins)));
        try {
            body.run();
        } finally {
            tell(all, w -> w.afterBackward(op.name()));
        }
    }

    /** Names what {@code body} does in the records of those that watch. As {@code torch.profiler.record_function}. */
    public static void range(String name, Runnable body) {
        Watch[] all = open;
        if (all == null) {
            body.run();
            return;
        }
        tell(all, w -> w.enter(name));
        try {
            body.run();
        } finally {
            tell(all, w -> w.leave(name));
        }
    }

    private record Origin(Watch watch, @Nullable Object value) {}

    /** What those that watch keep with an operation that is being recorded; null if nobody does. */
    public static @Nullable Object origins() {
        Watch[] all = open;
        if (all == null) {
            return null;
        }
        Origin[] o = new Origin[all.length];
        for (int i = 0; i < o.length; i++) {
            o[i] = new Origin(all[i], all[i].origin());
        }
        return o;
    }

    private static @Nullable Object originFor(Watch w, @Nullable Object origins) {
        if (origins instanceof Origin[] all) {
            for (Origin o : all) {
                if (o.watch == w) {
                    return o.value;
                }
            }
        }
        return null;
    }

    private interface Message {
        void to(Watch w);
    }

    /** Tells all, even if one throws; operations that they use themselves are not watched. */
    private static void tell(Watch[] all, Message m) {
        tell(SELF.get(), all, m);
    }

    private static void tell(boolean[] self, Watch[] all, Message m) {
        boolean before = self[0];
        self[0] = true;
        RuntimeException first = null;
        try {
            for (Watch w : all) {
                try {
                    m.to(w);
                } catch (RuntimeException e) {
                    first = first == null ? e : first;
                }
            }
        } finally {
            self[0] = before;
        }
        if (first != null) {
            throw first;
        }
    }
}

package org.cresset.autograd;

import java.util.function.Supplier;
import org.cresset.amp.Autocast;
import org.jspecify.annotations.Nullable;

/**
 * What holds for the operations that a thread runs: which interpreter runs them, whether the tape records. Bound as a scoped
 * value, so it is inherited by structured tasks and ends with its block.
 *
 * @param interpreter what operations ask first: autocast, where it is on, else the transform; null: eager execution
 * @param transform the current function transform, or null
 * @param autocast the current autocast region, or null; it decides before any transform does, however they are nested
 * @param grad whether operations on tensors that require a gradient are recorded
 * @param inference whether tensors made now may never take part in recording
 * @param anomaly whether recorded operations remember where they were called
 * @param checkNan whether backward stops at the first gradient that is NaN (with {@code anomaly})
 */
public record Context(
        @Nullable Interpreter interpreter,
        @Nullable Interpreter transform,
        @Nullable Autocast autocast,
        boolean grad,
        boolean inference,
        boolean anomaly,
        boolean checkNan) {
    private static final ScopedValue<Context> CURRENT = ScopedValue.newInstance();
    private static final Context EAGER = new Context(null, null, null, true, false, false, false);

    /** The context of this thread. */
    public static Context current() {
        return CURRENT.orElse(EAGER);
    }

    /** Runs {@code body} in this context. */
    public <T extends @Nullable Object> T call(Supplier<T> body) {
        return ScopedValue.where(CURRENT, this).call(body::get);
    }

    /** Runs {@code body} in this context. */
    public void run(Runnable body) {
        ScopedValue.where(CURRENT, this).run(body);
    }

    /** Runs {@code body} outside of any function transform. */
    public static <T extends @Nullable Object> T eagerly(Supplier<T> body) {
        Context c = current();
        return c.interpreter == null
                ? body.get()
                : c.withAutocast(null).with(null).call(body);
    }

    /** This context with another transform. */
    public Context with(@Nullable Interpreter other) {
        return new Context(autocast != null ? autocast : other, other, autocast, grad, inference, anomaly, checkNan);
    }

    /** This context, which has no interpreter, with one that is asked first and isn't a transform. */
    public Context asking(Interpreter first) {
        return new Context(first, null, null, grad, inference, anomaly, checkNan);
    }

    /** This context with other autocast, or none. */
    public Context withAutocast(@Nullable Autocast other) {
        return new Context(other != null ? other : transform, transform, other, grad, inference, anomaly, checkNan);
    }

    /** This context with recording on or off. */
    public Context withGrad(boolean on) {
        return new Context(interpreter, transform, autocast, on, inference, anomaly, checkNan);
    }

    /** This context in inference mode or not; inference mode does not record. */
    public Context withInference(boolean on) {
        return new Context(interpreter, transform, autocast, !on, on, anomaly, checkNan);
    }

    /** This context with anomaly detection on or off. */
    public Context withAnomaly(boolean on, boolean nan) {
        return new Context(interpreter, transform, autocast, grad, inference, on, nan);
    }
}

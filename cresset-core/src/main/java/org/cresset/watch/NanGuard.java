package org.cresset.watch;

import java.util.ArrayDeque;
import java.util.Deque;
import org.cresset.autograd.Autograd;
import org.cresset.base.CressetException;
import org.cresset.base.Device;
import org.cresset.tensor.Dense;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Stops at the first operation, in forward or backward, that makes NaN (or infinity) of numbers, and names it, its operands
 * and its place.
 *
 * {@snippet :
 * try (var guard = NanGuard.on()) {
 *     crossEntropy(net.forward(x), y).backward();
 * }
 * }
 */
public final class NanGuard extends Watch {
    private final boolean infinities;
    private final Where where;
    private final ThreadLocal<Deque<String>> places = ThreadLocal.withInitial(ArrayDeque::new);
    private final ThreadLocal<Deque<String>> backward = ThreadLocal.withInitial(ArrayDeque::new);

    private NanGuard(boolean infinities, Where where) {
        this.infinities = infinities;
        this.where = where;
        begin();
    }

    /** Guards against NaN; says in which line. */
    public static NanGuard on() {
        return new NanGuard(false, Where.CALLER);
    }

    /** Guards against NaN; {@code where} says where. */
    public static NanGuard on(Where where) {
        return new NanGuard(false, where);
    }

    /** Guards against NaN and infinities; masks that hold them on purpose stop it too. */
    public static NanGuard withInfinities(Where where) {
        return new NanGuard(true, where);
    }

    @Override
    protected void before(String op, @Nullable Tensor[] in) {
        places.get()
                .push(backward.get().isEmpty() ? where.of(in) : backward.get().peek());
    }

    @Override
    protected void after(String op, @Nullable Tensor[] in, Tensor @Nullable [] out) {
        String place = places.get().pop();
        if (out == null) {
            return;
        }
        for (int i = 0; i < out.length; i++) {
            if (isBad(out[i])) {
                throw CressetException.runtime(message(op, in, i, place));
            }
        }
    }

    private String message(String op, @Nullable Tensor[] in, int output, String place) {
        StringBuilder b = new StringBuilder(op)
                .append(": output ")
                .append(output)
                .append(infinities ? " has elements that are not finite" : " has elements that are NaN");
        if (!backward.get().isEmpty()) {
            b.append(", in backward");
        }
        if (!place.isEmpty()) {
            b.append(", at ").append(place);
        }
        b.append("; operands");
        for (Tensor t : in) {
            b.append(' ').append(t == null ? "none" : t.dtype() + "" + t.shape());
            if (t != null && isBad(t)) {
                b.append(" (not finite itself)");
            } else if (t instanceof Dense && t.dtype().isFloat() && t.numel() > 0) {
                Tensor x = t.detach();
                b.append(" (")
                        .append(x.min().item())
                        .append(" to ")
                        .append(x.max().item())
                        .append(')');
            }
        }
        return b.toString();
    }

    private boolean isBad(Tensor t) {
        if (!(t instanceof Dense d) || !t.dtype().isDifferentiable() || d.device() != Device.CPU || t.numel() == 0) {
            return false;
        }
        return Autograd.noGrad(() -> (infinities
                        ? d.detach().isfinite().logicalNot()
                        : d.detach().isnan())
                .any()
                .itemBoolean());
    }

    @Override
    protected void beforeBackward(String op, @Nullable Object origin) {
        backward.get().push(origin instanceof String s ? s : "the derivative of " + op);
    }

    @Override
    protected void afterBackward(String op) {
        backward.get().pop();
    }

    @Override
    protected @Nullable Object origin() {
        return places.get().peek();
    }
}

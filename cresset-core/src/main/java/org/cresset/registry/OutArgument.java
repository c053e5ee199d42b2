package org.cresset.registry;

import java.util.List;
import org.cresset.autograd.Autograd;
import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** The {@code out=} of PyTorch's functions. */
final class OutArgument {
    private OutArgument() {}

    /** Copies results over the tensors given as {@code out}, and returns these. */
    static Object store(String op, Object out, List<? extends @Nullable Object> args, @Nullable Object result) {
        if (out instanceof Tensor o && result instanceof Tensor r) {
            for (Object a : args) {
                recorded(op, a);
            }
            recorded(op, o);
            fill(op, o, r);
            return o;
        }
        List<?> outs = Lists.parts(out);
        List<?> results = Lists.parts(result);
        if (outs == null || results == null || outs.size() != results.size()) {
            throw CressetException.type(
                    op + ": out is " + Operator.describe(out) + " for a result of " + Operator.describe(result));
        }
        for (int i = 0; i < outs.size(); i++) {
            store(op, outs.get(i), args, results.get(i));
        }
        return out;
    }

    private static void recorded(String op, @Nullable Object argument) {
        if (argument instanceof Tensor t && t.requiresGrad() && Autograd.isGradEnabled()) {
            throw CressetException.runtime(
                    op + ": out= can't be recorded, but an argument requires a gradient; leave out away");
        }
    }

    private static void fill(String op, Tensor out, Tensor result) {
        DType from = result.dtype();
        DType to = out.dtype();
        boolean loses = from.category().compareTo(to.category()) > 0;
        if (loses) {
            throw CressetException.runtime(op + ": a result of " + from + " can't be cast to out's " + to);
        }
        if (!out.shape().equals(result.shape())) {
            throw CressetException.runtime(op + ": the result has shape " + result.shape() + ", out has " + out.shape()
                    + "; pass an out of the result's shape");
        }
        CressetException.under(op + ": out", () -> out.copy_(result));
    }
}

package org.cresset.op;

import java.util.function.UnaryOperator;
import org.cresset.amp.Autocast;
import org.cresset.autograd.Context;
import org.cresset.autograd.Func;
import org.cresset.base.DType;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * In which precision an operation wants its floating-point operands inside of {@link Autocast}. Operations declare it
 * ({@link Op#precision}); functions that are made of several operations apply it to their arguments. float64, complex
 * numbers, integers and bool are never converted.
 */
public enum Precision {
    /** As they come. */
    ANY,
    /** In autocast's dtype: gains much from it and loses little. */
    LOWER,
    /** In float32: sums many terms, or squares and divides. */
    FULL,
    /** All in float32 if one of them is. */
    WIDEST,
    /** As they come; and what it is made of decides for itself. */
    INHERITED;

    /** What this makes of dtype {@code t} where autocast computes in {@code lower}. */
    private DType of(DType t, DType lower) {
        boolean converts = t == DType.FLOAT32 || t == DType.FLOAT16 || t == DType.BFLOAT16;
        return !converts ? t : this == LOWER ? lower : this == FULL ? DType.FLOAT32 : t;
    }

    /** The operands as this wants them, converted by {@code a}. */
    public @Nullable Tensor[] bring(Autocast a, @Nullable Tensor[] in) {
        if (this == ANY || this == INHERITED) {
            return in;
        }
        if (this == WIDEST) {
            for (Tensor t : in) {
                if (t != null && t.dtype() == DType.FLOAT32) {
                    return FULL.bring(a, in);
                }
            }
            return in;
        }
        Tensor[] out = in;
        for (int i = 0; i < in.length; i++) {
            Tensor t = in[i];
            if (t == null || t.isNumber() || of(t.dtype(), a.dtype()) == t.dtype()) {
                continue;
            }
            if (out == in) {
                out = new Tensor[in.length];
                System.arraycopy(in, 0, out, 0, in.length);
            }
            out[i] = a.convert(t, of(t.dtype(), a.dtype()));
        }
        return out;
    }

    /** For functions: the dtype that an operation which declares this will see. */
    public DType seen(DType t) {
        Autocast a = Context.current().autocast();
        return a == null ? t : of(t, a.dtype());
    }

    /** For functions: {@code t} as this wants it, if autocast is on here. */
    public Tensor of(Tensor t) {
        Autocast a = Context.current().autocast();
        return a == null ? t : bring(a, new Tensor[] {t})[0];
    }

    /** For functions: {@code in} as this wants them, if autocast is on here. */
    public Tensor[] ofAll(Tensor... in) {
        Autocast a = Context.current().autocast();
        return a == null ? in : bring(a, in);
    }

    /** For functions: the same for a tensor that may be absent. */
    public @Nullable Tensor ofNullable(@Nullable Tensor t) {
        return t == null ? null : of(t);
    }

    /** For functions: {@code f} of what this makes of {@code t}, run without autocast. */
    public Tensor apply(UnaryOperator<Tensor> f, Tensor t) {
        return Context.current().autocast() == null ? f.apply(t) : applyAll(x -> new Tensor[] {f.apply(x[0])}, t)[0];
    }

    /** For functions: {@code f} of what this makes of its arguments, run without autocast. */
    public Tensor[] applyAll(Func.Many f, Tensor... in) {
        Context c = Context.current();
        Autocast a = c.autocast();
        if (a == null) {
            return f.apply(in);
        }
        return c.withAutocast(null).call(() -> f.apply(bring(a, in)));
    }
}

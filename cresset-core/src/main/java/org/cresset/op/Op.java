package org.cresset.op;

import org.cresset.autograd.Context;
import org.cresset.autograd.Func;
import org.cresset.autograd.Interpreter;
import org.cresset.autograd.Tape;
import org.cresset.autograd.Vjp;
import org.cresset.base.DType;
import org.cresset.base.Device;
import org.cresset.base.Shape;
import org.cresset.tensor.Dense;
import org.cresset.tensor.Tensor;
import org.cresset.watch.Watch;
import org.jspecify.annotations.Nullable;

/**
 * An operation: a singleton with everything that is to know about it. Parameters that aren't tensors come as a record (the
 * attributes), so that an operation and its attributes can serve as a key.
 *
 * <p>Running one: {@code on} asks the current interpreter; without one the result is inferred, its memory taken from the
 * pool, the kernel run, and the call recorded if an input requires a gradient.
 */
public abstract sealed class Op
        permits Elementwise, Reduce, Scan, View, Index, Contraction, Window, Sort, RandomOp, Linalg, Composite, Custom {
    private final String name;
    private final Saves saves;

    /** An operation with PyTorch's name for it. */
    protected Op(String name, Saves saves) {
        this.name = name;
        this.saves = saves;
    }

    /** PyTorch's name, for messages and the tape. */
    public final String name() {
        return name;
    }

    // ---- the declaration ----

    /** Shapes and dtypes of the results; throws if the operands don't fit together. */
    protected abstract Spec[] infer(Object attrs, @Nullable Tensor[] in);

    /** Computes into {@code out}, which are contiguous unless {@link #allocate} says otherwise. */
    protected abstract void compute(Object attrs, @Nullable Dense[] in, Dense[] out);

    /** Sets the gradients of those inputs that need one, written in operations, so that it differentiates again. */
    protected abstract void vjp(Vjp vjp);

    /** Forward derivative: the tangents of the outputs; absent tangents are null. By default from {@link #vjp}, twice. */
    public Tensor[] jvp(Object attrs, @Nullable Tensor[] in, Tensor[] out, @Nullable Tensor[] tangents) {
        return Func.jvpByTransposing(this, attrs, in, out, tangents);
    }

    /**
     * The operation on a batch: inputs with {@code mapped} have one more dimension in front. Gives outputs that all have it.
     * By default one example after the other.
     */
    public Tensor[] batch(Object attrs, @Nullable Tensor[] in, boolean[] mapped, long size) {
        return Func.batchByLooping(this, attrs, in, mapped, size);
    }

    /** Whether the derivative reads input i, given which inputs need a gradient. */
    public boolean savesInput(int i, boolean[] needs) {
        return saves.inputs();
    }

    /** Whether the derivative reads the outputs. */
    public boolean savesOutputs() {
        return saves.outputs();
    }

    /** Whether output i has a derivative (indices and counts have none). */
    public boolean differentiable(int output) {
        return true;
    }

    /** In which precision this wants its operands inside of autocast. */
    public Precision precision(Object attrs) {
        return Precision.ANY;
    }

    /** Whether {@link #compute} also writes into memory with strides, and into the first input if it reads no more of that. */
    protected boolean writesAnywhere() {
        return false;
    }

    /** Memory for the results. */
    protected Dense[] allocate(Object attrs, @Nullable Tensor[] in, Spec[] specs, Device device) {
        Dense[] out = new Dense[specs.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = Dense.empty(specs[i].shape(), specs[i].dtype(), device);
        }
        return out;
    }

    // ---- running ----

    /** Runs without looking at interpreters or recording. */
    public Tensor[] eval(Object attrs, @Nullable Tensor[] in) {
        Spec[] specs = infer(attrs, in);
        Device device = deviceOf(in);
        Dense[] out = allocate(attrs, in, specs, device);
        if (device != Device.META) {
            Dense[] dense = new Dense[in.length];
            for (int i = 0; i < in.length; i++) {
                dense[i] = in[i] == null ? null : in[i].dense(name);
            }
            compute(attrs, dense, out);
        }
        return out;
    }

    /** Runs on one input without looking at interpreters or recording. */
    protected Tensor eval(Object attrs, Tensor a) {
        return eval(attrs, new Tensor[] {a})[0];
    }

    /** Runs on two inputs without looking at interpreters or recording. */
    protected Tensor eval(Object attrs, Tensor a, Tensor b) {
        return eval(attrs, new Tensor[] {a, b})[0];
    }

    /** The result for one input. */
    public final Tensor on(Object attrs, Tensor a) {
        Context c = Context.current();
        if (c.interpreter() != null) {
            return c.interpreter().bind(this, attrs, new Tensor[] {a})[0];
        }
        if (Watch.isOn()) {
            return eagerly(c, attrs, new Tensor[] {a})[0];
        }
        Tensor out = eval(attrs, a);
        if (c.grad() && a.requiresGrad() && out.dtype().isDifferentiable()) {
            Tape.record(this, attrs, c, a, out);
        } else if (c.inference()) {
            markInference(out, a, a);
        }
        return out;
    }

    /** The result for two inputs. */
    public final Tensor on(Object attrs, Tensor a, Tensor b) {
        Context c = Context.current();
        if (c.interpreter() != null) {
            return c.interpreter().bind(this, attrs, new Tensor[] {a, b})[0];
        }
        if (Watch.isOn()) {
            return eagerly(c, attrs, new Tensor[] {a, b})[0];
        }
        Tensor out = eval(attrs, a, b);
        if (c.grad() && (a.requiresGrad() || b.requiresGrad()) && out.dtype().isDifferentiable()) {
            Tape.record(this, attrs, c, a, b, out);
        } else if (c.inference()) {
            markInference(out, a, b);
        }
        return out;
    }

    /** The first result for any inputs; absent optional ones are null. */
    public final Tensor on(Object attrs, @Nullable Tensor... in) {
        return all(attrs, in)[0];
    }

    /** All results for any inputs; absent optional ones are null. */
    public final Tensor[] all(Object attrs, @Nullable Tensor... in) {
        Context c = Context.current();
        Interpreter i = c.interpreter();
        return i != null ? i.bind(this, attrs, in) : eagerly(c, attrs, in);
    }

    /** All results, computed at once and recorded; what interpreters end in. */
    public final Tensor[] eagerly(Context c, Object attrs, @Nullable Tensor[] in) {
        return Watch.isOn() ? Watch.around(this, in, () -> unwatched(c, attrs, in)) : unwatched(c, attrs, in);
    }

    private Tensor[] unwatched(Context c, Object attrs, @Nullable Tensor[] in) {
        Tensor[] out = eval(attrs, in);
        if (c.grad() && Tape.anyRequiresGrad(in)) {
            Tape.record(this, attrs, c, in, out);
        } else if (c.inference()) {
            for (Tensor t : out) {
                markInference(t, in);
            }
        }
        return out;
    }

    /** Marks what an operation made; views are what their base is. */
    private static void markInference(Tensor out, @Nullable Tensor... in) {
        for (Tensor t : in) {
            if (t == out) {
                return;
            }
        }
        if (out instanceof Dense d && d.base() == null) {
            d.markInference();
        }
    }

    /** Runs the derivative rule. */
    public final void backward(Vjp vjp) {
        vjp(vjp);
    }

    // ---- help for declarations ----

    /** META if any input is, else CPU. */
    protected static Device deviceOf(@Nullable Tensor[] in) {
        for (Tensor t : in) {
            if (t != null && t.device() == Device.META) {
                return Device.META;
            }
        }
        return Device.CPU;
    }

    /** One result. */
    protected static Spec[] spec(Shape shape, DType dtype) {
        return new Spec[] {new Spec(shape, dtype)};
    }

    @Override
    public final String toString() {
        return name;
    }
}

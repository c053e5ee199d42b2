package org.cresset.autograd;

import org.cresset.base.DType;
import org.cresset.base.Shape;
import org.cresset.op.Op;
import org.cresset.op.Spec;
import org.cresset.tensor.SparseRows;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * What the derivative rule of an operation reads and writes: gradients of the outputs, what was saved, which inputs need a
 * gradient, and the places for those. A rule may set a gradient in the broadcast shape or in another dtype; it is summed and
 * converted to fit the input.
 */
public final class Vjp {
    private final Op op;
    private final Object attrs;
    private final @Nullable Tensor @Nullable [] savedInputs;
    private final @Nullable Tensor @Nullable [] savedOutputs;
    private final @Nullable Spec[] inputs;
    private final Spec[] outputs;
    private final boolean[] needs;
    private final @Nullable Tensor[] grads;
    private final @Nullable Tensor[] results;
    private @Nullable Node @Nullable [] rowTargets;
    private Rows @Nullable [] rows;

    /** Rows of a leaf's gradient. */
    record Rows(SparseRows rows, boolean sparse) {}

    Vjp(
            Op op,
            Object attrs,
            @Nullable Tensor @Nullable [] savedInputs,
            @Nullable Tensor @Nullable [] savedOutputs,
            @Nullable Spec[] inputs,
            Spec[] outputs,
            boolean[] needs,
            @Nullable Tensor[] grads) {
        this.op = op;
        this.attrs = attrs;
        this.savedInputs = savedInputs;
        this.savedOutputs = savedOutputs;
        this.inputs = inputs;
        this.outputs = outputs;
        this.needs = needs;
        this.grads = grads;
        this.results = new Tensor[needs.length];
    }

    /** The attributes of the call. */
    public Object attrs() {
        return attrs;
    }

    /** Number of inputs. */
    public int inputs() {
        return needs.length;
    }

    /** Number of outputs. */
    public int outputs() {
        return outputs.length;
    }

    /** Whether input i needs a gradient. */
    public boolean needs(int i) {
        return needs[i];
    }

    /** A saved input. */
    public Tensor input(int i) {
        Tensor t = savedInputs == null ? null : savedInputs[i];
        if (t == null) {
            throw new IllegalStateException(op.name() + ": input " + i + " was not saved for the derivative");
        }
        return t;
    }

    /** Whether input i was given (optional inputs may be absent) and saved. */
    public boolean hasInput(int i) {
        return savedInputs != null && savedInputs[i] != null;
    }

    /** The saved inputs; what wasn't saved is null. */
    public @Nullable Tensor[] savedInputs() {
        return savedInputs == null ? new Tensor[needs.length] : savedInputs;
    }

    /** A saved output. */
    public Tensor output(int i) {
        Tensor t = savedOutputs == null ? null : savedOutputs[i];
        if (t == null) {
            throw new IllegalStateException(op.name() + ": output " + i + " was not saved for the derivative");
        }
        return t;
    }

    /** The outputs, those that were not saved null. */
    public @Nullable Tensor[] savedOutputs() {
        return savedOutputs == null ? new Tensor[outputs.length] : savedOutputs;
    }

    /** The shape of an input that needs a gradient. */
    public Shape inputShape(int i) {
        return inputs[i].shape();
    }

    /** The dtype of an input that needs a gradient. */
    public DType inputType(int i) {
        return inputs[i].dtype();
    }

    /** The shape of an output. */
    public Shape outputShape(int i) {
        return outputs[i].shape();
    }

    /** The dtype of an output. */
    public DType outputType(int i) {
        return outputs[i].dtype();
    }

    /** The gradient of the first output, which is there if there is only one. */
    public Tensor grad() {
        return grad(0);
    }

    /** The gradient of output i, zeros if nothing depends on it. */
    public Tensor grad(int i) {
        Tensor g = grads[i];
        return g != null ? g : Tensor.zeros(outputs[i].shape(), outputs[i].dtype());
    }

    /** Whether something depends on output i. */
    public boolean hasGrad(int i) {
        return grads[i] != null;
    }

    /** Sets the gradient of input i; null: zero. */
    public void set(int i, @Nullable Tensor g) {
        if (g == null || !needs[i]) {
            return;
        }
        Spec want = inputs[i];
        Tensor fitted = g;
        if (want.dtype() != g.dtype()) {
            fitted = g.dtype().isComplex() && !want.dtype().isComplex() ? g.real() : g;
        }
        if (!want.shape().equals(fitted.shape())) {
            fitted = fitted.sumToSize(want.shape().toArray());
        }
        results[i] = want.dtype() == fitted.dtype() ? fitted : fitted.to(want.dtype());
    }

    /** Whether the gradient of input i may be given as rows: it goes to a leaf, where nobody looks at it on its way. */
    public boolean takesRows(int i) {
        Node to = rowTargets == null ? null : rowTargets[i];
        return to != null && to.leaf != null && !to.hasHooks();
    }

    /**
     * Sets the gradient of input i, of which all other rows are zero; only where {@link #takesRows} it.
     *
     * @param sparse whether the leaf's gradient is to be sparse and not a tensor
     */
    public void setRows(int i, SparseRows of, boolean sparse) {
        rows = rows == null ? new Rows[needs.length] : rows;
        rows[i] = new Rows(of, sparse);
    }

    /** Allows rows for those inputs that are leaves. */
    void allowRows(@Nullable Node[] edges) {
        rowTargets = edges;
    }

    @Nullable
    Rows @Nullable [] rows() {
        return rows;
    }

    /** Says that no input gets a gradient. */
    public void none() {}

    @Nullable
    Tensor[] results() {
        return results;
    }
}

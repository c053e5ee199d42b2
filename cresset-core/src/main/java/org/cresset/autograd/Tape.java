package org.cresset.autograd;

import org.cresset.base.CressetException;
import org.cresset.op.Op;
import org.cresset.op.Spec;
import org.cresset.tensor.Dense;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** Records eager operations: each output remembers the call that made it. */
public final class Tape {
    private Tape() {}

    /** Whether any of the tensors requires a gradient. */
    public static boolean anyRequiresGrad(@Nullable Tensor[] in) {
        for (Tensor t : in) {
            if (t != null && t.requiresGrad()) {
                return true;
            }
        }
        return false;
    }

    /** Records a call with one input and one output. */
    public static void record(Op op, Object attrs, Context c, Tensor a, Tensor out) {
        record(op, attrs, c, new Tensor[] {a}, new Tensor[] {out});
    }

    /** Records a call with two inputs and one output. */
    public static void record(Op op, Object attrs, Context c, Tensor a, Tensor b, Tensor out) {
        record(op, attrs, c, new Tensor[] {a, b}, new Tensor[] {out});
    }

    /** Records a call. */
    public static void record(Op op, Object attrs, Context c, @Nullable Tensor[] in, Tensor[] out) {
        Node node = node(op, attrs, c, in, out);
        for (int i = 0; i < out.length; i++) {
            if (out[i].dtype().isDifferentiable() && op.differentiable(i)) {
                ((Dense) out[i]).setNode(node, i);
            }
        }
    }

    /** A node for a call, attached to nothing yet. */
    public static Node node(Op op, Object attrs, Context c, @Nullable Tensor[] in, Tensor[] out) {
        int n = in.length;
        Node[] edges = new Node[n];
        int[] edgeOutputs = new int[n];
        boolean[] needs = new boolean[n];
        for (int i = 0; i < n; i++) {
            if (in[i] instanceof Dense d && d.dtype().isDifferentiable()) {
                Node e = d.edge();
                edges[i] = e;
                if (e != null) {
                    needs[i] = true;
                    edgeOutputs[i] = e.leaf == null ? d.outputIndex() : 0;
                }
            }
        }
        Tensor[] saved = null;
        for (int i = 0; i < n; i++) {
            if (in[i] != null && op.savesInput(i, needs)) {
                if (saved == null) {
                    saved = new Tensor[n];
                }
                saved[i] = usable(op, in[i]);
            }
        }
        Spec[] specs = new Spec[out.length];
        for (int i = 0; i < specs.length; i++) {
            specs[i] = new Spec(out[i].shape(), out[i].dtype());
        }
        Throwable site = c.anomaly() ? new Throwable("recorded here") : null;
        return new Node(op, attrs, edges, edgeOutputs, specs, saved, op.savesOutputs() ? out : null, site);
    }

    private static Tensor usable(Op op, Tensor t) {
        if (t instanceof Dense d && d.isInference()) {
            throw CressetException.runtime(op.name() + ": a tensor made in inference mode, " + t.dtype() + t.shape()
                    + ", can't be saved for backward; clone it first, or use noGrad instead of inferenceMode");
        }
        return t;
    }
}

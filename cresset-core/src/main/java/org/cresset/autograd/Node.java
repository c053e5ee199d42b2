package org.cresset.autograd;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.cresset.base.CressetException;
import org.cresset.base.Storage;
import org.cresset.op.Op;
import org.cresset.op.Spec;
import org.cresset.tensor.Dense;
import org.cresset.tensor.Tensor;
import org.cresset.watch.Watch;
import org.jspecify.annotations.Nullable;

/**
 * A recorded call of an operation: what its derivative reads, and where the gradients of its inputs go. For a leaf: the place
 * where its gradient accumulates.
 */
public final class Node {
    private static final Node[] NO_EDGES = {};

    final @Nullable Op op;
    final Object attrs;
    final Node[] edges;
    final int[] edgeOutputs;
    final Spec[] outputs;
    final @Nullable Dense leaf;

    /** Greater than that of every node below: the order of backward is that of falling numbers. */
    final long sequence;

    final @Nullable Throwable site;

    /** What those keep who watched when this was recorded. */
    final @Nullable Object origins = Watch.origins();

    private @Nullable Tensor @Nullable [] savedInputs;
    private @Nullable Tensor @Nullable [] savedOutputs;
    private int[] versions;
    private boolean released;
    private @Nullable List<Hook> hooks;

    /** A function of a gradient that may replace it, for one output of a node. */
    record Hook(int output, UnaryOperator<@Nullable Tensor> function) {}

    Node(
            Op op,
            Object attrs,
            @Nullable Node[] edges,
            int[] edgeOutputs,
            Spec[] outputs,
            @Nullable Tensor @Nullable [] savedInputs,
            @Nullable Tensor @Nullable [] savedOutputs,
            @Nullable Throwable site) {
        this.op = op;
        this.attrs = attrs;
        this.edges = edges;
        this.edgeOutputs = edgeOutputs;
        this.outputs = outputs;
        this.savedInputs = savedInputs;
        this.savedOutputs = savedOutputs;
        this.site = site;
        this.leaf = null;
        long s = 0;
        for (Node e : edges) {
            if (e != null) {
                s = Math.max(s, e.sequence);
            }
        }
        this.sequence = s + 1;
        this.versions = versionsNow();
    }

    private Node(Dense leaf) {
        this.op = null;
        this.attrs = leaf;
        this.edges = NO_EDGES;
        this.edgeOutputs = new int[0];
        this.outputs = new Spec[] {new Spec(leaf.shape(), leaf.dtype())};
        this.leaf = leaf;
        this.sequence = 0;
        this.site = null;
        this.versions = new int[0];
    }

    /** The node where gradients of a leaf accumulate. */
    public static Node leaf(Dense leaf) {
        return new Node(leaf);
    }

    private int[] versionsNow() {
        int n = (savedInputs == null ? 0 : savedInputs.length) + (savedOutputs == null ? 0 : savedOutputs.length);
        int[] v = new int[n];
        int k = 0;
        if (savedInputs != null) {
            for (Tensor t : savedInputs) {
                v[k++] = t instanceof Dense d ? d.storage().version() : 0;
            }
        }
        if (savedOutputs != null) {
            for (Tensor t : savedOutputs) {
                v[k++] = t instanceof Dense d ? d.storage().version() : 0;
            }
        }
        return v;
    }

    /** Takes the versions of what is saved as they are now, at the end of a change in place. */
    void acceptVersions() {
        versions = versionsNow();
    }

    /** The operation; not for leaves. */
    Op operation() {
        return Objects.requireNonNull(op, "a leaf has no derivative");
    }

    /** Whether somebody looks at the gradients on their way. */
    boolean hasHooks() {
        return hooks != null && !hooks.isEmpty();
    }

    /** The name of the operation. */
    public String name() {
        return op == null ? "leaf" : op.name();
    }

    /** The derivative's view of this call, with the gradients of its outputs. */
    Vjp vjp(@Nullable Tensor[] grads) {
        if (released) {
            throw CressetException.runtime(
                    name() + ": backward a second time through a graph whose saved tensors were freed;"
                            + " pass retainGraph the first time");
        }
        check();
        Spec[] inputs = new Spec[edges.length];
        boolean[] needs = new boolean[edges.length];
        for (int i = 0; i < edges.length; i++) {
            if (edges[i] != null) {
                inputs[i] = edges[i].outputs[edgeOutputs[i]];
                needs[i] = true;
            }
        }
        return new Vjp(operation(), attrs, savedInputs, savedOutputs, inputs, outputs, needs, grads);
    }

    private void check() {
        int k = 0;
        for (int part = 0; part < 2; part++) {
            Tensor[] saved = part == 0 ? savedInputs : savedOutputs;
            if (saved == null) {
                continue;
            }
            for (Tensor t : saved) {
                if (t instanceof Dense d && d.storage().version() != versions[k]) {
                    throw CressetException.runtime(
                            name() + ": a tensor that the derivative needs, " + t.dtype() + t.shape()
                                    + ", was changed in place after it was used (it is at version "
                                    + d.storage().version()
                                    + ", expected " + versions[k] + "); clone it before changing it");
                }
                k++;
            }
        }
    }

    /** Whether what is saved shares memory. */
    boolean saves(Storage s) {
        for (int part = 0; part < 2; part++) {
            Tensor[] saved = part == 0 ? savedInputs : savedOutputs;
            if (saved != null) {
                for (Tensor t : saved) {
                    if (t instanceof Dense d && d.storage() == s) {
                        return true;
                    }
                }
            }
        }
        return false;
    }

    void release() {
        if (op != null) {
            released |= savedInputs != null || savedOutputs != null; // what needs nothing can run again
            savedInputs = null;
            savedOutputs = null;
        }
    }

    void addHook(Hook hook) {
        if (hooks == null) {
            hooks = new ArrayList<>(1);
        }
        hooks.add(hook);
    }

    void removeHook(Hook hook) {
        if (hooks != null) {
            hooks.remove(hook);
        }
    }

    void runHooks(@Nullable Tensor[] grads) {
        if (hooks == null) {
            return;
        }
        for (Hook h : List.copyOf(hooks)) {
            Tensor g = grads[h.output];
            if (g != null) {
                Tensor r = h.function.apply(g);
                if (r != null) {
                    grads[h.output] = r;
                }
            }
        }
    }
}

package org.cresset.autograd;

import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.cresset.base.CressetException;
import org.cresset.tensor.Dense;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** Gradients of eagerly recorded computations and the modes that govern recording, as {@code torch.autograd}. */
public final class Autograd {
    private Autograd() {}

    /** Fills the gradients of all leaves that a one-element tensor was computed from; the graph is freed. */
    public static void backward(Tensor output) {
        backward(output, null, false, false);
    }

    /**
     * Fills the gradients of all leaves that {@code output} was computed from.
     *
     * @param gradient the gradient with respect to output, of its shape; may be null for one element
     * @param retainGraph whether the graph stays for another backward
     * @param createGraph whether the gradients are recorded themselves, for higher derivatives (the graph then stays too)
     */
    public static void backward(Tensor output, @Nullable Tensor gradient, boolean retainGraph, boolean createGraph) {
        backward(new Tensor[] {output}, new Tensor[] {gradient}, retainGraph, createGraph);
    }

    /** As {@code torch.autograd.backward}: of several outputs at once. */
    public static void backward(
            Tensor[] outputs, @Nullable Tensor[] gradients, boolean retainGraph, boolean createGraph) {
        new Engine(retainGraph || createGraph, createGraph, null, outputs).run(outputs, gradients);
    }

    /** The gradients of one-element {@code output} with respect to {@code inputs}; leaves keep theirs. */
    public static Tensor[] grad(Tensor output, Tensor... inputs) {
        return grad(new Tensor[] {output}, inputs, new Tensor[1], false, false, false);
    }

    /**
     * As {@code torch.autograd.grad}: the gradients of the outputs, weighted with {@code gradOutputs}, with respect to the
     * inputs.
     *
     * @param allowUnused whether an input that no output depends on gives null instead of an error
     */
    public static Tensor[] grad(
            Tensor[] outputs,
            Tensor[] inputs,
            @Nullable Tensor[] gradOutputs,
            boolean retainGraph,
            boolean createGraph,
            boolean allowUnused) {
        @Nullable
        Tensor[] g = new Engine(retainGraph || createGraph, createGraph, inputs, outputs).run(outputs, gradOutputs);
        for (int i = 0; i < g.length; i++) {
            if (g[i] == null && !allowUnused) {
                throw CressetException.runtime("grad: no output depends on input " + i + ", " + inputs[i].dtype()
                        + inputs[i].shape() + "; pass allowUnused to get null for it");
            }
        }
        return g;
    }

    /** Runs {@code body} without recording. */
    public static <T extends @Nullable Object> T noGrad(Supplier<T> body) {
        return Context.current().withGrad(false).call(body);
    }

    /** Runs {@code body} without recording. */
    public static void noGrad(Runnable body) {
        Context.current().withGrad(false).run(body);
    }

    /** Runs {@code body} with recording, inside {@link #noGrad}. */
    public static <T extends @Nullable Object> T enableGrad(Supplier<T> body) {
        return Context.current().withGrad(true).call(body);
    }

    /** Runs {@code body} in inference mode: nothing is recorded, and tensors made in it can't be used for recording later. */
    public static <T extends @Nullable Object> T inferenceMode(Supplier<T> body) {
        return Context.current().withInference(true).call(body);
    }

    /** Whether operations are recorded on this thread now. */
    public static boolean isGradEnabled() {
        return Context.current().grad();
    }

    /**
     * Runs {@code body} so that an error in backward shows where the operation was called, and stops at the first NaN.
     */
    public static void detectAnomaly(Runnable body) {
        Context.current().withAnomaly(true, true).run(body);
    }

    /** A registered hook, which {@link #remove()} takes away. */
    public interface HookHandle {
        /** Takes the hook away. */
        void remove();
    }

    /**
     * Calls {@code hook} with the gradient of {@code t} whenever one is computed; what it returns, unless null, replaces the
     * gradient. As {@code Tensor.register_hook}.
     */
    public static HookHandle registerHook(Tensor t, UnaryOperator<@Nullable Tensor> hook) {
        Dense d = t.dense("register_hook");
        Node e = d.edge();
        if (e == null) {
            throw CressetException.runtime("register_hook: a tensor that requires no gradient never gets one");
        }
        Node.Hook h = new Node.Hook(e.leaf == null ? d.outputIndex() : 0, hook);
        e.addHook(h);
        return () -> e.removeHook(h);
    }

    /** Makes a tensor that isn't a leaf keep its gradient too. */
    public static void retainGrad(Tensor t) {
        if (t.isLeaf()) {
            return;
        }
        registerHook(t, g -> {
            t.setGrad(g);
            return null;
        });
    }
}

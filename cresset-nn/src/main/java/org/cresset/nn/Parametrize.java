package org.cresset.nn;

import org.cresset.base.CressetException;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Tensors of modules that are computed from others which are trained, as {@code torch.nn.utils.parametrize}. What is trained
 * moves to {@code parametrizations.NAME.original} (or {@code original0}, {@code original1}, ... if there are several); the
 * module's own tensor is computed anew before each forward call.
 */
public final class Parametrize {
    private Parametrize() {}

    /** How a tensor is computed from what is trained. Its own parameters, if any, are trained too. */
    public abstract static class Parametrization extends Module {
        /** For subclasses. */
        protected Parametrization() {}

        /** The tensor. */
        public abstract Tensor forward(Tensor[] originals);

        /** What is trained, for the tensor to begin with what it is. */
        public Tensor[] rightInverse(Tensor value) {
            return new Tensor[] {value};
        }
    }

    /** What one tensor is computed from: as {@code ParametrizationList}. */
    static final class Chain extends Module {
        private final int originals;

        Chain(Tensor[] originals) {
            this.originals = originals.length;
            for (int i = 0; i < originals.length; i++) {
                registerParameter(name(i), originals[i]);
            }
        }

        private String name(int i) {
            return originals == 1 ? "original" : "original" + i;
        }

        void append(Parametrization p) {
            registerModule(Integer.toString(added().size()), p);
        }

        Tensor compute() {
            Tensor[] values = new Tensor[originals];
            for (int i = 0; i < originals; i++) {
                values[i] = (Tensor) Hook.given(registered(name(i)));
            }
            for (Module p : added().values()) {
                values = new Tensor[] {((Parametrization) p).forward(values)};
            }
            return values[0];
        }
    }

    /**
     * Makes a parameter of a module one that is computed. Registered again, the new one computes from what the earlier ones
     * give. As {@code register_parametrization}.
     */
    public static void register(Module module, String name, Parametrization parametrization) {
        Tensor t = module.own(name);
        if (t == null) {
            throw CressetException.value("register_parametrization: "
                    + module.getClass().getSimpleName() + " has no tensor " + name + " of its own");
        }
        parametrization.train(module.isTraining());
        Chain chain = chain(module, name);
        if (chain != null) {
            chain.append(parametrization);
        } else {
            boolean trained = t.requiresGrad();
            Tensor[] originals = parametrization.rightInverse(t.detach().clone());
            chain = new Chain(originals);
            if (!trained) {
                chain.requiresGrad(false);
            }
            chain.append(parametrization);
            chains(module).put(name, chain);
            module.compute(name, chain::compute);
        }
        Tensor made = chain.compute();
        if (!made.shape().equals(t.shape())) {
            throw CressetException.value("register_parametrization: " + name + " of shape " + t.shape() + " became "
                    + made.shape() + "; a parametrization must keep the shape");
        }
        module.replace(name, made);
    }

    private static ModuleDict chains(Module module) {
        Module there = module.namedChildren().get("parametrizations");
        return there instanceof ModuleDict d ? d : module.registerModule("parametrizations", new ModuleDict());
    }

    private static @Nullable Chain chain(Module module, String name) {
        return module.namedChildren().get("parametrizations") instanceof ModuleDict d && d.contains(name)
                ? (Chain) d.get(name)
                : null;
    }

    /** Whether a module's tensor is computed. As {@code is_parametrized}. */
    public static boolean isParametrized(Module module, String name) {
        return chain(module, name) != null;
    }

    /** The tensor as it is computed now. */
    public static Tensor value(Module module, String name) {
        Chain c = chain(module, name);
        Tensor t = c == null ? module.own(name) : c.compute();
        if (t == null) {
            throw CressetException.value("parametrize: there is no tensor " + name);
        }
        return t;
    }

    /**
     * Makes a tensor an ordinary parameter again, with its computed value, or with {@code leaveParametrized} false the original
     * one. As {@code remove_parametrizations}.
     */
    public static void remove(Module module, String name, boolean leaveParametrized) {
        Chain c = chain(module, name);
        if (c == null) {
            throw CressetException.value("remove_parametrizations: " + name + " is not parametrized");
        }
        Tensor original = c.registered("original");
        if (!leaveParametrized && original == null) {
            throw CressetException.value(
                    "remove_parametrizations: " + name + " has several originals; leave it parametrized");
        }
        boolean trained = c.parameters().stream().anyMatch(Tensor::requiresGrad);
        Tensor value =
                leaveParametrized || original == null ? c.compute().detach().clone() : original.detach();
        module.compute(name, null);
        module.replace(name, module.parameter(value));
        value.requiresGrad(trained);
        ModuleDict all = chains(module);
        all.remove(name);
        if (all.size() == 0) {
            module.unregister("parametrizations");
        }
    }
}

package org.cresset.optim;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.cresset.autograd.Autograd;
import org.cresset.base.CressetException;
import org.cresset.tensor.LeafGradient;
import org.cresset.tensor.SparseRows;
import org.cresset.tensor.Tensor;
import org.cresset.watch.Watch;
import org.jspecify.annotations.Nullable;

/**
 * Changes parameters in place by their gradients, as {@code torch.optim.Optimizer}. A step changes the parameters' memory, so no other thread may use them meanwhile; different optimizers may step at
 * the same time.
 */
public abstract class Optimizer {
    private final Hyperparameters<?> defaults;
    private final List<ParamGroup> groups = new ArrayList<>();
    private final List<Runnable> beforeStep = new ArrayList<>();
    private final List<Runnable> afterStep = new ArrayList<>();

    /**
     * An optimizer of groups of parameters, each with the hyper-parameters of {@code defaults} but for those that it sets.
     *
     * @throws CressetException if there are no parameters, one is given twice or isn't a leaf, or a hyper-parameter is out of
     *     its range
     */
    protected Optimizer(Hyperparameters<?> defaults, ParamGroup... groups) {
        this.defaults = defaults;
        if (groups.length == 0) {
            throw CressetException.value(name() + ": no parameters to optimize");
        }
        for (ParamGroup g : groups) {
            addParamGroup(g);
        }
    }

    private boolean isDifferentiable() {
        return Boolean.TRUE.equals(defaults.values().get("differentiable"));
    }

    /** Throws if a hyper-parameter of a new group is out of its range. */
    protected abstract void check(ParamGroup group);

    /** Called for each new parameter, for optimizers that remember something before the first step. */
    protected void prepare(ParamGroup group, ParamState state) {}

    /** The class name, for messages. */
    protected final String name() {
        return getClass().getSimpleName();
    }

    /** For {@link #check}: throws unless {@code ok}. */
    protected final void require(boolean ok, ParamGroup group, String option, String expected) {
        if (!ok) {
            throw CressetException.value(
                    name() + ": " + option + " is " + group.get(option) + "; expected " + expected);
        }
    }

    /** For {@link #check}: throws unless each of these options is at least 0. */
    protected final void requireNonNegative(ParamGroup group, String... options) {
        for (String o : options) {
            require(group.number(o) >= 0, group, o, "at least 0");
        }
    }

    /** For {@link #check}: throws unless both betas are in [0, 1). */
    protected final void requireBetas(ParamGroup group) {
        for (int i = 0; i < 2; i++) {
            double beta = group.number("betas", i);
            require(beta >= 0 && beta < 1, group, "betas", "two numbers from 0 to less than 1");
        }
    }

    /** The groups of parameters. */
    public final List<ParamGroup> paramGroups() {
        return Collections.unmodifiableList(groups);
    }

    /** Whether groups have an option of this PyTorch name. */
    public final boolean hasOption(String option) {
        return defaults.values().containsKey(option);
    }

    /** Adds parameters, for instance of layers that are trained from now on. As {@code Optimizer.add_param_group}. */
    public void addParamGroup(ParamGroup group) {
        if (group.size() == 0) {
            throw CressetException.value(name() + ": a group of parameters is empty");
        }
        Set<Tensor> known = Collections.newSetFromMap(new IdentityHashMap<>());
        for (ParamGroup g : groups) {
            known.addAll(g.params());
        }
        ParamGroup g = group.in(defaults);
        for (int i = 0; i < g.size(); i++) {
            Tensor p = g.param(i);
            if (!known.add(p)) {
                throw CressetException.value(name() + ": parameter " + i + " of group " + groups.size() + ", "
                        + p.dtype() + p.shape() + ", was given before; give each parameter once");
            }
            if (!p.isLeaf() && !isDifferentiable()) {
                throw CressetException.value(
                        name() + ": parameter " + i + " of group " + groups.size() + ", " + p.dtype() + p.shape()
                                + ", is the result of an operation; only leaves can be optimized unless the step is differentiable; detach() gives one");
            }
        }
        check(g);
        for (int i = 0; i < g.size(); i++) {
            prepare(g, g.state(i));
        }
        groups.add(g);
    }

    /** Takes all gradients away. */
    public void zeroGrad() {
        zeroGrad(true);
    }

    /** Takes all gradients away or, with {@code setToNone} false, fills them with zeros. */
    public void zeroGrad(boolean setToNone) {
        for (ParamGroup g : groups) {
            for (int i = 0; i < g.size(); i++) {
                Tensor p = g.param(i);
                LeafGradient gradient = p.dense("zeroGrad").gradient();
                if (setToNone) {
                    gradient.set(null);
                    continue;
                }
                if (gradient.sparse() instanceof SparseRows rows) {
                    gradient.setSparse(new SparseRows(
                            rows.indices().narrow(0, 0, 0), rows.values().narrow(0, 0, 0)));
                    continue;
                }
                Tensor grad = gradient.tensor();
                if (grad == null) {
                    continue;
                }
                Tensor zeros = grad.requiresGrad() ? grad.detach() : grad;
                Autograd.noGrad(() -> {
                    zeros.zero_();
                });
                if (zeros != grad) {
                    p.setGrad(zeros);
                }
            }
        }
    }

    /** Updates all parameters that have a gradient. */
    public abstract void step();

    /**
     * Calls {@code closure}, which computes the loss and its gradients anew, and updates the parameters.
     *
     * @return what the closure returned (first)
     */
    public abstract Tensor step(Supplier<Tensor> closure);

    /** Runs the body of a step between the hooks, without recording unless the step is to be differentiated. */
    protected final void hooked(Runnable body) {
        beforeStep.forEach(Runnable::run);
        Watch.range(name() + ".step", () -> {
            if (isDifferentiable()) {
                body.run();
            } else {
                Autograd.noGrad(body);
            }
        });
        afterStep.forEach(Runnable::run);
    }

    /** Runs {@code hook} before each step. As {@code register_step_pre_hook}. */
    public Autograd.HookHandle registerStepPreHook(Runnable hook) {
        beforeStep.add(hook);
        return () -> beforeStep.remove(hook);
    }

    /** Runs {@code hook} after each step. As {@code register_step_post_hook}. */
    public Autograd.HookHandle registerStepPostHook(Runnable hook) {
        afterStep.add(hook);
        return () -> afterStep.remove(hook);
    }

    /** What is remembered about a parameter, by PyTorch's names; empty before its first step. */
    public Map<String, @Nullable Object> state(Tensor param) {
        for (ParamGroup g : groups) {
            for (int i = 0; i < g.size(); i++) {
                if (g.param(i) == param) {
                    return g.state(i).export();
                }
            }
        }
        throw CressetException.value(name() + ".state: not a parameter of this optimizer");
    }

    /**
     * State and hyper-parameters in the shape of PyTorch's {@code Optimizer.state_dict()}: {@code {"state": {index: {name:
     * value}}, "param_groups": [{name: value, "params": [index]}]}}, of maps, lists, tensors, numbers, booleans, strings and
     * null. Tensors are the optimizer's own and change with the next step.
     */
    public Map<String, Object> stateDict() {
        Map<Long, Object> state = new LinkedHashMap<>();
        List<Object> saved = new ArrayList<>();
        long index = 0;
        for (ParamGroup g : groups) {
            List<Long> indices = new ArrayList<>();
            for (int i = 0; i < g.size(); i++) {
                if (!g.state(i).isEmpty()) {
                    state.put(index, g.state(i).export());
                }
                indices.add(index++);
            }
            Map<String, @Nullable Object> options = new LinkedHashMap<>(g.options());
            options.put("params", indices);
            saved.add(options);
        }
        Map<String, Object> dict = new LinkedHashMap<>();
        dict.put("state", state);
        dict.put("param_groups", saved);
        return dict;
    }

    /**
     * Takes state and hyper-parameters over from a state dict, of this class or of PyTorch's of the same name. State is copied
     * and converted to the parameters' dtypes.
     *
     * @throws CressetException if it is of other groups of parameters
     */
    public void loadStateDict(Map<String, ?> dict) {
        if (!(dict.get("state") instanceof Map<?, ?> states) || !(dict.get("param_groups") instanceof List<?> saved)) {
            throw CressetException.value(
                    name() + ".loadStateDict: no map \"state\" and list \"param_groups\" in " + dict.keySet());
        }
        if (saved.size() != groups.size()) {
            throw CressetException.value(name() + ".loadStateDict: " + saved.size()
                    + " groups of parameters; this optimizer has " + groups.size());
        }
        Map<Long, Map<?, ?>> byIndex = new LinkedHashMap<>();
        states.forEach((k, v) -> {
            if (v instanceof Map<?, ?> m) {
                byIndex.put(Long.parseLong(String.valueOf(k)), m); // JSON has only strings as keys
            }
        });
        List<List<?>> params = new ArrayList<>();
        for (int k = 0; k < groups.size(); k++) {
            if (!(saved.get(k) instanceof Map<?, ?> m)
                    || !(m.get("params") instanceof List<?> p)
                    || p.size() != groups.get(k).size()) {
                throw CressetException.value(name() + ".loadStateDict: group " + k + " of the state dict hasn't the "
                        + groups.get(k).size() + " parameters of this optimizer's");
            }
            params.add(p);
        }
        for (int k = 0; k < groups.size(); k++) {
            ParamGroup g = groups.get(k);
            ((Map<?, ?>) saved.get(k)).forEach((name, value) -> {
                if (!name.equals("params")) {
                    g.set(String.valueOf(name), value);
                }
            });
            for (int i = 0; i < g.size(); i++) {
                Object index = params.get(k).get(i);
                Map<?, ?> s = index instanceof Number n ? byIndex.get(n.longValue()) : null;
                g.state(i).load(s == null ? Map.of() : s);
            }
        }
    }

    @Override
    public String toString() {
        StringBuilder b = new StringBuilder(name()).append(" (");
        for (int k = 0; k < groups.size(); k++) {
            b.append("\nParameter Group ").append(k).append('\n');
            groups.get(k)
                    .options()
                    .forEach((name, v) ->
                            b.append("    ").append(name).append(": ").append(v).append('\n'));
        }
        return b.append(')').toString();
    }
}

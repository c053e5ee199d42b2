package org.cresset.nn;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.cresset.autograd.Autograd;
import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Something with parameters, as {@code torch.nn.Module}. Parameters, buffers and submodules are its fields, and their names
 * are the keys of the state dict:
 *
 * {@snippet :
 * class Net extends Module {
 *     final Conv2d conv = new Conv2d(1, 32, 3);          // conv.weight, conv.bias
 *     final Tensor scale = parameter(Tensor.ones(1));    // scale
 *
 *     Tensor forward(Tensor x) {
 *         return conv.forward(x).mul(scale);
 *     }
 * }
 * }
 */
public abstract class Module {
    private final Set<Tensor> parameters = Collections.newSetFromMap(new IdentityHashMap<>());
    private final Set<Tensor> buffers = Collections.newSetFromMap(new IdentityHashMap<>());
    private final Map<String, Tensor> registered = new LinkedHashMap<>();
    private final Map<String, Module> submodules = new LinkedHashMap<>();
    private boolean training = true;

    /** For subclasses. */
    protected Module() {}

    // ---- declaring ----

    /** Marks a tensor that a field will hold as a parameter: it is trained, and saved. Returns it. */
    protected final Tensor parameter(Tensor t) {
        Tensor leaf = t.isLeaf() ? t : t.detach();
        parameters.add(leaf.requiresGrad(true));
        return leaf;
    }

    /** Marks a tensor that a field will hold as a buffer: it is saved, and not trained. Returns it. */
    protected final Tensor buffer(Tensor t) {
        buffers.add(t);
        return t;
    }

    /** Adds a parameter under a name that no field has. */
    protected final Tensor registerParameter(String name, Tensor t) {
        Tensor p = parameter(t);
        registered.put(name, p);
        return p;
    }

    /** Adds a buffer under a name that no field has. */
    protected final Tensor registerBuffer(String name, Tensor t) {
        registered.put(name, buffer(t));
        return t;
    }

    /** Adds a submodule under a name that no field has. */
    protected final <M extends Module> M registerModule(String name, M module) {
        submodules.put(name, module);
        return module;
    }

    /** The parameter or buffer added under a name. */
    protected final @Nullable Tensor registered(String name) {
        return registered.get(name);
    }

    // ---- looking through ----

    private void eachTensor(BiConsumer<String, Tensor> body) {
        for (Members.Member m : Members.of(getClass()).tensors) {
            if (m.get(this) instanceof Tensor t && (parameters.contains(t) || buffers.contains(t))) {
                body.accept(m.key(), t);
            }
        }
        registered.forEach(body);
    }

    /** The direct submodules by name. */
    public final Map<String, Module> children() {
        Map<String, Module> all = new LinkedHashMap<>();
        for (Members.Member m : Members.of(getClass()).modules) {
            if (m.get(this) instanceof Module child) {
                all.put(m.key(), child);
            }
        }
        all.putAll(submodules);
        return all;
    }

    /** This module (named "") and all below it by their paths; one used in several places appears once. */
    public final Map<String, Module> namedModules() {
        Map<String, Module> all = new LinkedHashMap<>();
        walk("", this, Collections.newSetFromMap(new IdentityHashMap<>()), all);
        return all;
    }

    private static void walk(String path, Module m, Set<Module> seen, Map<String, Module> all) {
        if (seen.add(m)) {
            all.put(path, m);
            m.children().forEach((name, child) -> walk(join(path, name), child, seen, all));
        }
    }

    private static String join(String path, String name) {
        return path.isEmpty() ? name : path + "." + name;
    }

    /** All parameters, each once. */
    public final List<Tensor> parameters() {
        return List.copyOf(namedParameters().values());
    }

    /** All parameters by their paths, each once. */
    public final Map<String, Tensor> namedParameters() {
        return named(true);
    }

    /** All buffers by their paths, each once. */
    public final Map<String, Tensor> namedBuffers() {
        return named(false);
    }

    private Map<String, Tensor> named(boolean wanted) {
        Map<String, Tensor> all = new LinkedHashMap<>();
        Set<Tensor> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        namedModules()
                .forEach((path, m) -> m.eachTensor((name, t) -> {
                    if (m.parameters.contains(t) == wanted && seen.add(t)) {
                        all.put(join(path, name), t);
                    }
                }));
        return all;
    }

    /** Calls {@code body} with every module below this one, then with this one. */
    public final Module apply(Consumer<Module> body) {
        children().values().forEach(m -> m.apply(body));
        body.accept(this);
        return this;
    }

    // ---- state ----

    /** Parameters and buffers by their paths, sharing memory with this module; tied ones appear under each of their names. */
    public final Map<String, Tensor> stateDict() {
        Map<String, Tensor> all = new LinkedHashMap<>();
        collect("", all);
        return all;
    }

    private void collect(String path, Map<String, Tensor> all) {
        eachTensor((name, t) -> {
            if (parameters.contains(t)) {
                all.put(join(path, name), t.detach());
            }
        });
        eachTensor((name, t) -> {
            if (!parameters.contains(t)) {
                all.put(join(path, name), t);
            }
        });
        children().forEach((name, m) -> m.collect(join(path, name), all));
    }

    /**
     * Copies values into the parameters and buffers.
     *
     * @throws CressetException if shapes differ or, with {@code strict}, names are missing or left over; nothing is changed then
     */
    public final void loadStateDict(Map<String, Tensor> state, boolean strict) {
        Map<String, Tensor> own = stateDict();
        Set<String> missing = new TreeSet<>(own.keySet());
        missing.removeAll(state.keySet());
        Set<String> unexpected = new TreeSet<>(state.keySet());
        unexpected.removeAll(own.keySet());
        List<String> problems = new ArrayList<>();
        if (strict && !missing.isEmpty()) {
            problems.add("missing: " + String.join(", ", missing));
        }
        if (strict && !unexpected.isEmpty()) {
            problems.add("unexpected: " + String.join(", ", unexpected));
        }
        own.forEach((name, t) -> {
            Tensor given = state.get(name);
            if (given != null && !given.shape().equals(t.shape())) {
                problems.add(name + " has shape " + given.shape() + ", expected " + t.shape());
            }
        });
        if (!problems.isEmpty()) {
            throw CressetException.runtime(
                    "loadStateDict: " + getClass().getSimpleName() + ": " + String.join("; ", problems));
        }
        Autograd.noGrad(() -> own.forEach((name, t) -> {
            Tensor given = state.get(name);
            if (given != null) {
                t.copy_(given);
            }
        }));
    }

    /** Puts this module and all below it into training mode: dropout drops, batch norm uses its batch. */
    public final Module train() {
        return train(true);
    }

    /** Puts this module and all below it into evaluation mode. */
    public final Module eval() {
        return train(false);
    }

    /** Puts this module and all below it into training or evaluation mode. */
    public final Module train(boolean on) {
        namedModules().values().forEach(m -> m.training = on);
        return this;
    }

    /** Whether this module is in training mode. */
    public final boolean isTraining() {
        return training;
    }

    /** Converts floating-point parameters and buffers, here and below, to a dtype; optimizers must be made afterwards. */
    public final Module to(DType dtype) {
        Map<Tensor, Tensor> converted = new IdentityHashMap<>();
        for (Module m : namedModules().values()) {
            for (Members.Member f : Members.of(m.getClass()).tensors) {
                if (f.get(m) instanceof Tensor t && (m.parameters.contains(t) || m.buffers.contains(t))) {
                    f.set(m, m.convert(t, dtype, converted));
                }
            }
            m.registered.replaceAll((name, t) -> m.convert(t, dtype, converted));
        }
        return this;
    }

    private Tensor convert(Tensor t, DType dtype, Map<Tensor, Tensor> done) {
        if (!t.dtype().isFloat() || t.dtype() == dtype) {
            return t;
        }
        Tensor c = done.computeIfAbsent(t, x -> x.detach().to(dtype).requiresGrad(x.requiresGrad()));
        (parameters.remove(t) ? parameters : buffers).add(c);
        buffers.remove(t);
        return c;
    }

    /** Makes all parameters require a gradient, or not: frozen ones are left alone by backward and optimizers. */
    public final Module requiresGrad(boolean on) {
        parameters().forEach(p -> p.requiresGrad(on));
        return this;
    }

    /** Forgets all gradients. */
    public final void zeroGrad() {
        parameters().forEach(p -> p.setGrad(null));
    }

    // ---- telling ----

    /** A table of the modules below this one with the shapes and numbers of their own parameters, and the total. */
    public final String summary() {
        StringBuilder b =
                new StringBuilder(String.format("%-32s %-24s %-28s %12s%n", "module", "type", "parameters", "count"));
        namedModules().forEach((path, m) -> {
            StringBuilder shapes = new StringBuilder();
            long[] n = {0};
            m.eachTensor((name, t) -> {
                if (m.parameters.contains(t)) {
                    shapes.append(shapes.isEmpty() ? "" : " ").append(name).append(t.shape());
                    n[0] += t.numel();
                }
            });
            b.append(String.format(
                    "%-32s %-24s %-28s %,12d%n",
                    path.isEmpty() ? "(all)" : path, m.getClass().getSimpleName(), shapes, n[0]));
        });
        long total = parameters().stream().mapToLong(Tensor::numel).sum();
        long trained = parameters().stream()
                .filter(Tensor::requiresGrad)
                .mapToLong(Tensor::numel)
                .sum();
        return b.append(String.format("%,d parameters, %,d of them trained%n", total, trained))
                .toString();
    }

    /** The arguments that {@link #toString} shows between the parentheses. */
    protected String describe() {
        return "";
    }

    @Override
    public final String toString() {
        Map<String, Module> below = children();
        if (below.isEmpty()) {
            return getClass().getSimpleName() + "(" + describe() + ")";
        }
        StringBuilder b = new StringBuilder(getClass().getSimpleName()).append("(\n");
        below.forEach((name, m) -> b.append("  (")
                .append(name)
                .append("): ")
                .append(m.toString().replace("\n", "\n  "))
                .append('\n'));
        return b.append(')').toString();
    }
}

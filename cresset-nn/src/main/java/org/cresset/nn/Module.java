package org.cresset.nn;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.cresset.autograd.Autograd;
import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.tensor.Tensor;
import org.cresset.watch.Watch;
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
 *
 * <p>Hooks run around {@link Layer#forward} and the forward methods of the other modules here; a forward method of a class of
 * your own takes part if it is a {@link Layer} or goes through {@link #call}.
 */
public abstract class Module implements Cloneable {
    private final Set<Tensor> parameters = Collections.newSetFromMap(new IdentityHashMap<>());
    private final Set<Tensor> buffers = Collections.newSetFromMap(new IdentityHashMap<>());
    private final Set<Tensor> unsaved = Collections.newSetFromMap(new IdentityHashMap<>());
    private final Map<String, Tensor> registered = new LinkedHashMap<>();
    private final Map<String, Module> submodules = new LinkedHashMap<>();
    private final Map<String, Supplier<Tensor>> computed = new LinkedHashMap<>();
    private @Nullable Hooks hooks;
    private boolean training = true;

    /** For subclasses. */
    protected Module() {
        Paths.remember(this);
    }

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

    /** Marks a tensor that a field will hold as a buffer, which is saved only if {@code persistent}. Returns it. */
    protected final Tensor buffer(Tensor t, boolean persistent) {
        if (!persistent) {
            unsaved.add(t);
        }
        return buffer(t);
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

    /** Takes away what was added under a name. */
    final void unregister(String name) {
        registered.remove(name);
        submodules.remove(name);
    }

    /** The submodules that were added, which can be changed through this map. */
    final Map<String, Module> added() {
        return submodules;
    }

    /** The names of this module's own under which a tensor is held. */
    final List<String> namesOf(Tensor t) {
        List<String> names = new ArrayList<>();
        for (Members.Member m : Members.of(getClass()).tensors) {
            if (m.get(this) == t) {
                names.add(m.key());
            }
        }
        registered.forEach((name, held) -> {
            if (held == t) {
                names.add(name);
            }
        });
        return names;
    }

    /** Puts another submodule in the place of one. */
    final void replaceChild(String name, Module by) {
        for (Members.Member m : Members.of(getClass()).modules) {
            if (m.key().equals(name)) {
                m.set(this, by);
                return;
            }
        }
        submodules.put(name, by);
    }

    /** The tensors that were added. */
    final Map<String, Tensor> addedTensors() {
        return registered;
    }

    /** The tensor, parameter or not, under a name of this module's own. */
    final @Nullable Tensor own(String name) {
        Tensor added = registered.get(name);
        Members.Member field = added == null ? Members.of(getClass()).tensor(name) : null;
        return field == null ? added : (Tensor) field.get(this);
    }

    /** Puts another tensor under a name that there is, without saying what it is. */
    final void replace(String name, @Nullable Tensor by) {
        Members.Member field = Members.of(getClass()).tensor(name);
        if (field != null) {
            field.set(this, by);
        } else if (by == null) {
            registered.remove(name);
        } else {
            registered.put(name, by);
        }
    }

    /** Makes the tensor under a name one that is computed before each forward call; null: an ordinary one again. */
    final void compute(String name, @Nullable Supplier<Tensor> how) {
        Tensor t = Objects.requireNonNull(own(name), name);
        if (how == null) {
            computed.remove(name);
        } else {
            parameters.remove(t);
            computed.put(name, how);
        }
    }

    // ---- looking through ----

    private void eachTensor(BiConsumer<String, Tensor> body) {
        for (Members.Member m : Members.of(getClass()).tensors) {
            if (m.get(this) instanceof Tensor t && (parameters.contains(t) || buffers.contains(t))) {
                body.accept(m.key(), t);
            }
        }
        registered.forEach((name, t) -> {
            if (parameters.contains(t) || buffers.contains(t)) {
                body.accept(name, t);
            }
        });
    }

    /** This module's own parameters by name. */
    final Map<String, Tensor> ownParameters() {
        Map<String, Tensor> own = new LinkedHashMap<>();
        eachTensor((name, t) -> {
            if (parameters.contains(t)) {
                own.put(name, t);
            }
        });
        return own;
    }

    /** This module's own buffers by name, those that are saved or all. */
    final Map<String, Tensor> ownBuffers(boolean all) {
        Map<String, Tensor> own = new LinkedHashMap<>();
        eachTensor((name, t) -> {
            if (!parameters.contains(t) && (all || !unsaved.contains(t))) {
                own.put(name, t);
            }
        });
        return own;
    }

    /** The direct submodules by name. As {@code named_children}. */
    public final Map<String, Module> namedChildren() {
        Map<String, Module> all = new LinkedHashMap<>();
        for (Members.Member m : Members.of(getClass()).modules) {
            if (m.get(this) instanceof Module child) {
                all.put(m.key(), child);
            }
        }
        all.putAll(submodules);
        return all;
    }

    /** The direct submodules. */
    public final Collection<Module> children() {
        return namedChildren().values();
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
            m.namedChildren().forEach((name, child) -> walk(Paths.join(path, name), child, seen, all));
        }
    }

    /** This module and all below it, each once. */
    public final Collection<Module> modules() {
        return namedModules().values();
    }

    /** The module at a path, {@code "encoder.fc"} for example; "" is this one. As {@code get_submodule}. */
    public final Module submodule(String path) {
        Module m = this;
        for (String name : path.isEmpty() ? new String[0] : path.split("\\.", -1)) {
            Module child = m.namedChildren().get(name);
            if (child == null) {
                throw CressetException.value("submodule: " + m.getClass().getSimpleName() + " has no part " + name
                        + " (of " + path + "); there are " + m.namedChildren().keySet());
            }
            m = child;
        }
        return m;
    }

    /** All parameters, each once. */
    public final List<Tensor> parameters() {
        return List.copyOf(namedParameters().values());
    }

    /** All buffers, each once. */
    public final List<Tensor> buffers() {
        return List.copyOf(namedBuffers().values());
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
                        all.put(Paths.join(path, name), t);
                    }
                }));
        return all;
    }

    /** Calls {@code body} with every module below this one, then with this one. */
    public final Module apply(Consumer<Module> body) {
        children().forEach(m -> m.apply(body));
        body.accept(this);
        return this;
    }

    // ---- running ----

    /** What a forward method does with its arguments. */
    @FunctionalInterface
    protected interface Body<R> {
        /** Gives the result. */
        R run(@Nullable Object[] inputs);
    }

    /**
     * Runs what a forward method does between this module's hooks. An error names this module, unless one below it has been
     * named. For forward methods of modules that aren't {@link Layer}s.
     */
    protected final <R> R call(Body<R> body, @Nullable Object... inputs) {
        try {
            computed.forEach((name, how) -> replace(name, how.get()));
            return Watch.isOn() ? Running.in(this, () -> unwatched(body, inputs)) : unwatched(body, inputs);
        } catch (CressetException e) {
            throw located(e);
        }
    }

    @SuppressWarnings("unchecked")
    private <R> R unwatched(Body<R> body, @Nullable Object[] inputs) {
        return hooks == null ? body.run(inputs) : (R) hooks.run(this, body, inputs);
    }

    /** Whether anything is to be done before or after a forward call. */
    final boolean watched() {
        return hooks != null || !computed.isEmpty() || Watch.isOn();
    }

    /** The error with the path of this module in the net that it belongs to. */
    final CressetException located(CressetException e) {
        return Paths.locate(this, e);
    }

    final Hooks hooks() {
        Hooks h = hooks;
        if (h == null) {
            h = new Hooks();
            hooks = h;
        }
        return h;
    }

    final @Nullable Hooks hooksOrNull() {
        return hooks;
    }

    /** Calls {@code hook} before each forward call. As {@code register_forward_pre_hook}. */
    public final Autograd.HookHandle registerForwardPreHook(Hook.ForwardPre hook) {
        return Hooks.add(hooks().forwardPre, hook);
    }

    /** Calls {@code hook} after each forward call. As {@code register_forward_hook}. */
    public final Autograd.HookHandle registerForwardHook(Hook.Forward hook) {
        return Hooks.add(hooks().forward, hook);
    }

    /** Calls {@code hook} when backward reaches the results. As {@code register_full_backward_pre_hook}. */
    public final Autograd.HookHandle registerFullBackwardPreHook(Hook.BackwardPre hook) {
        return Hooks.add(hooks().backwardPre, hook);
    }

    /** Calls {@code hook} when backward has the gradients of the arguments. As {@code register_full_backward_hook}. */
    public final Autograd.HookHandle registerFullBackwardHook(Hook.Backward hook) {
        return Hooks.add(hooks().backward, hook);
    }

    /** Calls {@code hook} with what {@link #stateDict} made. As {@code register_state_dict_post_hook}. */
    public final Autograd.HookHandle registerStateDictHook(Hook.State hook) {
        return Hooks.add(hooks().saved, hook);
    }

    /** Calls {@code hook} with what {@link #loadStateDict} is about to load. As {@code register_load_state_dict_pre_hook}. */
    public final Autograd.HookHandle registerLoadStateDictPreHook(Hook.State hook) {
        return Hooks.add(hooks().loading, hook);
    }

    // ---- state ----

    /** Parameters and buffers by their paths, sharing memory with this module; tied ones appear under each of their names. */
    public final Map<String, Tensor> stateDict() {
        return StateDicts.of(this);
    }

    /**
     * Copies values into the parameters and buffers.
     *
     * @return the names that were missing and left over
     * @throws CressetException if shapes differ or, with {@code strict}, names are missing or left over; nothing is changed then
     */
    public final LoadedKeys loadStateDict(Map<String, Tensor> state, boolean strict) {
        return StateDicts.load(this, state, strict);
    }

    /** As {@link #loadStateDict(Map, boolean)}, strictly. */
    public final LoadedKeys loadStateDict(Map<String, Tensor> state) {
        return loadStateDict(state, true);
    }

    /** Names of a module that a state dict lacked, and names in it that the module lacks. */
    public record LoadedKeys(List<String> missing, List<String> unexpected) {}

    /** Called before a state is loaded, so that what isn't there yet can be made in the shapes that the state has. */
    void prepareToLoad(Map<String, Tensor> state, String prefix) {}

    /** A copy of this and all below it: parameters and buffers have memory of their own and no gradients; hooks are shared. */
    public final Module deepCopy() {
        return new DeepCopy().of(this);
    }

    final Module shallowCopy() {
        try {
            Module m = (Module) super.clone();
            Paths.remember(m);
            return m;
        } catch (CloneNotSupportedException e) {
            throw new IllegalStateException(e);
        }
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
        modules().forEach(m -> m.training = on);
        return this;
    }

    /** Puts this module alone into training or evaluation mode. */
    final void setTraining(boolean on) {
        training = on;
    }

    /** Whether this module is in training mode. */
    public final boolean isTraining() {
        return training;
    }

    /** Converts floating-point parameters and buffers, here and below, to a dtype; optimizers must be made afterwards. */
    public final Module to(DType dtype) {
        return convert(t -> t.dtype().isFloat() && t.dtype() != dtype ? t.to(dtype) : t);
    }

    /** Replaces every parameter and buffer, here and below, by what {@code f} makes of it; the same one stays as it is. */
    final Module convert(UnaryOperator<Tensor> f) {
        Map<Tensor, Tensor> done = new IdentityHashMap<>();
        for (Module m : modules()) {
            Map<String, Tensor> own = new LinkedHashMap<>();
            m.eachTensor(own::put);
            own.forEach((name, t) -> {
                Tensor c = done.computeIfAbsent(t, x -> {
                    Tensor d = x.detach();
                    Tensor y = f.apply(d);
                    return y == d ? x : y.detach().requiresGrad(x.requiresGrad());
                });
                m.exchange(name, t, c);
            });
        }
        return this;
    }

    /** Puts another tensor in the place of one, as a parameter or buffer like it. */
    final void exchange(String name, Tensor old, Tensor by) {
        if (old == by) {
            return;
        }
        replace(name, by);
        (parameters.contains(old) ? parameters : buffers).add(by);
        if (unsaved.contains(old)) {
            unsaved.add(by);
        }
        if (registered.values().stream().noneMatch(t -> t == old) && !heldElsewhere(old)) {
            parameters.remove(old);
            buffers.remove(old);
            unsaved.remove(old);
        }
    }

    private boolean heldElsewhere(Tensor t) {
        return Members.of(getClass()).tensors.stream().anyMatch(m -> m.get(this) == t);
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

    /** A table of the modules from this one on with the shapes and numbers of their own parameters, and the total. */
    public final String summary() {
        return Summary.of(this, null);
    }

    /**
     * The same with the shapes of what each module gave, found by running {@code forward} once in evaluation mode:
     * {@code net.summary(() -> net.forward(x))}.
     */
    public final String summary(Supplier<?> forward) {
        return Summary.of(this, forward);
    }

    /** The arguments that {@link #toString} shows between the parentheses. */
    protected String describe() {
        return "";
    }

    @Override
    public final String toString() {
        Map<String, Module> below = namedChildren();
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

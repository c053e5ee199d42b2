package org.cresset.nn;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.cresset.autograd.Autograd;
import org.cresset.base.CressetException;
import org.cresset.tensor.Tensor;

/** Making and loading state dicts. */
final class StateDicts {
    private StateDicts() {}

    static Map<String, Tensor> of(Module m) {
        Map<String, Tensor> all = new LinkedHashMap<>();
        collect(m, "", all);
        return all;
    }

    private static void collect(Module m, String path, Map<String, Tensor> all) {
        m.ownParameters().forEach((name, t) -> all.put(Paths.join(path, name), t.detach()));
        m.ownBuffers(false).forEach((name, t) -> all.put(Paths.join(path, name), t));
        m.namedChildren().forEach((name, child) -> collect(child, Paths.join(path, name), all));
        Hooks hooks = m.hooksOrNull();
        if (hooks != null) {
            hooks.saved.forEach(h -> h.call(m, all, prefix(path)));
        }
    }

    private static String prefix(String path) {
        return path.isEmpty() ? "" : path + ".";
    }

    private static void prepare(Module m, String path, Map<String, Tensor> state) {
        Hooks hooks = m.hooksOrNull();
        if (hooks != null) {
            hooks.loading.forEach(h -> h.call(m, state, prefix(path)));
        }
        m.prepareToLoad(state, prefix(path));
        m.namedChildren().forEach((name, child) -> prepare(child, Paths.join(path, name), state));
    }

    static Module.LoadedKeys load(Module m, Map<String, Tensor> given, boolean strict) {
        Map<String, Tensor> state = new LinkedHashMap<>(given);
        prepare(m, "", state);
        Map<String, Tensor> own = new LinkedHashMap<>();
        own(m, "", own);
        TreeSet<String> missing = new TreeSet<>(own.keySet());
        missing.removeAll(state.keySet());
        TreeSet<String> unexpected = new TreeSet<>(state.keySet());
        unexpected.removeAll(own.keySet());
        List<String> problems = new ArrayList<>();
        if (strict && !missing.isEmpty()) {
            problems.add("missing: " + String.join(", ", missing));
        }
        if (strict && !unexpected.isEmpty()) {
            problems.add("unexpected: " + String.join(", ", unexpected));
        }
        own.forEach((name, t) -> {
            Tensor value = state.get(name);
            if (value != null && !value.shape().equals(t.shape())) {
                problems.add(name + " has shape " + value.shape() + ", expected " + t.shape());
            }
        });
        if (!problems.isEmpty()) {
            throw CressetException.runtime(
                    "loadStateDict: " + m.getClass().getSimpleName() + ": " + String.join("; ", problems));
        }
        Autograd.noGrad(() -> own.forEach((name, t) -> {
            Tensor value = state.get(name);
            if (value != null) {
                t.copy_(value);
            }
        }));
        return new Module.LoadedKeys(List.copyOf(missing), List.copyOf(unexpected));
    }

    /** What can be loaded into, without what hooks make of it. */
    private static void own(Module m, String path, Map<String, Tensor> all) {
        m.ownParameters().forEach((name, t) -> all.put(Paths.join(path, name), t.detach()));
        m.ownBuffers(false).forEach((name, t) -> all.put(Paths.join(path, name), t));
        m.namedChildren().forEach((name, child) -> own(child, Paths.join(path, name), all));
    }
}

package org.cresset.nn;

import java.util.Map;
import java.util.Set;
import org.cresset.base.CressetException;
import org.cresset.tensor.Torch;

/** Modules by name, in the order in which they were added. As {@code nn.ModuleDict}. */
public final class ModuleDict extends Module {
    /** Without modules yet. */
    public ModuleDict() {}

    /** In the order of the map. */
    @Torch("nn.ModuleDict(modules)")
    public ModuleDict(Map<String, ? extends Module> modules) {
        modules.forEach(this::put);
    }

    /** The module of a name. */
    public Module get(String name) {
        Module m = added().get(name);
        if (m == null) {
            throw CressetException.index("ModuleDict: no module " + name + "; there are " + names());
        }
        return m;
    }

    /** Adds a module, or replaces the one of that name. */
    public void put(String name, Module module) {
        registerModule(name, module);
    }

    /** Takes a module away, and gives it. */
    public Module remove(String name) {
        Module m = get(name);
        added().remove(name);
        return m;
    }

    /** Whether there is a module of a name. */
    public boolean contains(String name) {
        return added().containsKey(name);
    }

    /** The names. */
    public Set<String> names() {
        return Set.copyOf(added().keySet());
    }

    /** The number of modules. */
    public int size() {
        return added().size();
    }
}

package org.cresset.nn;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.cresset.base.CressetException;
import org.cresset.tensor.Torch;

/** Modules named 0, 1, ... As {@code nn.ModuleList}. */
public final class ModuleList extends Module implements Iterable<Module> {
    /** In this order. */
    public ModuleList(Module... modules) {
        this(List.of(modules));
    }

    /** In this order. */
    @Torch("nn.ModuleList(modules=())")
    public ModuleList(List<? extends Module> modules) {
        modules.forEach(this::append);
    }

    /** The number of modules. */
    public int size() {
        return added().size();
    }

    /** Module i, from the end if negative. */
    public Module get(int i) {
        return added().values().stream().skip(position(i)).findFirst().orElseThrow();
    }

    private int position(int i) {
        int n = size();
        if (i < -n || i >= n) {
            throw CressetException.index("ModuleList: module " + i + " of " + n);
        }
        return i < 0 ? n + i : i;
    }

    /** Adds a module at the end. */
    public ModuleList append(Module module) {
        registerModule(Integer.toString(size()), module);
        return this;
    }

    /** Adds modules at the end. */
    public ModuleList extend(Iterable<? extends Module> modules) {
        modules.forEach(this::append);
        return this;
    }

    /** Puts a module before the one at i. */
    public void insert(int i, Module module) {
        List<Module> all = new ArrayList<>(added().values());
        all.add(i < 0 ? all.size() + i : i, module);
        become(all);
    }

    /** Puts a module in the place of another. */
    public void set(int i, Module module) {
        registerModule(Integer.toString(position(i)), module);
    }

    /** Takes a module away, and gives it. */
    public Module remove(int i) {
        List<Module> all = new ArrayList<>(added().values());
        Module gone = all.remove(position(i));
        become(all);
        return gone;
    }

    private void become(List<Module> all) {
        added().clear();
        all.forEach(this::append);
    }

    @Override
    public Iterator<Module> iterator() {
        return added().values().iterator();
    }
}

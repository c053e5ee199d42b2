package org.cresset.nn;

import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.cresset.base.CressetException;
import org.jspecify.annotations.Nullable;

/**
 * Where modules are in the nets that they belong to, for messages. Modules don't know their parents, so when there is an error
 * the living modules are searched for the one that holds it; until then this costs a weak reference for each.
 */
final class Paths {
    private static final ReferenceQueue<Module> DEAD = new ReferenceQueue<>();
    private static final Set<WeakReference<Module>> LIVING = ConcurrentHashMap.newKeySet();

    private Paths() {}

    static void remember(Module m) {
        for (Reference<? extends Module> r = DEAD.poll(); r != null; r = DEAD.poll()) {
            LIVING.remove(r);
        }
        LIVING.add(new WeakReference<>(m, DEAD));
    }

    static String join(String path, String name) {
        return path.isEmpty() ? name : name.isEmpty() ? path : path + "." + name;
    }

    /** An error that says in which module it happened. */
    private static final class Located extends CressetException {
        private static final long serialVersionUID = 1L;

        Located(CressetException e, String message) {
            super(e.kind(), message, e);
        }
    }

    static CressetException locate(Module m, CressetException e) {
        return e instanceof Located ? e : new Located(e, of(m) + ": " + e.getMessage());
    }

    /** {@code Net.encoder.fc (Linear)}: the longest path from a living module that leads there. */
    static String of(Module m) {
        String best = "";
        for (WeakReference<Module> r : LIVING) {
            Module root = r.get();
            String path = root == null || root == m ? null : below(root, m);
            if (root != null && path != null) {
                String whole = name(root) + "." + path;
                best = depth(whole) > depth(best) ? whole : best;
            }
        }
        return best.isEmpty() ? name(m) : best + " (" + name(m) + ")";
    }

    private static long depth(String path) {
        return path.isEmpty() ? 0 : 1 + path.chars().filter(c -> c == '.').count();
    }

    private static @Nullable String below(Module root, Module m) {
        for (Map.Entry<String, Module> e : root.namedModules().entrySet()) {
            if (e.getValue() == m) {
                return e.getKey();
            }
        }
        return null;
    }

    private static String name(Module m) {
        String simple = m.getClass().getSimpleName();
        return simple.isEmpty() ? "Module" : simple;
    }
}

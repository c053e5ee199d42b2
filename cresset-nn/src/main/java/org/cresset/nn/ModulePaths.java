package org.cresset.nn;

import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Map;
import org.cresset.base.Storage;
import org.cresset.tensor.Dense;
import org.cresset.tensor.Tensor;
import org.cresset.watch.Where;
import org.jspecify.annotations.Nullable;

/**
 * Tells the module that an operation belongs to, for the profiler and the guards: that whose parameter or buffer it reads, or
 * else the innermost module on the call stack. A module on the stack goes by its path where the model has one of its class
 * only, and else by its class and line.
 *
 * {@snippet :
 * try (var p = Profiler.record(ModulePaths.of(net), true)) {
 *     ...
 * }
 * }
 */
public final class ModulePaths implements Where {
    private static final StackWalker FRAMES = StackWalker.getInstance(StackWalker.Option.RETAIN_CLASS_REFERENCE);

    private final Map<Storage, String> byMemory = new IdentityHashMap<>();
    private final Map<Class<?>, String> byClass = new HashMap<>();

    private ModulePaths(Module model) {
        model.namedParameters()
                .forEach((path, t) -> byMemory.put(t.dense("ModulePaths").storage(), parent(path)));
        model.namedBuffers()
                .forEach((path, t) -> byMemory.put(t.dense("ModulePaths").storage(), parent(path)));
        model.namedModules().forEach((path, m) -> byClass.merge(m.getClass(), path, (a, b) -> "?"));
    }

    /** The places of a model, as its parameters are now. */
    public static ModulePaths of(Module model) {
        return new ModulePaths(model);
    }

    private static String parent(String path) {
        int dot = path.lastIndexOf('.');
        return dot < 0 ? "" : path.substring(0, dot);
    }

    @Override
    public String of(@Nullable Tensor[] inputs) {
        for (Tensor t : inputs) {
            String path = t instanceof Dense d ? byMemory.get(d.storage()) : null;
            if (path != null) {
                return path;
            }
        }
        return FRAMES.walk(frames -> frames.filter(f -> Module.class.isAssignableFrom(f.getDeclaringClass())
                                && f.getDeclaringClass() != Module.class)
                        .findFirst()
                        .map(f -> {
                            String path = byClass.get(f.getDeclaringClass());
                            return path == null || path.equals("?")
                                    ? f.getDeclaringClass().getSimpleName() + ":" + f.getLineNumber()
                                    : path;
                        }))
                .orElse("");
    }
}

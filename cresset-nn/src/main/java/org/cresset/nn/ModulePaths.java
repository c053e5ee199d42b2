package org.cresset.nn;

import java.lang.StackWalker.Option;
import java.lang.StackWalker.StackFrame;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Set;
import org.cresset.base.Storage;
import org.cresset.tensor.Dense;
import org.cresset.tensor.Tensor;
import org.cresset.watch.Where;
import org.jspecify.annotations.Nullable;

/**
 * Tells the module that an operation belongs to, for the profiler and the guards: that whose parameter or buffer it reads, or
 * else the innermost module that is being called, by its path in the model.
 *
 * <p>Layers, and other modules whose {@code forward} goes through {@link Module#call}, say that they are called. Those that a
 * program writes without are found on the call stack, which takes some microseconds: by their path where the model has one
 * of the class only, and else by class and line.
 *
 * {@snippet :
 * try (var p = Profiler.record(ModulePaths.of(net), true)) {
 *     ...
 * }
 * }
 */
public final class ModulePaths implements Where {
    private static final StackWalker CLASSES =
            StackWalker.getInstance(Set.of(Option.RETAIN_CLASS_REFERENCE, Option.DROP_METHOD_INFO));
    private static final StackWalker LINES = StackWalker.getInstance(Option.RETAIN_CLASS_REFERENCE);
    private static final String SEVERAL = "?";

    private final Module model;
    private final Map<Storage, String> byMemory = new IdentityHashMap<>();
    private final Map<Module, String> byModule = new IdentityHashMap<>();
    private final Map<Class<?>, String> byClass = new HashMap<>();

    /** Whether there are several modules of a class that doesn't say that it is called. */
    private final boolean ambiguous;

    /** Modules within which others may run that don't say so. */
    private final Map<Module, Boolean> uncertain = new IdentityHashMap<>();

    private ModulePaths(Module model) {
        this.model = model;
        model.namedParameters()
                .forEach((path, t) -> byMemory.put(t.dense("ModulePaths").storage(), parent(path)));
        model.namedBuffers()
                .forEach((path, t) -> byMemory.put(t.dense("ModulePaths").storage(), parent(path)));
        model.namedModules().forEach((path, m) -> {
            byModule.put(m, path);
            byClass.merge(m.getClass(), path, (a, b) -> SEVERAL);
            uncertain.put(m, m.namedModules().values().stream().anyMatch(part -> part != m && !saysSo(part)));
        });
        ambiguous = model.namedModules().values().stream()
                .anyMatch(m -> !saysSo(m) && SEVERAL.equals(byClass.get(m.getClass())));
    }

    private static boolean saysSo(Module m) {
        return m instanceof Layer || m.getClass().getPackage() == Module.class.getPackage();
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
        Module called = Running.innermost();
        Module within = called == null ? model : called;
        String path = byModule.get(within);
        return path != null && !uncertain.getOrDefault(within, true) ? path : onStack(called);
    }

    private String onStack(@Nullable Module called) {
        // Lines take longer to find, and are needed only where a class doesn't tell the path.
        return (ambiguous ? LINES : CLASSES)
                .walk(all -> all.filter(f -> Module.class.isAssignableFrom(f.getDeclaringClass())
                                && f.getDeclaringClass() != Module.class
                                && f.getDeclaringClass() != Layer.class)
                        .findFirst()
                        .map(f -> place(f, called))
                        .orElse(""));
    }

    private String place(StackFrame f, @Nullable Module called) {
        Class<?> type = f.getDeclaringClass();
        String path = type.isInstance(called) ? byModule.get(called) : byClass.get(type);
        if (path != null && !path.equals(SEVERAL)) {
            return path;
        }
        return type.getSimpleName() + (ambiguous ? ":" + f.getLineNumber() : "");
    }
}

package org.cresset.nn;

import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Copies modules with all that is in their fields. What is a module, a tensor, or a list, set, map or array is copied, one
 * found twice once; anything else is taken to be unchangeable and shared.
 */
final class DeepCopy {
    private final Map<Object, Object> done = new IdentityHashMap<>();

    Module of(Module m) {
        return (Module) Hook.given(copy(m));
    }

    private @Nullable Object copy(@Nullable Object value) {
        if (value == null) {
            return null;
        }
        Object known = done.get(value);
        if (known != null) {
            return known;
        }
        return switch (value) {
            case Module m -> module(m);
            case Tensor t -> {
                Tensor c = t.isLeaf() ? t.detach().clone().requiresGrad(t.requiresGrad()) : t;
                done.put(t, c);
                yield c;
            }
            case List<?> l -> {
                List<@Nullable Object> c = new ArrayList<>();
                l.forEach(e -> c.add(copy(e)));
                yield c;
            }
            case Set<?> s -> set(s);
            case Map<?, ?> map -> {
                Map<@Nullable Object, @Nullable Object> c = new LinkedHashMap<>();
                map.forEach((k, v) -> c.put(k, copy(v)));
                yield c;
            }
            case Object[] a -> {
                Object c = Array.newInstance(a.getClass().getComponentType(), a.length);
                for (int i = 0; i < a.length; i++) {
                    Array.set(c, i, copy(a[i]));
                }
                yield c;
            }
            default -> value;
        };
    }

    private Object set(Set<?> s) {
        Set<@Nullable Object> c = Collections.newSetFromMap(new IdentityHashMap<>());
        s.forEach(e -> c.add(copy(e)));
        return c;
    }

    private Module module(Module m) {
        Module c = m.shallowCopy();
        done.put(m, c);
        for (Class<?> k = m.getClass(); k != null && k != Object.class; k = k.getSuperclass()) {
            for (Field f : k.getDeclaredFields()) {
                if (!Modifier.isStatic(f.getModifiers()) && !f.getType().isPrimitive()) {
                    f.setAccessible(true);
                    try {
                        f.set(c, copy(f.get(m)));
                    } catch (IllegalAccessException e) {
                        throw new IllegalStateException(e);
                    }
                }
            }
        }
        return c;
    }
}

package org.cresset.nn;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** The fields of a module class that hold tensors or modules, in the order of their declaration, superclasses first. */
final class Members {
    private static final ClassValue<Members> OF = new ClassValue<>() {
        @Override
        protected Members computeValue(Class<?> c) {
            return new Members(c);
        }
    };

    final List<Member> tensors = new ArrayList<>();
    final List<Member> modules = new ArrayList<>();

    /** A field and its name in state dicts. */
    record Member(String key, Field field) {
        @Nullable
        Object get(Module m) {
            try {
                return field.get(m);
            } catch (IllegalAccessException e) {
                throw new IllegalStateException(e);
            }
        }

        void set(Module m, @Nullable Object value) {
            try {
                field.set(m, value);
            } catch (IllegalAccessException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private Members(Class<?> type) {
        List<Class<?>> lineage = new ArrayList<>();
        for (Class<?> c = type; c != null && c != Module.class; c = c.getSuperclass()) {
            lineage.add(c);
        }
        Collections.reverse(lineage);
        for (Class<?> c : lineage) {
            for (Field f : c.getDeclaredFields()) {
                boolean tensor = Tensor.class.isAssignableFrom(f.getType());
                if (Modifier.isStatic(f.getModifiers()) || !tensor && !Module.class.isAssignableFrom(f.getType())) {
                    continue;
                }
                f.setAccessible(true);
                Key key = f.getAnnotation(Key.class);
                (tensor ? tensors : modules).add(new Member(key == null ? f.getName() : key.value(), f));
            }
        }
    }

    /** The field of a tensor with a name, or null. */
    @Nullable
    Member tensor(String key) {
        for (Member m : tensors) {
            if (m.key.equals(key)) {
                return m;
            }
        }
        return null;
    }

    static Members of(Class<?> type) {
        return OF.get(type);
    }
}

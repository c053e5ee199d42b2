package org.cresset.nn;

import java.lang.reflect.Array;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** Values with tensors in them: tensors, arrays, lists and records, nested in any way. */
final class Nested {
    private Nested() {}

    /** The same structure with each tensor replaced, in order; everything else stays. */
    static @Nullable Object map(@Nullable Object value, UnaryOperator<Tensor> f) {
        return switch (value) {
            case null -> null;
            case Tensor t -> f.apply(t);
            case Object[] array -> {
                Object copy = Array.newInstance(array.getClass().getComponentType(), array.length);
                for (int i = 0; i < array.length; i++) {
                    Array.set(copy, i, map(array[i], f));
                }
                yield copy;
            }
            case List<?> list -> {
                List<@Nullable Object> copy = new ArrayList<>();
                list.forEach(e -> copy.add(map(e, f)));
                yield copy;
            }
            case Record r -> record(r, f);
            default -> value;
        };
    }

    private static Object record(Record r, UnaryOperator<Tensor> f) {
        RecordComponent[] components = r.getClass().getRecordComponents();
        Class<?>[] types = new Class<?>[components.length];
        @Nullable Object[] parts = new Object[components.length];
        try {
            for (int i = 0; i < parts.length; i++) {
                types[i] = components[i].getType();
                var accessor = components[i].getAccessor();
                accessor.setAccessible(true);
                parts[i] = map(accessor.invoke(r), f);
            }
            var constructor = r.getClass().getDeclaredConstructor(types);
            constructor.setAccessible(true);
            return constructor.newInstance(parts);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(r.getClass() + " can't be taken apart", e);
        }
    }
}

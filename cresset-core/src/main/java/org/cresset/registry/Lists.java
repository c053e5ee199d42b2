package org.cresset.registry;

import java.lang.reflect.Array;
import java.util.ArrayList;
import java.util.List;
import org.cresset.base.Shape;
import org.jspecify.annotations.Nullable;

/**
 * Arguments that are lists or tuples, for arrays, {@link Shape} and {@link List}.
 *
 * @param target what the parameter takes
 * @param element converts each element
 * @param component the array's element class; unused for other targets
 * @param single whether one element stands for a list of it, as an int does for {@code int[]} in PyTorch
 */
record Lists(Target target, Converter element, Class<?> component, boolean single) implements Converter {
    /** What the parameter takes. */
    enum Target {
        ARRAY,
        SHAPE,
        LIST
    }

    @Override
    public int rank(@Nullable Object value) {
        List<?> parts = parts(value);
        if (parts == null) {
            int one = single && value instanceof Number ? element.rank(value) : NEVER;
            return one == NEVER ? NEVER : 1 + one;
        }
        int worst = 0;
        for (Object p : parts) {
            int r = element.rank(p);
            if (r == NEVER) {
                return NEVER;
            }
            worst = Math.max(worst, r);
        }
        return worst;
    }

    @Override
    public Object convert(@Nullable Object value) {
        List<?> parts = parts(value);
        if (parts == null) {
            List<@Nullable Object> one = new ArrayList<>();
            one.add(value);
            parts = one;
        }
        if (target == Target.LIST) {
            List<@Nullable Object> list = new ArrayList<>();
            for (Object p : parts) {
                list.add(element.convert(p));
            }
            return list;
        }
        Object array = Array.newInstance(component, parts.size());
        for (int i = 0; i < parts.size(); i++) {
            Array.set(array, i, element.convert(parts.get(i)));
        }
        return target == Target.SHAPE ? Shape.of((long[]) array) : array;
    }

    /** The elements of anything like a list, or null. */
    static @Nullable List<?> parts(@Nullable Object value) {
        if (value instanceof List<?> list) {
            return list;
        }
        Object array = value instanceof Shape s ? s.toArray() : value;
        if (array == null || !array.getClass().isArray()) {
            return null;
        }
        List<@Nullable Object> list = new ArrayList<>();
        for (int i = 0; i < Array.getLength(array); i++) {
            list.add(Array.get(array, i));
        }
        return list;
    }
}

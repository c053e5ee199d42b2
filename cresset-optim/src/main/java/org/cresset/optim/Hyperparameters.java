package org.cresset.optim;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.cresset.base.CressetException;
import org.jspecify.annotations.Nullable;

/**
 * The hyper-parameters of an optimizer: defaults, changed by fluent setters. Under each setter lies PyTorch's name, which
 * state dicts use and {@link #set} takes.
 *
 * @param <S> the class of the concrete options
 */
public abstract class Hyperparameters<S extends Hyperparameters<S>> {
    private final Map<String, @Nullable Object> values = new LinkedHashMap<>();
    private final Set<String> given = new LinkedHashSet<>();

    /** Options with nothing in them yet. */
    protected Hyperparameters() {}

    /** Declares a hyper-parameter; the order is that of the state dict. */
    protected final void preset(String name, @Nullable Object value) {
        values.put(name, value);
    }

    /** Declares what PyTorch's state dicts hold besides, to choose among its implementations. */
    protected final void presetImplementation(String... names) {
        for (String name : names) {
            values.put(name, name.equals("capturable") || name.equals("differentiable") ? Boolean.FALSE : null);
        }
    }

    /** Takes a value from a setter. */
    @SuppressWarnings("unchecked")
    protected final S put(String name, @Nullable Object value) {
        values.put(name, value);
        given.add(name);
        return (S) this;
    }

    /**
     * Sets a hyper-parameter by its PyTorch name. Any kind of number is taken, for pairs a list of them.
     *
     * @throws CressetException if there is none of this name or the value is of the wrong type
     */
    public final S set(String name, @Nullable Object value) {
        if (!values.containsKey(name)) {
            throw CressetException.type(getClass().getEnclosingClass().getSimpleName() + ": no option " + name
                    + "; there are " + values.keySet());
        }
        return put(name, like(name, values.get(name), value));
    }

    /**
     * Whether steps are recorded, so that gradients can be taken through them, as PyTorch's {@code differentiable}. Parameters
     * must then be results of operations, for example {@code p.clone()}, since leaves can't change in recorded operations; the
     * learning rate and the other numbers are constants. Slower, and all steps stay in memory.
     *
     * @throws CressetException if this optimizer can't
     */
    public final S differentiable(boolean on) {
        return set("differentiable", on);
    }

    /** All values by PyTorch's names. */
    final Map<String, @Nullable Object> values() {
        return values;
    }

    /** Those that were set. */
    final Map<String, @Nullable Object> given() {
        Map<String, @Nullable Object> m = new LinkedHashMap<>();
        for (String name : given) {
            m.put(name, values.get(name));
        }
        return m;
    }

    /** A value as the type of the one it replaces: numbers in checkpoints may be of any Java class. */
    static @Nullable Object like(String name, @Nullable Object old, @Nullable Object value) {
        if (value instanceof List<?> list) {
            List<@Nullable Object> numbers = new ArrayList<>();
            for (Object o : list) {
                numbers.add(o instanceof Number n ? (Object) n.doubleValue() : o);
            }
            return numbers;
        }
        if (old instanceof Double && value instanceof Number n) {
            return n.doubleValue();
        }
        if (old instanceof Long && value instanceof Number n) {
            return n.longValue();
        }
        if (old != null && value != null && old.getClass() != value.getClass()) {
            throw CressetException.type("option " + name + ": got " + value + ", a "
                    + value.getClass().getSimpleName() + "; expected a "
                    + old.getClass().getSimpleName());
        }
        return value;
    }
}

package org.cresset.optim;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.cresset.autograd.Autograd;
import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.tensor.Dense;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** What an optimizer remembers about one parameter: tensors and numbers by PyTorch's names. */
public final class ParamState {
    /** Numbers that PyTorch keeps as tensors of rank 0. */
    private static final Set<String> SCALARS = Set.of("step", "mu_product", "eta", "mu");

    private final Dense param;
    private final Map<String, @Nullable Object> values = new LinkedHashMap<>();

    ParamState(Dense param) {
        this.param = param;
    }

    /** Whether nothing has been remembered yet. */
    public boolean isEmpty() {
        return values.isEmpty();
    }

    /** Counts a step; gives the number of steps including this one. */
    public double advance() {
        double step = number("step", 0) + 1;
        values.put("step", step);
        return step;
    }

    /** A number, or {@code initial} if there is none yet. */
    public double number(String name, double initial) {
        Object v = values.get(name);
        return switch (v) {
            case null -> initial;
            case Number n -> n.doubleValue();
            case Tensor t -> t.item();
            default -> throw CressetException.type("optimizer state: " + name + " is " + v + "; expected a number");
        };
    }

    /** Remembers a number, tensor or list. */
    public void set(String name, @Nullable Object value) {
        if (value instanceof Dense t) {
            t.storage().keep();
        }
        values.put(name, value);
    }

    /** What is remembered, or null. */
    public @Nullable Object get(String name) {
        return values.get(name);
    }

    /** A tensor of the parameter's shape, dtype and layout; {@code initial} everywhere when asked for the first time. */
    public Dense tensor(String name, double initial) {
        if (values.get(name) instanceof Dense t) {
            return t;
        }
        Dense t = like(param);
        if (t.dtype().isComplex()) {
            Real.of(t).fill_(initial);
        } else {
            t.fill_(initial);
        }
        set(name, t);
        return t;
    }

    /** Memory in the order in which the parameter lies, so that one pass can go over both. */
    static Dense like(Dense param) {
        return param.isDense() ? Dense.emptyLike(param, param.dtype()) : Dense.empty(param.shape(), param.dtype());
    }

    /** For a state dict. */
    Map<String, @Nullable Object> export() {
        Map<String, @Nullable Object> m = new LinkedHashMap<>();
        values.forEach((name, v) -> {
            if (v instanceof Double d && SCALARS.contains(name)) {
                // Steps as PyTorch has them; of the others a float32 would lose digits.
                m.put(name, Dense.number(d, name.equals("step") ? DType.FLOAT32 : DType.FLOAT64));
            } else {
                m.put(name, v);
            }
        });
        return m;
    }

    /** Takes over copies of what a state dict holds. */
    void load(Map<?, ?> saved) {
        values.clear();
        saved.forEach((name, v) -> values.put(String.valueOf(name), load(String.valueOf(name), v)));
    }

    private @Nullable Object load(String name, @Nullable Object v) {
        if (v instanceof List<?> list) {
            List<@Nullable Object> copies = new ArrayList<>();
            for (Object o : list) {
                copies.add(load("", o));
            }
            return copies;
        }
        if (!(v instanceof Tensor t)) {
            return v;
        }
        if (SCALARS.contains(name) && t.dim() == 0) {
            return t.item();
        }
        return Autograd.noGrad(() -> {
            DType dtype = param.dtype().isDifferentiable() && t.dtype().isDifferentiable() ? param.dtype() : t.dtype();
            Dense copy = t.shape().equals(param.shape()) && dtype == param.dtype()
                    ? like(param)
                    : Dense.empty(t.shape(), dtype);
            copy.copy_(t);
            copy.storage().keep();
            return copy;
        });
    }
}

package org.cresset.optim;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.cresset.base.CressetException;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** Parameters that share hyper-parameters, as an element of {@code Optimizer.param_groups}. */
public final class ParamGroup {
    private final List<Tensor> params = new ArrayList<>();
    private final List<ParamState> states = new ArrayList<>();
    private final Map<String, @Nullable Object> options;

    private ParamGroup(Iterable<? extends Tensor> params, Map<String, @Nullable Object> options) {
        params.forEach(this.params::add);
        this.options = options;
    }

    /** A group with the optimizer's hyper-parameters. */
    public static ParamGroup of(Iterable<? extends Tensor> params) {
        return new ParamGroup(params, new LinkedHashMap<>());
    }

    /** A group where what was set in {@code options} takes the place of the optimizer's hyper-parameters. */
    public static ParamGroup of(Iterable<? extends Tensor> params, Hyperparameters<?> options) {
        return new ParamGroup(params, options.given());
    }

    /** This group in an optimizer: all its hyper-parameters and a state for each parameter. */
    ParamGroup in(Hyperparameters<?> defaults) {
        Map<String, @Nullable Object> all = new LinkedHashMap<>(defaults.values());
        options.forEach((name, value) -> {
            if (!all.containsKey(name)) {
                throw CressetException.type(
                        "param group: this optimizer has no option " + name + "; it has " + all.keySet());
            }
            all.put(name, value);
        });
        ParamGroup g = new ParamGroup(params, all);
        for (Tensor p : params) {
            g.states.add(new ParamState(p.dense("optimizer")));
        }
        return g;
    }

    /** The parameters. */
    public List<Tensor> params() {
        return List.copyOf(params);
    }

    int size() {
        return params.size();
    }

    Tensor param(int i) {
        return params.get(i);
    }

    ParamState state(int i) {
        return states.get(i);
    }

    /** The learning rate. */
    public double lr() {
        return number("lr");
    }

    /** Sets the learning rate. */
    public void setLr(double lr) {
        options.put("lr", lr);
    }

    /** Whether there is a value of this name. */
    public boolean has(String name) {
        return options.containsKey(name);
    }

    /** The value of this PyTorch name: a number, a boolean, a list of numbers, a string or null. */
    public @Nullable Object get(String name) {
        return options.get(name);
    }

    /** Sets a value by PyTorch's name; schedulers also keep theirs here, such as {@code initial_lr}. */
    public void set(String name, @Nullable Object value) {
        options.put(name, Hyperparameters.like(name, options.get(name), value));
    }

    /** A number by PyTorch's name. */
    public double number(String name) {
        if (options.get(name) instanceof Number n) {
            return n.doubleValue();
        }
        throw CressetException.value("param group: " + name + " is " + options.get(name) + "; expected a number");
    }

    /** Number {@code i} of a list, such as {@code betas}. */
    public double number(String name, int i) {
        if (options.get(name) instanceof List<?> l && i < l.size() && l.get(i) instanceof Number n) {
            return n.doubleValue();
        }
        throw CressetException.value(
                "param group: " + name + " is " + options.get(name) + "; expected a list with a number at " + i);
    }

    /** Whether an option is on. */
    public boolean flag(String name) {
        return Boolean.TRUE.equals(options.get(name));
    }

    Map<String, @Nullable Object> options() {
        return options;
    }
}

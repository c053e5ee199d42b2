package org.cresset.nn;

import java.util.Map;
import java.util.Set;
import org.cresset.base.CressetException;
import org.cresset.tensor.Tensor;
import org.cresset.tensor.Torch;

/** Parameters by name, in the order in which they were added. As {@code nn.ParameterDict}. */
public final class ParameterDict extends Module {
    /** Without parameters yet. */
    public ParameterDict() {}

    /** In the order of the map. */
    @Torch("nn.ParameterDict(parameters)")
    public ParameterDict(Map<String, Tensor> parameters) {
        parameters.forEach(this::put);
    }

    /** The parameter of a name. */
    public Tensor get(String name) {
        Tensor t = registered(name);
        if (t == null) {
            throw CressetException.index("ParameterDict: no parameter " + name + "; there are " + names());
        }
        return t;
    }

    /** Adds a parameter, or replaces the one of that name. */
    public void put(String name, Tensor parameter) {
        registerParameter(name, parameter);
    }

    /** Whether there is a parameter of a name. */
    public boolean contains(String name) {
        return registered(name) != null;
    }

    /** The names. */
    public Set<String> names() {
        return Set.copyOf(addedTensors().keySet());
    }

    /** The number of parameters. */
    public int size() {
        return addedTensors().size();
    }
}

package org.cresset.nn;

import java.util.Iterator;
import java.util.List;
import org.cresset.base.CressetException;
import org.cresset.tensor.Tensor;
import org.cresset.tensor.Torch;

/** Parameters named 0, 1, ... As {@code nn.ParameterList}. */
public final class ParameterList extends Module implements Iterable<Tensor> {
    /** In this order. */
    public ParameterList(Tensor... parameters) {
        this(List.of(parameters));
    }

    /** In this order. */
    @Torch("nn.ParameterList(values=())")
    public ParameterList(List<Tensor> parameters) {
        parameters.forEach(this::append);
    }

    /** The number of parameters. */
    public int size() {
        return addedTensors().size();
    }

    /** Parameter i, from the end if negative. */
    public Tensor get(int i) {
        int n = size();
        Tensor t = registered(Integer.toString(i < 0 ? n + i : i));
        if (t == null) {
            throw CressetException.index("ParameterList: parameter " + i + " of " + n);
        }
        return t;
    }

    /** Adds a parameter at the end. */
    public ParameterList append(Tensor parameter) {
        registerParameter(Integer.toString(size()), parameter);
        return this;
    }

    @Override
    public Iterator<Tensor> iterator() {
        return addedTensors().values().iterator();
    }
}

package org.cresset.registry;

import java.util.ArrayList;
import java.util.List;
import org.cresset.tensor.Tensor;

/** The methods of tensors and, in PyTorch's form, the functions that make them. */
final class CoreOperators implements OperatorSource {
    @Override
    public List<Class<?>> functions() {
        List<Class<?>> all = new ArrayList<>(List.of(Tensor.class.getInterfaces()));
        all.add(Tensor.class);
        all.add(CreationFunctions.class);
        all.add(TensorForms.class);
        all.add(TensorRanges.class);
        return all;
    }
}

package org.cresset.nn.utils;

import java.util.Collection;
import org.cresset.autograd.Autograd;
import org.cresset.base.CressetException;
import org.cresset.tensor.Tensor;

/** Parameters as one vector. Static members are reached through {@link Utils}. */
abstract class ParameterUtils {
    ParameterUtils() {}

    /** All elements of all parameters, one after the other. As {@code parameters_to_vector}. */
    public static Tensor parametersToVector(Collection<Tensor> parameters) {
        return Tensor.cat(0, parameters.stream().map(Tensor::flatten).toArray(Tensor[]::new));
    }

    /** Copies the elements of a vector into parameters, one after the other. As {@code vector_to_parameters}. */
    public static void vectorToParameters(Tensor vector, Collection<Tensor> parameters) {
        long total = parameters.stream().mapToLong(Tensor::numel).sum();
        if (vector.dim() != 1 || vector.size(0) != total) {
            throw CressetException.runtime("vector_to_parameters: a vector of shape " + vector.shape() + " for " + total
                    + " elements of parameters");
        }
        Autograd.noGrad(() -> {
            long at = 0;
            for (Tensor p : parameters) {
                p.copy_(vector.narrow(0, at, p.numel()).reshape(p.shape().toArray()));
                at += p.numel();
            }
        });
    }
}

package org.cresset.nn;

import java.util.function.UnaryOperator;
import org.cresset.base.CressetException;
import org.cresset.nn.functional.Functional;
import org.cresset.tensor.Tensor;

/** The activation of a transformer's layers: by name, as a function or as a layer. */
final class Activation {
    private Activation() {}

    @SuppressWarnings("unchecked")
    static UnaryOperator<Tensor> of(Object given) {
        return switch (given) {
            case Layer l -> l::forward;
            case UnaryOperator<?> f -> (UnaryOperator<Tensor>) f;
            case String s when s.equals("relu") -> Tensor::relu;
            case String s when s.equals("gelu") -> Functional::gelu;
            default ->
                throw CressetException.runtime(
                        "transformer: activation " + given + "; expected relu, gelu, a function or a layer");
        };
    }
}

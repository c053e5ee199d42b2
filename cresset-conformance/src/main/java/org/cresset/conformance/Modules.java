package org.cresset.conformance;

import java.util.Map;
import org.cresset.base.CressetException;
import org.cresset.nn.Module;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** Modules that were constructed by name. */
final class Modules {
    private Modules() {}

    /** The module that a constructor gave. */
    static Module of(@Nullable Object made) {
        if (made instanceof Module m) {
            return m;
        }
        throw CressetException.type(made + " is not a module");
    }

    /** Its parameters and buffers by their paths. */
    static Map<String, Tensor> state(@Nullable Object made) {
        return of(made).stateDict();
    }
}

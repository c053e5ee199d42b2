package org.cresset.registry;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where the registry finds what other modules offer; a service, found by {@link java.util.ServiceLoader}. It is asked when
 * the registry is first used and not before.
 */
public interface OperatorSource {
    /**
     * Classes whose methods carry {@link org.cresset.tensor.Torch}. Static methods may be inherited; of interfaces the
     * methods declared there count, whose receiver is the first parameter of the signature.
     */
    List<Class<?>> functions();

    /**
     * The class whose constructors carry {@link org.cresset.tensor.Torch} under this name, {@code "nn.Conv2d"} for example,
     * or null. Asked for one name at a time, so that no class is loaded before it is wanted.
     */
    default @Nullable Class<?> type(String name) {
        return null;
    }
}

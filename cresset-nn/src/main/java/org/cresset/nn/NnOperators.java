package org.cresset.nn;

import java.util.List;
import org.cresset.nn.functional.Functional;
import org.cresset.nn.functional.NativeForms;
import org.cresset.nn.functional.PoolingForms;
import org.cresset.nn.init.Init;
import org.cresset.nn.utils.Utils;
import org.cresset.registry.OperatorSource;
import org.jspecify.annotations.Nullable;

/** Offers this module's functions and layers to the registry. A service; not for direct use. */
public final class NnOperators implements OperatorSource {
    @Override
    public List<Class<?>> functions() {
        return List.of(Functional.class, PoolingForms.class, NativeForms.class, Init.class, Utils.class);
    }

    @Override
    public @Nullable Class<?> type(String name) {
        if (!name.matches("nn\\.[A-Z]\\w*")) {
            return null;
        }
        try {
            Class<?> c = Class.forName("org.cresset.nn." + name.substring(3));
            return Module.class.isAssignableFrom(c) ? c : null;
        } catch (ClassNotFoundException | NoClassDefFoundError e) {
            return null; // on file systems that ignore case a name may almost match
        }
    }
}

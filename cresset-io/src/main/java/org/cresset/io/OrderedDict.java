package org.cresset.io;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Python's {@code collections.OrderedDict}, of which PyTorch's state dicts are made, with the attributes that may hang on it
 * ({@code _metadata}: the versions of a model's modules).
 */
public final class OrderedDict extends LinkedHashMap<@Nullable Object, @Nullable Object> {
    private static final long serialVersionUID = 1L;

    @SuppressWarnings("serial") // not meant for Java's own serialization
    private final Map<@Nullable Object, @Nullable Object> attributes = new LinkedHashMap<>();

    /** An empty dict. */
    public OrderedDict() {}

    /** A dict of these entries, for example a model's state. */
    public OrderedDict(Map<?, ?> entries) {
        super(entries);
    }

    /** Attributes by name. */
    public Map<@Nullable Object, @Nullable Object> attributes() {
        return attributes;
    }
}

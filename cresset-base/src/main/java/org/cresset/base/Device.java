package org.cresset.base;

/** Where a tensor's memory lies. */
public enum Device {
    /** Main memory. */
    CPU,
    /** Nowhere: tensors of this device have shape and dtype but no elements, and operations on them only infer. */
    META;

    /** The device of PyTorch's name. */
    public static Device of(String name) {
        return switch (name) {
            case "cpu" -> CPU;
            case "meta" -> META;
            default -> throw CressetException.value("unknown device \"" + name + "\"; expected cpu or meta");
        };
    }

    @Override
    public String toString() {
        return this == CPU ? "cpu" : "meta";
    }
}

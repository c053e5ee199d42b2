package org.cresset.io;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.cresset.base.DType;
import org.cresset.base.Shape;
import org.jspecify.annotations.Nullable;

/**
 * The few names that a checkpoint may call for, which are those that {@code torch.load(weights_only=True)} allows. They are
 * words here and nothing else: what each one stands for is written out below.
 */
final class TorchGlobals {
    /** What functions of {@code torch._utils} make tensors with. */
    interface Tensors {
        /** The memory that a persistent id stands for. */
        Object storage(@Nullable StoredType type, String key, long count);

        /** A tensor over a storage; {@code type} where the storage doesn't tell. */
        Object tensor(
                Object storage,
                @Nullable StoredType type,
                long offset,
                long[] size,
                long[] stride,
                boolean requiresGrad);

        /** A tensor with the signs of its imaginary parts, or all signs, turned. */
        Object turned(Object tensor, boolean conj, boolean neg);

        /** The tensor as a parameter. */
        Object parameter(Object tensor, boolean requiresGrad);
    }

    private enum Function {
        ORDERED_DICT("collections", "OrderedDict"),
        COUNTER("collections", "Counter"),
        SIZE("torch", "Size"),
        DEVICE("torch", "device"),
        TENSOR_CLASS("torch", "Tensor"),
        PARAMETER_CLASS("torch.nn.parameter", "Parameter"),
        REBUILD_TENSOR("torch._utils", "_rebuild_tensor"),
        REBUILD_TENSOR_V2("torch._utils", "_rebuild_tensor_v2"),
        REBUILD_TENSOR_V3("torch._utils", "_rebuild_tensor_v3"),
        REBUILD_PARAMETER("torch._utils", "_rebuild_parameter"),
        REBUILD_PARAMETER_WITH_STATE("torch._utils", "_rebuild_parameter_with_state"),
        REBUILD_FROM_TYPE("torch._tensor", "_rebuild_from_type_v2"),
        ENCODE("_codecs", "encode"),
        SET("builtins", "set"),
        FROZENSET("builtins", "frozenset"),
        BYTEARRAY("builtins", "bytearray"),
        BYTES("builtins", "bytes"),
        COMPLEX("builtins", "complex");

        private final String module;
        private final String function;

        Function(String module, String function) {
            this.module = module;
            this.function = function;
        }
    }

    /** A class of memory: of one element type, or null for bytes of any. */
    private record StorageClass(@Nullable StoredType type) {}

    private final Tensors tensors;

    TorchGlobals(Tensors tensors) {
        this.tensors = tensors;
    }

    /** What a name stands for. */
    Object find(String module, String name) {
        String m = module.equals("__builtin__") ? "builtins" : module; // Python 2's name, which protocol 2 keeps
        for (Function f : Function.values()) {
            if (f.module.equals(m) && f.function.equals(name)) {
                return f;
            }
        }
        if (m.equals("torch.storage") && name.equals("UntypedStorage")) {
            return new StorageClass(null);
        }
        if (m.equals("torch")) {
            StoredType t = StoredType.ofStorageClass(name);
            if (t != null) {
                return new StorageClass(t);
            }
            t = StoredType.ofTorch(name);
            if (t != null) {
                DType own = t.dtype();
                return own == null ? t : own;
            }
        }
        String what = Malformed.quote(module + "." + name);
        boolean kind = m.equals("torch._utils") && name.startsWith("_rebuild_")
                || m.equals("torch") && name.endsWith("Storage")
                || m.equals("torch.serialization") && name.equals("_get_layout");
        throw new Malformed(
                kind
                        ? "it needs " + what + ", a kind of tensor or value that Cresset doesn't read"
                        : "its pickle asks for " + what + ", which is no part of a checkpoint of tensors and plain"
                                + " values; nothing of it was run. If it is a whole pickled model, save model.state_dict()"
                                + " instead");
    }

    /** The memory that a persistent id stands for. */
    Object persistent(@Nullable Object id) {
        boolean plain = id instanceof Tuple t && (t.size() == 5 || t.size() == 6 && t.get(5) == null);
        if (plain
                && id instanceof Tuple t
                && "storage".equals(t.get(0))
                && t.get(1) instanceof StorageClass c
                && t.get(2) instanceof String key
                && t.get(3) instanceof String
                && t.get(4) instanceof Long count) {
            if (count < 0) {
                throw new Malformed("storage " + Malformed.quote(key) + " has " + count + " elements");
            }
            return tensors.storage(c.type, key, count);
        }
        throw new Malformed("its pickle refers to something outside that is no storage");
    }

    /** What calling {@code function} gives. */
    @Nullable
    Object call(@Nullable Object function, @Nullable Object arguments) {
        if (!(function instanceof Function f)) {
            throw new Malformed("its pickle calls something that is no function");
        }
        if (!(arguments instanceof Tuple a)) {
            throw new Malformed("its pickle calls " + f.function + " with something that is no tuple");
        }
        return call(f, a);
    }

    /** An argument, which must be of a class. */
    private static <T> T argument(List<?> a, int i, Class<T> type) {
        if (i < a.size() && type.isInstance(a.get(i))) {
            return type.cast(a.get(i));
        }
        throw new Malformed("its pickle calls a function whose argument " + i + " is "
                + (i < a.size() ? "of the wrong type" : "missing"));
    }

    private @Nullable Object call(Function f, Tuple a) {
        return switch (f) {
            case ORDERED_DICT -> orderedDict(a);
            case COUNTER ->
                new LinkedHashMap<@Nullable Object, @Nullable Object>(
                        a.isEmpty() ? Map.of() : (Map<?, ?>) argument(a, 0, Map.class));
            case SIZE -> shape(sizes(argument(a, 0, List.class)));
            case DEVICE ->
                new TorchDevice(argument(a, 0, String.class) + (a.size() > 1 ? ":" + argument(a, 1, Long.class) : ""));
            case REBUILD_TENSOR -> tensor(a, null, false, -1);
            case REBUILD_TENSOR_V2 -> tensor(a, null, argument(a, 4, Boolean.class), 6);
            case REBUILD_TENSOR_V3 -> tensor(a, type(argument(a, 6, Enum.class)), argument(a, 4, Boolean.class), 7);
            case REBUILD_PARAMETER, REBUILD_PARAMETER_WITH_STATE ->
                tensors.parameter(argument(a, 0, Object.class), argument(a, 1, Boolean.class));
            case REBUILD_FROM_TYPE -> {
                Function how = argument(a, 0, Function.class);
                Function type = argument(a, 1, Function.class);
                if (type != Function.TENSOR_CLASS && type != Function.PARAMETER_CLASS
                        || how == Function.REBUILD_FROM_TYPE) {
                    throw new Malformed("it has a tensor of a class that Cresset doesn't read");
                }
                yield call(how, argument(a, 2, Tuple.class)); // attributes that were hung on it are left out
            }
            case ENCODE -> {
                String encoding = argument(a, 1, String.class);
                if (!encoding.equals("latin1") && !encoding.equals("latin-1")) {
                    throw new Malformed("it has bytes in the encoding " + Malformed.quote(encoding));
                }
                yield Unpickler.latin1(argument(a, 0, String.class));
            }
            case SET, FROZENSET -> {
                Set<@Nullable Object> s = new LinkedHashSet<>();
                Unpickler.addAll(s, a.isEmpty() ? List.of() : argument(a, 0, List.class));
                yield s;
            }
            case BYTES, BYTEARRAY ->
                a.isEmpty()
                        ? new byte[0]
                        : a.get(0) instanceof String s ? Unpickler.latin1(s) : argument(a, 0, byte[].class);
            case COMPLEX ->
                new ComplexNumber(
                        argument(a, 0, Number.class).doubleValue(),
                        argument(a, 1, Number.class).doubleValue());
            case TENSOR_CLASS, PARAMETER_CLASS -> throw new Malformed("its pickle makes a tensor out of nothing");
        };
    }

    private static OrderedDict orderedDict(Tuple a) {
        OrderedDict d = new OrderedDict();
        if (!a.isEmpty()) {
            List<?> pairs = argument(a, 0, List.class);
            List<@Nullable Object> flat = new ArrayList<>();
            for (int i = 0; i < pairs.size(); i++) {
                List<?> pair = argument(pairs, i, List.class);
                flat.add(argument(pair, 0, Object.class));
                flat.add(pair.size() > 1 ? pair.get(1) : null);
            }
            Unpickler.putAll(d, flat);
        }
        return d;
    }

    /** Arguments are storage, offset, size, stride, and more; at {@code flags} may be a dict of lazy changes. */
    private Object tensor(Tuple a, @Nullable StoredType type, boolean requiresGrad, int flags) {
        Object t = tensors.tensor(
                argument(a, 0, Object.class),
                type,
                argument(a, 1, Long.class),
                sizes(argument(a, 2, List.class)),
                sizes(argument(a, 3, List.class)),
                requiresGrad);
        if (flags < 0 || a.size() <= flags || a.get(flags) == null) {
            return t;
        }
        Map<?, ?> lazy = argument(a, flags, Map.class);
        boolean conj = Boolean.TRUE.equals(lazy.get("conj"));
        boolean neg = Boolean.TRUE.equals(lazy.get("neg"));
        return conj || neg ? tensors.turned(t, conj, neg) : t;
    }

    private static StoredType type(Enum<?> o) {
        return switch (o) {
            case DType d -> StoredType.of(d);
            case StoredType s -> s;
            default -> throw new Malformed("its pickle has something else where an element type belongs");
        };
    }

    static Shape shape(long[] sizes) {
        try {
            return Shape.of(sizes);
        } catch (ArithmeticException e) {
            throw new Malformed("it has a tensor with more elements than can be counted");
        }
    }

    private static long[] sizes(List<?> l) {
        if (l.size() > 64) {
            throw new Malformed("it has a tensor of " + l.size() + " dimensions");
        }
        long[] sizes = new long[l.size()];
        for (int i = 0; i < sizes.length; i++) {
            sizes[i] = argument(l, i, Long.class);
            if (sizes[i] < 0) {
                throw new Malformed("it has a tensor with a negative size or stride, " + sizes[i]);
            }
        }
        return sizes;
    }
}

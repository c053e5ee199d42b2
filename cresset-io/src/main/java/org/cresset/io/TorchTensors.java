package org.cresset.io;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.cresset.base.DType;
import org.cresset.base.Shape;
import org.cresset.base.Storage;
import org.cresset.tensor.Dense;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** Makes tensors over the storages of a checkpoint, each of which is read once, when the first tensor needs it. */
final class TorchTensors implements TorchGlobals.Tensors {
    /** The storages of a file by their keys. */
    interface Source {
        /** The memory of a storage, which has exactly {@code bytes}. */
        Storage read(String key, long bytes) throws IOException;
    }

    /** A storage: of a type unless it is untyped. */
    private static final class Held {
        private final String key;
        private final @Nullable StoredType type;
        private final long bytes;
        private @Nullable Storage memory;
        private int word;

        Held(String key, @Nullable StoredType type, long bytes) {
            this.key = key;
            this.type = type;
            this.bytes = bytes;
        }
    }

    private final @Nullable Source source;
    private final boolean bigEndian;
    private final Map<String, Held> storages = new HashMap<>();

    /** Without a source tensors are only checked, and their places taken by something else. */
    TorchTensors(@Nullable Source source, boolean bigEndian) {
        this.source = source;
        this.bigEndian = bigEndian;
    }

    /** The keys of all storages that were referred to, and how many bytes each has. */
    Map<String, Long> sizes() {
        Map<String, Long> sizes = new HashMap<>();
        storages.forEach((key, held) -> sizes.put(key, held.bytes));
        return sizes;
    }

    /** How many bytes each element of a storage has; 1 where that isn't known. */
    int elementSize(String key) {
        Held held = storages.get(key);
        return held == null || held.type == null ? 1 : held.type.size();
    }

    Set<String> keys() {
        return storages.keySet();
    }

    @Override
    public Object storage(@Nullable StoredType type, String key, long count) {
        int size = type == null ? 1 : type.size();
        if (count > Long.MAX_VALUE / 16) {
            throw new Malformed("storage " + Malformed.quote(key) + " claims " + count + " elements");
        }
        Held held = storages.computeIfAbsent(key, k -> new Held(k, type, count * size));
        if (held.type != type || held.bytes != count * size) {
            throw new Malformed("storage " + Malformed.quote(key) + " is used as one of " + count + " elements of "
                    + (type == null ? "bytes" : type.torchName()) + " and as another one");
        }
        return held;
    }

    @Override
    public Object tensor(
            Object storage,
            @Nullable StoredType elements,
            long offset,
            long[] size,
            long[] stride,
            boolean requiresGrad) {
        if (!(storage instanceof Held held)) {
            throw new Malformed("it has a tensor whose storage is none");
        }
        StoredType type = elements == null ? held.type : elements;
        if (type == null || held.type != null && held.type != type) {
            throw new Malformed("it has a tensor of " + (type == null ? "no type" : type.torchName())
                    + " over a storage of " + (held.type == null ? "bytes" : held.type.torchName()));
        }
        bounds(held, type, offset, size, stride);
        Shape shape = TorchGlobals.shape(size);
        DType dtype = type.dtype();
        if (requiresGrad && (dtype == null || !dtype.isDifferentiable())) {
            throw new Malformed("a tensor of " + type.torchName() + " in it requires a gradient");
        }
        if (source == null) {
            return held;
        }
        Storage memory = memory(held, type);
        if (dtype == null) {
            return raw(memory.segment(), type, offset, shape, stride);
        }
        boolean empty = shape.numel() == 0;
        Dense t = Dense.over(memory, shape, empty ? shape.contiguousStrides() : stride, empty ? 0 : offset, dtype);
        return requiresGrad ? t.requiresGrad(true) : t;
    }

    private static void bounds(Held held, StoredType type, long offset, long[] size, long[] stride) {
        if (size.length != stride.length) {
            throw new Malformed("it has a tensor of " + size.length + " sizes and " + stride.length + " strides");
        }
        if (held.bytes % type.size() != 0) {
            throw new Malformed("storage " + Malformed.quote(held.key) + " of " + held.bytes
                    + " bytes doesn't hold whole elements of " + type.torchName());
        }
        long count = held.bytes / type.size();
        boolean fits = offset >= 0 && offset <= count;
        if (offset >= 0 && Arrays.stream(size).anyMatch(n -> n == 0)) {
            return; // where nothing begins doesn't matter
        }
        long last = offset;
        for (int d = 0; d < size.length; d++) {
            long steps = size[d] - 1;
            fits &= stride[d] >= 0 && (steps == 0 || stride[d] <= (count - Math.min(last, count)) / steps);
            last += fits ? steps * stride[d] : 0;
        }
        if (!fits || last >= count) {
            throw new Malformed("it has a tensor with offset " + offset + ", sizes " + Arrays.toString(size)
                    + " and strides " + Arrays.toString(stride) + ", which reaches beyond its storage "
                    + Malformed.quote(held.key) + " of " + count + " elements");
        }
    }

    private Storage memory(Held held, StoredType type) {
        Storage memory = held.memory;
        if (memory == null) {
            try {
                memory = Objects.requireNonNull(source).read(held.key, held.bytes);
            } catch (IOException e) {
                throw new Malformed(AtomicFiles.reason(e));
            }
            held.memory = memory;
            held.word = type.word();
            if (type == StoredType.BOOL) {
                normalise(memory.segment(), held.bytes);
            }
            if (bigEndian) {
                reverse(memory.segment(), held.bytes, held.word);
            }
        } else if (bigEndian && held.word != type.word()) {
            throw new Malformed("it is big-endian, and its storage " + Malformed.quote(held.key)
                    + " holds elements of several sizes");
        }
        return memory;
    }

    /** Any byte but 0 is true; kernels expect 1. */
    static void normalise(MemorySegment bools, long bytes) {
        for (long i = 0; i < bytes; i++) {
            byte b = bools.get(ValueLayout.JAVA_BYTE, i);
            if (b != 0 && b != 1) {
                bools.set(ValueLayout.JAVA_BYTE, i, (byte) 1);
            }
        }
    }

    /** Turns the order of the bytes of each word around. */
    static void reverse(MemorySegment m, long bytes, int word) {
        ValueLayout.OfByte one = ValueLayout.JAVA_BYTE;
        for (long at = 0; at < bytes; at += word) {
            for (int i = 0; i < word / 2; i++) {
                byte b = m.get(one, at + i);
                m.set(one, at + i, m.get(one, at + word - 1 - i));
                m.set(one, at + word - 1 - i, b);
            }
        }
    }

    /** A copy in row-major order. */
    static RawTensor raw(MemorySegment from, StoredType type, long offset, Shape shape, long[] stride) {
        int size = type.size();
        long n = shape.numel();
        checkNotExpanded(n, from.byteSize() / size, type.torchName());
        MemorySegment to = Arena.ofAuto().allocate(Math.max(1, n * size));
        long[] index = new long[shape.rank()];
        for (long i = 0; i < n; i++) {
            long at = offset;
            for (int d = 0; d < index.length; d++) {
                at += index[d] * stride[d];
            }
            MemorySegment.copy(from, at * size, to, i * size, size);
            for (int d = index.length - 1; d >= 0 && ++index[d] == shape.size(d); d--) {
                index[d] = 0;
            }
        }
        return new RawTensor(type, shape, to.asSlice(0, n * size).asReadOnly());
    }

    /** What has to be copied must not grow by that: a few bytes can stand for any number of equal elements. */
    private static void checkNotExpanded(long elements, long inStorage, String type) {
        if (elements > inStorage) {
            throw new Malformed("it has an expanded " + type + " tensor of " + elements + " elements over a storage of "
                    + inStorage + ", which Cresset would have to copy");
        }
    }

    @Override
    public Object turned(Object tensor, boolean conj, boolean neg) {
        if (source == null) {
            return tensor;
        }
        if (!(tensor instanceof Dense t) || conj && !t.dtype().isComplex() || t.dtype() == DType.BOOL) {
            throw new Malformed("it has a tensor to be conjugated or negated that can't be");
        }
        checkNotExpanded(t.numel(), t.storage().bytes() / t.dtype().size(), "conjugated or negated");
        boolean requiresGrad = t.requiresGrad();
        Tensor x = t.detach();
        x = conj ? x.conj() : x;
        x = neg ? x.neg() : x;
        return requiresGrad ? x.detach().requiresGrad(true) : x;
    }

    @Override
    public Object parameter(Object tensor, boolean requiresGrad) {
        if (source == null) {
            return tensor;
        }
        return switch (tensor) {
            case Tensor t
            when !requiresGrad || t.dtype().isDifferentiable() ->
                t.requiresGrad() == requiresGrad ? t : t.detach().requiresGrad(requiresGrad);
            case RawTensor r when !requiresGrad -> r;
            default -> throw new Malformed("it has a parameter that is no tensor, or can't have a gradient");
        };
    }
}

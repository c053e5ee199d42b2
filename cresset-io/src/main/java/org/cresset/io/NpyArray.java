package org.cresset.io;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.base.Shape;
import org.cresset.base.Storage;
import org.cresset.tensor.Dense;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** An array of NumPy's as it is in a file: numbers, or strings. */
public final class NpyArray {
    /** Elements without bytes cost a file nothing. */
    private static final long MOST_EMPTY = 1 << 20;

    private final NpyHeader header;
    private final char order;
    private final char kind;
    private final int size;
    private final Storage memory;

    private NpyArray(NpyHeader header, char order, char kind, int size, Storage memory) {
        this.header = header;
        this.order = order;
        this.kind = kind;
        this.size = size;
        this.memory = memory;
    }

    /** Reads the elements, of which there are {@code available} bytes. */
    interface Elements {
        Storage read(long bytes) throws IOException;
    }

    static NpyArray of(NpyHeader h, long available, Elements elements) throws IOException {
        String d = h.descr();
        if (!d.matches("[<>|=]?[A-Za-z][0-9]{0,9}")) {
            throw new Malformed("its elements are of the type " + Malformed.quote(d) + ", which tensors can't hold");
        }
        int from = Character.isLetter(d.charAt(0)) ? 0 : 1;
        char order = from == 0 ? '=' : d.charAt(0);
        char kind = d.charAt(from);
        long size = d.length() == from + 1 ? -1 : Long.parseLong(d.substring(from + 1));
        boolean known = kind == 'S' || kind == 'U' || size >= 0 && size <= 16 && type(kind, (int) size) != null;
        if (!known || size < 0 || size > Integer.MAX_VALUE / 4) {
            throw new Malformed(
                    kind == 'O'
                            ? "its elements are Python objects, whose pickle Cresset doesn't read"
                            : "its elements are of the type " + Malformed.quote(d) + ", which tensors can't hold");
        }
        int bytes = (int) size * (kind == 'U' ? 4 : 1);
        long n = h.shape().numel();
        long all;
        try {
            all = Math.multiplyExact(n, (long) bytes);
        } catch (ArithmeticException e) {
            throw new Malformed("its shape " + h.shape() + " has more elements than any file");
        }
        if (all != available || bytes == 0 && n > MOST_EMPTY) {
            throw new Malformed("its shape " + h.shape() + " of " + d + " needs " + all + " bytes, but " + available
                    + " follow the header");
        }
        Storage memory = elements.read(all);
        NpyArray a = new NpyArray(h, order, kind, bytes, memory);
        StoredType type = a.type();
        if (order == '>') {
            TorchTensors.reverse(memory.segment(), all, type == null ? 4 : type.word());
        }
        if (type == StoredType.BOOL) {
            TorchTensors.normalise(memory.segment(), all);
        }
        return a;
    }

    private static @Nullable StoredType type(char kind, int size) {
        return switch (kind + Integer.toString(size)) {
            case "b1" -> StoredType.BOOL;
            case "i1" -> StoredType.INT8;
            case "i2" -> StoredType.INT16;
            case "i4" -> StoredType.INT32;
            case "i8" -> StoredType.INT64;
            case "u1" -> StoredType.UINT8;
            case "u2" -> StoredType.UINT16;
            case "u4" -> StoredType.UINT32;
            case "u8" -> StoredType.UINT64;
            case "f2" -> StoredType.FLOAT16;
            case "f4" -> StoredType.FLOAT32;
            case "f8" -> StoredType.FLOAT64;
            case "c8" -> StoredType.COMPLEX64;
            case "c16" -> StoredType.COMPLEX128;
            default -> null;
        };
    }

    /** NumPy's type string in the file, for example {@code "<f4"}. */
    public String descr() {
        return header.descr();
    }

    /** The sizes. */
    public Shape shape() {
        return header.shape();
    }

    /** Whether the first index changes fastest in the file. */
    public boolean fortranOrder() {
        return header.fortranOrder();
    }

    /** The element type; null for strings. */
    public @Nullable StoredType type() {
        return kind == 'S' || kind == 'U' ? null : type(kind, size);
    }

    /** Strides in elements. */
    private long[] strides() {
        long[] strides = shape().contiguousStrides().clone();
        long step = 1;
        for (int d = 0; fortranOrder() && d < strides.length; d++) {
            strides[d] = step;
            step *= Math.max(1, shape().size(d));
        }
        return strides;
    }

    /**
     * The array as a tensor. Unsigned integers that Cresset has no dtype for come in the next larger one.
     *
     * @throws CressetException if it holds strings, or a uint64 that doesn't fit int64
     */
    public Tensor tensor() {
        StoredType type = type();
        if (type == null) {
            throw CressetException.type("an array of NumPy type " + descr() + " holds strings; strings() reads them");
        }
        DType own = type.dtype();
        if (own != null) {
            return Dense.over(memory, shape(), strides(), 0, own);
        }
        return raw().widened();
    }

    /** The array's bits, for integers that Cresset has no dtype for. */
    public RawTensor raw() {
        StoredType type = type();
        if (type == null) {
            throw CressetException.type("an array of NumPy type " + descr() + " holds strings; strings() reads them");
        }
        return TorchTensors.raw(memory.segment(), type, 0, shape(), strides());
    }

    /**
     * The strings of an array in row-major order.
     *
     * @throws CressetException if it holds numbers
     */
    public List<String> strings() {
        if (type() != null) {
            throw CressetException.type("an array of NumPy type " + descr() + " holds numbers; tensor() reads them");
        }
        List<String> all = new ArrayList<>();
        long[] strides = strides();
        long[] index = new long[strides.length];
        for (long i = 0; i < shape().numel(); i++) {
            long at = 0;
            for (int d = 0; d < index.length; d++) {
                at += index[d] * strides[d];
            }
            all.add(string(memory.segment().asSlice(at * size, size)));
            for (int d = index.length - 1; d >= 0 && ++index[d] == shape().size(d); d--) {
                index[d] = 0;
            }
        }
        return all;
    }

    /** Up to the zeros that fill it up; bytes as characters up to 255. */
    private String string(MemorySegment m) {
        if (kind == 'S') {
            String s = new String(m.toArray(ValueLayout.JAVA_BYTE), StandardCharsets.ISO_8859_1);
            return s.substring(0, filled(s));
        }
        StringBuilder b = new StringBuilder();
        for (int code : m.toArray(ValueLayout.JAVA_INT_UNALIGNED)) {
            b.appendCodePoint(Character.isValidCodePoint(code) ? code : 0xfffd);
        }
        return b.substring(0, filled(b));
    }

    private static int filled(CharSequence s) {
        int n = s.length();
        while (n > 0 && s.charAt(n - 1) == 0) {
            n--;
        }
        return n;
    }

    @Override
    public String toString() {
        return "NpyArray(" + descr() + shape() + (order == '>' ? ", big-endian" : "") + ")";
    }
}

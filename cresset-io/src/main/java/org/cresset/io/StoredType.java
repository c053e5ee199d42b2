package org.cresset.io;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Locale;
import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.jspecify.annotations.Nullable;

/** The element types that files may have: Cresset's own, and others, which a wider one of its own can hold exactly. */
public enum StoredType {
    BOOL("BOOL", DType.BOOL, "Bool"),
    UINT8("U8", DType.UINT8, "Byte"),
    INT8("I8", DType.INT8, "Char"),
    INT16("I16", DType.INT16, "Short"),
    INT32("I32", DType.INT32, "Int"),
    INT64("I64", DType.INT64, "Long"),
    FLOAT16("F16", DType.FLOAT16, "Half"),
    BFLOAT16("BF16", DType.BFLOAT16, "BFloat16"),
    FLOAT32("F32", DType.FLOAT32, "Float"),
    FLOAT64("F64", DType.FLOAT64, "Double"),
    COMPLEX32("", DType.COMPLEX32, ""),
    COMPLEX64("C64", DType.COMPLEX64, "ComplexFloat"),
    COMPLEX128("", DType.COMPLEX128, "ComplexDouble"),
    UINT16("U16", 2, DType.INT32),
    UINT32("U32", 4, DType.INT64),
    /** Comes as int64 where it fits. */
    UINT64("U64", 8, DType.INT64),
    /** 4 bits of exponent, 3 of significand; no infinities, one NaN. */
    FLOAT8_E4M3FN("F8_E4M3", 1, DType.FLOAT16),
    /** 5 bits of exponent, 2 of significand: the upper half of a float16. */
    FLOAT8_E5M2("F8_E5M2", 1, DType.FLOAT16),
    /** As E4M3 with one more in the bias, one NaN in the place of negative zero. */
    FLOAT8_E4M3FNUZ("F8_E4M3FNUZ", 1, DType.FLOAT16),
    /** As E5M2 with one more in the bias, one NaN in the place of negative zero. */
    FLOAT8_E5M2FNUZ("F8_E5M2FNUZ", 1, DType.FLOAT16),
    /** Powers of 2 only. */
    FLOAT8_E8M0FNU("F8_E8M0", 1, DType.FLOAT32);

    private final String safetensors;
    private final int size;
    private final @Nullable DType dtype;
    private final DType widened;
    private final String storage;

    StoredType(String safetensors, DType dtype, String storage) {
        this.safetensors = safetensors;
        this.size = dtype.size();
        this.dtype = dtype;
        this.widened = dtype;
        this.storage = storage;
    }

    StoredType(String safetensors, int size, DType widened) {
        this.safetensors = safetensors;
        this.size = size;
        this.dtype = null;
        this.widened = widened;
        this.storage = "";
    }

    /** The type of a tensor's elements. */
    public static StoredType of(DType dtype) {
        for (StoredType t : values()) {
            if (t.dtype == dtype) {
                return t;
            }
        }
        throw new IllegalStateException(dtype.toString());
    }

    /** PyTorch's name, for example {@code "float8_e4m3fn"}. */
    public String torchName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Bytes per element. */
    public int size() {
        return size;
    }

    /** Cresset's dtype for these elements, or null if it has none. */
    public @Nullable DType dtype() {
        return dtype;
    }

    /** The smallest dtype of Cresset's that holds all these numbers (but for large ones of uint64) exactly. */
    public DType widened() {
        return widened;
    }

    /** Bytes whose order depends on the machine: those of an element, or of each part of a complex one. */
    int word() {
        return dtype != null && dtype.isComplex() ? size / 2 : size;
    }

    /** The name of PyTorch's class for memory of these elements; empty if it has none. */
    String storageClass() {
        return storage.isEmpty() ? "" : storage + "Storage";
    }

    /** The name in headers of safetensors; empty if the format has none. */
    String safetensorsName() {
        return safetensors;
    }

    static @Nullable StoredType ofSafetensors(String name) {
        for (StoredType t : values()) {
            if (t.safetensors.equals(name) && !name.isEmpty()) {
                return t;
            }
        }
        return null;
    }

    static @Nullable StoredType ofTorch(String name) {
        for (StoredType t : values()) {
            if (t.torchName().equals(name)) {
                return t;
            }
        }
        return null;
    }

    static @Nullable StoredType ofStorageClass(String name) {
        for (StoredType t : values()) {
            if (t.storageClass().equals(name) && !name.isEmpty()) {
                return t;
            }
        }
        return null;
    }

    /** The number at a byte offset, for the types that Cresset has no dtype for. */
    double number(MemorySegment bytes, long at) {
        return switch (this) {
            case UINT16, UINT32 -> integer(bytes, at);
            case UINT64 -> {
                long v = integer(bytes, at);
                yield v >= 0 ? v : (v >>> 1 | v & 1) * 2.0;
            }
            case FLOAT8_E4M3FN -> small(bytes.get(ValueLayout.JAVA_BYTE, at), 3, 7, false);
            case FLOAT8_E5M2 -> Float.float16ToFloat((short) (bytes.get(ValueLayout.JAVA_BYTE, at) << 8));
            case FLOAT8_E4M3FNUZ -> small(bytes.get(ValueLayout.JAVA_BYTE, at), 3, 8, true);
            case FLOAT8_E5M2FNUZ -> small(bytes.get(ValueLayout.JAVA_BYTE, at), 2, 16, true);
            case FLOAT8_E8M0FNU -> {
                int e = bytes.get(ValueLayout.JAVA_BYTE, at) & 0xff;
                yield e == 0xff ? Double.NaN : Math.scalb(1.0, e - 127);
            }
            default -> throw new IllegalStateException(torchName());
        };
    }

    /** The bits of an unsigned integer at a byte offset, as a long. */
    long integer(MemorySegment bytes, long at) {
        return switch (this) {
            case UINT16 -> bytes.get(ValueLayout.JAVA_SHORT_UNALIGNED, at) & 0xffff;
            case UINT32 -> bytes.get(ValueLayout.JAVA_INT_UNALIGNED, at) & 0xffffffffL;
            case UINT64 -> bytes.get(ValueLayout.JAVA_LONG_UNALIGNED, at);
            default -> throw new IllegalStateException(torchName());
        };
    }

    /** A float of 8 bits whose significand has {@code bits} bits. */
    private static double small(byte b, int bits, int bias, boolean oneZero) {
        int exponent = (b & 0x7f) >> bits;
        int significand = b & (1 << bits) - 1;
        if (oneZero ? b == (byte) 0x80 : (b & 0x7f) == 0x7f) {
            return Double.NaN;
        }
        double scale = 1 << bits;
        double magnitude = exponent == 0
                ? Math.scalb(significand / scale, 1 - bias)
                : Math.scalb(1 + significand / scale, exponent - bias);
        return b < 0 ? -magnitude : magnitude;
    }

    /** PyTorch's name. */
    @Override
    public String toString() {
        return torchName();
    }

    /** Throws unless a number of uint64 fits int64. */
    long signed(long bits) {
        if (bits < 0) {
            throw CressetException.unsupported("uint64: " + Long.toUnsignedString(bits)
                    + " doesn't fit int64, and Cresset has no larger integers; RawTensor.integer reads it");
        }
        return bits;
    }
}

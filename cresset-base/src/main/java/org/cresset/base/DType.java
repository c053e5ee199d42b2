package org.cresset.base;

import java.util.Locale;

/** The element types, with PyTorch's names and promotion lattice. */
public enum DType {
    BOOL(1, Category.BOOL),
    UINT8(1, Category.INTEGER),
    INT8(1, Category.INTEGER),
    INT16(2, Category.INTEGER),
    INT32(4, Category.INTEGER),
    INT64(8, Category.INTEGER),
    FLOAT16(2, Category.FLOAT),
    BFLOAT16(2, Category.FLOAT),
    FLOAT32(4, Category.FLOAT),
    FLOAT64(8, Category.FLOAT),
    COMPLEX32(4, Category.COMPLEX),
    COMPLEX64(8, Category.COMPLEX),
    COMPLEX128(16, Category.COMPLEX);

    /** The four levels of promotion: an operand of a higher level wins over any of a lower one. */
    public enum Category {
        BOOL,
        INTEGER,
        FLOAT,
        COMPLEX
    }

    private final int size;
    private final int shift;
    private final Category category;
    private final String torchName = name().toLowerCase(Locale.ROOT);

    DType(int size, Category category) {
        this.size = size;
        this.shift = Integer.numberOfTrailingZeros(size);
        this.category = category;
    }

    /** Bytes per element. */
    public int size() {
        return size;
    }

    /** log2 of {@link #size()}: {@code index << shift()} is a byte offset. */
    public int shift() {
        return shift;
    }

    /** The promotion level. */
    public Category category() {
        return category;
    }

    /** Whether this is float16, bfloat16, float32 or float64. */
    public boolean isFloat() {
        return category == Category.FLOAT;
    }

    /** Whether this is complex32, complex64 or complex128. */
    public boolean isComplex() {
        return category == Category.COMPLEX;
    }

    /** Whether this is a signed or unsigned integer (not bool). */
    public boolean isInteger() {
        return category == Category.INTEGER;
    }

    /** Whether a gradient can exist: floating point or complex. */
    public boolean isDifferentiable() {
        return category == Category.FLOAT || category == Category.COMPLEX;
    }

    /** The type of the real and imaginary parts, or the type itself where it isn't complex. */
    public DType real() {
        return switch (this) {
            case COMPLEX32 -> FLOAT16;
            case COMPLEX64 -> FLOAT32;
            case COMPLEX128 -> FLOAT64;
            default -> this;
        };
    }

    /** The complex type whose parts hold this type (float16 gives complex32, float64 complex128, everything else complex64). */
    public DType complex() {
        return switch (this) {
            case FLOAT16 -> COMPLEX32;
            case FLOAT64 -> COMPLEX128;
            default -> isComplex() ? this : COMPLEX64;
        };
    }

    /** Largest finite value (for bool 1). */
    public double maxValue() {
        return switch (this) {
            case BOOL -> 1;
            case UINT8 -> 255;
            case INT8 -> 127;
            case INT16 -> 32767;
            case INT32 -> Integer.MAX_VALUE;
            case INT64 -> Long.MAX_VALUE;
            case FLOAT16, COMPLEX32 -> 65504;
            case BFLOAT16 -> 0x1.FEp127;
            case FLOAT32, COMPLEX64 -> Float.MAX_VALUE;
            case FLOAT64, COMPLEX128 -> Double.MAX_VALUE;
        };
    }

    /** Distance from 1 to the next larger number (torch.finfo(dtype).eps); 0 for types that aren't floating point. */
    public double eps() {
        return switch (this) {
            case FLOAT16, COMPLEX32 -> 0x1p-10;
            case BFLOAT16 -> 0x1p-7;
            case FLOAT32, COMPLEX64 -> 0x1p-23;
            case FLOAT64, COMPLEX128 -> 0x1p-52;
            default -> 0;
        };
    }

    /** The common type of two tensors with dimensions, as {@code torch.promote_types}. */
    public static DType promote(DType a, DType b) {
        if (a == b) {
            return a;
        }
        if (a.category != b.category) {
            DType high = a.category.compareTo(b.category) > 0 ? a : b;
            DType low = high == a ? b : a;
            return high.isComplex() && low.isFloat() ? promote(high.real(), low).complex() : high;
        }
        if (a.isInteger()) {
            if (a == UINT8 || b == UINT8) {
                DType other = a == UINT8 ? b : a;
                return other == INT8 ? INT16 : other;
            }
            return a.size > b.size ? a : b;
        }
        if (a.size == b.size) { // float16 with bfloat16
            return FLOAT32;
        }
        return a.size > b.size ? a : b;
    }

    /** The type of PyTorch's name ({@code "float32"}, {@code "double"}, {@code "torch.int64"}, ...). */
    public static DType of(String name) {
        String n = name.startsWith("torch.") ? name.substring(6) : name;
        return switch (n) {
            case "float" -> FLOAT32;
            case "double" -> FLOAT64;
            case "half" -> FLOAT16;
            case "long" -> INT64;
            case "int" -> INT32;
            case "short" -> INT16;
            case "chalf" -> COMPLEX32;
            case "cfloat" -> COMPLEX64;
            case "cdouble" -> COMPLEX128;
            default -> {
                for (DType d : values()) {
                    if (d.torchName.equals(n)) {
                        yield d;
                    }
                }
                throw CressetException.value(
                        "unknown dtype \"" + name + "\"; expected one of float32, float64, float16,"
                                + " bfloat16, int8, int16, int32, int64, uint8, bool, complex32, complex64, complex128");
            }
        };
    }

    /** PyTorch's name in lower case. */
    @Override
    public String toString() {
        return torchName;
    }
}

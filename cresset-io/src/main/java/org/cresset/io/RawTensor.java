package org.cresset.io;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.math.BigInteger;
import org.cresset.base.DType;
import org.cresset.base.Shape;
import org.cresset.tensor.Dense;
import org.cresset.tensor.Tensor;

/**
 * A tensor whose element type Cresset does not compute with (unsigned integers of more than 8 bits, floats of 8 bits), as it
 * is in a file.
 *
 * @param type the element type
 * @param shape its sizes
 * @param bytes the elements, little-endian, in row-major order
 */
public record RawTensor(StoredType type, Shape shape, MemorySegment bytes) {
    /** The same numbers in {@link StoredType#widened()}. */
    public Tensor widened() {
        Dense out = Dense.empty(shape, type.widened());
        MemorySegment to = out.segment();
        for (long i = 0; i < shape.numel(); i++) {
            switch (type.widened()) {
                case INT32 -> to.setAtIndex(ValueLayout.JAVA_INT, i, (int) type.integer(bytes, i * type.size()));
                case INT64 ->
                    to.setAtIndex(ValueLayout.JAVA_LONG, i, type.signed(type.integer(bytes, i * type.size())));
                case FLOAT16 ->
                    to.setAtIndex(ValueLayout.JAVA_SHORT, i, Float.floatToFloat16((float)
                            type.number(bytes, i * type.size())));
                default -> to.setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) type.number(bytes, i * type.size()));
            }
        }
        return out;
    }

    /** The number at a row-major index, rounded to a double. */
    public double number(long i) {
        return type.number(bytes, i * type.size());
    }

    /** The unsigned integer at a row-major index. */
    public BigInteger integer(long i) {
        return new BigInteger(Long.toUnsignedString(type.integer(bytes, i * type.size())));
    }

    /** Whether elements are integers. */
    public boolean isInteger() {
        return type.widened() == DType.INT32 || type.widened() == DType.INT64;
    }

    @Override
    public String toString() {
        return "RawTensor(" + type.torchName() + shape + ")";
    }
}

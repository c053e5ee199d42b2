package org.cresset.emit;

import org.cresset.base.DType;

/** The element types that loops compute in. Every other dtype is converted to one of them on the way in and out. */
public enum LaneType {
    F32(DType.FLOAT32),
    F64(DType.FLOAT64),
    I32(DType.INT32),
    I64(DType.INT64);

    private final DType dtype;

    LaneType(DType dtype) {
        this.dtype = dtype;
    }

    /** The dtype whose memory these loops read and write. */
    public DType dtype() {
        return dtype;
    }

    /** Whether this is a floating-point type. */
    public boolean isFloat() {
        return this == F32 || this == F64;
    }

    /** Number of accumulators that a reduction keeps, whatever the width of the machine's vectors: 128 bytes of them. */
    public int accumulators() {
        return 128 / dtype.size();
    }
}

package org.cresset.io;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.cresset.base.DType;
import org.cresset.base.Shape;
import org.cresset.tensor.Dense;
import org.jspecify.annotations.Nullable;

/** Numbers of 8 bits in files. Cresset has no such dtype; float16 holds all of them exactly. */
enum Float8 {
    /** 4 bits of exponent, 3 of significand; no infinities, one NaN. */
    E4M3,
    /** 5 bits of exponent, 2 of significand: the upper half of a float16. */
    E5M2;

    /** The type of a name in a header, or null. */
    static @Nullable Float8 of(String name) {
        return switch (name) {
            case "F8_E4M3" -> E4M3;
            case "F8_E5M2" -> E5M2;
            default -> null;
        };
    }

    /** The numbers in {@code bytes} as float16. */
    Dense decode(MemorySegment bytes, Shape shape) {
        Dense out = Dense.empty(shape, DType.FLOAT16);
        for (long i = 0; i < out.numel(); i++) {
            short half = decode(bytes.get(ValueLayout.JAVA_BYTE, i));
            out.segment().setAtIndex(ValueLayout.JAVA_SHORT, i, half);
        }
        return out;
    }

    /** The bits of the float16 that {@code b} stands for. */
    short decode(byte b) {
        if (this == E5M2) {
            return (short) (b << 8);
        }
        int exponent = b >> 3 & 15;
        int significand = b & 7;
        if ((b & 0x7f) == 0x7f) {
            return (short) 0x7e00;
        }
        float magnitude = exponent == 0 ? significand * 0x1p-9f : Math.scalb(1 + significand / 8f, exponent - 7);
        return Float.floatToFloat16(b < 0 ? -magnitude : magnitude);
    }
}

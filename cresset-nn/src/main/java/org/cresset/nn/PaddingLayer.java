package org.cresset.nn;

import java.util.Arrays;
import org.cresset.base.CressetException;

/** What the padding layers have in common. */
abstract class PaddingLayer extends Layer {
    private final long[] padding;

    PaddingLayer(int sides, long[] padding) {
        if (padding.length != 1 && padding.length != sides) {
            throw CressetException.value(getClass().getSimpleName() + ": padding " + Arrays.toString(padding)
                    + "; expected one width or " + sides);
        }
        this.padding = new long[sides];
        for (int i = 0; i < sides; i++) {
            this.padding[i] = padding[padding.length == 1 ? 0 : i];
        }
    }

    final long[] padding() {
        return padding;
    }

    @Override
    protected String describe() {
        return Arrays.toString(padding);
    }
}

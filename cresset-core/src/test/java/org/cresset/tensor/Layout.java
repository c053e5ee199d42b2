package org.cresset.tensor;

import java.util.stream.IntStream;

/** Ways in which the same elements can lie in memory. */
public enum Layout {
    /** Row after row. */
    CONTIGUOUS {
        @Override
        public Tensor of(Tensor t) {
            return t.contiguous().clone();
        }
    },
    /** The dimensions in the opposite order. */
    TRANSPOSED {
        @Override
        public Tensor of(Tensor t) {
            long[] back =
                    IntStream.range(0, t.dim()).mapToLong(d -> t.dim() - 1 - d).toArray();
            return t.permute(back).contiguous().clone().permute(back);
        }
    },
    /** With something else between the elements. */
    STEPPED {
        @Override
        public Tensor of(Tensor t) {
            return Tensor.stack(-1, t, t.zerosLike()).select(-1, 0);
        }
    },
    /** Not at the beginning of its memory. */
    OFFSET {
        @Override
        public Tensor of(Tensor t) {
            return Tensor.stack(0, t.zerosLike(), t).select(0, 1);
        }
    },
    /** With room at the end of each row. */
    PADDED {
        @Override
        public Tensor of(Tensor t) {
            if (t.dim() == 0) {
                return t.clone();
            }
            return Tensor.cat(-1, t, t).narrow(-1, 0, t.size(-1));
        }
    };

    /** The elements of {@code t} in this layout. */
    public abstract Tensor of(Tensor t);
}

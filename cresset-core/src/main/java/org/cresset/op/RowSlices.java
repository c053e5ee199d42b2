package org.cresset.op;

import java.util.ArrayList;
import java.util.List;
import org.cresset.base.DType;
import org.cresset.base.Workers;
import org.cresset.base.spi.Contractions;
import org.cresset.base.spi.ConvPass;
import org.cresset.base.spi.ConvShape;
import org.cresset.base.spi.Operand;
import org.cresset.tensor.Dense;
import org.jspecify.annotations.Nullable;

/**
 * A convolution by the library of fewer images than there are threads, which it shares out by images: each thread makes some rows
 * of an image, out of the rows of the input that they need.
 */
final class RowSlices {
    /** Multiplications that are worth it. */
    private static final long WORTH_SHARING = 1 << 23;

    /** Rows that a slice has at least. */
    private static final long FEWEST_ROWS = 4;

    /** Some rows of the output, from {@code to} on, as a convolution by itself of the input's rows from {@code from} on. */
    private record Slice(ConvShape shape, long from, long to) {
        static Slice of(ConvShape s, long begin, long end) {
            long low = s.padLow()[0];
            long first = begin * s.stride()[0] - low;
            long last = (end - 1) * s.stride()[0] + (s.kernel()[0] - 1) * s.dilation()[0] + 1 - low;
            long from = Math.max(0, first);
            long to = Math.min(s.in()[0], last);
            return new Slice(
                    new ConvShape(
                            1,
                            s.inChannels(),
                            s.outChannels(),
                            s.groups(),
                            with(s.in(), to - from),
                            with(s.out(), end - begin),
                            s.kernel(),
                            s.stride(),
                            s.dilation(),
                            with(s.padLow(), from - first),
                            with(s.padHigh(), last - to)),
                    from,
                    begin);
        }

        private static long[] with(long[] sizes, long first) {
            long[] all = sizes.clone();
            all[0] = first;
            return all;
        }

        /** Whether there is something to compute it of, for which the library has good code. */
        boolean suits(Contractions c, DType t) {
            return shape.in()[0] > 0 && c.convolves(t, ConvPass.FORWARD, shape);
        }
    }

    private RowSlices() {}

    /** Forward, of tensors with the channels innermost. */
    static void forward(Contractions c, DType t, ConvShape s, Dense x, Dense w, @Nullable Dense b, Dense y) {
        Operand weight = Convolution.operand(w);
        Operand bias = b == null ? null : Convolution.operand(b);
        List<Slice> slices = slices(c, t, s);
        if (slices.isEmpty()) {
            c.convolve(t, s, Convolution.operand(x), weight, w.storage(), bias, Convolution.operand(y));
            return;
        }
        Workers.parallelFor(s.batch() * slices.size(), 1, (lo, hi) -> {
            for (long i = lo; i < hi; i++) {
                Slice p = slices.get((int) (i % slices.size()));
                long image = i / slices.size();
                c.convolve(
                        t,
                        p.shape,
                        rows(x, image, p.from, p.shape.in()[0]),
                        weight,
                        w.storage(),
                        bias,
                        rows(y, image, p.to, p.shape.out()[0]));
            }
        });
    }

    /** The slices of an image, if they are worth it. */
    private static List<Slice> slices(Contractions c, DType t, ConvShape s) {
        long parts = Workers.parts();
        long rows = s.out()[0];
        if (s.batch() >= parts || multiplications(s) < WORTH_SHARING) {
            return List.of();
        }
        long n = Math.min((parts + s.batch() - 1) / s.batch(), rows / FEWEST_ROWS);
        List<Slice> all = new ArrayList<>();
        for (long i = 0; i < n && n > 1; i++) {
            Slice p = Slice.of(s, rows * i / n, rows * (i + 1) / n);
            if (!p.suits(c, t)) {
                return List.of();
            }
            all.add(p);
        }
        return all;
    }

    private static long multiplications(ConvShape s) {
        long n = s.batch() * s.outChannels() * (s.inChannels() / s.groups());
        for (int d = 0; d < s.spatial(); d++) {
            n *= s.out()[d] * s.kernel()[d];
        }
        return n;
    }

    /** Some rows of an image, as an image by themselves. */
    private static Operand rows(Dense t, long image, long from, long rows) {
        long[] strides = t.stridesRaw().clone();
        long first = image * strides[0] + from * strides[2];
        strides[0] = rows * strides[2];
        return new Operand(t.segment(), t.byteOffset() + first * t.dtype().size(), strides);
    }
}

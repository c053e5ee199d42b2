package org.cresset.op;

import org.cresset.base.DType;
import org.cresset.base.Shape;
import org.cresset.base.spi.ConvShape;
import org.cresset.tensor.Dense;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Convolutions in float32 with kernels of one element, of images that lie plane by plane, as users' own arrays do: a product of
 * matrices for each image, which takes the planes as they lie. With the channels innermost it would be one as well, but bringing
 * them there takes longer than the product.
 */
final class PlaneProducts {
    private final int batch;
    private final long in;
    private final long out;
    private final long places;

    private PlaneProducts(ConvShape s) {
        batch = Math.toIntExact(s.batch());
        in = s.inChannels();
        out = s.outChannels();
        places = Shape.of(s.in()).numel();
    }

    /** Such a convolution; null if it isn't one, or one of so few channels or places that others are better. */
    static @Nullable PlaneProducts of(ConvShape s) {
        if (!LargeProducts.there() || s.groups() != 1 || s.batch() == 0) {
            return null;
        }
        for (int d = 0; d < s.spatial(); d++) {
            if (s.kernel()[d] != 1 || s.stride()[d] != 1 || s.padLow()[d] != 0 || s.padHigh()[d] != 0) {
                return null;
            }
        }
        PlaneProducts p = new PlaneProducts(s);
        return LargeProducts.suits(p.in, p.out) && LargeProducts.suits(p.places, p.out) ? p : null;
    }

    /** Whether the images of a tensor (N, C, ...) are float32 and lie plane by plane. */
    static boolean arePlanes(Tensor t) {
        return t instanceof Dense d && d.dtype() == DType.FLOAT32 && d.isContiguous() && d.hasValues();
    }

    /**
     * Whether the output is to lie as planes where the input does. Where more of them come out than went in it is the larger part
     * that other convolutions would have to bring into their own order.
     */
    boolean givesPlanes() {
        return out <= in;
    }

    /** Whether {@link #weight} needs little memory of its own beside the input. */
    boolean sumsWeights() {
        return out <= places;
    }

    /** The output, of planes of the input. */
    void forward(Dense x, Dense w, @Nullable Dense bias, Dense y) {
        LargeProducts.multiply(repeated(w, false), planes(x, in), null, planes(y, out));
        if (bias != null) {
            Dense b = bias.view(Shape.of(out, 1), new long[] {bias.stride(0), 1}, bias.storageOffset());
            Dense sums = planes(y, out);
            Arithmetic.Add.OP.computeInto(None.NONE, new Dense[] {sums, b}, sums);
        }
    }

    /** The input's gradient, of planes of the output's. */
    void input(Dense g, Dense w, Dense x) {
        LargeProducts.multiply(repeated(w, true), planes(g, out), null, planes(x, in));
    }

    /** The weight's gradient from planes of the input; those of the output's gradient are turned, as they are fewer or turned already. */
    void weight(Dense x, Dense g, Dense w) {
        Dense turned = Convolution.channelsLast(g, DType.FLOAT32);
        Dense rows =
                turned.view(Shape.of(batch, places, out), new long[] {places * out, out, 1}, turned.storageOffset());
        Dense each = Dense.empty(Shape.of(batch, in, out), DType.FLOAT32);
        LargeProducts.multiply(planes(x, in), rows, null, each);
        Dense sum = (Dense) each.sum(0);
        Pointwise.copy(sum.view(w.shape(), strides(w.shape().rank()), sum.storageOffset()), w);
    }

    private long[] strides(int rank) {
        long[] turned = new long[rank];
        turned[0] = 1;
        turned[1] = out;
        return turned;
    }

    /** (N, channels, places) of images that lie so. */
    private Dense planes(Dense t, long channels) {
        return t.view(Shape.of(batch, channels, places), new long[] {channels * places, places, 1}, t.storageOffset());
    }

    /** The weight for every image: (N, out, in), or turned. */
    private Dense repeated(Dense w, boolean turned) {
        Dense plain = Rows.convert(w, DType.FLOAT32);
        long[] strides = {0, plain.stride(turned ? 1 : 0), plain.stride(turned ? 0 : 1)};
        return plain.view(turned ? Shape.of(batch, in, out) : Shape.of(batch, out, in), strides, plain.storageOffset());
    }
}

package org.cresset.nn.functional;

import java.util.Arrays;
import org.cresset.base.CressetException;
import org.cresset.base.Shape;
import org.cresset.op.Border;
import org.cresset.op.Precision;
import org.cresset.tensor.Tensor;

/** Borders put around tensors, or cut off, at once; where some are cut off too, one dimension after the other. */
final class Padding {
    private Padding() {}

    static Tensor pad(Tensor x, long[] pad, String mode, double value) {
        int n = pad.length / 2;
        boolean fits = pad.length % 2 == 0 && n <= x.dim();
        if (!fits) {
            throw CressetException.runtime("pad: " + Arrays.toString(pad) + " for shape " + x.shape()
                    + "; expected two numbers for each of at most " + x.dim() + " dimensions, the last one first");
        }
        boolean constant = mode.equals("constant");
        if (!constant && !mode.equals("reflect") && !mode.equals("replicate") && !mode.equals("circular")) {
            throw CressetException.unsupported(
                    "pad: mode is \"" + mode + "\"; expected constant, reflect, replicate or circular");
        }
        if (!constant && (n < 1 || n > 3 || x.dim() - n < 1 || x.dim() - n > 2)) {
            throw CressetException.unsupported(
                    "pad: mode " + mode + " with " + Arrays.toString(pad) + " for shape " + x.shape()
                            + "; expected all but the dimensions of channels, and perhaps samples, to be padded, at most 3");
        }
        Tensor source = mode.equals("replicate") || mode.equals("reflect") && n < 3 ? Precision.FULL.of(x) : x;
        if (Arrays.stream(pad).allMatch(w -> w >= 0)) {
            return around(source, pad, mode, value);
        }
        Tensor y = source;
        for (int i = 0; i < n; i++) {
            int d = x.dim() - 1 - i;
            y = along(y, d, pad[2 * i], pad[2 * i + 1], mode, value);
        }
        return y == x ? x.clone() : y;
    }

    /** Borders that cut nothing off: all at once. */
    private static Tensor around(Tensor x, long[] pad, String mode, double value) {
        long[] dims = x.shape().toArray();
        for (int i = 0; i < pad.length / 2; i++) {
            int d = dims.length - 1 - i;
            check(Shape.of(dims), d, Math.max(pad[2 * i], pad[2 * i + 1]), mode);
            dims[d] += pad[2 * i] + pad[2 * i + 1];
        }
        return Border.around(
                x,
                pad,
                switch (mode) {
                    case "reflect" -> Border.Mode.REFLECT;
                    case "replicate" -> Border.Mode.REPLICATE;
                    case "circular" -> Border.Mode.CIRCULAR;
                    default -> Border.Mode.CONSTANT;
                },
                value);
    }

    private static void check(Shape shape, int d, long width, String mode) {
        long n = shape.size(d);
        long most = mode.equals("reflect")
                ? n - 1
                : mode.equals("circular") ? n : mode.equals("replicate") && n == 0 ? 0 : width;
        if (width > most) {
            throw CressetException.runtime("pad: a " + mode + " border of " + width + " for dimension " + d
                    + " of shape " + shape + "; expected at most " + most);
        }
    }

    private static Tensor along(Tensor x, int d, long left, long right, String mode, double value) {
        if (left == 0 && right == 0) {
            return x;
        }
        long size = x.size(d);
        if (size + left + right < 0) {
            throw CressetException.runtime(
                    "pad: " + left + " and " + right + " take more from dimension " + d + " than its size " + size);
        }
        // Reflected and repeated borders come from what is cut off too, circular ones from what stays.
        Tensor source = mode.equals("circular") ? cut(x, d, left, right) : x;
        long l = Math.max(left, 0);
        long r = Math.max(right, 0);
        Tensor[] pieces = new Tensor[3];
        int count = 0;
        if (l > 0) {
            pieces[count++] = border(source, d, l, true, mode, value);
        }
        pieces[count++] = source;
        if (r > 0) {
            pieces[count++] = border(source, d, r, false, mode, value);
        }
        Tensor joined = count == 1 ? source : Tensor.cat(d, Arrays.copyOf(pieces, count));
        return mode.equals("circular") ? joined : cut(joined, d, left, right);
    }

    /** Without what negative numbers take. */
    private static Tensor cut(Tensor x, int d, long left, long right) {
        long from = Math.max(-left, 0);
        long to = x.size(d) - Math.max(-right, 0);
        return from == 0 && to == x.size(d) ? x : x.narrow(d, from, to - from);
    }

    private static Tensor border(Tensor x, int d, long width, boolean left, String mode, double value) {
        long n = x.size(d);
        check(x.shape(), d, width, mode);
        long[] dims = x.shape().toArray();
        dims[d] = width;
        return switch (mode) {
            case "reflect" -> x.narrow(d, left ? 1 : n - 1 - width, width).flip(d);
            case "replicate" -> x.narrow(d, left ? 0 : n - 1, 1).expand(dims);
            case "circular" -> x.narrow(d, left ? n - width : 0, width);
            default -> Tensor.full(Shape.of(dims), value, x.dtype());
        };
    }
}

package org.cresset.op;

import org.cresset.base.DType;
import org.cresset.base.Shape;
import org.cresset.base.spi.ConvShape;
import org.cresset.tensor.Dense;
import org.jspecify.annotations.Nullable;

/** Convolutions where no native library does them: patches as columns of a matrix, and matrix products. */
final class JavaConvolve {
    private final ConvShape s;
    private final DType type;
    private final long rows;
    private final long places;
    private final Dense columns;

    private JavaConvolve(ConvShape s, DType type) {
        this.s = s;
        this.type = type;
        long k = s.inChannels() / s.groups();
        long p = 1;
        for (int d = 0; d < s.spatial(); d++) {
            k *= s.kernel()[d];
            p *= s.out()[d];
        }
        this.rows = k;
        this.places = p;
        this.columns = Dense.empty(Shape.of(1, rows, places), type);
    }

    private static DType computeType(DType t) {
        return t == DType.FLOAT16 || t == DType.BFLOAT16 ? DType.FLOAT32 : t;
    }

    static void forward(ConvShape s, Dense x, Dense w, @Nullable Dense bias, Dense y) {
        DType t = computeType(x.dtype());
        JavaConvolve c = new JavaConvolve(s, t);
        Dense in = Rows.convert(x, t);
        Dense weight = Rows.convert(w, t);
        Dense out = y.dtype() == t && y.isContiguous() ? y : Dense.empty(y.shape(), t);
        long each = s.outChannels() / s.groups();
        for (long n = 0; n < s.batch(); n++) {
            for (long g = 0; g < s.groups(); g++) {
                c.gather(in, n, g, false);
                JavaMultiply.run(
                        c.matrix(weight, g * each * c.rows, each, c.rows),
                        c.columns,
                        null,
                        c.matrix(out, (n * s.groups() + g) * each * c.places, each, c.places));
            }
        }
        if (bias != null && out.numel() > 0) {
            Dense flat = out.view(
                    Shape.of(s.batch(), s.outChannels(), c.places),
                    new long[] {s.outChannels() * c.places, c.places, 1},
                    out.storageOffset());
            Dense sum = (Dense) flat.detach().add(bias.detach().to(t).reshape(-1, 1));
            Pointwise.copy(sum, flat);
        }
        if (out != y) {
            Pointwise.copy(out, y);
        }
    }

    static void input(ConvShape s, Dense gy, Dense w, Dense gx) {
        DType t = computeType(gy.dtype());
        JavaConvolve c = new JavaConvolve(s, t);
        Dense g = Rows.convert(gy, t);
        Dense weight = Rows.convert(w, t);
        Dense out = gx.dtype() == t && gx.isContiguous() ? gx : Dense.empty(gx.shape(), t);
        out.segment().asSlice(out.byteOffset(), out.numel() * t.size()).fill((byte) 0);
        long each = s.outChannels() / s.groups();
        for (long n = 0; n < s.batch(); n++) {
            for (long k = 0; k < s.groups(); k++) {
                Dense m = c.matrix(weight, k * each * c.rows, each, c.rows);
                JavaMultiply.run(
                        m.view(Shape.of(1, c.rows, each), new long[] {0, 1, c.rows}, m.storageOffset()),
                        c.matrix(g, (n * s.groups() + k) * each * c.places, each, c.places),
                        null,
                        c.columns);
                c.gather(out, n, k, true);
            }
        }
        if (out != gx) {
            Pointwise.copy(out, gx);
        }
    }

    static void weight(ConvShape s, Dense x, Dense gy, Dense gw) {
        DType t = computeType(x.dtype());
        JavaConvolve c = new JavaConvolve(s, t);
        Dense in = Rows.convert(x, t);
        Dense g = Rows.convert(gy, t);
        long each = s.outChannels() / s.groups();
        Dense sum = Dense.empty(Shape.of(s.groups(), each, c.rows), t);
        sum.segment().asSlice(0, sum.numel() * t.size()).fill((byte) 0);
        Dense part = Dense.empty(Shape.of(1, each, c.rows), t);
        for (long n = 0; n < s.batch(); n++) {
            for (long k = 0; k < s.groups(); k++) {
                c.gather(in, n, k, false);
                JavaMultiply.run(
                        c.matrix(g, (n * s.groups() + k) * each * c.places, each, c.places),
                        c.columns.view(Shape.of(1, c.places, c.rows), new long[] {0, 1, c.places}, 0),
                        null,
                        part);
                Dense target = c.matrix(sum, k * each * c.rows, each, c.rows);
                Pointwise.copy((Dense) target.detach().add(part), target);
            }
        }
        Pointwise.copy(sum.view(gw.shape(), gw.shape().contiguousStrides(), 0), gw);
    }

    private Dense matrix(Dense t, long from, long m, long n) {
        return t.view(Shape.of(1, m, n), new long[] {m * n, n, 1}, t.storageOffset() + from);
    }

    /** Copies the patches of one image and group into the columns, or adds the columns to the patches. */
    private void gather(Dense image, long n, long group, boolean back) {
        int d = s.spatial();
        long channels = s.inChannels() / s.groups();
        long[] k = new long[d];
        long area = 1;
        for (long v : s.in()) {
            area *= v;
        }
        long base = image.storageOffset() + (n * s.inChannels() + group * channels) * area;
        long row = 0;
        for (long c = 0; c < channels; c++) {
            do {
                patch(image, base + c * area, row++ * places, k, back);
            } while (next(k, s.kernel()));
        }
    }

    private void patch(Dense image, long from, long column, long[] k, boolean back) {
        int d = s.spatial();
        long[] o = new long[d];
        int size = type.size();
        long at = column;
        do {
            long x = 0;
            boolean inside = true;
            for (int i = 0; i < d; i++) {
                long p = o[i] * s.stride()[i] + k[i] * s.dilation()[i] - s.padLow()[i];
                inside &= p >= 0 && p < s.in()[i];
                x = x * s.in()[i] + p;
            }
            if (back) {
                if (inside) {
                    add(image, (from + x) * size, at * size);
                }
            } else if (inside) {
                Convert.move(image.segment(), (from + x) * size, 0, columns.segment(), at * size, 0, size, 1);
            } else {
                columns.segment().asSlice(at * size, size).fill((byte) 0);
            }
            at++;
        } while (next(o, s.out()));
    }

    private void add(Dense image, long to, long from) {
        DType part = type.real();
        for (int p = 0; p < type.size(); p += part.size()) {
            if (part.isFloat()) {
                Convert.writeDouble(
                        part,
                        image.segment(),
                        to + p,
                        Convert.readDouble(part, image.segment(), to + p)
                                + Convert.readDouble(part, columns.segment(), from + p));
            } else {
                Convert.writeLong(
                        part,
                        image.segment(),
                        to + p,
                        Convert.readLong(part, image.segment(), to + p)
                                + Convert.readLong(part, columns.segment(), from + p));
            }
        }
    }

    private static boolean next(long[] i, long[] n) {
        for (int d = i.length - 1; d >= 0; d--) {
            if (++i[d] < n[d]) {
                return true;
            }
            i[d] = 0;
        }
        return false;
    }
}

package org.cresset.tensor;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.cresset.base.DType;
import org.cresset.base.Device;

/** Text for tensors, as PyTorch prints them: four decimals, one width for all, the middle of long ones left out. */
final class Printing {
    private static final int THRESHOLD = 1000;
    private static final int EDGE = 3;
    private static final int LINE = 80;
    private static final int PRECISION = 4;

    private Printing() {}

    static String format(Tensor t) {
        if (!(t instanceof Dense d)) {
            return "tensor(" + t.dtype() + t.shape() + " inside a function transform)";
        }
        StringBuilder suffix = new StringBuilder();
        if (d.device() == Device.META) {
            return "tensor(..., device='meta', size=" + d.shape() + ", dtype=torch." + d.dtype() + ")";
        }
        boolean usual = d.dtype() == DType.FLOAT32
                || d.dtype() == DType.INT64
                || d.dtype() == DType.BOOL
                || d.dtype() == DType.COMPLEX64;
        if (d.numel() == 0 && d.dim() != 1) {
            suffix.append(", size=").append(d.shape());
        }
        if (!usual || d.numel() == 0 && d.dtype() != DType.FLOAT32) {
            suffix.append(", dtype=torch.").append(d.dtype());
        }
        if (d.node() != null) {
            suffix.append(", grad_fn=<").append(d.node().name()).append('>');
        } else if (d.requiresGrad()) {
            suffix.append(", requires_grad=True");
        }
        String body = d.numel() == 0 ? "[]" : body(d);
        return "tensor(" + body + suffix + ")";
    }

    private static String body(Dense d) {
        boolean summarize = d.numel() > THRESHOLD;
        List<Long> shown = new ArrayList<>();
        collect(d, 0, 0, summarize, shown);
        Formatter f = new Formatter(d, shown);
        return dimension(d, 0, 0, summarize, f, "tensor(".length());
    }

    private static void collect(Dense d, int dim, long at, boolean summarize, List<Long> out) {
        if (dim == d.dim()) {
            out.add(at);
            return;
        }
        long n = d.size(dim);
        for (long i = 0; i < n; i++) {
            if (summarize && n > 2 * EDGE && i == EDGE) {
                i = n - EDGE;
            }
            collect(d, dim + 1, at * n + i, summarize, out);
        }
    }

    private static String dimension(Dense d, int dim, long at, boolean summarize, Formatter f, int indent) {
        if (dim == d.dim()) {
            return f.text(at);
        }
        long n = d.size(dim);
        boolean cut = summarize && n > 2 * EDGE;
        List<String> parts = new ArrayList<>();
        for (long i = 0; i < n; i++) {
            if (cut && i == EDGE) {
                parts.add(dim == d.dim() - 1 ? " ..." : "...");
                i = n - EDGE;
            }
            parts.add(dimension(d, dim + 1, at * n + i, summarize, f, indent + 1));
        }
        StringBuilder b = new StringBuilder("[");
        if (dim == d.dim() - 1) {
            int perLine = Math.max(1, (LINE - indent) / (f.width + 2));
            for (int i = 0; i < parts.size(); i++) {
                if (i > 0) {
                    b.append(i % perLine == 0 ? ",\n" + " ".repeat(indent + 1) : ", ");
                }
                b.append(parts.get(i));
            }
        } else {
            String gap = "," + "\n".repeat(d.dim() - dim - 1) + " ".repeat(indent + 1);
            b.append(String.join(gap, parts));
        }
        return b.append("]").toString();
    }

    /** Chooses between integers, decimals and exponents, and one width, from what will be shown. */
    private static final class Formatter {
        private final Dense d;
        private boolean integral = true;
        private boolean scientific;
        int width = 1;

        Formatter(Dense d, List<Long> shown) {
            this.d = d;
            if (d.dtype().isFloat() || d.dtype().isComplex()) {
                double max = 0;
                double min = Double.POSITIVE_INFINITY;
                for (long i : shown) {
                    for (double v : parts(i)) {
                        double a = Math.abs(v);
                        if (Double.isFinite(v) && v != 0) {
                            integral &= v == Math.rint(v);
                            max = Math.max(max, a);
                            min = Math.min(min, a);
                        }
                    }
                }
                scientific = max > 0 && (max / min > 1000 || max > 1e8 || min < 1e-4);
                if (integral) {
                    scientific = max > 0 && (max / min > 1000 && max > 1e8 || max > 1e8);
                }
            }
            for (long i : shown) {
                width = Math.max(width, raw(i).length());
            }
        }

        private double[] parts(long i) {
            return d.dtype().isComplex()
                    ? new double[] {d.read(i), Elements.imaginary(d, i)}
                    : new double[] {d.read(i)};
        }

        private String raw(long i) {
            if (d.dtype() == DType.BOOL) {
                return d.readLong(i) != 0 ? "True" : "False";
            }
            if (!d.dtype().isDifferentiable()) {
                return Long.toString(d.readLong(i));
            }
            if (!d.dtype().isComplex()) {
                return number(d.read(i));
            }
            double im = Elements.imaginary(d, i);
            return number(d.read(i)) + (im < 0 || 1 / im < 0 ? "-" : "+") + number(Math.abs(im)) + "j";
        }

        private String number(double v) {
            if (Double.isNaN(v)) {
                return "nan";
            }
            if (Double.isInfinite(v)) {
                return v > 0 ? "inf" : "-inf";
            }
            if (scientific) {
                return String.format(Locale.ROOT, "%." + PRECISION + "e", v);
            }
            return integral
                    ? String.format(Locale.ROOT, "%.0f.", v)
                    : String.format(Locale.ROOT, "%." + PRECISION + "f", v);
        }

        String text(long i) {
            String s = raw(i);
            return d.dim() == 0 ? s : " ".repeat(width - s.length()) + s;
        }
    }
}

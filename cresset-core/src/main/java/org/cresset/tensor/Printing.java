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
        boolean usual = d.dtype() == DType.FLOAT32
                || d.dtype() == DType.INT64
                || d.dtype() == DType.BOOL
                || d.dtype() == DType.COMPLEX64;
        if (d.device() == Device.META) {
            String type = d.dtype() == DType.FLOAT32 ? "" : ", dtype=torch." + d.dtype();
            return "tensor(..., device='meta', size=" + d.shape() + type + ")";
        }
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
            int perLine = Math.max(1, (LINE - indent) / (f.width() + 2));
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

    /** The elements of a tensor as text, complex ones in two parts. */
    private static final class Formatter {
        private final Dense d;
        private final Style real;
        private final Style imaginary;

        Formatter(Dense d, List<Long> shown) {
            this.d = d;
            this.real = new Style();
            this.imaginary = new Style();
            boolean floating = d.dtype().isDifferentiable();
            if (floating) {
                shown.forEach(i -> real.see(d.read(i)));
                real.decide();
                shown.forEach(i -> real.measure(d.read(i)));
            } else {
                shown.forEach(i -> real.width = Math.max(real.width, whole(i).length()));
            }
            if (d.dtype().isComplex()) {
                shown.forEach(i -> imaginary.see(Elements.imaginary(d, i)));
                imaginary.decide();
                shown.forEach(i -> imaginary.measure(Elements.imaginary(d, i)));
            }
        }

        int width() {
            return d.dtype().isComplex() ? real.width + imaginary.width + 1 : real.width;
        }

        private String whole(long i) {
            long v = d.readLong(i);
            return d.dtype() == DType.BOOL ? v != 0 ? "True" : "False" : Long.toString(v);
        }

        String text(long i) {
            if (!d.dtype().isDifferentiable()) {
                return pad(whole(i), real.width);
            }
            String re = pad(real.text(d.read(i)), real.width);
            if (!d.dtype().isComplex()) {
                return re;
            }
            String im = imaginary.text(Elements.imaginary(d, i)) + "j";
            return re + (im.startsWith("-") ? "" : "+") + im;
        }

        private String pad(String s, int width) {
            return d.dim() == 0 ? s : " ".repeat(Math.max(0, width - s.length())) + s;
        }
    }

    /** Chooses between integers, decimals and exponents, and one width, by the finite numbers other than 0. */
    private static final class Style {
        private boolean integral = true;
        private boolean scientific;
        private double max;
        private double min = Double.POSITIVE_INFINITY;
        int width = 1;

        void see(double v) {
            if (Double.isFinite(v) && v != 0) {
                integral &= v == Math.rint(v);
                max = Math.max(max, Math.abs(v));
                min = Math.min(min, Math.abs(v));
            }
        }

        void decide() {
            scientific = max > 0 && (max / min > 1000 || max > 1e8 || !integral && min < 1e-4);
        }

        void measure(double v) {
            if (Double.isFinite(v) && v != 0) {
                width = Math.max(width, text(v).length());
            }
        }

        String text(double v) {
            if (Double.isNaN(v)) {
                return "nan";
            }
            if (Double.isInfinite(v)) {
                return v > 0 ? "inf" : "-inf";
            }
            if (scientific) {
                return String.format(Locale.ROOT, "%." + PRECISION + "e", v);
            }
            return String.format(Locale.ROOT, integral ? "%.0f." : "%." + PRECISION + "f", v);
        }
    }
}

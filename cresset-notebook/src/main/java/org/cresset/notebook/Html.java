package org.cresset.notebook;

import java.util.Locale;
import org.cresset.base.DType;
import org.cresset.base.Device;
import org.cresset.nn.Module;
import org.cresset.tensor.Tensor;

/** Tensors and modules as HTML. */
public final class Html {
    /** Rows and columns that are shown of a matrix; of more, the first and the last ones. */
    private static final int MOST = 8;

    private Html() {}

    /** Dtype, shape and range, and the elements of the first matrix in it; the middle of large ones is left out. */
    public static String of(Tensor tensor) {
        Tensor t = tensor.detach();
        StringBuilder s = new StringBuilder("<div><b>")
                .append(t.dtype())
                .append("</b> ")
                .append(escape(t.shape().toString()));
        if (tensor.requiresGrad()) {
            s.append(" requires grad");
        }
        if (t.numel() == 0 || t.device().equals(Device.META)) {
            return s.append("</div>").toString();
        }
        if (t.dtype().isFloat() && t.numel() > 1) {
            Tensor d = t.to(DType.FLOAT64);
            s.append(String.format(
                    Locale.ROOT,
                    ", %.4g to %.4g, mean %.4g",
                    d.min().item(),
                    d.max().item(),
                    d.mean().item()));
        }
        Tensor matrix = t;
        while (matrix.dim() > 2) {
            matrix = matrix.get(0);
        }
        if (t.dim() > 2) {
            s.append("; the first of ")
                    .append(t.numel() / Math.max(1, matrix.numel()))
                    .append(" matrices");
        }
        s.append("</div><table>");
        while (matrix.dim() < 2) {
            matrix = matrix.unsqueeze(0);
        }
        int rows = (int) Math.min(matrix.size(0), MOST + 1);
        int columns = (int) Math.min(matrix.size(1), MOST + 1);
        for (int r = 0; r < rows; r++) {
            s.append("<tr>");
            for (int c = 0; c < columns; c++) {
                s.append("<td>").append(cell(matrix, r, c)).append("</td>");
            }
            s.append("</tr>");
        }
        return s.append("</table>").toString();
    }

    private static String cell(Tensor matrix, int r, int c) {
        long row = place(r, matrix.size(0));
        long column = place(c, matrix.size(1));
        return row < 0 || column < 0 ? "&hellip;" : escape(text(matrix.get(row, column)));
    }

    /** Which of {@code size} elements stands at a place of the table; -1 for the gap. */
    private static long place(int i, long size) {
        if (size <= MOST + 1 || i < MOST / 2) {
            return i;
        }
        return i == MOST / 2 ? -1 : size - (MOST + 1) + i;
    }

    private static String text(Tensor element) {
        if (element.dtype().isComplex()) {
            return element.toString();
        }
        if (element.dtype() == DType.BOOL) {
            return Boolean.toString(element.item() != 0);
        }
        return element.dtype().isFloat()
                ? String.format(Locale.ROOT, "%.4g", element.item())
                : Long.toString(element.itemLong());
    }

    /** A module's parameters: names, shapes and how many numbers they hold. */
    public static String of(Module module) {
        StringBuilder s = new StringBuilder("<div><b>")
                .append(escape(module.getClass().getSimpleName()))
                .append("</b></div><table><tr><th>parameter</th><th>shape</th><th>elements</th></tr>");
        long all = 0;
        for (var e : module.namedParameters().entrySet()) {
            long n = e.getValue().numel();
            all += n;
            row(s, e.getKey(), e.getValue().shape().toString(), n);
        }
        row(s, "all", "", all);
        return s.append("</table>").toString();
    }

    private static void row(StringBuilder s, String name, String shape, long n) {
        s.append("<tr><td>")
                .append(escape(name))
                .append("</td><td>")
                .append(escape(shape))
                .append("</td><td>")
                .append(String.format(Locale.ROOT, "%,d", n))
                .append("</td></tr>");
    }

    static String escape(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
}

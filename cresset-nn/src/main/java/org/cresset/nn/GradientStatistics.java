package org.cresset.nn;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.cresset.autograd.Autograd;
import org.cresset.base.DType;
import org.cresset.tensor.Tensor;

/** What the gradients of a model's parameters look like, for finding those that vanish or explode. */
public final class GradientStatistics {
    private final List<Row> rows;

    /**
     * One parameter's gradient.
     *
     * @param norm the square root of the sum of squares
     * @param std with n - 1 in the denominator; NaN for one element
     * @param max the largest absolute value
     * @param zeros the share of elements that are 0
     * @param notFinite the share of elements that are NaN or infinite
     */
    public record Row(
            String parameter,
            long count,
            boolean present,
            double norm,
            double mean,
            double std,
            double max,
            double zeros,
            double notFinite) {}

    private GradientStatistics(List<Row> rows) {
        this.rows = List.copyOf(rows);
    }

    /** Of the gradients as they are now; in float64, so that summing loses nothing. */
    public static GradientStatistics of(Module model) {
        return Autograd.noGrad(() -> {
            List<Row> all = new ArrayList<>();
            model.namedParameters().forEach((name, p) -> {
                Tensor g = p.dense("gradients").gradient().asTensor();
                all.add(g == null || g.numel() == 0 ? absent(name, p.numel()) : row(name, g.detach()));
            });
            return new GradientStatistics(all);
        });
    }

    private static Row absent(String name, long count) {
        return new Row(name, count, false, Double.NaN, Double.NaN, Double.NaN, Double.NaN, Double.NaN, Double.NaN);
    }

    private static Row row(String name, Tensor g) {
        Tensor x = g.to(DType.FLOAT64);
        double n = x.numel();
        double mean = x.mean().item();
        Tensor d = x.sub(mean);
        return new Row(
                name,
                x.numel(),
                true,
                Math.sqrt(x.mul(x).sum().item()),
                mean,
                n == 1 ? Double.NaN : Math.sqrt(d.mul(d).sum().item() / (n - 1)),
                x.abs().max().item(),
                x.eq(0).sum().item() / n,
                1 - x.isfinite().sum().item() / n);
    }

    /** One row for each parameter. */
    public List<Row> rows() {
        return rows;
    }

    /** As a table. */
    @Override
    public String toString() {
        StringBuilder b = new StringBuilder(String.format(
                Locale.ROOT,
                "%-32s %10s %11s %11s %11s %11s %7s %7s%n",
                "gradient of",
                "elements",
                "norm",
                "mean",
                "std",
                "max abs",
                "zero %",
                "bad %"));
        for (Row r : rows) {
            b.append(
                    r.present
                            ? String.format(
                                    Locale.ROOT,
                                    "%-32s %,10d %11.4g %11.4g %11.4g %11.4g %7.2f %7.2f%n",
                                    r.parameter,
                                    r.count,
                                    r.norm,
                                    r.mean,
                                    r.std,
                                    r.max,
                                    100 * r.zeros,
                                    100 * r.notFinite)
                            : String.format(Locale.ROOT, "%-32s %,10d %11s%n", r.parameter, r.count, "none"));
        }
        return b.toString();
    }
}

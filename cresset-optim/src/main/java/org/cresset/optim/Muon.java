package org.cresset.optim;

import java.util.List;
import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.tensor.Dense;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Momentum made orthogonal, for matrices, as {@code torch.optim.Muon}: the step is the matrix nearest to the momentum whose
 * singular values are all about 1, found by Newton-Schulz iterations. They run in the parameter's dtype, at least float32,
 * where PyTorch's run in bfloat16; the steps differ from PyTorch's by that rounding.
 */
public final class Muon extends ParamwiseOptimizer {
    /** With learning rate {@code lr} and otherwise PyTorch's defaults. */
    public Muon(Iterable<? extends Tensor> params, double lr) {
        this(params, options().lr(lr));
    }

    /** With hyper-parameters from {@link #options()}. */
    public Muon(Iterable<? extends Tensor> params, Options options) {
        super(options, ParamGroup.of(params));
    }

    /** Of groups of parameters; what a group leaves open comes from {@code defaults}. */
    public Muon(Options defaults, ParamGroup... groups) {
        super(defaults, groups);
    }

    /** PyTorch's defaults, to be changed. */
    public static Options options() {
        return new Options();
    }

    @Override
    protected void check(ParamGroup g) {
        requireNonNegative(g, "lr", "momentum", "weight_decay");
        require(g.number("ns_steps") < 100, g, "ns_steps", "less than 100");
        Object adjust = g.get("adjust_lr_fn");
        require(
                adjust == null || adjust.equals("original") || adjust.equals("match_rms_adamw"),
                g,
                "adjust_lr_fn",
                "\"original\", \"match_rms_adamw\" or null");
        for (Tensor p : g.params()) {
            if (p.dim() != 2 || p.dtype().isComplex()) {
                throw CressetException.value("Muon: a parameter " + p.dtype() + p.shape()
                        + "; expected real matrices, give the others to AdamW");
            }
        }
    }

    @Override
    protected void update(ParamGroup g, Dense p, Dense grad, ParamState s) {
        double momentum = g.number("momentum");
        Dense buffer = s.tensor("momentum_buffer", 0);
        buffer.lerp_(grad, 1 - momentum);
        Tensor direction = g.flag("nesterov") ? grad.clone().lerp_(buffer, momentum) : buffer;
        p.mul_(1 - g.lr() * g.number("weight_decay"));
        p.add_(orthogonal(direction, g).to(p.dtype()), -adjusted(g, p.size(0), p.size(1)));
    }

    private static double adjusted(ParamGroup g, double rows, double columns) {
        return "match_rms_adamw".equals(g.get("adjust_lr_fn"))
                ? g.lr() * 0.2 * Math.sqrt(Math.max(rows, columns))
                : g.lr() * Math.sqrt(Math.max(1, rows / columns));
    }

    /** {@code a X + b (X X') X + c (X X')^2 X}, again and again, from the matrix with norm 1. */
    private static Tensor orthogonal(Tensor matrix, ParamGroup g) {
        boolean tall = matrix.size(0) > matrix.size(1); // the smaller square is cheaper
        Tensor m = matrix.to(matrix.dtype() == DType.FLOAT64 ? DType.FLOAT64 : DType.FLOAT32);
        Tensor x = tall ? m.t() : m;
        x = x.div(Math.max(x.norm(2).item(), g.number("eps")));
        for (int i = 0; i < g.number("ns_steps"); i++) {
            Tensor gram = x.mm(x.t());
            Tensor factor = gram.mm(gram).mul_(g.number("ns_coefficients", 2));
            factor.add_(gram, g.number("ns_coefficients", 1));
            x = factor.mm(x).add_(x, g.number("ns_coefficients", 0));
        }
        return tall ? x.t() : x;
    }

    /** Hyper-parameters of {@link Muon}. */
    public static final class Options extends Hyperparameters<Options> {
        private Options() {
            preset("lr", 1e-3);
            preset("weight_decay", 0.1);
            preset("momentum", 0.95);
            preset("nesterov", true);
            preset("ns_coefficients", List.of(3.4445, -4.775, 2.0315));
            preset("eps", 1e-7);
            preset("ns_steps", 5L);
            preset("adjust_lr_fn", null);
        }

        /** Learning rate. */
        public Options lr(double value) {
            return put("lr", value);
        }

        /** Weight decay, apart from the gradient. */
        public Options weightDecay(double value) {
            return put("weight_decay", value);
        }

        /** Momentum factor. */
        public Options momentum(double value) {
            return put("momentum", value);
        }

        /** Whether to use Nesterov momentum. */
        public Options nesterov(boolean on) {
            return put("nesterov", on);
        }

        /** Coefficients of the polynomial that each iteration applies to the singular values. */
        public Options nsCoefficients(double a, double b, double c) {
            return put("ns_coefficients", List.of(a, b, c));
        }

        /** The least norm of the momentum. */
        public Options eps(double value) {
            return put("eps", value);
        }

        /** Number of iterations, less than 100. */
        public Options nsSteps(long value) {
            return put("ns_steps", value);
        }

        /**
         * How the rate depends on the shape (rows, columns): {@code "original"} or null: times the root of rows / columns if
         * that is above 1; {@code "match_rms_adamw"}: times 0.2 roots of the larger.
         */
        public Options adjustLrFn(@Nullable String value) {
            return put("adjust_lr_fn", value);
        }
    }
}

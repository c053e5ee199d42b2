package org.cresset.optim.schedule;

import java.util.List;
import java.util.Map;
import java.util.function.DoubleUnaryOperator;
import org.cresset.base.CressetException;
import org.cresset.optim.Optimizer;
import org.cresset.optim.ParamGroup;
import org.jspecify.annotations.Nullable;

/**
 * Lets the rates go up and down between two bounds, and the momentum the other way; to be stepped after each batch. As
 * {@code torch.optim.lr_scheduler.CyclicLR}.
 */
public final class CyclicLR extends FormulaLR {
    private final @Nullable DoubleUnaryOperator scale;

    /**
     * With parameters from {@link #options}.
     *
     * @throws CressetException if the mode is unknown, or the momentum is to cycle and the optimizer has none
     */
    public CyclicLR(Optimizer optimizer, Options options) {
        if (options.scale == null
                && !List.of("triangular", "triangular2", "exp_range").contains(options.mode)) {
            throw CressetException.value("CyclicLR: mode is \"" + options.mode
                    + "\"; expected \"triangular\", \"triangular2\" or \"exp_range\"");
        }
        this.scale = options.scale;
        List<Double> base = perGroup("baseLr", optimizer, options.baseLr);
        super(optimizer, options.lastEpoch, begin(optimizer, options, base));
        setBase(base);
    }

    private static Map<String, @Nullable Object> begin(Optimizer optimizer, Options o, List<Double> base) {
        List<ParamGroup> groups = optimizer.paramGroups();
        for (int i = 0; o.lastEpoch == -1 && i < groups.size(); i++) {
            groups.get(i).setLr(base.get(i));
        }
        double up = o.stepSizeUp;
        double total = up + (o.stepSizeDown == null ? up : o.stepSizeDown);
        Map<String, @Nullable Object> values = values(
                "max_lrs",
                perGroup("maxLr", optimizer, o.maxLr),
                "total_size",
                total,
                "step_ratio",
                up / total,
                "mode",
                o.mode,
                "gamma",
                o.gamma,
                "scale_mode",
                scaleMode(o),
                "cycle_momentum",
                o.cycleMomentum);
        if (o.cycleMomentum) {
            boolean beta = Momenta.isBeta("CyclicLR", optimizer);
            List<Double> lowest = perGroup("baseMomentum", optimizer, o.baseMomentum);
            List<Double> highest = perGroup("maxMomentum", optimizer, o.maxMomentum);
            values.put("use_beta1", beta);
            values.put("base_momentums", lowest);
            values.put("max_momentums", highest);
            if (o.lastEpoch == -1) {
                Momenta.begin(optimizer, beta, lowest, highest);
            }
        }
        values.put("_scale_fn_custom", null);
        return values;
    }

    private static String scaleMode(Options o) {
        if (o.scale != null) {
            return o.scaleMode;
        }
        return o.mode.equals("exp_range") ? "iterations" : "cycle";
    }

    private double scale(double x) {
        if (scale != null) {
            return scale.applyAsDouble(x);
        }
        return switch (String.valueOf(value("mode"))) {
            case "triangular2" -> 1 / Math.pow(2, x - 1);
            case "exp_range" -> Math.pow(number("gamma"), x);
            default -> 1;
        };
    }

    @Override
    protected double next(int i, double current) {
        double turn = lastEpoch() / number("total_size");
        double cycle = Math.floor(1 + turn);
        double x = 1 + turn - cycle;
        double ratio = number("step_ratio");
        double height = x <= ratio ? x / ratio : (x - 1) / (ratio - 1);
        double scaled = height * scale("cycle".equals(value("scale_mode")) ? cycle : lastEpoch());
        if (Boolean.TRUE.equals(value("cycle_momentum"))) {
            double highest = element("max_momentums", i);
            double momentum = highest - (highest - element("base_momentums", i)) * scaled;
            Momenta.set(groups().get(i), Boolean.TRUE.equals(value("use_beta1")), momentum);
        }
        return base(i) + (element("max_lrs", i) - base(i)) * scaled;
    }

    private double element(String name, int i) {
        if (value(name) instanceof List<?> l) {
            return numbers(l).get(i);
        }
        throw CressetException.type("CyclicLR: " + name + " is " + value(name) + "; expected a list");
    }

    /** Parameters: {@code baseLr} is where a cycle begins and {@code maxLr} where it turns. */
    public static Options options(double baseLr, double maxLr) {
        return new Options(new double[] {baseLr}, new double[] {maxLr});
    }

    /** Parameters with bounds for each group. */
    public static Options options(double[] baseLr, double[] maxLr) {
        return new Options(baseLr.clone(), maxLr.clone());
    }

    /** Parameters of {@link CyclicLR}. */
    public static final class Options {
        private final double[] baseLr;
        private final double[] maxLr;
        private double stepSizeUp = 2000;
        private @Nullable Double stepSizeDown;
        private String mode = "triangular";
        private double gamma = 1;
        private @Nullable DoubleUnaryOperator scale;
        private String scaleMode = "cycle";
        private boolean cycleMomentum = true;
        private double[] baseMomentum = {0.8};
        private double[] maxMomentum = {0.9};
        private long lastEpoch = -1;

        private Options(double[] baseLr, double[] maxLr) {
            this.baseLr = baseLr;
            this.maxLr = maxLr;
        }

        /** Number of steps up: 2000. */
        public Options stepSizeUp(long steps) {
            stepSizeUp = steps;
            return this;
        }

        /** Number of steps down; otherwise as many as up. */
        public Options stepSizeDown(long steps) {
            stepSizeDown = (double) steps;
            return this;
        }

        /**
         * {@code "triangular"}: all cycles alike; {@code "triangular2"}: each half as high as the one before;
         * {@code "exp_range"}: the height falls with {@code gamma} to the power of the step.
         */
        public Options mode(String name) {
            mode = name;
            return this;
        }

        /** Base of {@code "exp_range"}. */
        public Options gamma(double value) {
            gamma = value;
            return this;
        }

        /** The height as a function of {@code per}: {@code "cycle"} (from 1) or {@code "iterations"} (from 0). */
        public Options scaleFn(DoubleUnaryOperator function, String per) {
            scale = function;
            scaleMode = per;
            return this;
        }

        /** Whether the momentum cycles too: true. */
        public Options cycleMomentum(boolean on) {
            cycleMomentum = on;
            return this;
        }

        /** The lowest momentum, one for all groups or one for each: 0.8. */
        public Options baseMomentum(double... values) {
            baseMomentum = values.clone();
            return this;
        }

        /** The highest momentum, one for all groups or one for each: 0.9. */
        public Options maxMomentum(double... values) {
            maxMomentum = values.clone();
            return this;
        }

        /** The step to go on from; -1 to begin. */
        public Options lastEpoch(long epoch) {
            lastEpoch = epoch;
            return this;
        }
    }
}

package org.cresset.optim.schedule;

import java.util.List;
import java.util.Map;
import org.cresset.base.CressetException;
import org.cresset.optim.Optimizer;
import org.cresset.optim.ParamGroup;
import org.jspecify.annotations.Nullable;

/**
 * Lets the rates rise to {@code maxLr}, then fall far below where they began, and the momentum the other way; to be stepped
 * after each batch. As {@code torch.optim.lr_scheduler.OneCycleLR}.
 */
public final class OneCycleLR extends FormulaLR {
    /**
     * With parameters from {@link #options}.
     *
     * @throws CressetException if a parameter is out of its range, or the momentum is to cycle and the optimizer has none
     */
    public OneCycleLR(Optimizer optimizer, Options options) {
        options.check();
        super(optimizer, options.lastEpoch, begin(optimizer, options));
    }

    private static Map<String, @Nullable Object> begin(Optimizer optimizer, Options o) {
        List<Double> highest = perGroup("maxLr", optimizer, o.maxLr);
        List<ParamGroup> groups = optimizer.paramGroups();
        for (int i = 0; o.lastEpoch == -1 && i < groups.size(); i++) {
            double first = highest.get(i) / o.divFactor;
            groups.get(i).set("initial_lr", first);
            groups.get(i).set("max_lr", highest.get(i));
            groups.get(i).set("min_lr", first / o.finalDivFactor);
        }
        Map<String, @Nullable Object> values = values(
                "total_steps",
                o.totalSteps,
                "_schedule_phases",
                phases(o),
                "_anneal_func_type",
                o.annealStrategy,
                "cycle_momentum",
                o.cycleMomentum);
        if (o.cycleMomentum) {
            boolean beta = Momenta.isBeta("OneCycleLR", optimizer);
            values.put("use_beta1", beta);
            if (o.lastEpoch == -1) {
                List<Double> lowest = perGroup("baseMomentum", optimizer, o.baseMomentum);
                Momenta.begin(optimizer, beta, lowest, perGroup("maxMomentum", optimizer, o.maxMomentum));
            }
        }
        return values;
    }

    private static List<Object> phases(Options o) {
        double rising = o.pctStart * o.totalSteps - 1;
        Object up = phase(rising, "initial_lr", "max_lr", "max_momentum", "base_momentum");
        double last = o.totalSteps - 1;
        if (!o.threePhase) {
            return List.of(up, phase(last, "max_lr", "min_lr", "base_momentum", "max_momentum"));
        }
        return List.of(
                up,
                phase(2 * o.pctStart * o.totalSteps - 2, "max_lr", "initial_lr", "base_momentum", "max_momentum"),
                phase(last, "initial_lr", "min_lr", "max_momentum", "max_momentum"));
    }

    /** The end of a phase, and between which values of a group it goes. */
    private static Object phase(double end, String startLr, String endLr, String startMomentum, String endMomentum) {
        return values(
                "end_step",
                end,
                "start_lr",
                startLr,
                "end_lr",
                endLr,
                "start_momentum",
                startMomentum,
                "end_momentum",
                endMomentum);
    }

    @Override
    protected double next(int i, double current) {
        long total = integer("total_steps");
        if (lastEpoch() > total) {
            throw CressetException.value(
                    "OneCycleLR.step: step " + lastEpoch() + " of " + total + "; the cycle is over");
        }
        if (!(value("_schedule_phases") instanceof List<?> phases)) {
            throw CressetException.type(
                    "OneCycleLR: _schedule_phases is " + value("_schedule_phases") + "; expected a list");
        }
        double start = 0;
        for (int k = 0; ; k++) {
            if (!(phases.get(k) instanceof Map<?, ?> phase) || !(phase.get("end_step") instanceof Number end)) {
                throw CressetException.type(
                        "OneCycleLR: a phase is " + phases.get(k) + "; expected a map with end_step");
            }
            if (lastEpoch() <= end.doubleValue() || k == phases.size() - 1) {
                return within(groups().get(i), phase, (lastEpoch() - start) / (end.doubleValue() - start));
            }
            start = end.doubleValue();
        }
    }

    private double within(ParamGroup g, Map<?, ?> phase, double part) {
        if (Boolean.TRUE.equals(value("cycle_momentum"))) {
            double momentum = anneal(number(g, phase, "start_momentum"), number(g, phase, "end_momentum"), part);
            Momenta.set(g, Boolean.TRUE.equals(value("use_beta1")), momentum);
        }
        return anneal(number(g, phase, "start_lr"), number(g, phase, "end_lr"), part);
    }

    private static double number(ParamGroup g, Map<?, ?> phase, String key) {
        return g.number(String.valueOf(phase.get(key)));
    }

    private double anneal(double start, double end, double part) {
        return "linear".equals(value("_anneal_func_type"))
                ? (end - start) * part + start
                : end + (start - end) / 2 * (Math.cos(Math.PI * part) + 1);
    }

    /** Parameters for {@code totalSteps} steps with the highest rate {@code maxLr}. */
    public static Options options(double maxLr, long totalSteps) {
        return new Options(new double[] {maxLr}, totalSteps);
    }

    /** Parameters with the highest rate of each group. */
    public static Options options(double[] maxLr, long totalSteps) {
        return new Options(maxLr.clone(), totalSteps);
    }

    /** Parameters for {@code epochs} epochs of {@code stepsPerEpoch} steps. */
    public static Options options(double[] maxLr, long epochs, long stepsPerEpoch) {
        return new Options(maxLr.clone(), Math.multiplyExact(epochs, stepsPerEpoch));
    }

    /** Parameters of {@link OneCycleLR}. */
    public static final class Options {
        private final double[] maxLr;
        private final long totalSteps;
        private double pctStart = 0.3;
        private String annealStrategy = "cos";
        private boolean cycleMomentum = true;
        private double[] baseMomentum = {0.85};
        private double[] maxMomentum = {0.95};
        private double divFactor = 25;
        private double finalDivFactor = 1e4;
        private boolean threePhase;
        private long lastEpoch = -1;

        private Options(double[] maxLr, long totalSteps) {
            this.maxLr = maxLr;
            this.totalSteps = totalSteps;
        }

        private void check() {
            if (totalSteps < 1) {
                throw CressetException.value("OneCycleLR: totalSteps is " + totalSteps + "; expected at least 1");
            }
            if (!(pctStart >= 0 && pctStart <= 1)) {
                throw CressetException.value("OneCycleLR: pctStart is " + pctStart + "; expected a number from 0 to 1");
            }
            if (!annealStrategy.equals("cos") && !annealStrategy.equals("linear")) {
                throw CressetException.value(
                        "OneCycleLR: annealStrategy is \"" + annealStrategy + "\"; expected \"cos\" or \"linear\"");
            }
        }

        /** The part of the steps in which the rates rise: 0.3. */
        public Options pctStart(double part) {
            pctStart = part;
            return this;
        }

        /** How they rise and fall: {@code "cos"} or {@code "linear"}. */
        public Options annealStrategy(String name) {
            annealStrategy = name;
            return this;
        }

        /** Whether the momentum cycles too: true. */
        public Options cycleMomentum(boolean on) {
            cycleMomentum = on;
            return this;
        }

        /** The lowest momentum, one for all groups or one for each: 0.85. */
        public Options baseMomentum(double... values) {
            baseMomentum = values.clone();
            return this;
        }

        /** The highest momentum, one for all groups or one for each: 0.95. */
        public Options maxMomentum(double... values) {
            maxMomentum = values.clone();
            return this;
        }

        /** The first rate is the highest divided by this: 25. */
        public Options divFactor(double factor) {
            divFactor = factor;
            return this;
        }

        /** The last rate is the first divided by this: 1e4. */
        public Options finalDivFactor(double factor) {
            finalDivFactor = factor;
            return this;
        }

        /** Whether the rates fall as fast as they rose, and only then far down: false. */
        public Options threePhase(boolean on) {
            threePhase = on;
            return this;
        }

        /** The step to go on from; -1 to begin. */
        public Options lastEpoch(long epoch) {
            lastEpoch = epoch;
            return this;
        }
    }
}

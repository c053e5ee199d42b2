package org.cresset.optim.schedule;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.cresset.base.CressetException;
import org.cresset.optim.Optimizer;
import org.cresset.optim.ParamGroup;
import org.jspecify.annotations.Nullable;

/**
 * Reduces the rates when a metric has stopped improving: call {@link #step(double)} after each epoch. As
 * {@code torch.optim.lr_scheduler.ReduceLROnPlateau}.
 */
public final class ReduceLROnPlateau implements Schedule {
    private final Optimizer optimizer;
    private final Map<String, @Nullable Object> values = new LinkedHashMap<>();
    private List<Double> lastLr;

    /** With PyTorch's defaults: a tenth after 10 epochs in which a metric hasn't fallen. */
    public ReduceLROnPlateau(Optimizer optimizer) {
        this(optimizer, options());
    }

    /**
     * With parameters from {@link #options()}.
     *
     * @throws CressetException if a parameter is out of its range
     */
    public ReduceLROnPlateau(Optimizer optimizer, Options o) {
        o.check();
        this.optimizer = optimizer;
        this.lastLr = LRScheduler.rates(optimizer, "lr");
        values.put("factor", o.factor);
        values.put("default_min_lr", o.minLr.length == 1 ? (Object) o.minLr[0] : null);
        values.put("min_lrs", LRScheduler.perGroup("minLr", optimizer, o.minLr));
        values.put("patience", o.patience);
        values.put("cooldown", o.cooldown);
        values.put("eps", o.eps);
        values.put("last_epoch", 0L);
        double worst = o.mode.equals("min") ? Double.POSITIVE_INFINITY : Double.NEGATIVE_INFINITY;
        values.put("mode_worse", worst);
        values.put("mode", o.mode);
        values.put("threshold", o.threshold);
        values.put("threshold_mode", o.thresholdMode);
        values.put("best", worst);
        values.put("cooldown_counter", 0L);
        values.put("num_bad_epochs", 0L);
    }

    private double number(String name) {
        if (values.get(name) instanceof Number n) {
            return n.doubleValue();
        }
        throw CressetException.type("ReduceLROnPlateau: " + name + " is " + values.get(name) + "; expected a number");
    }

    private long integer(String name) {
        return (long) number(name);
    }

    /** Goes on to the next epoch, given the metric of the one that has ended. */
    public void step(double metric) {
        values.put("last_epoch", integer("last_epoch") + 1);
        long bad = 0;
        if (isBetter(metric)) {
            values.put("best", metric);
        } else {
            bad = integer("num_bad_epochs") + 1;
        }
        long cooldown = integer("cooldown_counter");
        if (cooldown > 0) {
            values.put("cooldown_counter", cooldown - 1);
            bad = 0;
        }
        if (bad > integer("patience")) {
            reduce();
            values.put("cooldown_counter", integer("cooldown"));
            bad = 0;
        }
        values.put("num_bad_epochs", bad);
        lastLr = LRScheduler.rates(optimizer, "lr");
    }

    private boolean isBetter(double metric) {
        double best = number("best");
        double threshold = number("threshold");
        boolean relative = "rel".equals(values.get("threshold_mode"));
        if ("min".equals(values.get("mode"))) {
            return metric < (relative ? best * (1 - threshold) : best - threshold);
        }
        return metric > (relative ? best * (1 + threshold) : best + threshold);
    }

    private void reduce() {
        if (!(values.get("min_lrs") instanceof List<?> given)) {
            throw CressetException.type("ReduceLROnPlateau: min_lrs is " + values.get("min_lrs") + "; expected a list");
        }
        List<ParamGroup> groups = optimizer.paramGroups();
        List<Double> lowest = LRScheduler.numbers(given);
        if (lowest.size() != groups.size()) { // groups were added
            lowest = LRScheduler.perGroup("minLr", optimizer, new double[] {number("default_min_lr")});
            values.put("min_lrs", lowest);
        }
        for (int i = 0; i < groups.size(); i++) {
            double old = groups.get(i).lr();
            double reduced = Math.max(old * number("factor"), lowest.get(i));
            if (old - reduced > number("eps")) {
                groups.get(i).setLr(reduced);
            }
        }
    }

    @Override
    public List<Double> lastLr() {
        return lastLr;
    }

    @Override
    public Map<String, @Nullable Object> stateDict() {
        Map<String, @Nullable Object> m = new LinkedHashMap<>(values);
        m.put("_last_lr", lastLr);
        return m;
    }

    @Override
    public void loadStateDict(Map<String, ?> state) {
        for (String name : List.copyOf(values.keySet())) {
            if (state.containsKey(name)) {
                values.put(name, state.get(name));
            }
        }
        if (state.get("_last_lr") instanceof List<?> l) {
            lastLr = LRScheduler.numbers(l);
        }
    }

    /** PyTorch's defaults, to be changed. */
    public static Options options() {
        return new Options();
    }

    /** Parameters of {@link ReduceLROnPlateau}. */
    public static final class Options {
        private String mode = "min";
        private double factor = 0.1;
        private long patience = 10;
        private double threshold = 1e-4;
        private String thresholdMode = "rel";
        private long cooldown;
        private double[] minLr = {0};
        private double eps = 1e-8;

        private Options() {}

        private void check() {
            if (!(factor < 1)) {
                throw CressetException.value("ReduceLROnPlateau: factor is " + factor + "; expected a number below 1");
            }
            if (!mode.equals("min") && !mode.equals("max")) {
                throw CressetException.value(
                        "ReduceLROnPlateau: mode is \"" + mode + "\"; expected \"min\" or \"max\"");
            }
            if (!thresholdMode.equals("rel") && !thresholdMode.equals("abs")) {
                throw CressetException.value(
                        "ReduceLROnPlateau: thresholdMode is \"" + thresholdMode + "\"; expected \"rel\" or \"abs\"");
            }
        }

        /** Whether the metric should fall, {@code "min"}, or rise, {@code "max"}. */
        public Options mode(String name) {
            mode = name;
            return this;
        }

        /** Factor of the rates: 0.1. */
        public Options factor(double value) {
            factor = value;
            return this;
        }

        /** How many epochs without improvement are borne: 10. */
        public Options patience(long epochs) {
            patience = epochs;
            return this;
        }

        /** By how much the metric must be better than the best: 1e-4. */
        public Options threshold(double value) {
            threshold = value;
            return this;
        }

        /** Whether the threshold is a part of the best metric, {@code "rel"}, or a difference, {@code "abs"}. */
        public Options thresholdMode(String name) {
            thresholdMode = name;
            return this;
        }

        /** How many epochs to wait after a reduction before counting again: 0. */
        public Options cooldown(long epochs) {
            cooldown = epochs;
            return this;
        }

        /** The lowest rate, one for all groups or one for each: 0. */
        public Options minLr(double... values) {
            minLr = values.clone();
            return this;
        }

        /** Smaller reductions aren't made: 1e-8. */
        public Options eps(double value) {
            eps = value;
            return this;
        }
    }
}

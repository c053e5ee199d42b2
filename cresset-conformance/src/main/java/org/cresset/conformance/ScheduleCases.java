package org.cresset.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import org.cresset.base.CressetException;
import org.cresset.optim.Optimizer;
import org.cresset.optim.ParamGroup;
import org.cresset.optim.SGD;
import org.cresset.optim.schedule.ChainedScheduler;
import org.cresset.optim.schedule.ConstantLR;
import org.cresset.optim.schedule.CosineAnnealingLR;
import org.cresset.optim.schedule.CosineAnnealingWarmRestarts;
import org.cresset.optim.schedule.CyclicLR;
import org.cresset.optim.schedule.ExponentialLR;
import org.cresset.optim.schedule.LRScheduler;
import org.cresset.optim.schedule.LambdaLR;
import org.cresset.optim.schedule.LinearLR;
import org.cresset.optim.schedule.MultiStepLR;
import org.cresset.optim.schedule.MultiplicativeLR;
import org.cresset.optim.schedule.OneCycleLR;
import org.cresset.optim.schedule.PolynomialLR;
import org.cresset.optim.schedule.ReduceLROnPlateau;
import org.cresset.optim.schedule.SWALR;
import org.cresset.optim.schedule.SequentialLR;
import org.cresset.optim.schedule.StepLR;
import org.cresset.tensor.Tensor;

/** Cases of {@code schedulers.json}. */
final class ScheduleCases {
    private static final double RELATIVE = 1e-9;
    private static final double ABSOLUTE = 1e-15;

    private ScheduleCases() {}

    static void run(JsonNode c) {
        Optimizer optimizer = new SGD(
                SGD.options().lr(0.1).momentum(0.9),
                ParamGroup.of(List.of(Tensor.of(1.0))),
                ParamGroup.of(List.of(Tensor.of(2.0)), SGD.options().lr(0.01)));
        Step step = stepper(c, optimizer);
        int steps = c.get("lr").size();
        for (int i = 0; i < steps; i++) {
            if (i > 0) {
                step.run(i - 1);
            }
            compare(c, "lr", i, optimizer);
            if (c.has("momentum")) {
                compare(c, "momentum", i, optimizer);
            }
        }
    }

    private interface Step {
        void run(int i);
    }

    private static void compare(JsonNode c, String key, int i, Optimizer optimizer) {
        double[] actual =
                optimizer.paramGroups().stream().mapToDouble(g -> g.number(key)).toArray();
        OptimSuite.near(key + " " + i, actual, OptimSuite.numbers(c.get(key).get(i)), RELATIVE, ABSOLUTE);
    }

    private static Step stepper(JsonNode c, Optimizer optimizer) {
        Arguments a = new Arguments(c.get("args"));
        if (c.get("scheduler").asText().equals("ReduceLROnPlateau")) {
            ReduceLROnPlateau s = new ReduceLROnPlateau(optimizer, plateau(a));
            return i -> s.step(OptimSuite.number(c.get("metric").get(i)));
        }
        LRScheduler s = scheduler(c, optimizer);
        if (c.has("epochs") && s instanceof CosineAnnealingWarmRestarts restarts) {
            return i -> restarts.step(c.get("epochs").get(i).asDouble());
        }
        return i -> s.step();
    }

    private static LRScheduler scheduler(JsonNode c, Optimizer o) {
        Arguments a = new Arguments(c.get("args"));
        String name = c.get("scheduler").asText();
        return switch (name) {
            case "StepLR" -> new StepLR(o, a.integer("step_size", 0), a.number("gamma", 0.1));
            case "MultiStepLR" -> new MultiStepLR(o, a.integers("milestones"), a.number("gamma", 0.1));
            case "ConstantLR" -> new ConstantLR(o, a.number("factor", 1.0 / 3), a.integer("total_iters", 5));
            case "LinearLR" ->
                new LinearLR(
                        o, a.number("start_factor", 1.0 / 3), a.number("end_factor", 1), a.integer("total_iters", 5));
            case "ExponentialLR" -> new ExponentialLR(o, a.number("gamma", 0));
            case "PolynomialLR" -> new PolynomialLR(o, a.integer("total_iters", 5), a.number("power", 1));
            case "CosineAnnealingLR" -> new CosineAnnealingLR(o, a.integer("T_max", 0), a.number("eta_min", 0));
            case "CosineAnnealingWarmRestarts" ->
                new CosineAnnealingWarmRestarts(o, a.integer("T_0", 0), a.integer("T_mult", 1), a.number("eta_min", 0));
            case "CyclicLR" -> new CyclicLR(o, cyclic(a));
            case "OneCycleLR" -> new OneCycleLR(o, oneCycle(a));
            case "LambdaLR" -> new LambdaLR(o, epoch -> formula(a.text("lr_lambda", ""), epoch));
            case "MultiplicativeLR" -> new MultiplicativeLR(o, epoch -> formula(a.text("lr_lambda", ""), epoch));
            case "SWALR" ->
                new SWALR(o, a.numbers("swa_lr"), a.integer("anneal_epochs", 10), a.text("anneal_strategy", "cos"), -1);
            case "SequentialLR" -> new SequentialLR(o, parts(a, o), a.integers("milestones"));
            case "ChainedScheduler" -> new ChainedScheduler(parts(a, o));
            default -> throw CressetException.unsupported("optim pack: a scheduler " + name);
        };
    }

    private static List<LRScheduler> parts(Arguments a, Optimizer o) {
        List<LRScheduler> parts = new ArrayList<>();
        for (JsonNode s : a.args.get("schedulers")) {
            parts.add(scheduler(s, o));
        }
        return parts;
    }

    /** {@code epoch -> 0.95^epoch} or {@code epoch -> 0.9}. */
    private static double formula(String text, long epoch) {
        String body = text.substring(text.indexOf("->") + 2).strip();
        return body.endsWith("^epoch")
                ? Math.pow(Double.parseDouble(body.substring(0, body.indexOf('^'))), epoch)
                : Double.parseDouble(body);
    }

    private static CyclicLR.Options cyclic(Arguments a) {
        CyclicLR.Options options = CyclicLR.options(a.numbers("base_lr"), a.numbers("max_lr"))
                .stepSizeUp(a.integer("step_size_up", 2000))
                .mode(a.text("mode", "triangular"))
                .gamma(a.number("gamma", 1))
                .cycleMomentum(a.flag("cycle_momentum", true));
        if (a.has("step_size_down")) {
            options.stepSizeDown(a.integer("step_size_down", 0));
        }
        if (a.has("base_momentum")) {
            options.baseMomentum(a.numbers("base_momentum"));
        }
        if (a.has("max_momentum")) {
            options.maxMomentum(a.numbers("max_momentum"));
        }
        return options;
    }

    private static OneCycleLR.Options oneCycle(Arguments a) {
        double[] maxLr = a.numbers("max_lr");
        OneCycleLR.Options options = a.has("total_steps")
                ? OneCycleLR.options(maxLr, a.integer("total_steps", 0))
                : OneCycleLR.options(maxLr, a.integer("epochs", 0), a.integer("steps_per_epoch", 0));
        options.pctStart(a.number("pct_start", 0.3))
                .annealStrategy(a.text("anneal_strategy", "cos"))
                .cycleMomentum(a.flag("cycle_momentum", true))
                .divFactor(a.number("div_factor", 25))
                .finalDivFactor(a.number("final_div_factor", 1e4))
                .threePhase(a.flag("three_phase", false));
        if (a.has("base_momentum")) {
            options.baseMomentum(a.numbers("base_momentum"));
        }
        if (a.has("max_momentum")) {
            options.maxMomentum(a.numbers("max_momentum"));
        }
        return options;
    }

    private static ReduceLROnPlateau.Options plateau(Arguments a) {
        ReduceLROnPlateau.Options options = ReduceLROnPlateau.options()
                .mode(a.text("mode", "min"))
                .factor(a.number("factor", 0.1))
                .patience(a.integer("patience", 10))
                .threshold(a.number("threshold", 1e-4))
                .thresholdMode(a.text("threshold_mode", "rel"))
                .cooldown(a.integer("cooldown", 0))
                .eps(a.number("eps", 1e-8));
        return a.has("min_lr") ? options.minLr(a.numbers("min_lr")) : options;
    }

    /** Arguments by PyTorch's names. */
    private record Arguments(JsonNode args) {
        boolean has(String name) {
            return args.hasNonNull(name);
        }

        double number(String name, double otherwise) {
            return has(name) ? OptimSuite.number(args.get(name)) : otherwise;
        }

        long integer(String name, long otherwise) {
            return has(name) ? args.get(name).asLong() : otherwise;
        }

        boolean flag(String name, boolean otherwise) {
            return has(name) ? args.get(name).asBoolean() : otherwise;
        }

        String text(String name, String otherwise) {
            return has(name) ? args.get(name).asText() : otherwise;
        }

        double[] numbers(String name) {
            return OptimSuite.numbers(args.get(name));
        }

        long[] integers(String name) {
            double[] d = numbers(name);
            long[] l = new long[d.length];
            for (int i = 0; i < d.length; i++) {
                l[i] = (long) d[i];
            }
            return l;
        }
    }
}

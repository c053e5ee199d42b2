package org.cresset.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.DoubleStream;
import org.cresset.base.CressetException;
import org.cresset.optim.Hyperparameters;
import org.cresset.optim.Optimizer;
import org.cresset.optim.Optimizers;
import org.cresset.optim.ParamGroup;
import org.cresset.tensor.SparseRows;
import org.cresset.tensor.Tensor;

/** Cases of {@code optimizers.json}; its README defines the problems. */
final class OptimizerCases {
    private static final int STEPS = 20;
    private static final int FIRST_OF_Y = 5;
    private static final int FIRST_OF_Z = 17;

    private final JsonNode c;
    private final String name;
    private final double tolerance;

    private OptimizerCases(JsonNode c) {
        this.c = c;
        this.name = c.get("optimizer").asText();
        this.tolerance = c.get("tolerance").asDouble();
    }

    static void run(JsonNode c) {
        OptimizerCases run = new OptimizerCases(c);
        String problem = c.has("problem") ? c.get("problem").asText() : "vectors";
        switch (problem) {
            case "vectors" -> run.dense(new Parameter("x", x(), 0), new Parameter("y", y(), FIRST_OF_Y));
            case "matrices" -> run.dense(new Parameter("y", y(), FIRST_OF_Y), new Parameter("z", z(), FIRST_OF_Z));
            case "table" -> run.table();
            case "rosenbrock" -> run.rosenbrock();
            default -> throw CressetException.unsupported("optim pack: a problem " + problem);
        }
    }

    /** A parameter whose elements are numbered from {@code first} on. */
    private record Parameter(String name, Tensor value, int first) {
        Tensor grad(int t) {
            double[] v = value.toDoubleArray();
            double[] g = new double[v.length];
            for (int k = 0; k < v.length; k++) {
                g[k] = gradient(first + k, v[k], t);
            }
            return Tensor.from(g, value.shape().toArray());
        }
    }

    private static Tensor x() {
        return Tensor.of(1.5, -2.0, 0.25, 3.0, -0.5);
    }

    private static Tensor y() {
        return Tensor.from(new double[] {0.5, -1.0, 2.0, 1.25, 0.0, -0.75, -1.5, 0.3, 0.9, 2.2, -0.4, 0.1}, 4, 3);
    }

    private static Tensor z() {
        return Tensor.from(new double[] {0.5, -0.25, 1.0, 0.75, 1.0, 2.0, -1.0, 0.1}, 2, 4);
    }

    private static double gradient(int i, double v, int t) {
        return (0.2 + 0.15 * i) * (v - 0.5 * (i % 3 - 1)) + 0.5 * Math.sin(1.7 * i + 0.9 * t);
    }

    private Optimizer optimizer(Parameter... params) {
        Map<String, ?> hyper = OptimSuite.arguments(c.get("hyper"));
        List<ParamGroup> groups = new ArrayList<>();
        if (c.has("groups")) {
            for (Parameter p : params) {
                Hyperparameters<?> options = Optimizers.options(name);
                OptimSuite.arguments(c.get("groups").get(p.name)).forEach(options::set);
                groups.add(ParamGroup.of(List.of(p.value), options));
            }
        } else {
            List<Tensor> all = new ArrayList<>();
            for (Parameter p : params) {
                all.add(p.value);
            }
            groups.add(ParamGroup.of(all));
        }
        return Optimizers.create(name, hyper, groups.toArray(new ParamGroup[0]));
    }

    private void dense(Parameter... params) {
        Optimizer optimizer = optimizer(params);
        for (int t = 0; t < STEPS; t++) {
            for (Parameter p : params) {
                p.value.setGrad(skips(p, t) ? null : p.grad(t));
            }
            optimizer.step();
            compare(t, params);
        }
        compareState(optimizer, params);
    }

    private boolean skips(Parameter p, int t) {
        JsonNode steps = c.get("no_gradient_for_y_at_steps");
        if (steps != null && p.name.equals("y")) {
            for (JsonNode s : steps) {
                if (s.asInt() == t) {
                    return true;
                }
            }
        }
        return false;
    }

    private void compare(int t, Parameter... params) {
        DoubleStream all = DoubleStream.empty();
        for (Parameter p : params) {
            all = DoubleStream.concat(all, p.value.stream());
        }
        String key = c.has("trajectory_without_bfloat16") ? "trajectory_without_bfloat16" : "trajectory";
        double[] expected = OptimSuite.numbers(c.get(key).get(t));
        OptimSuite.near("after step " + t, all.toArray(), expected, tolerance);
    }

    private void compareState(Optimizer optimizer, Parameter... params) {
        JsonNode state = c.get("final_state");
        if (state == null) {
            return;
        }
        for (Parameter p : params) {
            JsonNode expected = state.get(p.name);
            if (expected == null) {
                continue;
            }
            Map<String, ?> actual = optimizer.state(p.value);
            expected.properties().forEach(e -> {
                double[] values =
                        switch (actual.get(e.getKey())) {
                            case Tensor t -> t.toDoubleArray();
                            case Number n -> new double[] {n.doubleValue()};
                            case null, default ->
                                throw new Mismatch("state " + e.getKey() + " of " + p.name + " is missing");
                        };
                String what = "state " + e.getKey() + " of " + p.name;
                OptimSuite.near(what, values, OptimSuite.numbers(e.getValue()), tolerance);
            });
        }
    }

    private void table() {
        int rows = 6;
        int columns = 3;
        double[] start = new double[rows * columns];
        for (int k = 0; k < start.length; k++) {
            start[k] = 0.3 * (k / columns) - 0.2 * (k % columns) + 0.1;
        }
        Parameter table = new Parameter("table", Tensor.from(start, rows, columns), 0);
        Optimizer optimizer = optimizer(table);
        for (int t = 0; t < STEPS; t++) {
            Tensor used = Tensor.of((long) t % rows, (2L * t + 1) % rows);
            table.value.setSparseGrad(new SparseRows(used, table.grad(t).indexSelect(0, used)));
            optimizer.step();
            compare(t, table);
        }
        compareState(optimizer, table);
    }

    private void rosenbrock() {
        Tensor v = Tensor.of(-1.2, 1.0, -0.5, 0.8).requiresGrad(true);
        Parameter parameter = new Parameter("v", v, 0);
        Optimizer optimizer = optimizer(parameter);
        int[] evaluations = new int[1];
        for (int t = 0; t < STEPS; t++) {
            evaluations[0] = 0;
            Tensor loss = optimizer.step(() -> {
                evaluations[0]++;
                optimizer.zeroGrad();
                Tensor head = v.narrow(0, 0, 3);
                Tensor tail = v.narrow(0, 1, 3);
                Tensor f = tail.sub(head.square())
                        .square()
                        .mul(100)
                        .add(head.sub(1).square())
                        .sum();
                f.backward();
                return f;
            });
            double start = OptimSuite.number(c.get("loss_at_start_of_step").get(t));
            OptimSuite.near("loss of step " + t, new double[] {loss.item()}, new double[] {start}, tolerance);
            compare(t, parameter);
            if (evaluations[0] != c.get("evaluations").get(t).asInt()) {
                throw new Mismatch("step " + t + ": " + evaluations[0] + " evaluations; expected "
                        + c.get("evaluations").get(t).asInt());
            }
        }
    }
}

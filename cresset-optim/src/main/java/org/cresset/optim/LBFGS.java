package org.cresset.optim;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.cresset.autograd.Autograd;
import org.cresset.base.CressetException;
import org.cresset.tensor.Dense;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Limited-memory BFGS, as {@code torch.optim.LBFGS}: each step runs several iterations along directions that the last
 * gradients' differences suggest, calling its closure again and again. All parameters are in one group; memory for twice
 * {@code historySize} copies of them is needed.
 */
public final class LBFGS extends Optimizer {
    /** Least curvature along a step for it to be remembered. */
    private static final double LEAST_CURVATURE = 1e-10;

    /** With learning rate {@code lr} and otherwise PyTorch's defaults. */
    public LBFGS(Iterable<? extends Tensor> params, double lr) {
        this(params, options().lr(lr));
    }

    /** With hyper-parameters from {@link #options()}. */
    public LBFGS(Iterable<? extends Tensor> params, Options options) {
        super(options, ParamGroup.of(params));
        ParamGroup g = paramGroups().getFirst();
        if (g.get("max_eval") == null) {
            g.set("max_eval", (long) g.number("max_iter") * 5 / 4);
        }
    }

    /** PyTorch's defaults, to be changed. */
    public static Options options() {
        return new Options();
    }

    @Override
    protected void check(ParamGroup g) {
        requireNonNegative(g, "lr");
        Object search = g.get("line_search_fn");
        require(search == null || search.equals("strong_wolfe"), g, "line_search_fn", "\"strong_wolfe\" or null");
        if (!paramGroups().isEmpty()) {
            throw CressetException.value("LBFGS: a second group of parameters; all must be in one");
        }
    }

    /**
     * Always throws: LBFGS evaluates the loss several times in a step.
     *
     * @throws CressetException that asks for {@link #step(Supplier)}
     */
    @Override
    public void step() {
        throw CressetException.type(
                "LBFGS.step: no closure; call step(closure) with one that computes the loss and its gradients");
    }

    @Override
    public Tensor step(Supplier<Tensor> closure) {
        Tensor[] first = new Tensor[1];
        hooked(() -> first[0] = iterate(closure));
        return first[0];
    }

    private Tensor iterate(Supplier<Tensor> closure) {
        ParamGroup g = paramGroups().getFirst();
        ParamState s = g.state(0);
        double tolerance = g.number("tolerance_change");
        long maxIter = (long) g.number("max_iter");
        long maxEval = (long) g.number("max_eval");
        boolean search = g.get("line_search_fn") != null;

        Tensor firstLoss = Autograd.enableGrad(closure);
        double loss = firstLoss.item();
        long evaluations = 1;
        Tensor grad = gradient();
        if (largest(grad) <= g.number("tolerance_grad")) {
            count(s, "func_evals", 1);
            return firstLoss;
        }
        Tensor d = s.get("d") instanceof Tensor t ? t : grad.neg();
        double t = s.number("t", 0);
        double previousLoss = s.number("prev_loss", 0);
        History history = new History(s, (int) g.number("history_size"));
        for (long n = 1; n <= maxIter; n++) {
            boolean fresh = count(s, "n_iter", 1) == 1;
            d = fresh ? grad.neg() : history.direction(grad, d.mul(t));
            history.previousGrad = grad.clone();
            previousLoss = loss;
            t = fresh ? Math.min(1, 1 / grad.abs().sum().item()) * g.lr() : g.lr();
            double slope = dot(grad, d);
            if (slope > -tolerance) {
                break;
            }
            long spent = 0;
            boolean done = false;
            if (search) {
                StrongWolfe.Point p = new StrongWolfe(along(closure, d), d, tolerance, maxEval - evaluations)
                        .search(t, loss, grad, slope);
                loss = p.loss();
                grad = p.grad();
                t = p.t();
                spent = p.evaluations();
                move(d, t);
                done = largest(grad) <= g.number("tolerance_grad");
            } else {
                move(d, t);
                if (n != maxIter) { // after the last iteration nobody would look at it
                    loss = Autograd.enableGrad(closure).item();
                    grad = gradient();
                    done = largest(grad) <= g.number("tolerance_grad");
                    spent = 1;
                }
            }
            evaluations += spent;
            if (evaluations >= maxEval
                    || done
                    || largest(d.mul(t)) <= tolerance
                    || Math.abs(loss - previousLoss) < tolerance) {
                break;
            }
        }
        count(s, "func_evals", evaluations);
        s.set("d", d);
        s.set("t", t);
        history.save(s);
        s.set("prev_loss", previousLoss);
        return firstLoss;
    }

    private static long count(ParamState s, String name, long n) {
        long sum = (long) s.number(name, 0) + n;
        s.set(name, sum);
        return sum;
    }

    static double dot(Tensor a, Tensor b) {
        return a.dot(b).item();
    }

    static double largest(Tensor t) {
        return t.abs().max().item();
    }

    /** All gradients as one vector. */
    private Tensor gradient() {
        List<Tensor> parts = new ArrayList<>();
        for (Tensor p : paramGroups().getFirst().params()) {
            Tensor grad = p.dense("LBFGS").gradient().asTensor();
            parts.add(Real.of((grad == null ? p.zerosLike() : grad).dense("LBFGS"))
                    .reshape(-1));
        }
        return Tensor.cat(0, parts.toArray(new Tensor[0]));
    }

    private void move(Tensor d, double t) {
        long at = 0;
        for (Tensor p : paramGroups().getFirst().params()) {
            Dense real = Real.of(p.dense("LBFGS"));
            real.add_(d.narrow(0, at, real.numel()).view(real.shape().toArray()), t);
            at += real.numel();
        }
    }

    /** The loss and its gradient at a distance along {@code d}; the parameters are put back. */
    private StrongWolfe.Objective along(Supplier<Tensor> closure, Tensor d) {
        List<Tensor> params = paramGroups().getFirst().params();
        List<Tensor> start = new ArrayList<>();
        params.forEach(p -> start.add(p.clone()));
        return t -> {
            move(d, t);
            double loss = Autograd.enableGrad(closure).item();
            Tensor grad = gradient();
            for (int i = 0; i < start.size(); i++) {
                params.get(i).copy_(start.get(i));
            }
            return new StrongWolfe.Value(loss, grad);
        };
    }

    /** The last steps and differences of gradients, oldest first. */
    private static final class History {
        private final int size;
        private final List<Tensor> differences = new ArrayList<>();
        private final List<Tensor> steps = new ArrayList<>();
        private final List<Double> inverse = new ArrayList<>();
        private double scale;
        private @Nullable Tensor previousGrad;

        History(ParamState s, int size) {
            this.size = size;
            tensors(s.get("old_dirs"), differences);
            tensors(s.get("old_stps"), steps);
            if (s.get("ro") instanceof List<?> l) {
                for (Object o : l) {
                    inverse.add(
                            o instanceof Tensor t ? t.item() : o instanceof Number n ? n.doubleValue() : Double.NaN);
                }
            }
            scale = s.number("H_diag", 1);
            previousGrad = s.get("prev_flat_grad") instanceof Tensor t ? t : null;
        }

        private static void tensors(@Nullable Object from, List<Tensor> to) {
            if (from instanceof List<?> l) {
                for (Object o : l) {
                    if (o instanceof Tensor t) {
                        to.add(t);
                    }
                }
            }
        }

        void save(ParamState s) {
            differences.forEach(t -> t.dense("LBFGS").storage().keep());
            steps.forEach(t -> t.dense("LBFGS").storage().keep());
            s.set("old_dirs", List.copyOf(differences));
            s.set("old_stps", List.copyOf(steps));
            s.set("ro", List.copyOf(inverse));
            s.set("H_diag", scale);
            s.set("prev_flat_grad", previousGrad);
        }

        /** Remembers the step that led to {@code grad} and gives the next direction, by the two-loop recursion. */
        Tensor direction(Tensor grad, Tensor step) {
            remember(grad, step);
            double[] along = new double[steps.size()];
            Tensor q = grad.neg();
            for (int i = along.length - 1; i >= 0; i--) {
                along[i] = dot(steps.get(i), q) * inverse.get(i);
                q.add_(differences.get(i), -along[i]);
            }
            Tensor r = q.mul_(scale);
            for (int i = 0; i < along.length; i++) {
                double b = dot(differences.get(i), r) * inverse.get(i);
                r.add_(steps.get(i), along[i] - b);
            }
            return r;
        }

        private void remember(Tensor grad, Tensor step) {
            if (previousGrad == null) {
                return;
            }
            Tensor difference = grad.sub(previousGrad);
            double curvature = dot(difference, step);
            if (curvature <= LEAST_CURVATURE) {
                return;
            }
            if (steps.size() == size) {
                differences.removeFirst();
                steps.removeFirst();
                inverse.removeFirst();
            }
            differences.add(difference);
            steps.add(step);
            inverse.add(1 / curvature);
            scale = curvature / dot(difference, difference);
        }
    }

    /** Hyper-parameters of {@link LBFGS}. */
    public static final class Options extends Hyperparameters<Options> {
        private Options() {
            preset("lr", 1.0);
            preset("max_iter", 20L);
            preset("max_eval", null);
            preset("tolerance_grad", 1e-7);
            preset("tolerance_change", 1e-9);
            preset("history_size", 100L);
            preset("line_search_fn", null);
        }

        /** Learning rate. */
        public Options lr(double value) {
            return put("lr", value);
        }

        /** Most iterations in a step. */
        public Options maxIter(long value) {
            return put("max_iter", value);
        }

        /** Most calls of the closure in a step; 1.25 times the iterations if not set. */
        public Options maxEval(long value) {
            return put("max_eval", value);
        }

        /** A step ends when no element of the gradient is larger. */
        public Options toleranceGrad(double value) {
            return put("tolerance_grad", value);
        }

        /** A step ends when parameters or loss change by less. */
        public Options toleranceChange(double value) {
            return put("tolerance_change", value);
        }

        /** How many iterations are remembered. */
        public Options historySize(long value) {
            return put("history_size", value);
        }

        /** {@code "strong_wolfe"}, or null to go {@code lr} along each direction. */
        public Options lineSearchFn(@Nullable String value) {
            return put("line_search_fn", value);
        }
    }
}

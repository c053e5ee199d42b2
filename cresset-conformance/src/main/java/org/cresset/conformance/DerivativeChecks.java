package org.cresset.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.cresset.autograd.Autograd;
import org.cresset.autograd.Func;
import org.cresset.base.DType;
import org.cresset.tensor.Dense;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** Kinds of derivative against each other, and second ones against differences of first ones, along random directions. */
final class DerivativeChecks {
    private static final double EXACT = 1e-8;
    private static final double STEP = 1e-6;
    private static final double NUMERIC = 1e-4;

    private final Sample sample;
    private final Func.Many f;
    private final Tensor[] x;
    private final Tensor[] direction;
    private final Tensor[] outputs;
    private final Tensor[] weights;

    private DerivativeChecks(Sample sample) {
        Sample.require(sample.line.has("grad"), "no gradient");
        Sample.require(!sample.line.has("seed"), "random");
        Sample.require(!sample.readsBeyond(), "looks at memory");
        Sample.require(!Limits.noForward(sample.op()), "no forward derivative");
        this.sample = sample;
        Arguments arguments = sample.wideArguments();
        Sample.require(
                arguments.kwargs().values().stream().noneMatch(DType.class::isInstance)
                        && arguments.args().stream().noneMatch(DType.class::isInstance),
                "computes in a dtype of its own");
        List<String> paths = new ArrayList<>();
        sample.line.get("grad").get("wrt").forEach(w -> paths.add(w.asText()));
        f = sample.differentiated(arguments, paths);
        x = paths.stream().map(arguments::tensor).toArray(Tensor[]::new);
        SplittableRandom random = new SplittableRandom(17);
        outputs = f.apply(x);
        Sample.require(outputs.length > 0, "nothing to differentiate");
        for (Tensor y : outputs) {
            Sample.require(y.dtype() == DType.FLOAT64 || y.dtype() == DType.COMPLEX128, "rounds to fewer digits");
        }
        direction = like(x, random);
        weights = like(outputs, random);
    }

    /** {@code <u, J v> = <Jᵀ u, v>}, and what the tape gives is what the transform gives. */
    static void first(Sample sample) {
        new DerivativeChecks(sample).first();
    }

    /** The derivative of the gradient, forward over reverse and reverse over reverse, and by differences. */
    static void second(Sample sample) {
        Sample.require(!sample.isAtKink() && sample.entry.get("double_backward").asBoolean(), "no second derivative");
        new DerivativeChecks(sample).second();
    }

    private static Tensor[] like(Tensor[] tensors, SplittableRandom random) {
        Tensor[] all = new Tensor[tensors.length];
        for (int i = 0; i < all.length; i++) {
            Tensor t = tensors[i];
            int n = Math.toIntExact(t.numel() * (t.dtype().isComplex() ? 2 : 1));
            double[] values = new double[n];
            for (int k = 0; k < n; k++) {
                values[k] = random.nextDouble(0.25, 1) * (random.nextBoolean() ? 1 : -1);
            }
            if (t.dtype().isComplex()) {
                int half = n / 2;
                Tensor re = Tensor.from(Arrays.copyOf(values, half), t.shape().toArray());
                Tensor im = Tensor.from(
                        Arrays.copyOfRange(values, half, n), t.shape().toArray());
                all[i] = re.add(im.mul(Dense.wrappedComplex(0, 1))).to(t.dtype());
            } else {
                all[i] = Tensor.from(values, t.shape().toArray()).to(t.dtype());
            }
        }
        return all;
    }

    private void first() {
        boolean whole = true;
        for (int i = 0; i < outputs.length; i++) { // where there is no result there is no derivative
            Tensor finite = outputs[i].isfinite();
            whole &= finite.all().itemBoolean();
            weights[i] = Tensor.where(finite, weights[i], weights[i].zerosLike());
        }
        @Nullable Tensor[] g = Func.vjp(f, aliases()).vjp().apply(weights);
        Tensor[] along = Func.jvp(f, x, direction).tangents();
        double reverse = inner(g, direction);
        boolean tainted = !whole && Double.isNaN(reverse); // 0 times what the places without a result have passed on
        if (!tainted && !Limits.backwardDiffers(sample.op())) {
            agree("forward", inner(weights, along), "reverse", reverse, EXACT);
        }
        @Nullable Tensor[] recorded = tape();
        for (int i = 0; i < x.length; i++) {
            Tensor mine = g[i] == null ? x[i].zerosLike() : g[i];
            Tensor theirs = recorded[i] == null ? x[i].zerosLike() : recorded[i];
            Closeness.near("gradient " + i + " of Func.vjp, to that of backward,", mine, theirs, EXACT);
        }
    }

    private Tensor[] aliases() {
        return Arrays.stream(x).map(Tensor::alias).toArray(Tensor[]::new);
    }

    private @Nullable Tensor[] tape() {
        Tensor[] leaves =
                Arrays.stream(x).map(t -> t.detach().clone().requiresGrad(true)).toArray(Tensor[]::new);
        Tensor[] y = f.apply(leaves);
        List<Tensor> recorded = new ArrayList<>();
        List<Tensor> u = new ArrayList<>();
        for (int i = 0; i < y.length; i++) {
            if (y[i].requiresGrad()) {
                recorded.add(y[i]);
                u.add(weights[i]);
            }
        }
        return recorded.isEmpty()
                ? new Tensor[leaves.length]
                : Autograd.grad(recorded.toArray(Tensor[]::new), leaves, u.toArray(Tensor[]::new), false, false, true);
    }

    private Tensor[] gradient(Tensor[] at) {
        Tensor[] aliases = Arrays.stream(at).map(Tensor::alias).toArray(Tensor[]::new);
        @Nullable Tensor[] g = Func.vjp(f, aliases).vjp().apply(weights);
        Tensor[] present = new Tensor[g.length];
        for (int i = 0; i < g.length; i++) {
            Tensor t = g[i];
            present[i] = t == null ? at[i].zerosLike() : t;
        }
        return present;
    }

    private void second() {
        Tensor[] w = like(x, new SplittableRandom(23));
        double reverse = inner(Func.vjp(this::gradient, aliases()).vjp().apply(w), direction);
        double forward = inner(w, Func.jvp(this::gradient, x, direction).tangents());
        agree("forward over reverse", forward, "reverse over reverse", reverse, EXACT);
        for (JsonNode g : sample.line.get("grad").get("g")) {
            if (g.has("cmp")) {
                return; // differences would leave the set on which the function is what it is
            }
        }
        double here = inner(w, gradient(x));
        double after = (inner(w, gradient(moved(STEP))) - here) / STEP;
        double before = (here - inner(w, gradient(moved(-STEP)))) / STEP;
        double numeric = (after + before) / 2;
        double wider = (inner(w, gradient(moved(8 * STEP))) - inner(w, gradient(moved(-8 * STEP)))) / (16 * STEP);
        double agreement = 1e-2 * Math.max(1, Math.abs(numeric));
        boolean kink = !(Math.abs(after - before) <= agreement && Math.abs(wider - numeric) <= agreement);
        if (!kink) {
            agree("second derivative", reverse, "the difference of gradients", numeric, NUMERIC);
        }
    }

    private Tensor[] moved(double step) {
        Tensor[] moved = new Tensor[x.length];
        for (int i = 0; i < x.length; i++) {
            moved[i] = x[i].add(direction[i].mul(step));
        }
        return moved;
    }

    /** The real part of the inner product of several tensors. */
    private static double inner(@Nullable Tensor[] a, @Nullable Tensor[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            Tensor p = a[i];
            Tensor q = b[i];
            if (p == null || q == null) {
                continue;
            }
            double[] left = Closeness.Numbers.of(p).values();
            double[] right = Closeness.Numbers.of(q).values();
            if (left.length != right.length) {
                throw new Mismatch("a derivative of " + p.dtype() + p.shape() + " for " + q.dtype() + q.shape());
            }
            for (int k = 0; k < left.length; k++) {
                sum += left[k] == 0 ? 0 : left[k] * right[k];
            }
        }
        return sum;
    }

    private static void agree(String what, double a, String other, double b, double tolerance) {
        if (Double.isNaN(a) && Double.isNaN(b) || a == b) {
            return;
        }
        double difference = Math.abs(a - b);
        if (!(difference <= tolerance * Math.max(1, Math.max(Math.abs(a), Math.abs(b))))) {
            throw new Mismatch(what + " gives " + a + ", " + other + " " + b);
        }
    }
}

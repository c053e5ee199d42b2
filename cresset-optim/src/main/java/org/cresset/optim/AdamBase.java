package org.cresset.optim;

import java.util.List;
import org.cresset.emit.Body;
import org.cresset.emit.Lanes;
import org.cresset.tensor.Dense;

/** What {@link Adam} and {@link AdamW} share: the rule, of which they differ in one default. */
abstract sealed class AdamBase extends ParamwiseOptimizer permits Adam, AdamW {
    private static final FusedUpdate STEP = new FusedUpdate("adam", 2, 9, new Rule(false));
    private static final FusedUpdate AMSGRAD = new FusedUpdate("adam_amsgrad", 3, 9, new Rule(true));

    /** {@code m} and {@code v} are averages of the gradient and its square; the largest v so far replaces v with amsgrad. */
    private record Rule(boolean amsgrad) implements Body {
        @Override
        public <V> List<V> lanes(Lanes<V> l, List<V> in) {
            int n = amsgrad ? 5 : 4;
            V p = in.get(0);
            V g = FusedUpdate.gradient(l, p, in.get(1), in.get(n), in.get(n + 1));
            V m = FusedUpdate.lerp(l, in.get(2), g, in.get(n + 3));
            V v = l.fma(in.get(n + 4), in.get(3), l.mul(in.get(n + 5), l.mul(g, g)));
            V largest = amsgrad ? l.max(in.get(4), v) : v;
            V denominator = l.fma(l.sqrt(largest), in.get(n + 6), in.get(n + 7));
            V kept = l.mul(in.get(n + 2), p);
            V moved = l.sub(kept, l.div(l.mul(in.get(n + 8), m), denominator));
            return amsgrad ? List.of(moved, m, v, largest) : List.of(moved, m, v);
        }
    }

    AdamBase(Hyperparameters<?> defaults, ParamGroup... groups) {
        super(defaults, groups);
    }

    @Override
    protected void check(ParamGroup g) {
        requireNonNegative(g, "lr", "eps", "weight_decay");
        requireBetas(g);
    }

    @Override
    protected void update(ParamGroup g, Dense p, Dense grad, ParamState s) {
        double t = s.advance();
        double lr = g.lr();
        double beta1 = g.number("betas", 0);
        double beta2 = g.number("betas", 1);
        double decay = g.number("weight_decay");
        boolean decoupled = g.flag("decoupled_weight_decay");
        boolean amsgrad = g.flag("amsgrad");
        Dense m = s.tensor("exp_avg", 0);
        Dense v = s.tensor("exp_avg_sq", 0);
        Dense[] state = amsgrad ? new Dense[] {m, v, s.tensor("max_exp_avg_sq", 0)} : new Dense[] {m, v};
        (amsgrad ? AMSGRAD : STEP)
                .run(
                        p,
                        grad,
                        state,
                        g.flag("maximize") ? -1 : 1,
                        decoupled ? 0 : decay,
                        decoupled ? 1 - lr * decay : 1,
                        1 - beta1,
                        beta2,
                        1 - beta2,
                        1 / Math.sqrt(1 - Math.pow(beta2, t)),
                        g.number("eps"),
                        lr / (1 - Math.pow(beta1, t)));
    }
}

package org.cresset.optim;

import java.util.List;
import org.cresset.tensor.Tensor;

/**
 * Adam with decoupled weight decay, as {@code torch.optim.AdamW}: each step first multiplies the parameter by
 * {@code 1 - lr weightDecay}. One pass over each parameter.
 */
public final class AdamW extends AdamBase {
    /** With learning rate {@code lr} and otherwise PyTorch's defaults. */
    public AdamW(Iterable<? extends Tensor> params, double lr) {
        this(params, options().lr(lr));
    }

    /** With hyper-parameters from {@link #options()}. */
    public AdamW(Iterable<? extends Tensor> params, Options options) {
        super(options, ParamGroup.of(params));
    }

    /** Of groups of parameters; what a group leaves open comes from {@code defaults}. */
    public AdamW(Options defaults, ParamGroup... groups) {
        super(defaults, groups);
    }

    /** PyTorch's defaults, to be changed. */
    public static Options options() {
        return new Options();
    }

    /** Hyper-parameters of {@link AdamW}. */
    public static final class Options extends Hyperparameters<Options> {
        private Options() {
            preset("lr", 1e-3);
            preset("betas", List.of(0.9, 0.999));
            preset("eps", 1e-8);
            preset("weight_decay", 1e-2);
            preset("amsgrad", false);
            preset("maximize", false);
            presetImplementation("foreach", "capturable", "differentiable", "fused");
            preset("decoupled_weight_decay", true);
        }

        /** Learning rate. */
        public Options lr(double value) {
            return put("lr", value);
        }

        /** Decay rates of the averages of the gradient and of its square. */
        public Options betas(double beta1, double beta2) {
            return put("betas", List.of(beta1, beta2));
        }

        /** Added to the denominator. */
        public Options eps(double value) {
            return put("eps", value);
        }

        /** Weight decay. */
        public Options weightDecay(double value) {
            return put("weight_decay", value);
        }

        /** Whether to divide by the largest second moment so far. */
        public Options amsgrad(boolean on) {
            return put("amsgrad", on);
        }

        /** Whether to go up the gradient instead of down. */
        public Options maximize(boolean on) {
            return put("maximize", on);
        }
    }
}

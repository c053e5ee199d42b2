package org.cresset.optim;

import java.util.List;
import org.cresset.tensor.Tensor;

/**
 * Adam, as {@code torch.optim.Adam}: with {@code m} and {@code v} the averages of the gradient and its square, corrected for their
 * start at 0, {@code p -= lr m / (sqrt(v) + eps)}. Weight decay is added to the gradient unless {@code decoupledWeightDecay} is
 * set. One pass over each parameter.
 */
public final class Adam extends AdamBase {
    /** With learning rate {@code lr} and otherwise PyTorch's defaults. */
    public Adam(Iterable<? extends Tensor> params, double lr) {
        this(params, options().lr(lr));
    }

    /** With hyper-parameters from {@link #options()}. */
    public Adam(Iterable<? extends Tensor> params, Options options) {
        super(options, ParamGroup.of(params));
    }

    /** Of groups of parameters; what a group leaves open comes from {@code defaults}. */
    public Adam(Options defaults, ParamGroup... groups) {
        super(defaults, groups);
    }

    /** PyTorch's defaults, to be changed. */
    public static Options options() {
        return new Options();
    }

    /** Hyper-parameters of {@link Adam}. */
    public static final class Options extends Hyperparameters<Options> {
        private Options() {
            preset("lr", 1e-3);
            preset("betas", List.of(0.9, 0.999));
            preset("eps", 1e-8);
            preset("weight_decay", 0.0);
            preset("amsgrad", false);
            preset("maximize", false);
            presetImplementation("foreach", "capturable", "differentiable", "fused");
            preset("decoupled_weight_decay", false);
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

        /** L2 penalty. */
        public Options weightDecay(double value) {
            return put("weight_decay", value);
        }

        /** Whether to divide by the largest second moment so far. */
        public Options amsgrad(boolean on) {
            return put("amsgrad", on);
        }

        /** Whether weight decay acts on the parameter instead of the gradient. */
        public Options decoupledWeightDecay(boolean on) {
            return put("decoupled_weight_decay", on);
        }

        /** Whether to go up the gradient instead of down. */
        public Options maximize(boolean on) {
            return put("maximize", on);
        }
    }
}

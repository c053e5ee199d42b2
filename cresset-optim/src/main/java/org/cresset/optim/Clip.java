package org.cresset.optim;

import java.util.ArrayList;
import java.util.List;
import org.cresset.autograd.Autograd;
import org.cresset.base.CressetException;
import org.cresset.tensor.Tensor;

/**
 * Bounds for gradients, between backward and the optimizer's step, as in {@code torch.nn.utils}. Of sparse gradients the rows
 * are bounded, after those of one index have been added up.
 */
public final class Clip {
    private Clip() {}

    /**
     * Scales all gradients by one factor such that their norm, taken together, is at most {@code maxNorm}. As
     * {@code torch.nn.utils.clip_grad_norm_} with norm 2.
     *
     * @return the norm before
     */
    public static double clipGradNorm(Iterable<? extends Tensor> params, double maxNorm) {
        return clipGradNorm(params, maxNorm, 2, false);
    }

    /**
     * As {@code torch.nn.utils.clip_grad_norm_}: the factor is {@code min(1, maxNorm / (norm + 1e-6))}.
     *
     * @param normType order of the norm; may be infinite
     * @param errorIfNonfinite whether to throw if the norm isn't a finite number
     * @return the norm before
     * @throws CressetException if asked to
     */
    public static double clipGradNorm(
            Iterable<? extends Tensor> params, double maxNorm, double normType, boolean errorIfNonfinite) {
        return Autograd.noGrad(() -> {
            List<Tensor> grads = grads(params);
            double norm = totalNorm(grads, normType);
            if (errorIfNonfinite && !Double.isFinite(norm)) {
                throw CressetException.runtime("clipGradNorm: the norm of the gradients is " + norm
                        + "; look for the cause, or pass errorIfNonfinite false to go on");
            }
            double factor = maxNorm / (norm + 1e-6);
            if (!(factor >= 1)) {
                for (Tensor g : grads) {
                    g.mul_(factor);
                }
            }
            return norm;
        });
    }

    /** Holds each element of each gradient between -clipValue and clipValue. As {@code torch.nn.utils.clip_grad_value_}. */
    public static void clipGradValue(Iterable<? extends Tensor> params, double clipValue) {
        Autograd.noGrad(() -> {
            for (Tensor g : grads(params)) {
                g.clamp_(-clipValue, clipValue);
            }
        });
    }

    /** The norm of all elements of some tensors. As {@code torch.nn.utils.get_total_norm}. */
    public static double totalNorm(Iterable<? extends Tensor> tensors, double normType) {
        return Autograd.noGrad(() -> {
            List<Double> norms = new ArrayList<>();
            for (Tensor t : tensors) {
                norms.add(t.norm(normType).item());
            }
            double[] values = new double[norms.size()];
            for (int i = 0; i < values.length; i++) {
                values[i] = norms.get(i);
            }
            return values.length == 0 ? 0.0 : Tensor.of(values).norm(normType).item();
        });
    }

    private static List<Tensor> grads(Iterable<? extends Tensor> params) {
        List<Tensor> grads = new ArrayList<>();
        for (Tensor p : params) {
            Tensor g = p.dense("clip").gradient().nonzero();
            if (g != null) {
                grads.add(g);
            }
        }
        return grads;
    }
}

package org.cresset.metrics;

import org.cresset.autograd.Autograd;
import org.cresset.base.CressetException;
import org.cresset.tensor.Tensor;

/** Checks and conversions of what metrics are given. */
final class Predictions {
    private Predictions() {}

    /** Throws unless there is one target for each prediction. */
    static void sameShape(String metric, Tensor predictions, Tensor targets) {
        if (!predictions.shape().equals(targets.shape())) {
            throw CressetException.runtime(metric + ": predictions " + predictions.dtype() + predictions.shape()
                    + " and targets " + targets.dtype() + targets.shape() + "; expected the same shape");
        }
    }

    /** Throws unless predictions are (N, C, ...) and targets (N, ...). */
    static void scores(String metric, Tensor scores, Tensor targets) {
        boolean fits = scores.dim() == targets.dim() + 1
                && targets.dim() >= 1
                && targets.dtype().isInteger();
        for (int d = 0; fits && d < targets.dim(); d++) {
            fits = scores.size(d == 0 ? 0 : d + 1) == targets.size(d);
        }
        if (!fits) {
            throw CressetException.runtime(metric + ": scores " + scores.dtype() + scores.shape() + " and targets "
                    + targets.dtype() + targets.shape() + "; expected (N, C, ...) and integers (N, ...)");
        }
    }

    /** Labels of (N, ...): those given, or the classes with the largest of scores (N, C, ...). */
    static long[] labels(String metric, Tensor predictions, Tensor targets) {
        if (predictions.dim() == targets.dim() + 1) {
            scores(metric, predictions, targets);
            return Autograd.noGrad(() -> predictions.argmax(1L, false)).toLongArray();
        }
        sameShape(metric, predictions, targets);
        if (!predictions.dtype().isInteger()) {
            throw CressetException.type(metric + ": predictions " + predictions.dtype() + predictions.shape()
                    + "; expected integer labels, or scores with a dimension for the classes");
        }
        return predictions.toLongArray();
    }

    /** Throws unless a label is one of the classes. */
    static int label(String metric, long label, int classes) {
        if (label < 0 || label >= classes) {
            throw CressetException.index(
                    metric + ": label " + label + "; expected 0 to " + (classes - 1) + " for " + classes + " classes");
        }
        return (int) label;
    }

    /** Throws unless a setting is the same. */
    static void same(String metric, boolean same) {
        if (!same) {
            throw CressetException.value(metric + ".merge: the other one has other settings");
        }
    }
}

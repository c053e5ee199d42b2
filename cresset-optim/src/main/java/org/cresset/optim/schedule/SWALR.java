package org.cresset.optim.schedule;

import java.util.List;
import java.util.Map;
import org.cresset.base.CressetException;
import org.cresset.optim.Optimizer;
import org.jspecify.annotations.Nullable;

/**
 * Moves the rates to a constant one in {@code annealEpochs} epochs, for averaging weights from then on. As
 * {@code torch.optim.swa_utils.SWALR}.
 */
public final class SWALR extends FormulaLR {
    /** To {@code swaLr} along a cosine in 10 epochs. */
    public SWALR(Optimizer optimizer, double swaLr) {
        this(optimizer, new double[] {swaLr}, 10, "cos", -1);
    }

    /** To {@code swaLr} in {@code annealEpochs} epochs. */
    public SWALR(Optimizer optimizer, double swaLr, long annealEpochs, String annealStrategy) {
        this(optimizer, new double[] {swaLr}, annealEpochs, annealStrategy, -1);
    }

    /**
     * With all parameters.
     *
     * @param swaLr the constant rate, one for all groups or one for each
     * @param annealEpochs in how many epochs it is reached
     * @param annealStrategy {@code "cos"} or {@code "linear"}
     * @param lastEpoch -1, or the epoch to go on from
     * @throws CressetException if a parameter is out of its range
     */
    public SWALR(Optimizer optimizer, double[] swaLr, long annealEpochs, String annealStrategy, long lastEpoch) {
        if (annealEpochs < 0) {
            throw CressetException.value("SWALR: annealEpochs is " + annealEpochs + "; expected at least 0");
        }
        if (!annealStrategy.equals("cos") && !annealStrategy.equals("linear")) {
            throw CressetException.value(
                    "SWALR: annealStrategy is \"" + annealStrategy + "\"; expected \"cos\" or \"linear\"");
        }
        super(optimizer, lastEpoch, begin(optimizer, swaLr, annealEpochs, annealStrategy));
    }

    private static Map<String, @Nullable Object> begin(
            Optimizer optimizer, double[] swaLr, long epochs, String strategy) {
        List<Double> rates = perGroup("swaLr", optimizer, swaLr);
        for (int i = 0; i < rates.size(); i++) {
            optimizer.paramGroups().get(i).set("swa_lr", rates.get(i));
        }
        return values("_anneal_strategy", strategy, "anneal_epochs", epochs);
    }

    @Override
    protected double next(int i, double current) {
        double epochs = number("anneal_epochs");
        double step = epochs == 0 ? Math.max(1, stepCount() - 1) : stepCount() - 1;
        double target = groups().get(i).number("swa_lr");
        double before = part((step - 1) / Math.max(1, epochs));
        double from = before == 1 ? target : (current - before * target) / (1 - before);
        double now = part(step / Math.max(1, epochs));
        return target * now + from * (1 - now);
    }

    private double part(double t) {
        double bounded = Math.max(0, Math.min(1, t));
        return "cos".equals(value("_anneal_strategy")) ? (1 - Math.cos(Math.PI * bounded)) / 2 : bounded;
    }
}

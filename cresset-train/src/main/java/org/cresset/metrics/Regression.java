package org.cresset.metrics;

import org.cresset.tensor.Tensor;

/**
 * Errors of predicted numbers. Means and squares are gathered as Chan, Golub and LeVeque (1979) do, so that parts can be merged
 * and large offsets cost no digits.
 */
public final class Regression implements Metric<Regression> {
    /** Where a target is smaller, a relative error would say nothing. */
    private static final double SMALLEST = Math.ulp(1.0);

    private long count;
    private double absolute;
    private double relative;
    private double square;
    private double largest;
    private double meanTarget;
    private double meanPrediction;
    private double meanError;
    private double targets;
    private double predictions;
    private double errors;
    private double products;

    /** Nothing yet. */
    public Regression() {}

    /** Takes in a batch of predictions and targets of the same shape. */
    public void update(Tensor predicted, Tensor wanted) {
        Predictions.sameShape("Regression", predicted, wanted);
        double[] p = predicted.detach().toDoubleArray();
        double[] t = wanted.detach().toDoubleArray();
        for (int i = 0; i < p.length; i++) {
            Regression one = new Regression();
            double error = Math.abs(p[i] - t[i]);
            one.count = 1;
            one.absolute = error;
            one.relative = error / Math.max(Math.abs(t[i]), SMALLEST);
            one.square = error * error;
            one.largest = error;
            one.meanTarget = t[i];
            one.meanPrediction = p[i];
            one.meanError = t[i] - p[i];
            merge(one);
        }
    }

    @Override
    public void merge(Regression o) {
        if (o.count == 0) {
            return;
        }
        double n = (double) count + o.count;
        double weight = count * (o.count / n);
        double target = o.meanTarget - meanTarget;
        double prediction = o.meanPrediction - meanPrediction;
        double error = o.meanError - meanError;
        targets += o.targets + weight * target * target;
        predictions += o.predictions + weight * prediction * prediction;
        errors += o.errors + weight * error * error;
        products += o.products + weight * target * prediction;
        meanTarget += target * (o.count / n);
        meanPrediction += prediction * (o.count / n);
        meanError += error * (o.count / n);
        absolute += o.absolute;
        relative += o.relative;
        square += o.square;
        largest = Math.max(largest, o.largest);
        count += o.count;
    }

    private double mean(double sum) {
        return count == 0 ? Double.NaN : sum / count;
    }

    /** Mean squared error. */
    public double mse() {
        return mean(square);
    }

    /** Root of the mean squared error. */
    public double rmse() {
        return Math.sqrt(mse());
    }

    /** Mean absolute error. */
    public double mae() {
        return mean(absolute);
    }

    /** Mean of the absolute errors, each divided by its target. */
    public double mape() {
        return mean(relative);
    }

    /** The largest absolute error. */
    public double maxError() {
        return count == 0 ? Double.NaN : largest;
    }

    /** What share of the targets' variance the predictions explain; less than 0 if their mean were a better prediction. */
    public double r2() {
        return share(square);
    }

    /** As {@link #r2()}, without counting it as an error that predictions are too large or small by the same everywhere. */
    public double explainedVariance() {
        return share(errors);
    }

    private double share(double unexplained) {
        if (count < 2) {
            return Double.NaN;
        }
        return targets == 0 ? (unexplained == 0 ? 1 : 0) : 1 - unexplained / targets;
    }

    /** Pearson's correlation of predictions and targets; NaN if either are all the same. */
    public double correlation() {
        return products / Math.sqrt(targets) / Math.sqrt(predictions);
    }

    /** {@link #mse()}. */
    @Override
    public double compute() {
        return mse();
    }

    @Override
    public void reset() {
        count = 0;
        absolute = 0;
        relative = 0;
        square = 0;
        largest = 0;
        meanTarget = 0;
        meanPrediction = 0;
        meanError = 0;
        targets = 0;
        predictions = 0;
        errors = 0;
        products = 0;
    }
}

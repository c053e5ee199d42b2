package org.cresset.metrics;

/**
 * A measure over all the predictions that it has been given so far. For one thread; several may count parts of the data, each
 * with a metric of its own, and {@link #merge} them.
 *
 * @param <M> the metric's own class
 */
public interface Metric<M extends Metric<M>> {
    /** The value so far; NaN where nothing has been given yet. */
    double compute();

    /**
     * Takes in what another one has counted, as if it had been given here.
     *
     * @throws org.cresset.base.CressetException if the other one has other settings
     */
    void merge(M other);

    /** Forgets everything. */
    void reset();
}

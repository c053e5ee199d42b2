package org.cresset.nn;

/** A layer that keeps averages over the batches it has seen in training, as batch normalization does. */
public interface RunningStatistics {
    /** Forgets all batches: mean 0, variance 1. As {@code reset_running_stats}. */
    void resetRunningStats();

    /** Whether all batches count alike, as with momentum {@code None}, whatever the layer's momentum is. */
    void cumulative(boolean on);
}

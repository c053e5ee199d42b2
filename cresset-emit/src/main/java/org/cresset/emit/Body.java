package org.cresset.emit;

import java.util.List;

/** What a loop does with one element of each input: gives its outputs, then what goes into its accumulators. */
@FunctionalInterface
public interface Body {
    /** Reads {@code in}, one value for each input of the loop, and gives one for each output and accumulator. */
    <V> List<V> lanes(Lanes<V> lanes, List<V> in);
}

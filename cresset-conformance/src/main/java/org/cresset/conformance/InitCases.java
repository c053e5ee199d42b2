package org.cresset.conformance;

import java.nio.file.Path;

/** Runs {@code init.json} of the optim pack, whose functions belong to another module than the optimizers. */
@FunctionalInterface
public interface InitCases {
    /** Runs the cases of the pack in {@code pack} and counts them in {@code tally}. */
    void run(Path pack, Tally tally);
}

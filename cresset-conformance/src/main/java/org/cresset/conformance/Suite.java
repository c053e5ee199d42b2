package org.cresset.conformance;

import java.nio.file.Path;
import java.util.function.Consumer;

/** Runs the cases of one sort of pack. */
public interface Suite {
    /** The name it is asked for by, for example {@code "opinfo"}. */
    String name();

    /**
     * Runs all cases of a pack. A case that fails does not stop the others.
     *
     * @param pack the folder of the pack
     * @param sink gets each case as it ends
     * @return the counts
     * @throws java.io.UncheckedIOException if the pack can't be read
     */
    Report run(Path pack, Consumer<Case> sink);
}

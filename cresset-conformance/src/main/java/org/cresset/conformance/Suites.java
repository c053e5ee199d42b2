package org.cresset.conformance;

import java.util.List;
import org.cresset.base.CressetException;

/** The suites by name. */
public final class Suites {
    private Suites() {}

    /** All suites. */
    public static List<Suite> all() {
        return List.of(
                new RngSuite(),
                new OpinfoSuite(),
                new TransformsSuite(),
                new ModulesSuite(),
                new OptimSuite(),
                new CheckpointsSuite());
    }

    /**
     * The suite of a name.
     *
     * @throws CressetException if there is none
     */
    public static Suite named(String name) {
        for (Suite s : all()) {
            if (s.name().equals(name)) {
                return s;
            }
        }
        throw CressetException.value("conformance: there is no suite \"" + name + "\"; expected one of "
                + String.join(", ", all().stream().map(Suite::name).toList()));
    }
}

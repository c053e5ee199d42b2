package org.cresset.op;

import java.util.List;
import org.cresset.base.spi.Contractions;
import org.jspecify.annotations.Nullable;

/** The native libraries that were found, looked up when first needed. */
public final class Providers {
    private Providers() {}

    private static final class Holder {
        static final List<Contractions> ALL =
                Boolean.getBoolean("cresset.java.only") ? List.of() : Contractions.providers();
        static final @Nullable Contractions FIRST =
                ALL.stream().filter(Contractions::available).findFirst().orElse(null);

        static {
            if (FIRST == null && !Boolean.getBoolean("cresset.java.only")) {
                System.getLogger("org.cresset")
                        .log(
                                System.Logger.Level.WARNING,
                                "no native matrix library: products and convolutions run in Java, many times slower"
                                        + (ALL.isEmpty()
                                                ? " (add org.cresset:cresset-onednn)"
                                                : " (" + ALL.getFirst().status() + ")"));
            }
        }
    }

    /** What does matrix products and convolutions; null: Java. */
    public static @Nullable Contractions contractions() {
        return Holder.FIRST;
    }

    /** All that were found, with their states. */
    public static List<Contractions> all() {
        return Holder.ALL;
    }
}

package org.cresset.op;

import java.util.List;
import org.cresset.base.CressetException;
import org.cresset.base.spi.Contractions;
import org.cresset.base.spi.Lapack;
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

    private static final class LapackHolder {
        static final List<Lapack> ALL = Boolean.getBoolean("cresset.java.only") ? List.of() : Lapack.providers();
        static final @Nullable Lapack FIRST =
                ALL.stream().filter(Lapack::available).findFirst().orElse(null);
    }

    /** What does linear algebra, or null. */
    public static @Nullable Lapack lapack() {
        return LapackHolder.FIRST;
    }

    /**
     * What does linear algebra, for an operation that can't do without.
     *
     * @throws CressetException of kind UNSUPPORTED if there is nothing
     */
    static Lapack lapack(String op) {
        Lapack l = LapackHolder.FIRST;
        if (l == null) {
            throw CressetException.unsupported(op + ": needs LAPACK, which is missing; "
                    + (LapackHolder.ALL.isEmpty()
                            ? "add org.cresset:cresset-lapack to the class path"
                            : LapackHolder.ALL.getFirst().status()));
        }
        return l;
    }

    /** All that were found, with their states. */
    public static List<Contractions> all() {
        return Holder.ALL;
    }
}

package org.cresset.tensor;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Provide;
import net.jqwik.api.domains.DomainContextBase;

/** Shapes that properties are tried with: few dimensions, small sizes, empty and rank 0 among them. */
public final class TensorDomain extends DomainContextBase {
    /** Shapes of rank 0 to 4 with sizes 0 to 5. */
    @Provide
    Arbitrary<long[]> shapes() {
        return Arbitraries.longs()
                .between(0, 5)
                .edgeCases(e -> e.includeOnly(0L, 1L))
                .array(long[].class)
                .ofMinSize(0)
                .ofMaxSize(4);
    }

    /** Any layout. */
    @Provide
    Arbitrary<Layout> layouts() {
        return Arbitraries.of(Layout.values());
    }
}

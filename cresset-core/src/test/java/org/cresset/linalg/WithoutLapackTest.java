package org.cresset.linalg;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.cresset.memory.ChildJvm;
import org.junit.jupiter.api.Test;

/** Where the module is missing. */
class WithoutLapackTest {
    @Test
    void errorsSayWhatToAdd() throws Exception {
        String out = ChildJvm.run(WithoutLapack.class, List.of("-Dcresset.java.only=true"));
        assertThat(out)
                .contains("UNSUPPORTED linalg.svd: needs LAPACK, which is missing")
                .contains("add org.cresset:cresset-lapack to the class path")
                .contains("22.0");
    }
}

package org.cresset.op;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.cresset.autograd.Autograd;
import org.cresset.base.MemoryScope;
import org.cresset.tensor.Tensor;
import org.junit.jupiter.api.Test;

/** Weights that a library keeps in its own order between calls: no call sees an older one. */
class KeptWeightTest {
    private static final long[] ONE = {1, 1};

    private static Tensor convolve(Tensor x, Tensor w) {
        return Convolution.convolve("conv2d", x, w, null, new long[] {2, 2}, ONE, ONE, ONE, 1);
    }

    private static Tensor fresh(Tensor x, Tensor w) {
        return convolve(x, w.clone());
    }

    private static boolean same(Tensor a, Tensor b) {
        return Arrays.equals(a.toFloatArray(), b.toFloatArray());
    }

    @Test
    void changesInPlaceAreSeen() {
        Tensor.manualSeed(0);
        Tensor x = Tensor.randn(1, 32, 12, 12);
        Tensor w = Tensor.randn(48, 32, 3, 3);
        Tensor part = w.get(7);
        Autograd.noGrad(() -> {
            for (int round = 0; round < 4; round++) {
                for (int call = 0; call < 4; call++) {
                    try (MemoryScope scope = MemoryScope.open()) {
                        assertThat(same(convolve(x, w), fresh(x, w))).isTrue();
                    }
                }
                switch (round) {
                    case 0 -> w.mul_(2);
                    case 1 -> part.add_(1);
                    default -> w.copy_(Tensor.randn(48, 32, 3, 3));
                }
            }
        });
    }

    @Test
    void viewsOfOneMemoryAreToldApart() {
        Tensor.manualSeed(1);
        Tensor x = Tensor.randn(1, 32, 12, 12);
        Tensor both = Tensor.randn(2, 48, 32, 3, 3);
        for (int call = 0; call < 6; call++) {
            Tensor w = both.get(call / 3);
            assertThat(same(convolve(x, w), fresh(x, w))).isTrue();
            Tensor wide = Tensor.randn(1, 32, 20, 12);
            assertThat(same(convolve(wide, w), fresh(wide, w))).isTrue();
        }
    }
}

package org.cresset.memory;

import java.util.ArrayList;
import java.util.List;
import org.cresset.base.Memory;
import org.cresset.base.MemoryScope;
import org.cresset.tensor.Tensor;

/** Allocates at known lines and prints the report; then uses a tensor after its scope has ended. */
final class DebugMode {
    private static final List<Tensor> HELD = new ArrayList<>();

    private DebugMode() {}

    public static void main(String[] args) {
        many();
        System.out.println(Memory.report());
        Tensor left;
        try (var _ = MemoryScope.open()) {
            left = Tensor.ones(10);
        }
        try {
            System.out.println("read " + left.sum().item());
        } catch (RuntimeException e) {
            System.out.println("refused: " + e.getMessage() + " " + e.getCause());
        }
        Tensor matrix;
        try (var _ = MemoryScope.open()) {
            matrix = Tensor.ones(40, 40);
        }
        try {
            System.out.println("read " + matrix.mm(matrix).sum().item()); // by native code, which checks no bounds
        } catch (RuntimeException e) {
            System.out.println("no product: " + e.getMessage());
        }
        System.out.println(HELD.size());
    }

    private static void many() {
        for (int i = 0; i < 7; i++) {
            HELD.add(Tensor.ones(100_000));
        }
    }
}

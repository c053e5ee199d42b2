package org.cresset.base;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;

/** Scopes give memory back at their end. */
class MemoryScopeTest {
    private static final long BYTES = 100_000;

    @Test
    void freesWhatWasMadeInsideAndKeepsTheRest() {
        Storage before = Memory.allocate(BYTES);
        Storage made;
        Storage kept;
        try (var _ = MemoryScope.open()) {
            made = Memory.allocate(BYTES);
            kept = Memory.allocate(BYTES);
            kept.keep();
        }
        assertThat(made.isFreed()).isTrue();
        assertThat(kept.isFreed()).isFalse();
        assertThat(before.isFreed()).isFalse();
        assertThat(Memory.allocate(BYTES).isFreed()).isFalse();
    }

    @Test
    void stepsInAScopeUseTheSameMemory() {
        long address = 0;
        for (int i = 0; i < 1000; i++) {
            try (var _ = MemoryScope.open()) {
                Storage s = Memory.allocate(BYTES);
                assertThat(i == 0 || s.segment().address() == address).isTrue();
                address = s.segment().address();
            }
        }
    }

    @Test
    void innerScopesEndFirst() {
        Storage outer;
        Storage inner;
        try (var _ = MemoryScope.open()) {
            outer = Memory.allocate(BYTES);
            try (var _ = MemoryScope.open()) {
                inner = Memory.allocate(BYTES);
            }
            assertThat(inner.isFreed()).isTrue();
            assertThat(outer.isFreed()).isFalse();
        }
        assertThat(outer.isFreed()).isTrue();
    }

    @Test
    void closingOutOfOrderIsRefused() {
        try (MemoryScope outer = MemoryScope.open();
                MemoryScope inner = MemoryScope.open()) {
            assertThatThrownBy(outer::close)
                    .isInstanceOf(CressetException.class)
                    .hasMessageContaining("innermost");
            inner.close();
            inner.close();
        }
    }

    @Test
    void otherThreadsAreNotConcerned() throws ExecutionException, InterruptedException {
        try (MemoryScope scope = MemoryScope.open()) {
            FutureTask<Storage> other = new FutureTask<>(() -> {
                assertThatThrownBy(scope::close).isInstanceOf(CressetException.class);
                return Memory.allocate(BYTES);
            });
            Thread.ofPlatform().start(other);
            Storage theirs = other.get();
            scope.close();
            assertThat(theirs.isFreed()).isFalse();
        }
    }
}

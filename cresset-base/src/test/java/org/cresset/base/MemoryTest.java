package org.cresset.base;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The pool: sizes, alignment, reuse. */
class MemoryTest {
    private static final long LARGE = 3 << 20;

    @Test
    void everySizeFitsItsClassAndLittleIsWasted() {
        for (long bytes = 1; bytes < 1L << 40; bytes = bytes * 9 / 8 + 1) {
            int c = SizeClasses.of(bytes);
            assertThat(SizeClasses.bytes(c)).isGreaterThanOrEqualTo(bytes);
            assertThat(SizeClasses.bytes(c)).isLessThanOrEqualTo(Math.max(64, bytes + Math.max(64, bytes / 4 + 1)));
            assertThat(SizeClasses.of(SizeClasses.bytes(c))).isEqualTo(c);
            if (c > 0) {
                assertThat(SizeClasses.bytes(c - 1)).isLessThan(bytes);
            }
        }
    }

    @Test
    void storagesAreAlignedAndApart() {
        List<Storage> all = new ArrayList<>();
        for (long bytes : new long[] {1, 64, 65, 500, 513, 4000, 40_000, 5_000_000}) {
            for (int i = 0; i < 5; i++) {
                Storage s = Memory.allocate(bytes);
                assertThat(s.bytes()).isEqualTo(bytes);
                assertThat(s.segment().byteSize()).isGreaterThanOrEqualTo(bytes);
                assertThat(s.segment().address() % 64).isZero();
                all.add(s);
            }
        }
        for (int i = 0; i < all.size(); i++) {
            all.get(i).segment().asSlice(0, all.get(i).bytes()).fill((byte) i);
        }
        for (int i = 0; i < all.size(); i++) {
            byte[] content = all.get(i).segment().asSlice(0, all.get(i).bytes()).toArray(ValueLayout.JAVA_BYTE);
            assertThat(content).containsOnly((byte) i);
        }
    }

    @Test
    void whatIsFreedByHandIsUsedAgain() {
        Storage first = Memory.allocate(LARGE);
        long address = first.segment().address();
        long live = Memory.liveBytes();
        first.free();
        assertThat(first.isFreed()).isTrue();
        assertThat(Memory.liveBytes()).isLessThanOrEqualTo(live - LARGE);
        first.free();
        Storage second = Memory.allocate(LARGE);
        assertThat(second.segment().address()).isEqualTo(address);
        assertThat(second.isFreed()).isFalse();
    }

    @Test
    void readingWhatIsFreedThrows() {
        Storage s = Memory.allocate(LARGE);
        s.free();
        assertThatThrownBy(s::segment).isInstanceOf(CressetException.class).hasMessageContaining("after it was freed");
    }

    @Test
    void garbageIsFoundBeforeThePoolGrows() {
        Memory.trim();
        long before = Memory.reservedBytes();
        for (int i = 0; i < 2_000; i++) { // 6 GB in all
            Memory.allocate(LARGE).segment().set(ValueLayout.JAVA_BYTE, 0, (byte) 1);
        }
        for (int i = 0; i < 100_000; i++) { // 2 GB in all
            Memory.allocate(20_000).segment().set(ValueLayout.JAVA_BYTE, 0, (byte) 1);
        }
        assertThat(Memory.reservedBytes()).isLessThan(before + (600L << 20));
        Memory.trim();
        assertThat(Memory.reservedBytes()).isLessThan(before + (300L << 20));
    }

    @Test
    void wrappedMemoryKeepsItsOwner() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment m = arena.allocate(128);
            Storage s = Storage.wrap(m, arena);
            assertThat(s.isWrapped()).isTrue();
            assertThat(s.bytes()).isEqualTo(128);
            s.free();
            assertThat(s.isFreed()).isFalse();
        }
        assertThat(Storage.meta(1L << 50).bytes()).isEqualTo(1L << 50);
        assertThat(Storage.meta(10).device()).isEqualTo(Device.META);
    }

    @Test
    void versionsCountChanges() {
        Storage s = Memory.allocate(10);
        assertThat(s.version()).isZero();
        s.bumpVersion();
        s.bumpVersion();
        assertThat(s.version()).isEqualTo(2);
    }

    @Test
    void theReportSaysWhatIsUsed() {
        Storage s = Memory.allocate(LARGE);
        assertThat(Memory.report())
                .containsPattern("\\d+ storages use \\d+ (KiB|MiB)")
                .contains("taken from the system")
                .contains("limit");
        assertThat(Memory.peakBytes()).isGreaterThanOrEqualTo(Memory.reservedBytes());
        assertThat(s.isFreed()).isFalse();
    }

    @Test
    void pastTheLimitNothingIsGiven() {
        long limit = Memory.limit();
        try {
            Memory.setLimit(Memory.reservedBytes());
            assertThatThrownBy(() -> Memory.allocate(1L << 40))
                    .isInstanceOfSatisfying(
                            CressetException.class, e -> assertThat(e.kind()).isEqualTo(CressetException.Kind.MEMORY))
                    .hasMessageContaining("1024 GiB")
                    .hasMessageContaining("cresset.memory.max");
        } finally {
            Memory.setLimit(limit);
        }
        assertThat(Memory.allocate(LARGE).bytes()).isEqualTo(LARGE);
    }
}

package org.cresset.base;

import java.lang.foreign.MemorySegment;

/**
 * A block cut into slots for small tensors. Storages refer to their chunk, and the block goes back to the pool when none
 * does any more: one watched object for many tensors, which makes small ones cheap.
 */
final class Chunk {
    static final int BYTES = 8 << 10;
    static final int LARGEST = 512;

    private final MemorySegment[] slots;
    private int used;

    Chunk(Block block, int slotBytes) {
        MemorySegment[] cut = block.slots;
        if (cut == null || cut.length != BYTES / slotBytes) {
            cut = new MemorySegment[BYTES / slotBytes];
            for (int i = 0; i < cut.length; i++) {
                cut[i] = block.segment.asSlice((long) i * slotBytes, slotBytes);
            }
            block.slots = cut;
        }
        this.slots = cut;
    }

    boolean isFull() {
        return used == slots.length;
    }

    MemorySegment next() {
        return slots[used++];
    }

    /** The chunks that a thread is filling, by size of slot: 64, 128, 256 and 512 bytes. */
    static final class Open {
        private static final ThreadLocal<Open> OF_THREAD = ThreadLocal.withInitial(Open::new);

        private final Chunk[] chunks = new Chunk[4];

        static Storage allocate(long bytes) {
            int c = bytes <= 64 ? 0 : 58 - Long.numberOfLeadingZeros(bytes - 1);
            Open open = OF_THREAD.get();
            Chunk chunk = open.chunks[c];
            if (chunk == null || chunk.isFull()) {
                chunk = Memory.chunk(64 << c);
                open.chunks[c] = chunk;
            }
            return new Storage(chunk.next(), bytes, chunk);
        }
    }
}

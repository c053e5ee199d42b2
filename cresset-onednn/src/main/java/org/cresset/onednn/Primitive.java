package org.cresset.onednn;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * A primitive with the memory objects of its arguments. Argument sets are pooled, because a memory object must not serve two
 * executions at once.
 */
final class Primitive {
    private static final int ENTRY = 16;

    private final Dnnl dnnl;
    private final MemorySegment primitive;
    private final int[] ids;
    private final MemorySegment[] descriptors;
    private final long scratchpad;
    private final String implementation;
    private final ConcurrentLinkedQueue<Arguments> idle = new ConcurrentLinkedQueue<>();

    private record Arguments(MemorySegment list, MemorySegment[] memories, MemorySegment scratch) {}

    /** A primitive of a description, with the argument numbers it takes and the layouts of these. */
    Primitive(Dnnl dnnl, MemorySegment description, int[] ids, MemorySegment[] descriptors) {
        this.dnnl = dnnl;
        this.primitive = dnnl.out("dnnl_primitive_create", description);
        this.implementation = dnnl.implementation(description);
        MemorySegment pad = dnnl.query(description, Dnnl.QUERY_SCRATCHPAD);
        this.scratchpad = pad.address() == 0 ? 0 : dnnl.size(pad);
        int n = ids.length + (scratchpad > 0 ? 1 : 0);
        this.ids = Arrays.copyOf(ids, n);
        this.descriptors = Arrays.copyOf(descriptors, n);
        if (scratchpad > 0) {
            this.ids[n - 1] = Dnnl.SCRATCHPAD;
            this.descriptors[n - 1] = pad;
        }
    }

    /** The name of the code behind it; one with {@code ref} in it is slow. */
    String implementation() {
        return implementation;
    }

    private Arguments create() {
        Arena arena = Arena.global();
        MemorySegment list = arena.allocate((long) ENTRY * ids.length, 8);
        MemorySegment[] memories = new MemorySegment[ids.length];
        MemorySegment scratch = MemorySegment.NULL;
        for (int i = 0; i < ids.length; i++) {
            memories[i] = dnnl.out("dnnl_memory_create", descriptors[i], dnnl.engine, MemorySegment.NULL);
            list.set(ValueLayout.JAVA_INT, (long) ENTRY * i, ids[i]);
            list.set(ValueLayout.ADDRESS, (long) ENTRY * i + 8, memories[i]);
        }
        if (scratchpad > 0) {
            scratch = arena.allocate(scratchpad, 64);
            dnnl.setHandle(memories[ids.length - 1], scratch.address());
        }
        return new Arguments(list, memories, scratch);
    }

    /** Runs with these addresses, in the order of the argument numbers. */
    void run(long... addresses) {
        Arguments a = idle.poll();
        if (a == null) {
            a = create();
        }
        for (int i = 0; i < addresses.length; i++) {
            dnnl.setHandle(a.memories[i], addresses[i]);
        }
        dnnl.execute(primitive, ids.length, a.list);
        idle.add(a);
    }
}

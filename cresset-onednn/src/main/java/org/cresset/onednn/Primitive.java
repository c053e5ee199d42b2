package org.cresset.onednn;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.cresset.base.spi.NativeMemory;

/**
 * A primitive with the memory objects of its arguments. Argument sets are pooled, because a memory object must not serve two
 * executions at once.
 */
final class Primitive extends Cached {
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
    Primitive(Dnnl dnnl, Description description, int[] ids, MemorySegment[] descriptors) {
        this.dnnl = dnnl;
        this.primitive = dnnl.out("dnnl_primitive_create", description.object);
        this.implementation = description.implementation();
        MemorySegment pad = description.query(Dnnl.QUERY_SCRATCHPAD);
        this.scratchpad = pad == null ? 0 : dnnl.size(pad);
        int n = ids.length + (pad == null ? 0 : 1);
        this.ids = Arrays.copyOf(ids, n);
        this.descriptors = Arrays.copyOf(descriptors, n);
        if (pad != null) {
            this.ids[n - 1] = Dnnl.SCRATCHPAD;
            this.descriptors[n - 1] = pad;
        }
    }

    /** What copies from one layout to another. */
    static Primitive reorder(Dnnl dnnl, MemorySegment from, MemorySegment to) {
        try (Description d = new Description(
                dnnl, "dnnl_reorder_primitive_desc_create", from, dnnl.engine, to, dnnl.engine, dnnl.attributes)) {
            return new Primitive(dnnl, d, new int[] {Dnnl.SRC, Dnnl.DST}, new MemorySegment[] {from, to});
        }
    }

    /** What multiplies matrices; {@code bias} may be {@link MemorySegment#NULL}. */
    static Primitive product(
            Dnnl dnnl,
            MemorySegment a,
            MemorySegment b,
            MemorySegment bias,
            MemorySegment c,
            MemorySegment attributes) {
        int[] ids = {Dnnl.SRC, Dnnl.WEIGHTS, Dnnl.DST, Dnnl.BIAS};
        MemorySegment[] descriptors = {a, b, c, bias};
        int n = bias.address() == 0 ? 3 : 4;
        try (Description d =
                new Description(dnnl, "dnnl_matmul_primitive_desc_create", dnnl.engine, a, b, bias, c, attributes)) {
            return new Primitive(dnnl, d, Arrays.copyOf(ids, n), Arrays.copyOf(descriptors, n));
        }
    }

    /** The name of the code behind it; one with {@code ref} in it is slow. */
    String implementation() {
        return implementation;
    }

    private Arguments create() {
        MemorySegment list = NativeMemory.allocate((long) ENTRY * ids.length);
        MemorySegment[] memories = new MemorySegment[ids.length];
        MemorySegment scratch = MemorySegment.NULL;
        for (int i = 0; i < ids.length; i++) {
            memories[i] = dnnl.out("dnnl_memory_create", descriptors[i], dnnl.engine, MemorySegment.NULL);
            list.set(ValueLayout.JAVA_INT, (long) ENTRY * i, ids[i]);
            list.set(ValueLayout.ADDRESS, (long) ENTRY * i + 8, memories[i]);
        }
        if (scratchpad > 0) {
            scratch = NativeMemory.allocate(scratchpad);
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

    @Override
    void destroy() {
        for (Arguments a = idle.poll(); a != null; a = idle.poll()) {
            for (MemorySegment m : a.memories) {
                dnnl.call("dnnl_memory_destroy", m);
            }
            NativeMemory.free(a.list);
            NativeMemory.free(a.scratch);
        }
        dnnl.call("dnnl_primitive_destroy", primitive);
    }
}

package org.cresset.onednn;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;

/** What a primitive will be: its arguments' layouts, and the code that was chosen. */
final class Description implements AutoCloseable {
    private final Dnnl dnnl;
    final MemorySegment object;

    /**
     * The description that a function of the library's makes of its arguments.
     *
     * @throws Dnnl.DnnlException if there is no code for them
     */
    Description(Dnnl dnnl, String function, Object... arguments) {
        this.dnnl = dnnl;
        this.object = dnnl.out(function, arguments);
    }

    /** A layout that was chosen, or null if there is none. */
    @Nullable
    MemorySegment query(int what) {
        MemorySegment theirs = MemorySegment.ofAddress(dnnl.plain("dnnl_primitive_desc_query_md", object, what, 0));
        return theirs.address() == 0 || dnnl.size(theirs) == 0 ? null : dnnl.copy(theirs);
    }

    /** The name of the code that a primitive runs. */
    String implementation() {
        MemorySegment result = Dnnl.arena().allocate(ValueLayout.ADDRESS);
        dnnl.call("dnnl_primitive_desc_query", object, Dnnl.QUERY_IMPLEMENTATION, 0, result);
        return result.get(ValueLayout.ADDRESS, 0).reinterpret(256).getString(0);
    }

    @Override
    public void close() {
        dnnl.call("dnnl_primitive_desc_destroy", object);
    }
}

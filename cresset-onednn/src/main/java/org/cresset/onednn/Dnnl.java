package org.cresset.onednn;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.lang.ref.Reference;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.cresset.base.spi.NativeFunction;
import org.cresset.base.spi.NativeLibrary;
import org.jspecify.annotations.Nullable;

/** The part of oneDNN's C interface that is used, as handles; one object for each process. */
final class Dnnl {
    static final int F32 = 3;
    static final int BF16 = 2;
    static final int F16 = 1;

    static final int FORWARD_TRAINING = 64;
    static final int CONVOLUTION_DIRECT = 1;

    static final int SRC = 1;
    static final int DST = 17;
    static final int WEIGHTS = 33;
    static final int BIAS = 41;
    static final int SCRATCHPAD = 80;
    static final int DIFF_SRC = 129;
    static final int DIFF_DST = 145;
    static final int DIFF_WEIGHTS = 161;
    static final int DIFF_BIAS = 169;

    static final int QUERY_IMPLEMENTATION = 8;
    static final int QUERY_WEIGHTS = 131;
    static final int QUERY_DIFF_WEIGHTS = 132;
    static final int QUERY_SCRATCHPAD = 136;

    private final SymbolLookup library;
    private final Map<String, NativeFunction> functions = new ConcurrentHashMap<>();
    private final NativeFunction execute;
    private final NativeFunction setHandle;
    private final NativeFunction setThreads;
    final MemorySegment engine;
    final MemorySegment attributes;
    private @Nullable MemorySegment adding;
    private final ThreadLocal<MemorySegment> stream;

    /**
     * That the library uses the calling thread alone, which has to be said before it makes anything there: a primitive keeps the
     * number of threads that it was made for, and where others use the processors each of its runs waits for a thread.
     */
    private final ThreadLocal<Boolean> alone;

    Dnnl() throws IOException {
        String folder = "org/bytedeco/dnnl/" + NativeLibrary.platform();
        library = NativeLibrary.open(Dnnl.class.getClassLoader(), folder, "libdnnl.so.3", "libgomp.so.1");
        execute = function("dnnl_primitive_execute");
        setHandle = function("dnnl_memory_set_data_handle");
        // The OpenMP library is a dependency of the one opened, and found through it.
        setThreads = NativeFunction.find(library, "omp_set_num_threads")
                .orElseThrow(() -> new IOException("no OpenMP in the library"));
        alone = ThreadLocal.withInitial(() -> {
            setThreads.call(1, 0, 0, 0); // counts for the calling thread alone
            return true;
        });
        // Ours knows what is in use; what it lets go of is to be given back.
        call("dnnl_set_primitive_cache_capacity", 0);
        engine = out("dnnl_engine_create", 1, 0);
        attributes = attributes();
        stream = ThreadLocal.withInitial(() -> own("dnnl_stream_destroy", out("dnnl_stream_create", engine, 1)));
    }

    /** Memory for intermediate results is given with the arguments. */
    private MemorySegment attributes() {
        MemorySegment a = out("dnnl_primitive_attr_create");
        call("dnnl_primitive_attr_set_scratchpad_mode", a, 1);
        return a;
    }

    /** As {@link #attributes}; the result is added to what is there. */
    synchronized MemorySegment adding() {
        MemorySegment a = adding;
        if (a == null) {
            a = attributes();
            MemorySegment sum = out("dnnl_post_ops_create");
            MemorySegment symbol = function("dnnl_post_ops_append_sum").symbol();
            MethodHandle append = Linker.nativeLinker()
                    .downcallHandle(symbol, FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_FLOAT, JAVA_INT, JAVA_INT));
            try {
                int status = (int) append.invokeExact(sum, 1.0f, 0, 0); // data type 0: that of the result
                check("dnnl_post_ops_append_sum", status);
            } catch (RuntimeException | Error e) {
                throw e;
            } catch (Throwable t) {
                throw new IllegalStateException(t);
            }
            call("dnnl_primitive_attr_set_post_ops", a, sum);
            adding = a;
        }
        return a;
    }

    private NativeFunction function(String name) {
        return functions.computeIfAbsent(name, n -> NativeFunction.find(library, n)
                .orElseThrow(() -> new IllegalStateException("oneDNN lacks " + n)));
    }

    /** Calls a function with integers and segments, and what is in these stays there until it is done. Not for hot paths. */
    long plain(String name, Object... args) {
        long[] numbers = new long[args.length];
        for (int i = 0; i < args.length; i++) {
            numbers[i] = args[i] instanceof MemorySegment s ? s.address() : ((Number) args[i]).longValue();
        }
        long result = function(name).call(numbers);
        Reference.reachabilityFence(args);
        return result;
    }

    /** Calls a function that gives an object through its first parameter. */
    MemorySegment out(String name, Object... args) {
        alone.get();
        MemorySegment result = arena().allocate(ADDRESS);
        Object[] all = new Object[args.length + 1];
        all[0] = result;
        System.arraycopy(args, 0, all, 1, args.length);
        call(name, all);
        return result.get(ADDRESS, 0);
    }

    /** An object of the library's, which is destroyed when nobody has the segment any more. */
    private MemorySegment own(String destroy, MemorySegment object) {
        NativeFunction f = function(destroy);
        return object.reinterpret(arena(), s -> f.call(s.address(), 0, 0, 0));
    }

    /** Calls a function that gives a status. */
    void call(String name, Object... args) {
        check(name, (int) plain(name, args));
    }

    private static void check(String name, int status) {
        if (status != 0) {
            throw new DnnlException(name, status);
        }
    }

    /** A status other than success. */
    static final class DnnlException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        DnnlException(String name, int status) {
            super("oneDNN: " + name + " gave status " + status
                    + (status == 3 ? " (this combination is not implemented)" : ""));
        }
    }

    private MemorySegment descriptor(String function, Object... args) {
        return own("dnnl_memory_desc_destroy", out(function, args));
    }

    /** A descriptor of {@code dims} with strides in elements. */
    MemorySegment strided(int type, long[] dims, long[] strides) {
        Arena arena = arena();
        return descriptor(
                "dnnl_memory_desc_create_with_strides",
                dims.length,
                arena.allocateFrom(JAVA_LONG, dims),
                type,
                arena.allocateFrom(JAVA_LONG, strides));
    }

    /** A descriptor whose layout the primitive may choose. */
    MemorySegment any(int type, long[] dims) {
        return descriptor(
                "dnnl_memory_desc_create_with_tag", dims.length, arena().allocateFrom(JAVA_LONG, dims), type, 1);
    }

    /** A descriptor that is the caller's, of one of the library's own. */
    MemorySegment copy(MemorySegment descriptor) {
        return descriptor("dnnl_memory_desc_clone", descriptor);
    }

    /**
     * Memory for arguments. Not confined to a thread: once the JIT compiler has seen one confined segment, it hoists owner
     * checks into every loop over segments, where they fail, and code that trains is compiled again dozens of times.
     */
    static Arena arena() {
        return Arena.ofAuto();
    }

    /** Bytes that memory of a descriptor takes. */
    long size(MemorySegment descriptor) {
        return plain("dnnl_memory_desc_get_size", descriptor);
    }

    /** Bits of the instruction sets that primitives may use, as {@code dnnl_cpu_isa_t}. */
    int instructionSets() {
        return (int) plain("dnnl_get_effective_cpu_isa");
    }

    /** Whether two descriptors mean the same layout. */
    boolean same(MemorySegment a, MemorySegment b) {
        return (int) plain("dnnl_memory_desc_equal", a, b) != 0;
    }

    void setHandle(MemorySegment memory, long address) {
        check("dnnl_memory_set_data_handle", (int) setHandle.call(memory.address(), address, 0, 0));
    }

    void execute(MemorySegment primitive, int count, MemorySegment args) {
        int status = (int) execute.call(primitive.address(), stream.get().address(), count, args.address());
        check("dnnl_primitive_execute", status);
    }
}

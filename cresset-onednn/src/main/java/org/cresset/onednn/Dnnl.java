package org.cresset.onednn;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.util.HashMap;
import java.util.Map;
import org.cresset.base.spi.NativeLibrary;

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

    private final Linker linker = Linker.nativeLinker();
    private final SymbolLookup library;
    private final Map<String, MethodHandle> handles = new HashMap<>();
    private final MethodHandle execute;
    private final MethodHandle setHandle;
    private final MethodHandle setThreads;
    final MemorySegment engine;
    final MemorySegment attributes;

    /** As {@link #attributes}; the result is added to what is there. */
    final MemorySegment adding;

    private final ThreadLocal<MemorySegment> stream;

    /**
     * That the library uses the calling thread alone, which has to be said before it makes anything there: a primitive keeps the
     * number of threads that it was made for, and where others use the processors each of its runs waits for a thread.
     */
    private final ThreadLocal<Boolean> alone;

    Dnnl() throws IOException {
        String folder = "org/bytedeco/dnnl/" + NativeLibrary.platform();
        library = NativeLibrary.open(Dnnl.class.getClassLoader(), folder, "libdnnl.so.3", "libgomp.so.1");
        execute = handle("dnnl_primitive_execute", ADDRESS, ADDRESS, JAVA_INT, ADDRESS);
        setHandle = handle("dnnl_memory_set_data_handle", ADDRESS, ADDRESS);
        // The OpenMP library is a dependency of the one opened, and found through it.
        setThreads = linker.downcallHandle(
                library.find("omp_set_num_threads").orElseThrow(() -> new IOException("no OpenMP in the library")),
                FunctionDescriptor.ofVoid(JAVA_INT));
        alone = ThreadLocal.withInitial(() -> {
            try {
                setThreads.invokeExact(1); // counts for the calling thread alone
            } catch (Throwable t) {
                throw new IllegalStateException(t);
            }
            return true;
        });
        engine = out("dnnl_engine_create", 1, 0L);
        attributes = out("dnnl_primitive_attr_create");
        call("dnnl_primitive_attr_set_scratchpad_mode", attributes, 1);
        adding = out("dnnl_primitive_attr_create");
        call("dnnl_primitive_attr_set_scratchpad_mode", adding, 1);
        MemorySegment sum = out("dnnl_post_ops_create");
        call("dnnl_post_ops_append_sum", sum, 1.0f, 0, 0); // data type 0: that of the result
        call("dnnl_primitive_attr_set_post_ops", adding, sum);
        stream = ThreadLocal.withInitial(() -> out("dnnl_stream_create", engine, 1));
    }

    private MethodHandle handle(String name, MemoryLayout... params) {
        MemorySegment symbol = library.find(name).orElseThrow(() -> new IllegalStateException("oneDNN lacks " + name));
        return linker.downcallHandle(symbol, FunctionDescriptor.of(JAVA_INT, params));
    }

    private synchronized MethodHandle handleFor(String name, boolean withOut, Object[] args) {
        return handles.computeIfAbsent(name, n -> {
            int shift = withOut ? 1 : 0;
            MemoryLayout[] params = new MemoryLayout[args.length + shift];
            if (withOut) {
                params[0] = ADDRESS;
            }
            for (int i = 0; i < args.length; i++) {
                params[i + shift] = switch (args[i]) {
                    case Integer _ -> JAVA_INT;
                    case Long _ -> JAVA_LONG;
                    case Float _ -> JAVA_FLOAT;
                    default -> ADDRESS;
                };
            }
            return handle(n, params);
        });
    }

    /** Calls a function that gives an object through its first parameter. For setting up, not for hot paths. */
    MemorySegment out(String name, Object... args) {
        alone.get();
        MemorySegment result = arena().allocate(ADDRESS);
        try {
            Object[] all = new Object[args.length + 1];
            all[0] = result;
            System.arraycopy(args, 0, all, 1, args.length);
            check(name, (int) handleFor(name, true, args).invokeWithArguments(all));
            return result.get(ADDRESS, 0);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable t) {
            throw new IllegalStateException(t);
        }
    }

    /** Calls a function that gives a status. For setting up, not for hot paths. */
    void call(String name, Object... args) {
        try {
            check(name, (int) handleFor(name, false, args).invokeWithArguments(args));
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable t) {
            throw new IllegalStateException(t);
        }
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

    /** A descriptor of {@code dims} with strides in elements. */
    MemorySegment strided(int type, long[] dims, long[] strides) {
        Arena arena = arena();
        return out(
                "dnnl_memory_desc_create_with_strides",
                dims.length,
                arena.allocateFrom(JAVA_LONG, dims),
                type,
                arena.allocateFrom(JAVA_LONG, strides));
    }

    /** A descriptor whose layout the primitive may choose. */
    MemorySegment any(int type, long[] dims) {
        return out("dnnl_memory_desc_create_with_tag", dims.length, arena().allocateFrom(JAVA_LONG, dims), type, 1);
    }

    /** A descriptor that a primitive chose. */
    MemorySegment query(MemorySegment primitive, int what) {
        try {
            MethodHandle h = handles.get("dnnl_primitive_desc_query_md");
            if (h == null) {
                h = linker.downcallHandle(
                        library.find("dnnl_primitive_desc_query_md").orElseThrow(),
                        FunctionDescriptor.of(ADDRESS, ADDRESS, JAVA_INT, JAVA_INT));
                handles.put("dnnl_primitive_desc_query_md", h);
            }
            return (MemorySegment) h.invokeExact(primitive, what, 0);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable t) {
            throw new IllegalStateException(t);
        }
    }

    /**
     * Memory for arguments. Not confined to a thread: once the JIT compiler has seen one confined segment, it hoists owner
     * checks into every loop over segments, where they fail, and code that trains is compiled again dozens of times.
     */
    static Arena arena() {
        return Arena.ofAuto();
    }

    /** The name of the code that a primitive runs. */
    String implementation(MemorySegment primitive) {
        MemorySegment result = arena().allocate(ADDRESS);
        call("dnnl_primitive_desc_query", primitive, QUERY_IMPLEMENTATION, 0, result);
        return result.get(ADDRESS, 0).reinterpret(256).getString(0);
    }

    /** Bytes that memory of a descriptor takes. */
    long size(MemorySegment descriptor) {
        try {
            MethodHandle h = linker.downcallHandle(
                    library.find("dnnl_memory_desc_get_size").orElseThrow(), FunctionDescriptor.of(JAVA_LONG, ADDRESS));
            return (long) h.invokeExact(descriptor);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable t) {
            throw new IllegalStateException(t);
        }
    }

    /** Bits of the instruction sets that primitives may use, as {@code dnnl_cpu_isa_t}. */
    int instructionSets() {
        try {
            MethodHandle h = linker.downcallHandle(
                    library.find("dnnl_get_effective_cpu_isa").orElseThrow(), FunctionDescriptor.of(JAVA_INT));
            return (int) h.invokeExact();
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable t) {
            throw new IllegalStateException(t);
        }
    }

    /** Whether two descriptors mean the same layout. */
    boolean same(MemorySegment a, MemorySegment b) {
        try {
            MethodHandle h = linker.downcallHandle(
                    library.find("dnnl_memory_desc_equal").orElseThrow(),
                    FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS));
            return (int) h.invokeExact(a, b) != 0;
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable t) {
            throw new IllegalStateException(t);
        }
    }

    void setHandle(MemorySegment memory, long address) {
        try {
            int status = (int) setHandle.invokeExact(memory, MemorySegment.ofAddress(address));
            check("dnnl_memory_set_data_handle", status);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable t) {
            throw new IllegalStateException(t);
        }
    }

    void execute(MemorySegment primitive, int count, MemorySegment args) {
        try {
            int status = (int) execute.invokeExact(primitive, stream.get(), count, args);
            check("dnnl_primitive_execute", status);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable t) {
            throw new IllegalStateException(t);
        }
    }
}

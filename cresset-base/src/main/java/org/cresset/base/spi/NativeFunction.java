package org.cresset.base.spi;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.util.Arrays;
import java.util.Optional;
import org.cresset.base.Background;

/**
 * A function of a C library whose parameters and result are integers or addresses. All such functions are called through one
 * handle, which passes {@value #PARAMETERS} integers and takes one back: what a function doesn't ask for lies in registers and
 * on the stack where it never looks, and the caller clears it away, on x86-64 and ARM alike. A handle of its own for each
 * signature would cost a new process some milliseconds each, of which the first product of matrices needs a dozen.
 *
 * <p>Neither variadic functions nor those with floating-point numbers or structures can be called in this way.
 *
 * @param symbol where it is
 */
public record NativeFunction(MemorySegment symbol) {
    private static final int PARAMETERS = 16;

    private static final MethodHandle CALL = Linker.nativeLinker().downcallHandle(signature(PARAMETERS));

    private static FunctionDescriptor signature(int parameters) {
        MemoryLayout[] all = new MemoryLayout[parameters];
        Arrays.fill(all, JAVA_LONG);
        return FunctionDescriptor.of(JAVA_LONG, all);
    }

    /** A function of a library, if it has it. */
    public static Optional<NativeFunction> find(SymbolLookup library, String name) {
        return library.find(name).map(NativeFunction::new);
    }

    /** A function of the C library. */
    public static Optional<NativeFunction> find(String name) {
        return find(Linker.nativeLinker().defaultLookup(), name);
    }

    /** Calls it. Of a result narrower than a long the upper bits are undefined: cast it. */
    public long call(long a, long b, long c, long d) {
        return call(a, b, c, d, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
    }

    /** The handle for brief calls; a thread of its own makes it, as that takes a new process some milliseconds. */
    private static final class Brief {
        static final int PARAMETERS = 5;
        static final MethodHandle CALL =
                Linker.nativeLinker().downcallHandle(signature(PARAMETERS), Linker.Option.critical(false));

        /** Loads this class. */
        static void load() {
            briefly = true;
        }
    }

    private static volatile boolean briefly;

    /** Makes the handle for brief calls now, on this thread. */
    public static void prepareBriefCalls() {
        Brief.load();
    }

    /** The first brief call. */
    private static final class Beginning {
        static {
            Background.thread("cresset-brief-calls", Brief::load).start();
        }

        /** Loads this class. */
        static void begin() {}
    }

    /**
     * Calls a function that is soon done, in half of the time: the garbage collector, if it has to begin, waits for it. So it
     * should take well below a millisecond, and not wait for anything.
     */
    public long callBriefly(long a, long b, long c, long d, long e) {
        if (!briefly) {
            Beginning.begin();
            return call(a, b, c, d, e, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
        }
        try {
            return (long) Brief.CALL.invokeExact(symbol, a, b, c, d, e);
        } catch (RuntimeException | Error x) {
            throw x;
        } catch (Throwable x) {
            throw new IllegalStateException(x);
        }
    }

    /** As {@link #call(long, long, long, long)}, with any number of arguments that there is room for. */
    public long call(long... arguments) {
        long[] a = Arrays.copyOf(arguments, PARAMETERS);
        return call(
                a[0], a[1], a[2], a[3], a[4], a[5], a[6], a[7], a[8], a[9], a[10], a[11], a[12], a[13], a[14], a[15]);
    }

    private long call(
            long a,
            long b,
            long c,
            long d,
            long e,
            long f,
            long g,
            long h,
            long i,
            long j,
            long k,
            long l,
            long m,
            long n,
            long o,
            long p) {
        try {
            return (long) CALL.invokeExact(symbol, a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p);
        } catch (RuntimeException | Error x) {
            throw x;
        } catch (Throwable x) {
            throw new IllegalStateException(x);
        }
    }
}

package org.cresset.lapack;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import org.cresset.base.DType;
import org.cresset.base.spi.NativeFunction;
import org.cresset.base.spi.NativeLibrary;
import org.jspecify.annotations.Nullable;

/** OpenBLAS as loaded: its functions for each type. */
final class Library {
    private static final String LETTERS = "sdcz";

    private final Linker linker = Linker.nativeLinker();
    private final SymbolLookup symbols;

    Library() throws IOException {
        ClassLoader loader = Library.class.getClassLoader();
        String folder = "org/bytedeco/openblas/" + NativeLibrary.platform();
        // libgfortran says that it needs these without saying where they are; what is loaded already is found by name.
        NativeLibrary.preload(loader, folder, "libgcc_s.so.1");
        NativeLibrary.preload(loader, folder, "libquadmath.so.0");
        symbols = NativeLibrary.open(loader, folder, "libopenblas.so.0", "libgfortran.so.5");
        try { // threads are ours: each call works on the one that makes it
            linker.downcallHandle(find("openblas_set_num_threads"), FunctionDescriptor.ofVoid(JAVA_INT))
                    .invokeExact(1);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable t) {
            throw new IllegalStateException(t);
        }
    }

    private MemorySegment find(String name) {
        return symbols.find(name).orElseThrow(() -> new IllegalStateException("OpenBLAS lacks " + name));
    }

    /** What the library says about itself: its version and the processor it chose kernels for. */
    String config() {
        try {
            MethodHandle h = linker.downcallHandle(find("openblas_get_config"), FunctionDescriptor.of(ADDRESS));
            MethodHandle core = linker.downcallHandle(find("openblas_get_corename"), FunctionDescriptor.of(ADDRESS));
            String[] words = text((MemorySegment) h.invokeExact()).split(" ");
            return words[0] + " " + words[1] + " (" + text((MemorySegment) core.invokeExact()) + ")";
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable t) {
            throw new IllegalStateException(t);
        }
    }

    private static String text(MemorySegment chars) {
        return chars.reinterpret(1024).getString(0);
    }

    /**
     * A function of LAPACKE's middle level, which takes workspaces and gives {@code info}, and no floating-point numbers but by
     * address.
     *
     * @param real its name after the type's letter
     * @param complex the same for complex types
     */
    Function function(String real, String complex) {
        return new Function("LAPACKE_", real, complex, "_work");
    }

    /** A function of BLAS by its Fortran name, with all arguments by address. */
    Function blas(String name) {
        return new Function("", name, name, "_");
    }

    /** A function for the four types, looked up when first asked for. */
    final class Function {
        private final String prefix;
        private final String real;
        private final String complex;
        private final String suffix;
        private final @Nullable NativeFunction[] functions = new NativeFunction[LETTERS.length()];

        private Function(String prefix, String real, String complex, String suffix) {
            this.prefix = prefix;
            this.real = real;
            this.complex = complex;
            this.suffix = suffix;
        }

        /** Calls it with integers and addresses; what it returns, if anything. */
        int call(DType t, long... arguments) {
            int i = index(t);
            NativeFunction f = functions[i];
            if (f == null) {
                f = new NativeFunction(find(prefix + LETTERS.charAt(i) + (t.isComplex() ? complex : real) + suffix));
                functions[i] = f;
            }
            return (int) f.call(arguments);
        }
    }

    /**
     * A routine of LAPACKE's middle level that takes a floating-point number. Parameters are written as letters behind the order of
     * rows: i an int, p an address (as a long), r a number of the type's real kind (as a double).
     */
    Routine routine(String name, String realParameters, String complexParameters) {
        return new Routine(name, "i" + realParameters, "i" + complexParameters);
    }

    /** Handles for the four types, made when first asked for. */
    final class Routine {
        private final String name;
        private final String realParameters;
        private final String complexParameters;
        private final @Nullable MethodHandle[] handles = new MethodHandle[LETTERS.length()];

        private Routine(String name, String realParameters, String complexParameters) {
            this.name = name;
            this.realParameters = realParameters;
            this.complexParameters = complexParameters;
        }

        /** The handle for a type. */
        MethodHandle of(DType t) {
            int i = index(t);
            MethodHandle h = handles[i];
            if (h == null) {
                h = link(t, i);
                handles[i] = h;
            }
            return h;
        }

        private MethodHandle link(DType t, int i) {
            String letters = t.isComplex() ? complexParameters : realParameters;
            MemoryLayout[] layouts = new MemoryLayout[letters.length()];
            for (int p = 0; p < layouts.length; p++) {
                layouts[p] = switch (letters.charAt(p)) {
                    case 'i' -> JAVA_INT;
                    case 'r' -> t.real() == DType.FLOAT32 ? JAVA_FLOAT : JAVA_DOUBLE;
                    default -> JAVA_LONG;
                };
            }
            MethodHandle h = linker.downcallHandle(
                    find("LAPACKE_" + LETTERS.charAt(i) + name + "_work"), FunctionDescriptor.of(JAVA_INT, layouts));
            MethodType type = h.type();
            for (int p = 0; p < layouts.length; p++) {
                type = letters.charAt(p) == 'r' ? type.changeParameterType(p, double.class) : type;
            }
            return MethodHandles.explicitCastArguments(h, type);
        }
    }

    private static int index(DType t) {
        return switch (t) {
            case FLOAT32 -> 0;
            case FLOAT64 -> 1;
            case COMPLEX64 -> 2;
            case COMPLEX128 -> 3;
            default -> throw new IllegalArgumentException("LAPACK has no routines for " + t);
        };
    }
}

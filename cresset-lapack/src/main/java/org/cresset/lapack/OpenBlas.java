package org.cresset.lapack;

import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import org.cresset.base.DType;
import org.cresset.base.spi.Lapack;
import org.cresset.base.spi.NativeLibrary;
import org.jspecify.annotations.Nullable;

/** OpenBLAS as provider. Each routine asks the library how much workspace it likes and takes that from the pool. */
public final class OpenBlas implements Lapack {
    private static final int COLUMNS = 102;

    // Complex numbers, or real ones.
    private static final MemorySegment SINGLE_ONE = Arena.global().allocateFrom(JAVA_FLOAT, 1, 0);

    private static final MemorySegment DOUBLE_ONE = Arena.global().allocateFrom(JAVA_DOUBLE, 1, 0);
    private static final MemorySegment ZERO = Arena.global().allocateFrom(JAVA_DOUBLE, 0, 0);

    private final @Nullable Routines routines;
    private final String status;

    /** Loads the library; {@link #available()} tells whether that worked. */
    public OpenBlas() {
        Routines r = null;
        String s;
        try {
            Library library = new Library();
            s = library.config() + " for " + NativeLibrary.platform();
            r = new Routines(library);
        } catch (IOException | RuntimeException | LinkageError e) {
            s = "not available: " + e.getMessage();
        }
        routines = r;
        status = s;
    }

    @Override
    public String name() {
        return "OpenBLAS";
    }

    @Override
    public boolean available() {
        return routines != null;
    }

    @Override
    public String status() {
        return status;
    }

    private Routines routines() {
        if (routines == null) {
            throw new IllegalStateException(status);
        }
        return routines;
    }

    /** A call of a handle. */
    private interface Call {
        int run() throws Throwable;
    }

    private static int run(Call call) {
        try {
            return call.run();
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable t) {
            throw new IllegalStateException(t);
        }
    }

    /** A call with a workspace of {@code size} elements at an address; size -1 asks how many it would like. */
    private interface Sized {
        int run(long work, int size) throws Throwable;
    }

    private static int sized(DType t, Sized call) {
        return run(() -> {
            int size;
            try (Work w = Work.of(t, 1)) {
                int info = call.run(w.address(), -1);
                if (info != 0) {
                    return info;
                }
                size = Math.max(1, w.wish());
            }
            try (Work w = Work.of(t, size)) {
                return call.run(w.address(), size);
            }
        });
    }

    private static byte triangle(boolean upper) {
        return (byte) (upper ? 'U' : 'L');
    }

    /** 1 of a type, which BLAS takes by address. */
    private static long one(DType t) {
        return (t.real() == DType.FLOAT32 ? SINGLE_ONE : DOUBLE_ONE).address();
    }

    private static char letter(DType t, Form f) {
        return switch (f) {
            case PLAIN -> 'N';
            case TRANSPOSED -> 'T';
            default -> t.isComplex() ? 'C' : 'T';
        };
    }

    // ---- BLAS ----

    // By their Fortran names, which take all arguments by address: one way of calling does for all types.

    @Override
    public void gemm(
            DType t, Form formA, Form formB, int m, int n, int k, long a, int lda, long b, int ldb, long c, int ldc) {
        Arguments x = Arguments.OWN.get();
        long fa = x.letter(0, letter(t, formA));
        long fb = x.letter(1, letter(t, formB));
        long rows = x.number(2, m);
        long columns = x.number(3, n);
        long inner = x.number(4, k);
        long la = x.number(5, lda);
        long lb = x.number(6, ldb);
        long lc = x.number(7, ldc);
        routines().gemm.call(t, fa, fb, rows, columns, inner, one(t), a, la, b, lb, ZERO.address(), c, lc);
    }

    @Override
    public void trsm(
            DType t,
            boolean left,
            boolean upper,
            Form form,
            boolean unit,
            int m,
            int n,
            long a,
            int lda,
            long b,
            int ldb) {
        Arguments x = Arguments.OWN.get();
        long side = x.letter(0, left ? 'L' : 'R');
        long triangle = x.letter(1, upper ? 'U' : 'L');
        long f = x.letter(2, letter(t, form));
        long diagonal = x.letter(3, unit ? 'U' : 'N');
        long rows = x.number(4, m);
        long columns = x.number(5, n);
        long la = x.number(6, lda);
        long lb = x.number(7, ldb);
        routines().trsm.call(t, side, triangle, f, diagonal, rows, columns, one(t), a, la, b, lb);
    }

    /** A thread's memory for letters and numbers that are passed by address. */
    private static final class Arguments {
        private static final ThreadLocal<Arguments> OWN = ThreadLocal.withInitial(Arguments::new);

        private final MemorySegment memory = Arena.ofAuto().allocate(8 * Integer.BYTES, 8);

        long letter(int i, char c) {
            return number(i, c);
        }

        long number(int i, int n) {
            memory.setAtIndex(JAVA_INT, i, n);
            return memory.address() + (long) i * Integer.BYTES;
        }
    }

    // ---- LU, Cholesky, LDL ----

    @Override
    public int getrf(DType t, int m, int n, long a, int lda, long pivots) {
        Library.Function h = routines().getrf;
        return run(() -> h.call(t, COLUMNS, m, n, a, lda, pivots));
    }

    @Override
    public int potrf(DType t, boolean upper, int n, long a, int lda) {
        Library.Function h = routines().potrf;
        return run(() -> h.call(t, COLUMNS, triangle(upper), n, a, lda));
    }

    @Override
    public int sytrf(DType t, boolean hermitian, int n, long a, int lda, long pivots) {
        Library.Function h = (hermitian && t.isComplex() ? routines().hetrf : routines().sytrf);
        return sized(t, (work, size) -> h.call(t, COLUMNS, triangle(false), n, a, lda, pivots, work, size));
    }

    @Override
    public int sytrs(DType t, boolean hermitian, int n, int columns, long a, int lda, long pivots, long b, int ldb) {
        Library.Function h = (hermitian && t.isComplex() ? routines().hetrs : routines().sytrs);
        return run(() -> h.call(t, COLUMNS, triangle(false), n, columns, a, lda, pivots, b, ldb));
    }

    // ---- QR ----

    @Override
    public int geqrf(DType t, int m, int n, long a, int lda, long tau) {
        Library.Function h = routines().geqrf;
        return sized(t, (work, size) -> h.call(t, COLUMNS, m, n, a, lda, tau, work, size));
    }

    @Override
    public int orgqr(DType t, int m, int n, int k, long a, int lda, long tau) {
        Library.Function h = routines().orgqr;
        return sized(t, (work, size) -> h.call(t, COLUMNS, m, n, k, a, lda, tau, work, size));
    }

    @Override
    public int ormqr(
            DType t, boolean left, boolean adjoint, int m, int n, int k, long a, int lda, long tau, long c, int ldc) {
        Library.Function h = routines().ormqr;
        byte side = (byte) (left ? 'L' : 'R');
        byte form = (byte) (!adjoint ? 'N' : t.isComplex() ? 'C' : 'T');
        return sized(t, (work, size) -> h.call(t, COLUMNS, side, form, m, n, k, a, lda, tau, c, ldc, work, size));
    }

    // ---- eigenvalues, singular values ----

    @Override
    public int geev(DType t, boolean vectors, int n, long a, int lda, long w, long v, int ldv) {
        Library.Function h = routines().geev;
        byte no = 'N';
        byte right = (byte) (vectors ? 'V' : 'N');
        if (!t.isComplex()) {
            long imaginary = w + (long) n * t.size();
            return sized(
                    t,
                    (work, size) -> h.call(t, COLUMNS, no, right, n, a, lda, w, imaginary, v, ldv, v, ldv, work, size));
        }
        try (Work reals = Work.of(t.real(), 2L * n)) {
            return sized(
                    t,
                    (work, size) ->
                            h.call(t, COLUMNS, no, right, n, a, lda, w, v, ldv, v, ldv, work, size, reals.address()));
        }
    }

    @Override
    public int syevd(DType t, boolean vectors, boolean upper, int n, long a, int lda, long w) {
        Library.Function h = routines().syevd;
        byte job = (byte) (vectors ? 'V' : 'N');
        byte half = triangle(upper);
        // The three sizes that the routine's documentation asks for at least.
        int ints = vectors ? 3 + 5 * n : 1;
        long square = (long) n * n;
        return run(() -> {
            try (Work integers = Work.ints(ints)) {
                long ip = integers.address();
                if (!t.isComplex()) {
                    return sized(
                            t,
                            (work, size) ->
                                    h.call(t, COLUMNS, job, half, n, a, lda, w, work, size, ip, size < 0 ? -1 : ints));
                }
                int reals = Math.toIntExact(vectors ? 1 + 5L * n + 2 * square : Math.max(1, n));
                try (Work r = Work.of(t.real(), reals)) {
                    return sized(
                            t,
                            (work, size) -> h.call(
                                    t,
                                    COLUMNS,
                                    job,
                                    half,
                                    n,
                                    a,
                                    lda,
                                    w,
                                    work,
                                    size,
                                    r.address(),
                                    size < 0 ? -1 : reals,
                                    ip,
                                    size < 0 ? -1 : ints));
                }
            }
        });
    }

    @Override
    public int gesdd(
            DType t, Vectors vectors, int m, int n, long a, int lda, long s, long u, int ldu, long vh, int ldvh) {
        Library.Function h = routines().gesdd;
        byte job = (byte) (vectors == Vectors.ALL ? 'A' : vectors == Vectors.SOME ? 'S' : 'N');
        long k = Math.min(m, n);
        long l = Math.max(m, n);
        try (Work ints = Work.ints(8 * k)) {
            long ip = ints.address();
            if (!t.isComplex()) {
                return sized(
                        t, (work, size) -> h.call(t, COLUMNS, job, m, n, a, lda, s, u, ldu, vh, ldvh, work, size, ip));
            }
            long reals = vectors == Vectors.NONE ? 7 * k : k * Math.max(5 * k + 7, 2 * l + 2 * k + 1);
            try (Work r = Work.of(t.real(), Math.max(1, reals))) {
                return sized(
                        t,
                        (work, size) -> h.call(
                                t, COLUMNS, job, m, n, a, lda, s, u, ldu, vh, ldvh, work, size, r.address(), ip));
            }
        }
    }

    // ---- least squares ----

    @Override
    public int leastSquares(
            DType t,
            LeastSquares driver,
            int m,
            int n,
            int columns,
            long a,
            int lda,
            long b,
            int ldb,
            double rcond,
            long s,
            long rank) {
        return switch (driver) {
            case GELS -> {
                Library.Function h = routines().gels;
                byte plain = 'N';
                yield sized(t, (work, size) -> h.call(t, COLUMNS, plain, m, n, columns, a, lda, b, ldb, work, size));
            }
            case GELSY -> gelsy(t, m, n, columns, a, lda, b, ldb, rcond, rank);
            case GELSS -> gelss(t, m, n, columns, a, lda, b, ldb, rcond, s, rank);
            case GELSD -> gelsd(t, m, n, columns, a, lda, b, ldb, rcond, s, rank);
        };
    }

    private int gelsy(DType t, int m, int n, int columns, long a, int lda, long b, int ldb, double rcond, long rank) {
        MethodHandle h = routines().gelsy.of(t);
        try (Work order = Work.ints(n);
                Work reals = Work.of(t.real(), 2L * n)) {
            order.clear();
            long p = order.address();
            return sized(
                    t,
                    (work, size) -> t.isComplex()
                            ? (int) h.invokeExact(
                                    COLUMNS, m, n, columns, a, lda, b, ldb, p, rcond, rank, work, size, reals.address())
                            : (int) h.invokeExact(COLUMNS, m, n, columns, a, lda, b, ldb, p, rcond, rank, work, size));
        }
    }

    private int gelss(
            DType t, int m, int n, int columns, long a, int lda, long b, int ldb, double rcond, long s, long rank) {
        MethodHandle h = routines().gelss.of(t);
        try (Work reals = Work.of(t.real(), 5L * Math.min(m, n))) {
            return sized(
                    t,
                    (work, size) -> t.isComplex()
                            ? (int) h.invokeExact(
                                    COLUMNS, m, n, columns, a, lda, b, ldb, s, rcond, rank, work, size, reals.address())
                            : (int) h.invokeExact(COLUMNS, m, n, columns, a, lda, b, ldb, s, rcond, rank, work, size));
        }
    }

    /** The three workspaces have sizes that the routine works out when asked. */
    private int gelsd(
            DType t, int m, int n, int columns, long a, int lda, long b, int ldb, double rcond, long s, long rank) {
        MethodHandle h = routines().gelsd.of(t);
        return run(() -> {
            int size;
            int reals;
            int ints;
            try (Work w = Work.of(t, 1);
                    Work r = Work.of(t.real(), 1);
                    Work i = Work.ints(1)) {
                int info = gelsd(
                        h, t, m, n, columns, a, lda, b, ldb, rcond, s, rank, w.address(), -1, r.address(), i.address());
                if (info != 0) {
                    return info;
                }
                size = w.wish();
                reals = t.isComplex() ? r.wish() : 1;
                ints = i.wish();
            }
            try (Work w = Work.of(t, size);
                    Work r = Work.of(t.real(), reals);
                    Work i = Work.ints(ints)) {
                return gelsd(
                        h,
                        t,
                        m,
                        n,
                        columns,
                        a,
                        lda,
                        b,
                        ldb,
                        rcond,
                        s,
                        rank,
                        w.address(),
                        size,
                        r.address(),
                        i.address());
            }
        });
    }

    private static int gelsd(
            MethodHandle h,
            DType t,
            int m,
            int n,
            int columns,
            long a,
            int lda,
            long b,
            int ldb,
            double rcond,
            long s,
            long rank,
            long work,
            int size,
            long reals,
            long ints)
            throws Throwable {
        return t.isComplex()
                ? (int) h.invokeExact(COLUMNS, m, n, columns, a, lda, b, ldb, s, rcond, rank, work, size, reals, ints)
                : (int) h.invokeExact(COLUMNS, m, n, columns, a, lda, b, ldb, s, rcond, rank, work, size, ints);
    }
}

package org.cresset.lapack;

import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

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

    /** Complex numbers, which BLAS takes by address. */
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

    private static long one(DType t) {
        return (t == DType.COMPLEX64 ? SINGLE_ONE : DOUBLE_ONE).address();
    }

    private static int blas(Form f) {
        return 111 + f.ordinal();
    }

    // ---- BLAS ----

    @Override
    public void gemm(
            DType t, Form formA, Form formB, int m, int n, int k, long a, int lda, long b, int ldb, long c, int ldc) {
        MethodHandle h = routines().gemm.of(t);
        int fa = blas(formA);
        int fb = blas(formB);
        run(() -> {
            if (!t.isComplex()) {
                h.invokeExact(COLUMNS, fa, fb, m, n, k, 1.0, a, lda, b, ldb, 0.0, c, ldc);
                return 0;
            }
            h.invokeExact(COLUMNS, fa, fb, m, n, k, one(t), a, lda, b, ldb, ZERO.address(), c, ldc);
            return 0;
        });
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
        MethodHandle h = routines().trsm.of(t);
        int side = left ? 141 : 142;
        int triangle = upper ? 121 : 122;
        int f = blas(form);
        int diagonal = unit ? 132 : 131;
        run(() -> {
            if (!t.isComplex()) {
                h.invokeExact(COLUMNS, side, triangle, f, diagonal, m, n, 1.0, a, lda, b, ldb);
                return 0;
            }
            h.invokeExact(COLUMNS, side, triangle, f, diagonal, m, n, one(t), a, lda, b, ldb);
            return 0;
        });
    }

    // ---- LU, Cholesky, LDL ----

    @Override
    public int getrf(DType t, int m, int n, long a, int lda, long pivots) {
        MethodHandle h = routines().getrf.of(t);
        return run(() -> (int) h.invokeExact(COLUMNS, m, n, a, lda, pivots));
    }

    @Override
    public int potrf(DType t, boolean upper, int n, long a, int lda) {
        MethodHandle h = routines().potrf.of(t);
        return run(() -> (int) h.invokeExact(COLUMNS, triangle(upper), n, a, lda));
    }

    @Override
    public int sytrf(DType t, boolean hermitian, int n, long a, int lda, long pivots) {
        MethodHandle h = (hermitian && t.isComplex() ? routines().hetrf : routines().sytrf).of(t);
        return sized(t, (work, size) -> (int) h.invokeExact(COLUMNS, triangle(false), n, a, lda, pivots, work, size));
    }

    @Override
    public int sytrs(DType t, boolean hermitian, int n, int columns, long a, int lda, long pivots, long b, int ldb) {
        MethodHandle h = (hermitian && t.isComplex() ? routines().hetrs : routines().sytrs).of(t);
        return run(() -> (int) h.invokeExact(COLUMNS, triangle(false), n, columns, a, lda, pivots, b, ldb));
    }

    // ---- QR ----

    @Override
    public int geqrf(DType t, int m, int n, long a, int lda, long tau) {
        MethodHandle h = routines().geqrf.of(t);
        return sized(t, (work, size) -> (int) h.invokeExact(COLUMNS, m, n, a, lda, tau, work, size));
    }

    @Override
    public int orgqr(DType t, int m, int n, int k, long a, int lda, long tau) {
        MethodHandle h = routines().orgqr.of(t);
        return sized(t, (work, size) -> (int) h.invokeExact(COLUMNS, m, n, k, a, lda, tau, work, size));
    }

    @Override
    public int ormqr(
            DType t, boolean left, boolean adjoint, int m, int n, int k, long a, int lda, long tau, long c, int ldc) {
        MethodHandle h = routines().ormqr.of(t);
        byte side = (byte) (left ? 'L' : 'R');
        byte form = (byte) (!adjoint ? 'N' : t.isComplex() ? 'C' : 'T');
        return sized(
                t, (work, size) -> (int) h.invokeExact(COLUMNS, side, form, m, n, k, a, lda, tau, c, ldc, work, size));
    }

    // ---- eigenvalues, singular values ----

    @Override
    public int geev(DType t, boolean vectors, int n, long a, int lda, long w, long v, int ldv) {
        MethodHandle h = routines().geev.of(t);
        byte no = 'N';
        byte right = (byte) (vectors ? 'V' : 'N');
        if (!t.isComplex()) {
            long imaginary = w + (long) n * t.size();
            return sized(t, (work, size) ->
                    (int) h.invokeExact(COLUMNS, no, right, n, a, lda, w, imaginary, v, ldv, v, ldv, work, size));
        }
        try (Work reals = Work.of(t.real(), 2L * n)) {
            return sized(t, (work, size) ->
                    (int) h.invokeExact(COLUMNS, no, right, n, a, lda, w, v, ldv, v, ldv, work, size, reals.address()));
        }
    }

    @Override
    public int syevd(DType t, boolean vectors, boolean upper, int n, long a, int lda, long w) {
        MethodHandle h = routines().syevd.of(t);
        byte job = (byte) (vectors ? 'V' : 'N');
        byte half = triangle(upper);
        // The three sizes that the routine's documentation asks for at least.
        int ints = vectors ? 3 + 5 * n : 1;
        long square = (long) n * n;
        return run(() -> {
            try (Work integers = Work.ints(ints)) {
                long ip = integers.address();
                if (!t.isComplex()) {
                    return sized(t, (work, size) -> (int)
                            h.invokeExact(COLUMNS, job, half, n, a, lda, w, work, size, ip, size < 0 ? -1 : ints));
                }
                int reals = Math.toIntExact(vectors ? 1 + 5L * n + 2 * square : Math.max(1, n));
                try (Work r = Work.of(t.real(), reals)) {
                    return sized(t, (work, size) -> (int) h.invokeExact(
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
        MethodHandle h = routines().gesdd.of(t);
        byte job = (byte) (vectors == Vectors.ALL ? 'A' : vectors == Vectors.SOME ? 'S' : 'N');
        long k = Math.min(m, n);
        long l = Math.max(m, n);
        try (Work ints = Work.ints(8 * k)) {
            long ip = ints.address();
            if (!t.isComplex()) {
                return sized(t, (work, size) ->
                        (int) h.invokeExact(COLUMNS, job, m, n, a, lda, s, u, ldu, vh, ldvh, work, size, ip));
            }
            long reals = vectors == Vectors.NONE ? 7 * k : k * Math.max(5 * k + 7, 2 * l + 2 * k + 1);
            try (Work r = Work.of(t.real(), Math.max(1, reals))) {
                return sized(t, (work, size) -> (int)
                        h.invokeExact(COLUMNS, job, m, n, a, lda, s, u, ldu, vh, ldvh, work, size, r.address(), ip));
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
                MethodHandle h = routines().gels.of(t);
                byte plain = 'N';
                yield sized(t, (work, size) ->
                        (int) h.invokeExact(COLUMNS, plain, m, n, columns, a, lda, b, ldb, work, size));
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

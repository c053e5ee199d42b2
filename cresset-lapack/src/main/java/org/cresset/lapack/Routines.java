package org.cresset.lapack;

/** The routines that are used, with their parameters after the memory order (see {@link Library#routine}). */
final class Routines {
    final Library.Function gemm;
    final Library.Function trsm;
    final Library.Function getrf;
    final Library.Function potrf;
    final Library.Function sytrf;
    final Library.Function hetrf;
    final Library.Function sytrs;
    final Library.Function hetrs;
    final Library.Function geqrf;
    final Library.Function orgqr;
    final Library.Function ormqr;
    final Library.Function geev;
    final Library.Function syevd;
    final Library.Function gesdd;
    final Library.Function gels;
    final Library.Routine gelsy;
    final Library.Routine gelss;
    final Library.Routine gelsd;

    Routines(Library l) {
        gemm = l.blas("gemm");
        trsm = l.blas("trsm");
        getrf = l.function("getrf", "getrf");
        potrf = l.function("potrf", "potrf");
        sytrf = l.function("sytrf", "sytrf");
        hetrf = l.function("hetrf", "hetrf");
        sytrs = l.function("sytrs", "sytrs");
        hetrs = l.function("hetrs", "hetrs");
        geqrf = l.function("geqrf", "geqrf");
        orgqr = l.function("orgqr", "ungqr");
        ormqr = l.function("ormqr", "unmqr");
        geev = l.function("geev", "geev");
        syevd = l.function("syevd", "heevd");
        gesdd = l.function("gesdd", "gesdd");
        gels = l.function("gels", "gels");
        gelsy = l.routine("gelsy", "iiipipiprppi", "iiipipiprppip");
        gelss = l.routine("gelss", "iiipipiprppi", "iiipipiprppip");
        gelsd = l.routine("gelsd", "iiipipiprppip", "iiipipiprppipp");
    }
}

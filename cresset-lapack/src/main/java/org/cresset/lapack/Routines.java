package org.cresset.lapack;

/** The routines that are used, with their parameters after the memory order (see {@link Library#routine}). */
final class Routines {
    final Library.Routine gemm;
    final Library.Routine trsm;
    final Library.Routine getrf;
    final Library.Routine potrf;
    final Library.Routine sytrf;
    final Library.Routine hetrf;
    final Library.Routine sytrs;
    final Library.Routine hetrs;
    final Library.Routine geqrf;
    final Library.Routine orgqr;
    final Library.Routine ormqr;
    final Library.Routine geev;
    final Library.Routine syevd;
    final Library.Routine gesdd;
    final Library.Routine gels;
    final Library.Routine gelsy;
    final Library.Routine gelss;
    final Library.Routine gelsd;

    Routines(Library l) {
        gemm = l.blas("gemm", "iiiiiirpipirpi", "iiiiiippipippi");
        trsm = l.blas("trsm", "iiiiiiirpipi", "iiiiiiippipi");
        getrf = l.routine("getrf", "iipip");
        potrf = l.routine("potrf", "cipi");
        sytrf = l.routine("sytrf", "cipippi");
        hetrf = l.routine("hetrf", "cipippi");
        sytrs = l.routine("sytrs", "ciipippi");
        hetrs = l.routine("hetrs", "ciipippi");
        geqrf = l.routine("geqrf", "iipippi");
        orgqr = l.routine("orgqr", "ungqr", "iiipippi", "iiipippi");
        ormqr = l.routine("ormqr", "unmqr", "cciiipippipi", "cciiipippipi");
        geev = l.routine("geev", "geev", "ccipipppipipi", "ccipippipipip");
        syevd = l.routine("syevd", "heevd", "ccipippipi", "ccipippipipi");
        gesdd = l.routine("gesdd", "gesdd", "ciipippipipip", "ciipippipipipp");
        gels = l.routine("gels", "ciiipipipi");
        gelsy = l.routine("gelsy", "gelsy", "iiipipiprppi", "iiipipiprppip");
        gelss = l.routine("gelss", "gelss", "iiipipiprppi", "iiipipiprppip");
        gelsd = l.routine("gelsd", "gelsd", "iiipipiprppip", "iiipipiprppipp");
    }
}

package org.cresset.emit;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** A reading of a body that computes nothing: finds its constants, which loops set up before they begin. */
final class Constants implements Lanes<Integer> {
    private final LaneType type;
    private final Set<Number> found = new LinkedHashSet<>();
    private boolean vectorizable = true;

    private final boolean narrow;

    private Constants(LaneType type, boolean narrow) {
        this.type = type;
        this.narrow = narrow;
    }

    static Constants of(Loop loop) {
        Constants c = new Constants(loop.type(), loop.narrow());
        List<Integer> in = new ArrayList<>();
        for (int i = 0; i < loop.inputs(); i++) {
            in.addAll(Collections.nCopies(loop.row(i).valueCount(), 0));
        }
        if (loop.rows().contains(Row.FLAG)) {
            c.zero();
            c.one();
        }
        loop.body().lanes(c, in);
        return c;
    }

    Set<Number> found() {
        return found;
    }

    boolean vectorizable() {
        return vectorizable;
    }

    static Number key(LaneType type, double c) {
        return switch (type) {
            case F32 -> (float) c;
            case F64 -> c;
            case I32 -> (int) c;
            case I64 -> (long) c;
        };
    }

    static Number key(LaneType type, long c) {
        return switch (type) {
            case F32 -> (float) c;
            case F64 -> (double) c;
            case I32 -> (int) c;
            case I64 -> c;
        };
    }

    @Override
    public LaneType type() {
        return type;
    }

    @Override
    public boolean narrow() {
        return narrow;
    }

    @Override
    public Integer constant(double c) {
        found.add(key(type, c));
        return 0;
    }

    @Override
    public Integer constant(long c) {
        found.add(key(type, c));
        return 0;
    }

    @Override
    public Integer div(Integer a, Integer b) {
        vectorizable &= type != LaneType.I32;
        return 0;
    }

    @Override
    public Integer call(Function function, List<Integer> args) {
        vectorizable = false;
        return 0;
    }

    @Override
    public Integer add(Integer a, Integer b) {
        return 0;
    }

    @Override
    public Integer sub(Integer a, Integer b) {
        return 0;
    }

    @Override
    public Integer mul(Integer a, Integer b) {
        return 0;
    }

    @Override
    public Integer fma(Integer a, Integer b, Integer c) {
        return 0;
    }

    @Override
    public Integer neg(Integer a) {
        return 0;
    }

    @Override
    public Integer abs(Integer a) {
        return 0;
    }

    @Override
    public Integer min(Integer a, Integer b) {
        return 0;
    }

    @Override
    public Integer max(Integer a, Integer b) {
        return 0;
    }

    @Override
    public Integer sqrt(Integer a) {
        return 0;
    }

    @Override
    public Integer lt(Integer a, Integer b) {
        return 0;
    }

    @Override
    public Integer le(Integer a, Integer b) {
        return 0;
    }

    @Override
    public Integer eq(Integer a, Integer b) {
        return 0;
    }

    @Override
    public Integer both(Integer m, Integer n) {
        return 0;
    }

    @Override
    public Integer either(Integer m, Integer n) {
        return 0;
    }

    @Override
    public Integer not(Integer m) {
        return 0;
    }

    @Override
    public Integer select(Integer mask, Integer a, Integer b) {
        return 0;
    }

    @Override
    public Integer and(Integer a, Integer b) {
        return 0;
    }

    @Override
    public Integer or(Integer a, Integer b) {
        return 0;
    }

    @Override
    public Integer xor(Integer a, Integer b) {
        return 0;
    }

    @Override
    public Integer shl(Integer a, Integer b) {
        return 0;
    }

    @Override
    public Integer shr(Integer a, Integer b) {
        return 0;
    }

    @Override
    public Integer signs(Integer a) {
        return 0;
    }

    @Override
    public Integer pow2(Integer k) {
        return 0;
    }

    @Override
    public Integer exponent(Integer a) {
        return 0;
    }

    @Override
    public Integer significand(Integer a) {
        return 0;
    }

    @Override
    public Integer rare(Integer mask, Integer fast, Function function, List<Integer> args) {
        return 0;
    }

    @Override
    public Integer advance(Integer a, Integer k) {
        return 0;
    }
}

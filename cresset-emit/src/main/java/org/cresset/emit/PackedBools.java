package org.cresset.emit;

import java.util.List;

/**
 * Reads a body as one over truth values, eight to a long: sums are disjunctions, products conjunctions, comparisons formulas.
 * What has no such reading throws {@link NoReading}.
 *
 * @param longs where the words of eight bytes, each 0 or 1, are handled
 */
public record PackedBools<V>(Lanes<V> longs) implements Lanes<V> {
    private static final long TRUE = 0x0101010101010101L;

    @Override
    public LaneType type() {
        return LaneType.I32; // bodies ask whether they meet integers
    }

    @Override
    public V constant(double c) {
        return constant((long) c);
    }

    @Override
    public V constant(long c) {
        if (c != 0 && c != 1) {
            throw unread();
        }
        return longs.constant(c == 0 ? 0L : TRUE);
    }

    @Override
    public V add(V a, V b) {
        return longs.or(a, b);
    }

    @Override
    public V mul(V a, V b) {
        return longs.and(a, b);
    }

    @Override
    public V abs(V a) {
        return a;
    }

    @Override
    public V min(V a, V b) {
        return longs.and(a, b);
    }

    @Override
    public V max(V a, V b) {
        return longs.or(a, b);
    }

    @Override
    public V lt(V a, V b) {
        return longs.and(not(a), b);
    }

    @Override
    public V le(V a, V b) {
        return longs.or(not(a), b);
    }

    @Override
    public V eq(V a, V b) {
        return not(longs.xor(a, b));
    }

    @Override
    public V both(V m, V n) {
        return longs.and(m, n);
    }

    @Override
    public V either(V m, V n) {
        return longs.or(m, n);
    }

    @Override
    public V not(V m) {
        return longs.xor(m, constant(1L));
    }

    @Override
    public V select(V mask, V a, V b) {
        return longs.or(longs.and(mask, a), longs.and(not(mask), b));
    }

    @Override
    public V number(V mask) {
        return mask;
    }

    @Override
    public V and(V a, V b) {
        return longs.and(a, b);
    }

    @Override
    public V or(V a, V b) {
        return longs.or(a, b);
    }

    @Override
    public V xor(V a, V b) {
        return longs.xor(a, b);
    }

    /** That a body does something that means nothing for truth values. */
    public static final class NoReading extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private NoReading() {
            super("of truth values", null, false, false);
        }
    }

    private static NoReading unread() {
        return new NoReading();
    }

    @Override
    public V sub(V a, V b) {
        throw unread();
    }

    @Override
    public V div(V a, V b) {
        throw unread();
    }

    @Override
    public V fma(V a, V b, V c) {
        throw unread();
    }

    @Override
    public V neg(V a) {
        throw unread();
    }

    @Override
    public V sqrt(V a) {
        throw unread();
    }

    @Override
    public V shl(V a, V b) {
        throw unread();
    }

    @Override
    public V shr(V a, V b) {
        throw unread();
    }

    @Override
    public V pow2(V k) {
        throw unread();
    }

    @Override
    public V exponent(V a) {
        throw unread();
    }

    @Override
    public V significand(V a) {
        throw unread();
    }

    @Override
    public V call(Function function, List<V> args) {
        throw unread();
    }

    @Override
    public V rare(V mask, V fast, Function function, List<V> args) {
        throw unread();
    }

    @Override
    public V advance(V a, V k) {
        throw unread();
    }
}

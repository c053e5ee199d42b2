package org.cresset.emit;

import java.util.List;
import java.util.function.Supplier;

/**
 * The vocabulary of lane bodies. A body is a function over an abstract value {@code V}; a handler of this interface decides
 * what happens: compute with one number, append an instruction to a loop, or print. Comparisons give masks, which only
 * {@link #select}, {@link #rare} and the logical methods take. All methods are exact in the sense of IEEE 754 and Java
 * ({@code fma} rounds once; integers wrap), so that every handler gives the same bits.
 */
public interface Lanes<V> {
    /** The type of the values. */
    LaneType type();

    /** Whether results are kept in float32 although they are computed in float64: approximations may stop at some 10^-10. */
    default boolean narrow() {
        return false;
    }

    /** A number of the loop's type. */
    V constant(double c);

    /** A 64-bit integer of the loop's type (integer loops). */
    V constant(long c);

    /** {@code a + b}. */
    V add(V a, V b);

    /** {@code a - b}. */
    V sub(V a, V b);

    /** {@code a * b}. */
    V mul(V a, V b);

    /** {@code a / b}; for integers truncated, and 0 where b is 0. */
    V div(V a, V b);

    /** {@code a * b + c}, rounded once (floating point). */
    V fma(V a, V b, V c);

    /** {@code -a}. */
    V neg(V a);

    /** Magnitude. */
    V abs(V a);

    /** The smaller; NaN if either is NaN; -0 is less than 0. */
    V min(V a, V b);

    /** The larger; NaN if either is NaN. */
    V max(V a, V b);

    /** Square root (floating point). */
    V sqrt(V a);

    /** {@code a < b}. */
    V lt(V a, V b);

    /** {@code a <= b}. */
    V le(V a, V b);

    /** {@code a == b}. */
    V eq(V a, V b);

    /** Logical and of masks. */
    V both(V m, V n);

    /** Logical or of masks. */
    V either(V m, V n);

    /** Logical not of a mask. */
    V not(V m);

    /** {@code a} where the mask holds, else {@code b}. */
    V select(V mask, V a, V b);

    /** Bitwise and; on floating-point values of their bit patterns. */
    V and(V a, V b);

    /** Bitwise or; on floating-point values of their bit patterns. */
    V or(V a, V b);

    /** Bitwise exclusive or; on floating-point values of their bit patterns. */
    V xor(V a, V b);

    /** {@code a << b} (integers); 0 where b is not less than the width. */
    V shl(V a, V b);

    /** {@code a >> b}, arithmetic (integers); the sign where b is not less than the width. */
    V shr(V a, V b);

    /** The sign in all bits (integers): -1 where a is negative, else 0. */
    default V signs(V a) {
        return select(lt(a, zero()), constant(-1L), zero());
    }

    /** {@code 2^k} for an integral k in the range of normal numbers (floating point). */
    V pow2(V k);

    /** The unbiased exponent field, {@code floor(log2 |a|)} of a normal number, as a number (floating point). */
    V exponent(V a);

    /** The number in [1, 2) with the significand of a normal {@code a} (floating point; sign dropped). */
    V significand(V a);

    /**
     * {@code function} of each argument, through its double-precision (or long) form: the loop is then a scalar one. For
     * functions without a lane form.
     */
    V call(Function function, List<V> args);

    /** {@code fast} where the mask does not hold; where it does, which should be rare, {@code function} of the arguments. */
    V rare(V mask, V fast, Function function, List<V> args);

    /** The public static method {@code owner.name} with double parameters and result (long ones in integer loops). */
    record Function(Class<?> owner, String name) {}

    /**
     * The number whose bit pattern, read as an integer, is k more than that of a (floating point; k a whole number of small
     * magnitude): for positive numbers the k-th next.
     */
    V advance(V a, V k);

    /** {@code yes} where the mask holds, else {@code no}, of which a loop computes only what some of its lanes want. */
    default V choose(V mask, Supplier<V> yes, Supplier<V> no) {
        return select(mask, yes.get(), no.get());
    }

    /** {@link #rare} with one argument. */
    default V rare(V mask, V fast, Function function, V x) {
        return rare(mask, fast, function, List.of(x));
    }

    /** {@code a > b}. */
    default V gt(V a, V b) {
        return lt(b, a);
    }

    /** {@code a >= b}. */
    default V ge(V a, V b) {
        return le(b, a);
    }

    /** {@code a != b}, true for NaN. */
    default V ne(V a, V b) {
        return not(eq(a, b));
    }

    /** Whether a is NaN; never, for integers. */
    default V isNan(V a) {
        return not(eq(a, a));
    }

    /** 0. */
    default V zero() {
        return constant(0.0);
    }

    /** 1. */
    default V one() {
        return constant(1.0);
    }

    /** The sign bit of {@code sign} on the magnitude of {@code magnitude} (floating point). */
    default V copySign(V magnitude, V sign) {
        return or(abs(magnitude), and(sign, constant(-0.0)));
    }

    /** 1 where the mask holds, else 0. */
    default V number(V mask) {
        return select(mask, one(), zero());
    }

    /** To the nearest integer, ties to even; the identity on integers. */
    default V rint(V a) {
        if (!type().isFloat()) {
            return a;
        }
        V big = constant(type() == LaneType.F32 ? 0x1p23 : 0x1p52);
        V sign = and(a, constant(-0.0));
        V magnitude = xor(a, sign);
        V rounded = or(sub(add(magnitude, big), big), sign);
        return select(lt(magnitude, big), rounded, a);
    }

    /** Down to an integer. */
    default V floor(V a) {
        if (!type().isFloat()) {
            return a;
        }
        V r = rint(a);
        return select(gt(r, a), sub(r, one()), r);
    }

    /** Up to an integer; the sign of zero is that of the input. */
    default V ceil(V a) {
        if (!type().isFloat()) {
            return a;
        }
        V r = rint(a);
        return or(select(lt(r, a), add(r, one()), r), and(a, constant(-0.0)));
    }

    /** Towards zero to an integer. */
    default V trunc(V a) {
        if (!type().isFloat()) {
            return a;
        }
        V big = constant(type() == LaneType.F32 ? 0x1p23 : 0x1p52);
        V sign = and(a, constant(-0.0));
        V magnitude = xor(a, sign);
        V r = sub(add(magnitude, big), big);
        V whole = or(select(gt(r, magnitude), sub(r, one()), r), sign);
        return select(lt(magnitude, big), whole, a);
    }
}

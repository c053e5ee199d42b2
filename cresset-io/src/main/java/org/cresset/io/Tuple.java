package org.cresset.io;

import java.util.AbstractList;
import java.util.Arrays;
import java.util.RandomAccess;
import org.jspecify.annotations.Nullable;

/** A Python tuple: a list that can't change, and that stays a tuple when it is written again. */
public final class Tuple extends AbstractList<@Nullable Object> implements RandomAccess {
    /** Beyond this a key would cost too much to compare. */
    private static final long LARGEST_KEY = 10_000;

    private final @Nullable Object[] values;

    /** Kept, because tuples may hold one another many times over; -1 if something in it can't be a key. */
    private final long weight;

    private final int hash;

    private Tuple(@Nullable Object[] values) {
        this.values = values;
        long sum = 1;
        int h = 1;
        for (Object o : values) {
            long w = weight(o);
            if (w < 0 || sum < 0) {
                sum = -1;
                break;
            }
            sum = Math.min(sum + w, Integer.MAX_VALUE);
            h = 31 * h + (o == null ? 0 : o.hashCode());
        }
        weight = sum;
        hash = h;
    }

    /** A tuple of these values. */
    public static Tuple of(@Nullable Object... values) {
        return new Tuple(values.clone());
    }

    private static long weight(@Nullable Object o) {
        if (o instanceof Tuple t) {
            return t.weight;
        }
        return isAtom(o) ? 1 : -1;
    }

    private static boolean isAtom(@Nullable Object o) {
        return o == null
                || o instanceof String
                || o instanceof Number
                || o instanceof Boolean
                || o instanceof Enum<?>
                || o instanceof TorchDevice
                || o instanceof ComplexNumber;
    }

    /** Whether a value may be a key of a map: a number, string, boolean, null, type, or a small tuple of such. */
    static boolean isKey(@Nullable Object o) {
        return o instanceof Tuple t ? t.weight >= 0 && t.weight <= LARGEST_KEY : isAtom(o);
    }

    @Override
    public @Nullable Object get(int i) {
        return values[i];
    }

    @Override
    public int size() {
        return values.length;
    }

    @Override
    public int hashCode() {
        return weight >= 0 ? hash : super.hashCode();
    }

    @Override
    public boolean equals(@Nullable Object o) {
        if (o instanceof Tuple t && weight >= 0 && t.weight >= 0) {
            return hash == t.hash && weight == t.weight && Arrays.equals(values, t.values);
        }
        return super.equals(o);
    }

    @Override
    public String toString() {
        String s = super.toString();
        return "(" + s.substring(1, s.length() - 1) + (size() == 1 ? ",)" : ")");
    }
}

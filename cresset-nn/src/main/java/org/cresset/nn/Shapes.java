package org.cresset.nn;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.cresset.base.CressetException;

/** Numbers for each dimension. */
final class Shapes {
    private Shapes() {}

    /** One number for each of n dimensions, given one for all or one for each. */
    static long[] spread(String name, String what, long[] given, int n) {
        if (given.length == n) {
            return given.clone();
        }
        if (given.length != 1) {
            throw CressetException.value(
                    name + ": " + what + " " + Arrays.toString(given) + "; expected one number or " + n);
        }
        long[] all = new long[n];
        Arrays.fill(all, given[0]);
        return all;
    }

    /** Numbers that come as an array or a list. */
    static long[] longs(String name, String what, Object given) {
        return switch (given) {
            case long[] l -> l;
            case int[] i -> Arrays.stream(i).asLongStream().toArray();
            case List<?> l
            when l.stream().allMatch(Number.class::isInstance) ->
                l.stream().mapToLong(o -> ((Number) o).longValue()).toArray();
            default -> throw CressetException.value(name + ": " + what + " " + given + "; expected integers");
        };
    }

    /** As Python writes a tuple. */
    static String tuple(long[] v) {
        return Arrays.stream(v)
                .mapToObj(Long::toString)
                .collect(Collectors.joining(", ", "(", v.length == 1 ? ",)" : ")"));
    }
}

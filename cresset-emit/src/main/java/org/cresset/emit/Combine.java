package org.cresset.emit;

/** How a reduction combines what it has with the next element. */
public enum Combine {
    SUM,
    PRODUCT,
    MIN,
    MAX,
    /** As {@code MAX} in fewer instructions, for floating-point numbers of which those that are NaN don't count. */
    LARGER,
    AND,
    OR,
    XOR;

    /** The combination of two values. */
    public <V> V apply(Lanes<V> lanes, V a, V b) {
        return switch (this) {
            case SUM -> lanes.add(a, b);
            case PRODUCT -> lanes.mul(a, b);
            case MIN -> lanes.min(a, b);
            case MAX -> lanes.max(a, b);
            case LARGER -> lanes.select(lanes.lt(a, b), b, a);
            case AND -> lanes.and(a, b);
            case OR -> lanes.or(a, b);
            case XOR -> lanes.xor(a, b);
        };
    }

    /** The value that changes nothing, for floating-point loops. */
    public double identity() {
        return switch (this) {
            case PRODUCT -> 1;
            case MIN -> Double.POSITIVE_INFINITY;
            case MAX, LARGER -> Double.NEGATIVE_INFINITY;
            default -> 0;
        };
    }

    /** The value that changes nothing, for integer loops over {@code type}. */
    public long integerIdentity(LaneType type) {
        return switch (this) {
            case PRODUCT -> 1;
            case MIN -> type == LaneType.I32 ? Integer.MAX_VALUE : Long.MAX_VALUE;
            case MAX, LARGER -> type == LaneType.I32 ? Integer.MIN_VALUE : Long.MIN_VALUE;
            case AND -> -1;
            default -> 0;
        };
    }
}

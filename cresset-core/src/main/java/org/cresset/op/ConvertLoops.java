package org.cresset.op;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.cresset.base.DType;
import org.cresset.emit.Body;
import org.cresset.emit.Kernel;
import org.cresset.emit.LaneType;
import org.cresset.emit.Lanes;
import org.cresset.emit.Loop;
import org.cresset.emit.Row;
import org.jspecify.annotations.Nullable;

/** The most frequent conversions as loops, which need the arrays of {@link ConvertRuns} only where there is no quick form of them. */
final class ConvertLoops {
    private static final int COUNT = DType.values().length;

    /** By the ordinals of source and target. */
    private static final @Nullable Tiers[] ALL = new Tiers[COUNT * COUNT];

    /** Elements of one call. */
    private static final int MOST = 1 << 26;

    static {
        for (Loop loop : all()) {
            DType source = loop.rows().getFirst().dtype(loop.type());
            DType target = loop.rows().getLast().dtype(loop.type());
            ALL[source.ordinal() * COUNT + target.ordinal()] = new Tiers(loop);
        }
    }

    private ConvertLoops() {}

    /** What stays as it is but for how it lies in memory. */
    private static final class Same implements Body {
        @Override
        public <V> List<V> lanes(Lanes<V> l, List<V> in) {
            return in;
        }
    }

    static List<Loop> all() {
        List<Loop> all = new ArrayList<>();
        for (LaneType type : LaneType.values()) {
            both(all, type, Row.FLAG);
        }
        both(all, LaneType.F64, Row.NARROW);
        for (Row row : List.of(Row.BRAIN, Row.HALF, Row.BYTE, Row.INT, Row.LONG)) {
            both(all, LaneType.F32, row);
        }
        return all;
    }

    private static void both(List<Loop> all, LaneType type, Row other) {
        for (List<Row> rows : List.of(List.of(other, Row.PLAIN), List.of(Row.PLAIN, other))) {
            String name = "convert_" + rows.getFirst().dtype(type) + "_"
                    + rows.getLast().dtype(type);
            all.add(new Loop(
                    name.toLowerCase(Locale.ROOT), type, List.of(false), 1, List.of(), rows, false, new Same()));
        }
    }

    /** Converts n elements in native memory; false if there is no quick form for that. */
    static boolean run(DType source, MemorySegment from, long fo, DType target, MemorySegment to, long at, long n) {
        Tiers loop = ALL[source.ordinal() * COUNT + target.ordinal()];
        Kernel k = loop == null || !from.isNative() || !to.isNative() ? null : loop.quick(n);
        if (k == null) {
            return false;
        }
        for (long i = 0; i < n; i += MOST) {
            k.run(from, fo + i * source.size(), null, 0, null, 0, to, at + i * target.size(), (int)
                    Math.min(MOST, n - i));
        }
        return true;
    }
}

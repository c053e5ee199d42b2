package org.cresset.emit;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.cresset.base.Background;
import org.cresset.base.spi.MachineCode;
import org.cresset.base.spi.NativeFunction;

/**
 * What a process needs before its first loop in machine code, made by a thread of its own while the program still fills its first
 * tensors: the handle of brief calls, and the ways through the writers of such code, which the interpreter would else go for the
 * first time when somebody waits for it.
 */
public final class Preparation {
    /** Bytes of a tensor from which operations on it want more than scalar loops. */
    private static final long WORTH_IT = 1 << 14;

    private Preparation() {}

    /** A tensor of so many bytes is going to be made: begins, if that is a reason to and hasn't happened yet. */
    public static void mayBegin(long bytes) {
        if (bytes >= WORTH_IT) {
            Begun.load();
        }
    }

    private static final class Begun {
        static {
            if (Runtime.getRuntime().availableProcessors() > 1 && !MachineKernels.SCALAR_ONLY) {
                Background.thread("cresset-preparation", Preparation::run).start();
            }
        }

        /** Loads this class. */
        static void load() {}
    }

    private static void run() {
        if (MachineCode.avx2()) {
            NativeFunction.prepareBriefCalls();
            for (Loop loop : samples()) {
                int bytes = MachineKernels.widest();
                if (MachineLoop.of(loop, bytes) == null) {
                    bytes = MachineLoop.VECTOR;
                    MachineLoop.of(loop, bytes);
                }
                MachineLoop.rows(loop, bytes);
                MachineLoop.parts(loop, bytes);
                MachineLoop.streamed(loop, bytes);
            }
        }
    }

    /** Short loops and a longer one, over rows of all kinds. */
    static List<Loop> samples() {
        List<Loop> all = new ArrayList<>();
        for (LaneType type : LaneType.values()) {
            for (Row row : type == LaneType.F32 ? Row.values() : new Row[] {Row.PLAIN, Row.FLAG}) {
                if (row == Row.NARROW || row == Row.NARROW_PAIR || row == Row.SOON) {
                    continue; // of float64, and no row that the body has
                }
                all.add(loop(type, List.of(row, Row.PLAIN), new Difference()));
                all.add(loop(type, List.of(Row.PLAIN, row), new Difference()));
            }
            all.add(new Loop("S", type, List.of(false), 0, List.of(Combine.SUM), false, new Difference()));
        }
        all.add(loop(LaneType.F32, List.of(Row.PLAIN, Row.PLAIN), new Curve()));
        return all;
    }

    private static Loop loop(LaneType type, List<Row> rows, Body body) {
        return new Loop("S", type, Collections.nCopies(rows.size() - 1, false), 1, List.of(), rows, false, body);
    }

    private static final class Difference implements Body {
        @Override
        public <V> List<V> lanes(Lanes<V> l, List<V> in) {
            V x = in.getFirst();
            return List.of(l.select(l.lt(x, l.zero()), l.sub(in.getLast(), l.one()), x), x);
        }
    }

    private static final class Curve implements Body {
        @Override
        public <V> List<V> lanes(Lanes<V> l, List<V> in) {
            return List.of(LaneMath.tanh(l, in.getFirst()));
        }
    }
}

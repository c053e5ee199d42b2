package org.cresset.op;

import java.util.function.IntFunction;
import org.cresset.base.DType;
import org.cresset.emit.Loop;
import org.jspecify.annotations.Nullable;

/** The loops for one dtype, one for each layout; bit i of a layout says that operand i is one element. */
final class Forms implements Pointwise.Loops {
    private final IntFunction<Loop> describe;
    private final @Nullable Tiers[] loops = new Tiers[8];
    private final DType[] memory;
    private final boolean uniform;

    Forms(IntFunction<Loop> describe) {
        this.describe = describe;
        Loop any = describe.apply(0);
        int n = any.repeated().size();
        memory = new DType[n + 1];
        boolean same = true;
        for (int i = 0; i <= n; i++) {
            memory[(i + 1) % (n + 1)] = any.rows().get(i).dtype(any.type());
            same &= any.rows().get(i) == any.rows().get(0);
        }
        uniform = same;
    }

    /** Whether results and operands are all of one dtype. */
    boolean isUniform() {
        return uniform;
    }

    @Override
    public Tiers get(int repeated) {
        Tiers t = loops[repeated];
        if (t == null) {
            t = new Tiers(describe.apply(repeated));
            loops[repeated] = t;
        }
        return t;
    }

    @Override
    public DType memory(int operand) {
        return memory[operand];
    }
}

package org.cresset.op;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.cresset.base.DType;
import org.cresset.base.Shape;
import org.cresset.emit.Body;
import org.cresset.emit.Combine;
import org.cresset.emit.LaneType;
import org.cresset.emit.Lanes;
import org.cresset.emit.Loop;
import org.cresset.tensor.Dense;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** Operations that combine all elements along some dimensions into one. */
public abstract non-sealed class Reduce extends Op {
    private final Combine combine;
    private final Tiers[] rows = new Tiers[LaneType.values().length];
    private final Tiers[] columns = new Tiers[LaneType.values().length];

    /** The dimensions to reduce (bit d for dimension d), whether they stay with size 1, and the dtype to compute in. */
    public record Axes(long mask, boolean keepdim, @Nullable DType dtype) {
        /** Whether dimension d is reduced. */
        public boolean has(int d) {
            return (mask >> d & 1) != 0;
        }

        Axes shift() {
            return new Axes(mask << 1, keepdim, dtype);
        }
    }

    /** An operation that combines with {@code combine}. */
    protected Reduce(String name, Combine combine, Saves saves) {
        super(name, saves);
        this.combine = combine;
    }

    /** What is combined, for element x. */
    protected <V> V lane(Lanes<V> l, V x) {
        return x;
    }

    /** The dtype of the result for an input dtype, unless the attributes name one. */
    protected abstract DType resultType(DType in);

    /** The dtype that elements are brought to before they are combined. */
    protected DType computeType(DType in, DType result) {
        return result;
    }

    /** What is made of the combination of {@code count} elements (floating point). */
    protected double finish(double combined, long count) {
        return combined;
    }

    /** The result where there is nothing to combine. */
    protected double ofNothing() {
        return finish(combine.identity(), 0);
    }

    /** Checks before anything is computed, given the number of elements combined into one. */
    protected void check(Shape in, long count) {}

    /** The shape without (or with 1 for) the reduced dimensions. */
    public static Shape reduced(Shape in, Axes a) {
        int n = 0;
        long[] dims = new long[in.rank()];
        for (int d = 0; d < in.rank(); d++) {
            if (!a.has(d)) {
                dims[n++] = in.size(d);
            } else if (a.keepdim()) {
                dims[n++] = 1;
            }
        }
        return Shape.of(Arrays.copyOf(dims, n));
    }

    /** Number of elements that are combined into one. */
    public static long count(Shape in, Axes a) {
        long n = 1;
        for (int d = 0; d < in.rank(); d++) {
            if (a.has(d)) {
                n *= in.size(d);
            }
        }
        return n;
    }

    @Override
    protected final Spec[] infer(Object attrs, @Nullable Tensor[] in) {
        Axes a = (Axes) attrs;
        check(in[0].shape(), count(in[0].shape(), a));
        DType t = in[0].dtype();
        return spec(reduced(in[0].shape(), a), a.dtype() != null ? a.dtype() : resultType(t));
    }

    @Override
    protected final void compute(Object attrs, @Nullable Dense[] in, Dense[] out) {
        Axes a = (Axes) attrs;
        DType t = computeType(in[0].dtype(), out[0].dtype());
        if (t.isComplex() && combine == Combine.SUM && in[0].dtype() == out[0].dtype()) {
            Reduction.ofParts(this, combine, in[0], out[0], a).run();
            return;
        }
        if (t.isComplex()) {
            ComplexReduction.run(combine, in[0], out[0], a, this);
            return;
        }
        LaneType lane =
                switch (t) {
                    case FLOAT64 -> LaneType.F64;
                    case FLOAT32, FLOAT16, BFLOAT16 -> LaneType.F32;
                    default -> LaneType.I64;
                };
        new Reduction(this, combine, lane, in[0], out[0], a).run();
    }

    /** Whether the largest (or smallest) element is looked for, as it is. */
    protected boolean ordered() {
        return false;
    }

    /** What the loop over rows computes in: of float32 that is put in order the integers of {@link FloatOrder}. */
    final LaneType inside(LaneType type) {
        return ordered() && type == LaneType.F32 ? LaneType.I32 : type;
    }

    /** The loop over rows: adds to a block of accumulators. */
    final Tiers rows(LaneType type) {
        Tiers t = rows[type.ordinal()];
        if (t == null) {
            t = new Tiers(describeRows(type));
            rows[type.ordinal()] = t;
        }
        return t;
    }

    /** The loop over columns: combines a row of results with a row of elements. */
    final Tiers columns(LaneType type) {
        Tiers t = columns[type.ordinal()];
        if (t == null) {
            t = new Tiers(describeColumns(type));
            columns[type.ordinal()] = t;
        }
        return t;
    }

    final Loop describeRows(LaneType type) {
        LaneType inside = inside(type);
        Combine how = inside == type ? combine : Combine.MAX;
        return new Loop(id(type) + "_rows", inside, List.of(false), 0, List.of(how), false, new Body() {
            @Override
            public <V> List<V> lanes(Lanes<V> l, List<V> in) {
                V x = in.getFirst();
                if (inside == type) {
                    return List.of(lane(l, x));
                }
                return List.of(combine == Combine.MIN ? FloatOrder.smallest(l, x) : FloatOrder.largest(l, x));
            }
        });
    }

    final Loop describeColumns(LaneType type) {
        return new Loop(id(type) + "_columns", type, List.of(false, false), 1, List.of(), false, new Body() {
            @Override
            public <V> List<V> lanes(Lanes<V> l, List<V> in) {
                return List.of(combine.apply(l, in.get(0), lane(l, in.get(1))));
            }
        });
    }

    private String id(LaneType type) {
        StringBuilder id = new StringBuilder(name());
        for (int i = 0; i < id.length(); i++) {
            if (!Character.isLetterOrDigit(id.charAt(i))) {
                id.setCharAt(i, '_');
            }
        }
        return id.append('_').append(type.name().toLowerCase(Locale.ROOT)).toString();
    }

    @Override
    public Tensor[] batch(Object attrs, @Nullable Tensor[] in, boolean[] mapped, long size) {
        return new Tensor[] {on(((Axes) attrs).shift(), in[0])};
    }

    /** A tensor of the reduced shape, brought back so that it broadcasts against the input. */
    protected static Tensor restore(Tensor reduced, Axes a, Shape in) {
        if (a.keepdim() || a.mask() == 0) {
            return reduced;
        }
        long[] dims = in.toArray();
        for (int d = 0; d < dims.length; d++) {
            if (a.has(d)) {
                dims[d] = 1;
            }
        }
        return reduced.reshape(dims);
    }
}

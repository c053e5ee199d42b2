package org.cresset.op;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.cresset.emit.Body;
import org.cresset.emit.Combine;
import org.cresset.emit.LaneMath;
import org.cresset.emit.LaneType;
import org.cresset.emit.Lanes;
import org.cresset.emit.Loop;
import org.cresset.emit.Row;

/** The loops that hand-written kernels of composites are put together from. */
final class FusedLoops {
    private static final List<Boolean> ROW = List.of(false);
    private static final List<Boolean> ROW_AND_NUMBER = List.of(false, true);

    /** The largest of a row, not counting NaN. */
    static final Loop LARGEST = accumulate("row_largest", ROW, Combine.LARGER, new Body() {
        @Override
        public <V> List<V> lanes(Lanes<V> l, List<V> in) {
            return in;
        }
    });

    /** The sum of a row. */
    static final Loop SUM = accumulate("row_sum", ROW, Combine.SUM, new Body() {
        @Override
        public <V> List<V> lanes(Lanes<V> l, List<V> in) {
            return in;
        }
    });

    /** exp(x - m), and the sum of that. */
    static final Loop EXP_SHIFTED_AND_SUM = new Loop(
            "fused_exp_shifted_and_sum", LaneType.F32, ROW_AND_NUMBER, 1, List.of(Combine.SUM), false, new Body() {
                @Override
                public <V> List<V> lanes(Lanes<V> l, List<V> in) {
                    V e = LaneMath.expOfNegative(l, l.sub(in.get(0), in.get(1)));
                    return List.of(e, e);
                }
            });

    /** The sum of exp(x - m). */
    static final Loop SUM_EXP_SHIFTED = accumulate("row_sum_exp_shifted", ROW_AND_NUMBER, Combine.SUM, new Body() {
        @Override
        public <V> List<V> lanes(Lanes<V> l, List<V> in) {
            return List.of(LaneMath.expOfNegative(l, l.sub(in.get(0), in.get(1))));
        }
    });

    /** The sum of (x - m)^2. */
    static final Loop SUM_SQUARED_DIFFERENCE =
            accumulate("row_sum_squared_difference", ROW_AND_NUMBER, Combine.SUM, new Body() {
                @Override
                public <V> List<V> lanes(Lanes<V> l, List<V> in) {
                    V d = l.sub(in.get(0), in.get(1));
                    return List.of(l.mul(d, d));
                }
            });

    /** The sum of x y. */
    static final Loop DOT = accumulate("row_dot", List.of(false, false), Combine.SUM, new Body() {
        @Override
        public <V> List<V> lanes(Lanes<V> l, List<V> in) {
            return List.of(l.mul(in.get(0), in.get(1)));
        }
    });

    /** x w + b, all rows. */
    static final Loop SCALE_SHIFT = map("scale_shift", List.of(false, false, false), new Body() {
        @Override
        public <V> List<V> lanes(Lanes<V> l, List<V> in) {
            return List.of(l.fma(in.get(0), in.get(1), in.get(2)));
        }
    });

    /** x w + b with two numbers. */
    static final Loop AFFINE = map("affine", List.of(false, true, true), new Body() {
        @Override
        public <V> List<V> lanes(Lanes<V> l, List<V> in) {
            return List.of(l.fma(in.get(0), in.get(1), in.get(2)));
        }
    });

    /** y (g - d): the gradient through softmax, given g, y and d, the sum of g y. */
    static final Loop SOFTMAX_GRAD = map("softmax_grad", List.of(false, false, true), new SoftmaxGrad());

    /** The same with a number for each column. */
    static final Loop SOFTMAX_GRAD_OF_COLUMNS =
            map("softmax_grad_of_columns", List.of(false, false, false), new SoftmaxGrad());

    private record SoftmaxGrad() implements Body {
        @Override
        public <V> List<V> lanes(Lanes<V> l, List<V> in) {
            return List.of(l.mul(in.get(1), l.sub(in.get(0), in.get(2))));
        }
    }

    /** g - exp(y) s: the gradient through log softmax, given g, y and s, the sum of g. */
    static final Loop LOG_SOFTMAX_GRAD = map("log_softmax_grad", List.of(false, false, true), new LogSoftmaxGrad());

    /** The same with a number for each column. */
    static final Loop LOG_SOFTMAX_GRAD_OF_COLUMNS =
            map("log_softmax_grad_of_columns", List.of(false, false, false), new LogSoftmaxGrad());

    private record LogSoftmaxGrad() implements Body {
        @Override
        public <V> List<V> lanes(Lanes<V> l, List<V> in) {
            return List.of(l.sub(in.get(0), l.mul(LaneMath.expOfNegative(l, in.get(1)), in.get(2))));
        }
    }

    /** x y. */
    static final Loop PRODUCT = map("product", List.of(false, false), new Body() {
        @Override
        public <V> List<V> lanes(Lanes<V> l, List<V> in) {
            return List.of(l.mul(in.get(0), in.get(1)));
        }
    });

    /** x y + z. */
    static final Loop MULTIPLY_ADD = map("multiply_add", List.of(false, false, false), new Body() {
        @Override
        public <V> List<V> lanes(Lanes<V> l, List<V> in) {
            return List.of(l.fma(in.get(0), in.get(1), in.get(2)));
        }
    });

    /** x + y. */
    static final Loop PLUS = map("plus", List.of(false, false), new Body() {
        @Override
        public <V> List<V> lanes(Lanes<V> l, List<V> in) {
            return List.of(l.add(in.get(0), in.get(1)));
        }
    });

    /** x - y. */
    static final Loop DIFFERENCE = map("difference", List.of(false, false), new Body() {
        @Override
        public <V> List<V> lanes(Lanes<V> l, List<V> in) {
            return List.of(l.sub(in.get(0), in.get(1)));
        }
    });

    /** The larger. */
    static final Loop LARGER = map("larger", List.of(false, false), new Body() {
        @Override
        public <V> List<V> lanes(Lanes<V> l, List<V> in) {
            return List.of(l.max(in.get(0), in.get(1)));
        }
    });

    /** The larger, of which the second may be NaN, which doesn't count. */
    static final Loop LARGER_NUMBER = map("larger_number", List.of(false, false), new Body() {
        @Override
        public <V> List<V> lanes(Lanes<V> l, List<V> in) {
            return List.of(l.select(l.lt(in.get(0), in.get(1)), in.get(1), in.get(0)));
        }
    });

    /** exp(x - m), where m is not less than x. */
    static final Loop EXP_DIFFERENCE = map("exp_difference", List.of(false, false), new Body() {
        @Override
        public <V> List<V> lanes(Lanes<V> l, List<V> in) {
            return List.of(LaneMath.expOfNegative(l, l.sub(in.get(0), in.get(1))));
        }
    });

    /** What element x of a window gets of the gradient g that is left, if y is the largest of the window. */
    static final Loop TAKEN = map("taken", List.of(false, false, false), new Body() {
        @Override
        public <V> List<V> lanes(Lanes<V> l, List<V> in) {
            return List.of(l.select(isLargest(l, in.get(0), in.get(1)), in.get(2), l.zero()));
        }
    });

    /** What is left of the gradient g after element x. */
    static final Loop LEFT = map("left", List.of(false, false, false), new Body() {
        @Override
        public <V> List<V> lanes(Lanes<V> l, List<V> in) {
            return List.of(l.select(isLargest(l, in.get(0), in.get(1)), l.zero(), in.get(2)));
        }
    });

    private static <V> V isLargest(Lanes<V> l, V x, V y) {
        return l.either(l.eq(x, y), l.not(l.eq(x, x)));
    }

    /** Sums, products and sums of products in float64 of numbers in float32. */
    static final Loop WIDE_PLUS = wide("wide_plus", 1, new Body() {
        @Override
        public <V> List<V> lanes(Lanes<V> l, List<V> in) {
            return List.of(l.add(in.get(0), in.get(1)));
        }
    });

    static final Loop WIDE_TIMES = wide("wide_times", 1, new Body() {
        @Override
        public <V> List<V> lanes(Lanes<V> l, List<V> in) {
            return List.of(l.mul(in.get(0), in.get(1)));
        }
    });

    static final Loop WIDE_LOG_ADD_EXP = wide("wide_log_add_exp", 1, new Body() {
        @Override
        public <V> List<V> lanes(Lanes<V> l, List<V> in) {
            return List.of(Logarithms.Logaddexp.OP.lane(l, in.get(0), in.get(1)));
        }
    });

    static final Loop WIDE_MULTIPLY_ADD = wide("wide_multiply_add", 2, new Body() {
        @Override
        public <V> List<V> lanes(Lanes<V> l, List<V> in) {
            return List.of(l.add(in.get(0), l.mul(in.get(1), in.get(2))));
        }
    });

    /** A recurrence's next result: of the last one, what is added and the factor. */
    static final Loop WIDE_STEP = wide("wide_step", 2, new Body() {
        @Override
        public <V> List<V> lanes(Lanes<V> l, List<V> in) {
            return List.of(l.add(in.get(1), l.mul(in.get(2), in.get(0))));
        }
    });

    static final Tiers WIDE_PLUS_ROWS = new Tiers(WIDE_PLUS);
    static final Tiers WIDE_TIMES_ROWS = new Tiers(WIDE_TIMES);
    static final Tiers WIDE_LOG_ADD_EXP_ROWS = new Tiers(WIDE_LOG_ADD_EXP);
    static final Tiers WIDE_MULTIPLY_ADD_ROWS = new Tiers(WIDE_MULTIPLY_ADD);
    static final Tiers WIDE_STEP_ROWS = new Tiers(WIDE_STEP);

    static final Tiers LARGER_ROWS = new Tiers(LARGER);
    static final Tiers LARGER_NUMBER_ROWS = new Tiers(LARGER_NUMBER);
    static final Tiers EXP_DIFFERENCE_ROWS = new Tiers(EXP_DIFFERENCE);
    static final Tiers TAKEN_ROWS = new Tiers(TAKEN);
    static final Tiers LEFT_ROWS = new Tiers(LEFT);
    static final Tiers LARGEST_ROWS = new Tiers(LARGEST);
    static final Tiers SUM_ROWS = new Tiers(SUM);
    static final Tiers DOT_ROWS = new Tiers(DOT);
    static final Tiers EXP_SHIFTED_AND_SUM_ROWS = new Tiers(EXP_SHIFTED_AND_SUM);
    static final Tiers SUM_EXP_SHIFTED_ROWS = new Tiers(SUM_EXP_SHIFTED);
    static final Tiers SUM_SQUARED_DIFFERENCE_ROWS = new Tiers(SUM_SQUARED_DIFFERENCE);
    static final Tiers SCALE_SHIFT_ROWS = new Tiers(SCALE_SHIFT);
    static final Tiers AFFINE_ROWS = new Tiers(AFFINE);
    static final Tiers SOFTMAX_GRAD_ROWS = new Tiers(SOFTMAX_GRAD);
    static final Tiers LOG_SOFTMAX_GRAD_ROWS = new Tiers(LOG_SOFTMAX_GRAD);
    static final Tiers SOFTMAX_GRAD_COLUMNS = new Tiers(SOFTMAX_GRAD_OF_COLUMNS);
    static final Tiers LOG_SOFTMAX_GRAD_COLUMNS = new Tiers(LOG_SOFTMAX_GRAD_OF_COLUMNS);
    static final Tiers PRODUCT_ROWS = new Tiers(PRODUCT);
    static final Tiers MULTIPLY_ADD_ROWS = new Tiers(MULTIPLY_ADD);
    static final Tiers PLUS_ROWS = new Tiers(PLUS);
    static final Tiers DIFFERENCE_ROWS = new Tiers(DIFFERENCE);

    private FusedLoops() {}

    static Loop accumulate(String name, List<Boolean> inputs, Combine how, Body body) {
        return new Loop("fused_" + name, LaneType.F32, inputs, 0, List.of(how), false, body);
    }

    private static Loop wide(String name, int numbers, Body body) {
        List<Row> rows = new ArrayList<>(List.of(Row.PLAIN));
        rows.addAll(Collections.nCopies(numbers, Row.NARROW));
        rows.add(Row.PLAIN);
        List<Boolean> repeated = Collections.nCopies(1 + numbers, false);
        return new Loop("fused_" + name, LaneType.F64, repeated, 1, List.of(), rows, false, body);
    }

    static Loop map(String name, List<Boolean> inputs, Body body) {
        return new Loop("fused_" + name, LaneType.F32, inputs, 1, List.of(), false, body);
    }

    static List<Loop> all() {
        return List.of(
                LARGEST,
                SUM,
                EXP_SHIFTED_AND_SUM,
                SUM_EXP_SHIFTED,
                SUM_SQUARED_DIFFERENCE,
                DOT,
                SCALE_SHIFT,
                AFFINE,
                SOFTMAX_GRAD,
                LOG_SOFTMAX_GRAD,
                SOFTMAX_GRAD_OF_COLUMNS,
                LOG_SOFTMAX_GRAD_OF_COLUMNS,
                PRODUCT,
                MULTIPLY_ADD,
                PLUS,
                DIFFERENCE,
                LARGER,
                LARGER_NUMBER,
                EXP_DIFFERENCE,
                TAKEN,
                LEFT,
                WIDE_PLUS,
                WIDE_TIMES,
                WIDE_LOG_ADD_EXP,
                WIDE_MULTIPLY_ADD,
                WIDE_STEP);
    }
}

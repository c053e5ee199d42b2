package org.cresset.emit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.lifecycle.BeforeTry;
import org.cresset.base.spi.MachineCode;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** Loops in the processor's own language against the scalar ones: the same bits, whatever the body. */
class MachineLoopTest {
    private static final int MOST = 150;

    /** Bytes of vectors: where the machine hasn't the wider ones, the others twice. */
    private static final int[] WIDTHS = {MachineLoop.VECTOR, MachineKernels.widest()};

    @BeforeEach
    @BeforeTry
    void onThisMachine() {
        assumeTrue(MachineCode.avx2(), "needs Linux on x86-64 with AVX2");
    }

    /** Bodies of many operations, of which many results are needed much later: more than there are registers. */
    private record AnyBody(long seed, int operations, int results) implements Body {
        @Override
        public <V> List<V> lanes(Lanes<V> l, List<V> in) {
            Random random = new Random(seed);
            List<V> values = new ArrayList<>(in);
            List<V> masks = new ArrayList<>();
            masks.add(l.lt(in.getFirst(), l.one()));
            grow(l, random, values, masks, operations);
            List<V> last = new ArrayList<>();
            for (int i = 1; i <= results; i++) {
                last.add(values.get(Math.floorMod(-i, values.size())));
            }
            return last;
        }

        /** What some lanes want only: operations of the same kinds, on what there is. */
        private static <V> V way(Lanes<V> l, long seed, List<V> values, List<V> masks, int operations) {
            List<V> own = new ArrayList<>(values);
            grow(l, new Random(seed), own, new ArrayList<>(masks), operations);
            return own.getLast();
        }

        private static <V> void grow(Lanes<V> l, Random random, List<V> values, List<V> masks, int operations) {
            for (int i = 0; i < operations; i++) {
                V a = values.get(random.nextInt(values.size()));
                V b = values.get(random.nextInt(values.size()));
                V c = values.get(random.nextInt(values.size()));
                V m = masks.get(random.nextInt(masks.size()));
                switch (random.nextInt(l.type().isFloat() ? 25 : 19)) {
                    case 0 -> values.add(l.add(a, b));
                    case 1 -> values.add(l.sub(a, b));
                    case 2 -> values.add(l.mul(a, b));
                    case 3 -> values.add(l.neg(a));
                    case 4 -> values.add(l.abs(a));
                    case 5 -> values.add(l.min(a, b));
                    case 6 -> values.add(l.max(a, b));
                    case 7 -> masks.add(l.lt(a, b));
                    case 8 -> masks.add(l.le(a, b));
                    case 9 -> masks.add(l.eq(a, b));
                    case 10 -> masks.add(l.both(m, l.ne(a, b)));
                    case 11 -> masks.add(l.either(m, l.gt(a, b)));
                    case 12 -> masks.add(l.not(m));
                    case 13 -> values.add(l.select(m, a, b));
                    case 14 -> values.add(l.constant((double) (random.nextInt(9) - 4)));
                    case 15 -> {
                        long other = random.nextLong();
                        int more = random.nextInt(Math.max(1, operations / 2));
                        values.add(l.choose(
                                m,
                                () -> l.add(way(l, other, values, masks, more), c),
                                () -> way(l, other + 1, values, masks, more / 2)));
                    }
                    case 16 -> values.add(integral(l, random.nextInt(6), a, b));
                    case 17 -> values.add(l.number(m));
                    case 18 -> values.add(l.add(a, l.constant(3L)));
                    case 19 -> values.add(l.fma(a, b, c));
                    case 20 -> values.add(l.div(a, b));
                    case 21 -> values.add(l.sqrt(a));
                    case 22 -> values.add(l.copySign(a, l.select(l.isNan(b), l.one(), b)));
                    case 23 -> values.add(l.rare(l.gt(a, l.constant(90)), b, new Lanes.Function(Math.class, "sin"), c));
                    default -> values.add(floating(l, random.nextInt(8), a));
                }
            }
        }

        private static <V> V integral(Lanes<V> l, int which, V a, V b) {
            if (l.type().isFloat()) {
                return l.select(l.isNan(a), b, a);
            }
            return switch (which) {
                case 0 -> l.and(a, b);
                case 1 -> l.or(a, b);
                case 2 -> l.xor(a, b);
                case 3 -> l.shl(a, b);
                case 4 -> l.shr(a, b);
                default -> l.signs(a);
            };
        }

        private static <V> V floating(Lanes<V> l, int which, V a) {
            return switch (which) {
                case 0 -> l.rint(a);
                case 1 -> l.floor(a);
                case 2 -> l.pow2(l.rint(l.min(normal(l, a), l.constant(9))));
                case 3 -> l.exponent(normal(l, a));
                case 4 -> l.significand(normal(l, a));
                case 5 -> l.ceil(a);
                case 6 -> l.trunc(a);
                default -> l.advance(normal(l, a), l.constant(2));
            };
        }
    }

    /** Not infinite, and not NaN, of which there are many. */
    private static <V> V normal(Lanes<V> l, V a) {
        return l.select(l.lt(l.abs(a), l.constant(1e30)), l.add(l.abs(a), l.one()), l.one());
    }

    private static void fill(MemorySegment m, LaneType t, long seed) {
        Random random = new Random(seed);
        double[] special = {0.0, -0.0, 1, -1, Double.NaN, 1.0 / 0, -1.0 / 0, 1e-40, 3e9};
        for (long i = 0; i < m.byteSize() / t.dtype().size(); i++) {
            double v = random.nextInt(4) == 0 ? special[random.nextInt(special.length)] : random.nextGaussian() * 40;
            switch (t) {
                case F32 -> m.setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) v);
                case F64 -> m.setAtIndex(ValueLayout.JAVA_DOUBLE, i, v);
                case I32 -> m.setAtIndex(ValueLayout.JAVA_INT, i, (int) v);
                case I64 ->
                    m.setAtIndex(ValueLayout.JAVA_LONG, i, random.nextInt(9) == 0 ? random.nextLong() : (long) v);
            }
        }
    }

    /** All bits, NaNs all alike. */
    private static List<Object> bits(MemorySegment m, LaneType t) {
        List<Object> all = new ArrayList<>();
        for (long i = 0; i < m.byteSize() / t.dtype().size(); i++) {
            all.add(
                    switch (t) {
                        case F32 -> Float.floatToIntBits(m.getAtIndex(ValueLayout.JAVA_FLOAT, i));
                        case F64 -> Double.doubleToLongBits(m.getAtIndex(ValueLayout.JAVA_DOUBLE, i));
                        case I32 -> m.getAtIndex(ValueLayout.JAVA_INT, i);
                        case I64 -> m.getAtIndex(ValueLayout.JAVA_LONG, i);
                    });
        }
        return all;
    }

    /** A condition in a mask that was made lanes in a way that may be left out, and had no register any more behind it. */
    @Test
    void conditionsThatBecomeLanesInAWay() {
        anyBodyGivesTheSameBits(5619678, LaneType.F32, true, 79, 15, 1, 0, 3);
        anyBodyGivesTheSameBits(5619678, LaneType.F32, true, 76, 3, 2, 3, 3);
    }

    @Property(tries = 600)
    void anyBodyGivesTheSameBits(
            @ForAll long seed,
            @ForAll LaneType type,
            @ForAll boolean wider,
            @ForAll @IntRange(min = 1, max = 90) int operations,
            @ForAll @IntRange(min = 0, max = MOST) int n,
            @ForAll @IntRange(min = 1, max = 16) int inputs,
            @ForAll @IntRange(min = 0, max = 3) int outputs,
            @ForAll @IntRange(min = 0, max = 3) int accumulators) {
        Random random = new Random(seed);
        int results = Math.max(1, outputs + accumulators);
        List<Combine> how = new ArrayList<>();
        for (int i = 0; i < results - outputs; i++) {
            how.add(List.of(Combine.SUM, Combine.MAX, Combine.MIN, Combine.PRODUCT)
                    .get(random.nextInt(4)));
        }
        List<Boolean> repeated = new ArrayList<>();
        for (int i = 0; i < inputs; i++) {
            repeated.add(random.nextInt(4) == 0);
        }
        Body body = new AnyBody(seed, operations + results, results);
        Loop loop = new Loop("L", type, repeated, outputs, how, true, body);
        WideKernel scalar = Emitted.wide(loop);
        WideKernel machine = MachineKernels.wide(loop, () -> scalar, WIDTHS[wider ? 1 : 0]);
        if (how.size() > 0 && inputs + outputs + how.size() > 11 && machine == null) {
            return; // more rows beside accumulators than there are registers for addresses
        }
        assertThat(machine).as("machine code").isNotNull();
        try (Arena arena = Arena.ofConfined()) {
            int row = 8 * (MOST + 32);
            MemorySegment one = arena.allocate((long) row * loop.operands(), 64);
            fill(one, type, seed);
            MemorySegment other = arena.allocate(one.byteSize(), 64).copyFrom(one);
            long[] offsets = new long[loop.operands()];
            Arrays.setAll(offsets, k -> (long) row * k + type.dtype().size()); // not aligned
            MemorySegment[] places = new MemorySegment[offsets.length];
            Arrays.fill(places, one);
            scalar.run(places, offsets, n);
            Arrays.fill(places, other);
            machine.run(places, offsets, n);
            same(other, one, type);
        }
    }

    /** Rows of which some operands stay where they are: numbers, and sums over the rows that are read and written. */
    @Property(tries = 200)
    void wideRowsGiveTheSameBits(
            @ForAll long seed,
            @ForAll LaneType type,
            @ForAll boolean wider,
            @ForAll boolean rare,
            @ForAll @IntRange(min = 1, max = 70) int n,
            @ForAll @IntRange(min = 1, max = 9) int rows,
            @ForAll @IntRange(min = 0, max = 2) int accumulators) {
        Random random = new Random(seed);
        Body body = new Body() {
            @Override
            public <V> List<V> lanes(Lanes<V> l, List<V> in) {
                V x = l.mul(in.get(0), in.get(1));
                V far = l.gt(in.get(0), l.constant(2));
                V y = rare && type.isFloat()
                        ? l.rare(far, x, new Lanes.Function(Math.class, "log"), List.of(in.get(0)))
                        : x;
                List<V> all = new ArrayList<>(List.of(l.add(in.get(2), y), l.sub(x, in.get(2))));
                all.addAll(List.of(x, in.get(0)).subList(0, accumulators));
                return all;
            }
        };
        List<Combine> how = List.of(Combine.SUM, Combine.MAX).subList(0, accumulators);
        List<Row> kinds = List.of(Row.PLAIN, Row.PLAIN, Row.PLAIN, Row.SOON, Row.PLAIN, Row.PLAIN);
        Loop loop = new Loop("L", type, List.of(false, true, false, false), 2, how, kinds, true, body);
        WideKernel scalar = Emitted.wide(loop);
        WideKernel machine = Objects.requireNonNull(MachineKernels.wide(loop, () -> scalar, WIDTHS[wider ? 1 : 0]));
        int size = type.dtype().size();
        long row = 100L * size;
        long operand = row * 12;
        long[] offsets = new long[loop.operands()];
        long[] steps = new long[offsets.length];
        for (int k = 0; k < offsets.length; k++) {
            boolean up = random.nextBoolean();
            offsets[k] = operand * k + (up ? 0 : (rows - 1) * row) + size;
            steps[k] = up ? row : -row;
        }
        offsets[4] = offsets[2]; // a sum over the rows
        steps[2] = steps[4] = 0;
        sameRows(scalar, machine, offsets, steps, rows, n, operand * offsets.length, type, seed);
    }

    /** Results that go past the caches, where they lie so that they can. */
    @Property(tries = 200)
    void streamedRowsGiveTheSameBits(
            @ForAll long seed,
            @ForAll LaneType type,
            @ForAll boolean wider,
            @ForAll boolean aligned,
            @ForAll @IntRange(min = 1, max = 12) int eighths,
            @ForAll @IntRange(min = 0, max = 3) int more,
            @ForAll @IntRange(min = 1, max = 9) int rows) {
        Body body = new Body() {
            @Override
            public <V> List<V> lanes(Lanes<V> l, List<V> in) {
                return List.of(l.add(l.mul(in.get(0), in.get(1)), in.get(2)));
            }
        };
        List<Row> kinds = List.of(Row.SOON, Row.PLAIN, Row.PLAIN, Row.PLAIN, Row.PLAIN);
        Loop loop = new Loop("L", type, List.of(false, false, true, false), 1, List.of(), kinds, true, body);
        WideKernel scalar = Emitted.wide(loop);
        WideKernel machine =
                Objects.requireNonNull(MachineKernels.streamedWide(loop, () -> scalar, WIDTHS[wider ? 1 : 0]));
        int n = 8 * eighths + more;
        int size = type.dtype().size();
        long row = 128L * size;
        long operand = row * 10;
        long[] offsets = new long[loop.operands()];
        Arrays.setAll(offsets, k -> operand * k + (aligned ? 0 : size));
        long[] steps = {row, row, size, 0, row};
        sameRows(scalar, machine, offsets, steps, rows, n, operand * offsets.length, type, seed);
    }

    @Test
    void onlyRowsOfInputsAreAskedFor() {
        for (boolean output : new boolean[] {true, false}) {
            List<Row> rows = output ? List.of(Row.PLAIN, Row.SOON) : List.of(Row.SOON, Row.PLAIN);
            assertThatThrownBy(() -> new Loop(
                            "L", LaneType.F32, List.of(!output), 1, List.of(), rows, true, new AnyBody(1, 1, 1)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("SOON");
        }
    }

    /** Runs both forms on operands that lie in so many bytes together. */
    private static void sameRows(
            WideKernel scalar,
            WideKernel machine,
            long[] offsets,
            long[] steps,
            int rows,
            int n,
            long bytes,
            LaneType type,
            long seed) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment one = arena.allocate(bytes, 64);
            fill(one, type, seed);
            MemorySegment other = arena.allocate(one.byteSize(), 64).copyFrom(one);
            MemorySegment[] places = new MemorySegment[offsets.length];
            Arrays.fill(places, one);
            scalar.rows(places, offsets, steps, rows, n);
            Arrays.fill(places, other);
            machine.rows(places, offsets, steps, rows, n);
            same(other, one, type);
        }
    }

    private static void same(MemorySegment is, MemorySegment should, LaneType t) {
        List<Object> a = bits(is, t);
        List<Object> b = bits(should, t);
        for (int i = 0; i < a.size(); i++) {
            if (!a.get(i).equals(b.get(i))) {
                assertThat(a.get(i)).as("%s %d of %d", t, i, a.size()).isEqualTo(b.get(i));
            }
        }
    }

    /** Of some elements a function of Java is wanted, in the middle of rows of a grid and at their ends. */
    @ParameterizedTest
    @FieldSource("WIDTHS")
    void gridsStopForWhatIsRareAndGoOn(int vectorBytes) {
        Body body = new Body() {
            @Override
            public <V> List<V> lanes(Lanes<V> l, List<V> in) {
                V twice = l.add(in.get(0), in.get(0));
                V far = l.gt(in.get(0), l.constant(100.0));
                return List.of(l.rare(far, twice, new Lanes.Function(Math.class, "log"), in.get(0)), in.get(1));
            }
        };
        Loop loop = new Loop("G", LaneType.F32, List.of(false, false), 2, List.of(), true, body);
        GridLoop grid = new GridLoop(loop, List.of(0, 0, 1, 1));
        MemoryGridKernel scalar = Emitted.grid(grid);
        MemoryGridKernel machine = Objects.requireNonNull(MachineKernels.of(grid, () -> scalar, vectorBytes));
        Random random = new Random(1);
        for (int n : new int[] {5, 8, 24, 43}) {
            for (int rare = 0; rare < 4; rare++) {
                int rows = 7;
                int step = n + 3;
                try (Arena arena = Arena.ofConfined()) {
                    MemorySegment one = arena.allocate(4L * 4 * rows * step, 64);
                    for (int i = 0; i < 4 * rows * step; i++) {
                        float v = random.nextInt(20) < rare ? 1e3f : random.nextFloat();
                        one.setAtIndex(ValueLayout.JAVA_FLOAT, i, v);
                    }
                    MemorySegment other = arena.allocate(one.byteSize(), 64).copyFrom(one);
                    long[] offsets = new long[4];
                    Arrays.setAll(offsets, k -> 4L * k * rows * step);
                    int[] steps = {step, step};
                    MemorySegment[] places = new MemorySegment[4];
                    Arrays.fill(places, one);
                    scalar.run(places, offsets, steps, rows, n);
                    Arrays.fill(places, other);
                    machine.run(places, offsets, steps, rows, n);
                    same(other, one, LaneType.F32);
                }
            }
        }
    }

    /** Rows at once: with rare elements, ends that aren't vectors, a number for each row, and in place. */
    @ParameterizedTest
    @FieldSource("WIDTHS")
    void manyRowsOfALoop(int vectorBytes) {
        Body body = new Body() {
            @Override
            public <V> List<V> lanes(Lanes<V> l, List<V> in) {
                V sum = l.add(in.get(0), in.get(1));
                V far = l.gt(in.get(0), l.constant(100.0));
                return List.of(l.rare(far, sum, new Lanes.Function(Math.class, "log"), in.get(0)));
            }
        };
        Loop loop = new Loop("R", LaneType.F32, List.of(false, true), 1, List.of(), false, body);
        Kernel scalar = Emitted.scalar(loop);
        Kernel machine = Objects.requireNonNull(MachineKernels.of(loop, () -> scalar, vectorBytes));
        Random random = new Random(1);
        int rows = 7;
        for (int n : new int[] {5, 8, 11, 24, 43}) {
            for (int rare = 0; rare < 3; rare++) {
                for (int target = 0; target < 2; target++) { // 0: in place
                    for (int sign = -1; sign < 2; sign++) {
                        long row = 4L * (n + 3);
                        long far = sign < 0 ? (rows - 1) * row : 0;
                        try (Arena arena = Arena.ofConfined()) {
                            MemorySegment one = arena.allocate(3 * rows * row, 64);
                            for (int i = 0; i < one.byteSize() / 4; i++) {
                                float v = random.nextInt(20) < rare ? 1e3f : random.nextFloat();
                                one.setAtIndex(ValueLayout.JAVA_FLOAT, i, v);
                            }
                            MemorySegment other =
                                    arena.allocate(one.byteSize(), 64).copyFrom(one);
                            long[] offsets = {far, 2 * rows * row + far, 0, target * rows * row + far};
                            long step = target == 0 ? (sign < 0 ? -row : row) : sign * row;
                            long[] steps = {step, sign * 4L, 0, sign < 0 ? -row : row};
                            scalar.rows(new MemorySegment[] {one, one, null, one}, offsets, steps, rows, n);
                            machine.rows(new MemorySegment[] {other, other, null, other}, offsets, steps, rows, n);
                            same(other, one, LaneType.F32);
                        }
                    }
                }
            }
        }
        MemorySegment m = Arena.ofAuto().allocate(4L * 64);
        assertThatThrownBy(() -> machine.rows(
                        new MemorySegment[] {m, m, null, m}, new long[4], new long[] {0, 0, 0, 4L * 17}, 4, 16))
                .isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void allThatIsWrittenInAdvanceCanBe() {
        assertThat(Preparation.samples()).isNotEmpty().allSatisfy(loop -> assertThat(
                        MachineLoop.of(loop, MachineLoop.VECTOR))
                .as("%s %s", loop.type(), loop.rows())
                .isNotNull());
    }

    /** Results that go past the caches: in calls that are full and not, unaligned, over an input, and with a repeated one. */
    @Property(tries = 200)
    void streamedResultsAreTheSame(
            @ForAll long seed,
            @ForAll LaneType type,
            @ForAll boolean wider,
            @ForAll @IntRange(min = 1, max = 3) int inputs,
            @ForAll @IntRange(min = 0, max = 40_000) int n,
            @ForAll @IntRange(min = 0, max = 4) int shifted,
            @ForAll boolean rare,
            @ForAll boolean inPlace) {
        boolean stops = rare && wider && WIDTHS[1] > MachineLoop.VECTOR && type.isFloat();
        Random random = new Random(seed);
        List<Boolean> repeated = new ArrayList<>();
        for (int i = 0; i < inputs; i++) {
            repeated.add(i > 0 && random.nextBoolean());
        }
        Body body = new Body() {
            @Override
            public <V> List<V> lanes(Lanes<V> l, List<V> in) {
                V sum = l.add(l.mul(in.getFirst(), in.getLast()), in.get(in.size() / 2));
                if (!stops) {
                    return List.of(sum);
                }
                V far = l.gt(in.getFirst(), l.constant(100.0));
                return List.of(l.rare(far, sum, new Lanes.Function(Math.class, "log"), in.getFirst()));
            }
        };
        Loop loop = new Loop("S", type, repeated, 1, List.of(), false, body);
        Kernel scalar = Emitted.scalar(loop);
        Kernel streamed = Objects.requireNonNull(MachineKernels.streamed(loop, () -> scalar, WIDTHS[wider ? 1 : 0]));
        try (Arena arena = Arena.ofConfined()) {
            int size = type.dtype().size();
            long row = (long) size * (n + 16) + 63 & -64;
            MemorySegment one = arena.allocate(4 * row, 64);
            fill(one, type, seed);
            MemorySegment other = arena.allocate(one.byteSize(), 64).copyFrom(one);
            long to = inPlace ? 0 : 3 * row + (long) shifted % 3 * size;
            for (MemorySegment m : List.of(one, other)) {
                (m == one ? scalar : streamed).run(m, 0, m, row, m, 2 * row, m, to, n);
            }
            same(other, one, type);
        }
    }

    @ParameterizedTest
    @FieldSource("WIDTHS")
    void rowsInPartsHaveAccumulatorsOfTheirOwn(int vectorBytes) {
        Body body = new Body() {
            @Override
            public <V> List<V> lanes(Lanes<V> l, List<V> in) {
                return List.of(in.get(0));
            }
        };
        Loop loop = new Loop("L", LaneType.F32, List.of(false), 0, List.of(Combine.SUM), false, body);
        Kernel scalar = Emitted.scalar(loop);
        Kernel machine = Objects.requireNonNull(MachineKernels.of(loop, () -> scalar, vectorBytes));
        try (Arena arena = Arena.ofConfined()) {
            for (int part : new int[] {8, 20, 64, 1024}) {
                for (int n : new int[] {0, 7, part, 3 * part, 40 * part + 13}) {
                    MemorySegment row = arena.allocate(4L * n + 4, 64);
                    fill(row, LaneType.F32, n);
                    MemorySegment one = arena.allocate(128L * (n / part + 1), 64);
                    MemorySegment other = arena.allocate(one.byteSize(), 64);
                    scalar.parts(row, 0, one, 0, LaneType.F32, n, part);
                    machine.parts(row, 0, other, 0, LaneType.F32, n, part);
                    same(other, one, LaneType.F32);
                }
            }
        }
    }

    @Test
    void whatLiesOutsideIsRefused() {
        Body body = new Body() {
            @Override
            public <V> List<V> lanes(Lanes<V> l, List<V> in) {
                return List.of(in.get(0));
            }
        };
        Loop loop = new Loop("L", LaneType.F32, Collections.nCopies(1, false), 1, List.of(), false, body);
        Kernel machine = Objects.requireNonNull(MachineKernels.of(loop, () -> Emitted.scalar(loop)));
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment m = arena.allocate(4L * 32);
            assertThatThrownBy(() -> machine.run(m, 4, null, 0, null, 0, m, 0, 32))
                    .isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> machine.run(m, 0, null, 0, null, 0, m, 4, 32))
                    .isInstanceOf(IndexOutOfBoundsException.class);
            MemorySegment heap = MemorySegment.ofArray(new float[32]);
            assertThatThrownBy(() -> machine.run(heap, 0, null, 0, null, 0, m, 0, 32))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    /** Whole numbers are divided by the scalar form alone, and so are functions that have no lane form. */
    @Test
    void someBodiesHaveNoSuchForm() {
        Body quotient = new Body() {
            @Override
            public <V> List<V> lanes(Lanes<V> l, List<V> in) {
                return List.of(l.div(in.get(0), in.get(1)));
            }
        };
        List<Boolean> two = List.of(false, false);
        Loop integers = new Loop("L", LaneType.I32, two, 1, List.of(), false, quotient);
        assertThat(MachineKernels.of(integers, () -> Emitted.scalar(integers))).isNull();
        Loop floats = new Loop("L", LaneType.F32, two, 1, List.of(), false, quotient);
        assertThat(MachineKernels.of(floats, () -> Emitted.scalar(floats))).isNotNull();
    }
}

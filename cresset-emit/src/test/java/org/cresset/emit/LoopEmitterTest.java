package org.cresset.emit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.classfile.ClassFile;
import java.lang.classfile.MethodModel;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Loops of all kinds that can be emitted. */
class LoopEmitterTest {
    private static final int N = 37;

    private static Loop loop(LaneType type, List<Boolean> repeated, List<Combine> accumulators, Body body) {
        int outputs = accumulators.isEmpty() ? 1 : 0;
        return new Loop("L", type, repeated, outputs, accumulators, false, body);
    }

    /** {@code a * b + c} and the like for any type. */
    private static Body combination() {
        return new Body() {
            @Override
            public <V> List<V> lanes(Lanes<V> l, List<V> in) {
                V product = l.mul(in.get(0), in.get(1));
                V sum = l.add(product, in.get(2));
                return List.of(l.select(l.lt(sum, l.zero()), l.neg(sum), l.max(sum, l.one())));
            }
        };
    }

    private static double plain(double a, double b, double c) {
        double sum = a * b + c;
        return sum < 0 ? -sum : Math.max(sum, 1);
    }

    private static void set(MemorySegment m, LaneType t, long i, double v) {
        switch (t) {
            case F32 -> m.setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) v);
            case F64 -> m.setAtIndex(ValueLayout.JAVA_DOUBLE, i, v);
            case I32 -> m.setAtIndex(ValueLayout.JAVA_INT, i, (int) v);
            case I64 -> m.setAtIndex(ValueLayout.JAVA_LONG, i, (long) v);
        }
    }

    private static double get(MemorySegment m, LaneType t, long i) {
        return switch (t) {
            case F32 -> m.getAtIndex(ValueLayout.JAVA_FLOAT, i);
            case F64 -> m.getAtIndex(ValueLayout.JAVA_DOUBLE, i);
            case I32 -> m.getAtIndex(ValueLayout.JAVA_INT, i);
            case I64 -> m.getAtIndex(ValueLayout.JAVA_LONG, i);
        };
    }

    @Test
    void everyTypeAndEveryMixOfRowsAndRepeatedElements() {
        for (LaneType t : LaneType.values()) {
            for (int mask = 0; mask < 8; mask++) {
                int bits = mask;
                List<Boolean> repeated = IntStream.range(0, 3)
                        .mapToObj(i -> (bits >> i & 1) != 0)
                        .toList();
                Loop loop = loop(t, repeated, List.of(), combination());
                for (Kernel k : List.of(Emitted.scalar(loop), Emitted.vector(loop))) {
                    check(k, t, repeated);
                }
            }
        }
    }

    /** What the JIT compiler can't find out by itself in processes that have used vectors of several widths. */
    @Test
    void accumulatorsSayOfWhatClassTheyAre() {
        Loop loop = loop(LaneType.F32, List.of(false, false, false), List.of(Combine.SUM), combination());
        int loops = 0;
        for (MethodModel m : ClassFile.of().parse(LoopEmitter.vector("p", loop)).methods()) {
            String name = m.methodName().stringValue();
            if (name.matches("loop\\d+")) {
                long asked = m.code()
                        .orElseThrow()
                        .elementStream()
                        .filter(e ->
                                e instanceof InvokeInstruction i && i.name().equalsString("getClass"))
                        .count();
                assertThat(asked).as(name).isEqualTo(2 * Long.parseLong(name.substring(4)));
                loops++;
            }
        }
        assertThat(loops).isEqualTo(3); // one for each width of vectors
    }

    private static void check(Kernel k, LaneType t, List<Boolean> repeated) {
        int size = t.dtype().size();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment m = arena.allocate(4L * N * size + size, 64);
            for (int i = 0; i < 3 * N; i++) {
                set(m, t, i, i * 7 % 11 - 5);
            }
            set(m, t, 4 * N, 99);
            long row = (long) N * size;
            k.run(m, 0, m, row, m, 2 * row, m, 3 * row, N);
            for (int i = 0; i < N; i++) {
                double a = get(m, t, repeated.get(0) ? 0 : i);
                double b = get(m, t, N + (repeated.get(1) ? 0 : i));
                double c = get(m, t, 2 * N + (repeated.get(2) ? 0 : i));
                assertThat(get(m, t, 3 * N + i)).as("%s %s", t, repeated).isEqualTo(plain(a, b, c));
            }
            assertThat(get(m, t, 4 * N)).as("what lies behind").isEqualTo(99);
        }
    }

    @Test
    void accumulatorsTakeTheirElementsInTurn() {
        Body square = new Body() {
            @Override
            public <V> List<V> lanes(Lanes<V> l, List<V> in) {
                return List.of(l.mul(in.getFirst(), in.getFirst()));
            }
        };
        for (LaneType t : LaneType.values()) {
            Loop loop = loop(t, List.of(false), List.of(Combine.SUM), square);
            Kernel scalar = Emitted.scalar(loop);
            Kernel vector = Emitted.vector(loop);
            for (int n = 0; n <= 3 * t.accumulators(); n++) { // blocks, vectors and elements that are left
                squares(scalar, t, n);
                squares(vector, t, n);
            }
        }
    }

    private static void squares(Kernel k, LaneType t, int n) {
        int block = t.accumulators();
        int before = 3;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment m = arena.allocate((long) (n + block) * t.dtype().size(), 64);
            double[] want = new double[block];
            for (int i = 0; i < block; i++) {
                set(m, t, n + i, before);
                want[i] = before;
            }
            for (int i = 0; i < n; i++) {
                set(m, t, i, i % 9);
                want[i % block] += (i % 9) * (i % 9);
            }
            k.run(m, 0, null, 0, null, 0, m, (long) n * t.dtype().size(), n);
            for (int i = 0; i < block; i++) {
                assertThat(get(m, t, n + i))
                        .as("%s, %d elements, accumulator %d", t, n, i)
                        .isEqualTo(want[i]);
            }
        }
    }

    @Test
    void callsHaveAScalarFormOnly() {
        Body call = new Body() {
            @Override
            public <V> List<V> lanes(Lanes<V> l, List<V> in) {
                return List.of(LaneMath.call(l, new Lanes.Function(Special.class, "lgamma"), in.getFirst()));
            }
        };
        Loop loop = loop(LaneType.F64, List.of(false), List.of(), call);
        assertThat(loop.vectorizable()).isFalse();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment m = arena.allocate(16, 64);
            m.setAtIndex(ValueLayout.JAVA_DOUBLE, 0, 5);
            Emitted.scalar(loop).run(m, 0, null, 0, null, 0, m, 8, 1);
            assertThat(m.getAtIndex(ValueLayout.JAVA_DOUBLE, 1)).isEqualTo(Special.lgamma(5));
        }
    }

    @Test
    void integersDivideAndShiftAsDeclared() {
        Body body = new Body() {
            @Override
            public <V> List<V> lanes(Lanes<V> l, List<V> in) {
                return List.of(l.add(l.div(in.get(0), in.get(1)), l.shl(in.get(0), in.get(2))));
            }
        };
        Loop loop = loop(LaneType.I64, List.of(false, false, false), List.of(), body);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment m = arena.allocate(4 * 3 * 8, 64);
            long[] a = {-7, 5, 3};
            long[] b = {2, 0, 1};
            long[] c = {1, 2, 64};
            for (int i = 0; i < 3; i++) {
                m.setAtIndex(ValueLayout.JAVA_LONG, i, a[i]);
                m.setAtIndex(ValueLayout.JAVA_LONG, 3 + i, b[i]);
                m.setAtIndex(ValueLayout.JAVA_LONG, 6 + i, c[i]);
            }
            Emitted.scalar(loop).run(m, 0, m, 24, m, 48, m, 72, 3);
            assertThat(m.asSlice(72).toArray(ValueLayout.JAVA_LONG)).containsExactly(-3 - 14, 20, 3);
        }
    }

    @Test
    void quotientsOfLongsAreExactInVectors() {
        Body body = new Body() {
            @Override
            public <V> List<V> lanes(Lanes<V> l, List<V> in) {
                return List.of(l.div(in.get(0), in.get(1)));
            }
        };
        Loop loop = loop(LaneType.I64, List.of(false, false), List.of(), body);
        List<Long> numbers = new ArrayList<>();
        for (int bit = 0; bit < 64; bit++) {
            for (long k = -2; k <= 2; k++) {
                numbers.add((1L << bit) + k);
                numbers.add(-(1L << bit) + k);
            }
        }
        Random random = new Random(1);
        for (int i = 0; i < 400; i++) {
            numbers.add(random.nextLong() >> random.nextInt(64));
        }
        List<Kernel> forms = new ArrayList<>(List.of(Emitted.vector(loop)));
        Kernel machine = MachineKernels.of(loop, () -> Emitted.scalar(loop));
        if (machine != null) {
            forms.add(machine);
        }
        forms.forEach(form -> quotients(form, numbers));
    }

    private static void quotients(Kernel form, List<Long> numbers) {
        int n = numbers.size();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment m = arena.allocate(24L * n, 64);
            for (int i = 0; i < n; i++) {
                m.setAtIndex(ValueLayout.JAVA_LONG, i, numbers.get(i));
            }
            for (int shift = 0; shift < n; shift++) {
                for (int i = 0; i < n; i++) { // every second time a multiple, or one less
                    long b = numbers.get((i + shift) % n);
                    m.setAtIndex(ValueLayout.JAVA_LONG, n + i, b);
                    long a = numbers.get(i);
                    m.setAtIndex(ValueLayout.JAVA_LONG, i, i % 2 == 0 ? a : a * b - i / 2 % 2);
                }
                form.run(m, 0, m, 8L * n, null, 0, m, 16L * n, n);
                for (int i = 0; i < n; i++) {
                    long a = m.getAtIndex(ValueLayout.JAVA_LONG, i);
                    long b = m.getAtIndex(ValueLayout.JAVA_LONG, n + i);
                    long y = m.getAtIndex(ValueLayout.JAVA_LONG, 2 * n + i);
                    if (y != (b == 0 ? 0 : a / b)) {
                        assertThat(y).as("%d / %d", a, b).isEqualTo(b == 0 ? 0 : a / b);
                    }
                    m.setAtIndex(ValueLayout.JAVA_LONG, i, numbers.get(i));
                }
            }
        }
    }

    @Test
    void aLoopHasThreeInputsAtMost() {
        assertThatThrownBy(() -> loop(LaneType.F32, List.of(false, false, false, false), List.of(), combination()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("L");
    }
}

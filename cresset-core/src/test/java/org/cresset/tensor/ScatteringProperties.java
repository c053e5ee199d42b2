package org.cresset.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Random;
import java.util.function.DoubleBinaryOperator;
import net.jqwik.api.Assume;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.domains.Domain;
import net.jqwik.api.domains.DomainContext;
import org.cresset.base.CressetException;
import org.cresset.base.DType;

/** Writing by indices, against loops in row-major order. */
@Domain(TensorDomain.class)
@Domain(DomainContext.Global.class)
class ScatteringProperties {
    private static final DType[] TYPES = {
        DType.FLOAT32, DType.FLOAT64, DType.INT64, DType.INT32, DType.INT16, DType.UINT8, DType.BFLOAT16
    };

    private static double apply(String how, double a, double b) {
        DoubleBinaryOperator f =
                switch (how) {
                    case "sum" -> Double::sum;
                    case "prod" -> (x, y) -> x * y;
                    case "amax" -> Math::max;
                    case "amin" -> Math::min;
                    default -> (x, y) -> y;
                };
        return f.applyAsDouble(a, b);
    }

    @Property
    void slicesMeetInTheOrderOfTheIndex(@ForAll long[] shape, @ForAll long seed, @ForAll Layout layout) {
        Assume.that(shape.length > 0 && Grid.count(shape) > 0);
        Random r = new Random(seed);
        int dim = r.nextInt(shape.length);
        DType type = TYPES[r.nextInt(TYPES.length)];
        long[] index = r.longs(r.nextInt(1, 4), 0, shape[dim]).toArray();
        long[] sourceShape = shape.clone();
        sourceShape[dim] = index.length;
        Grid x = Grid.random(shape, seed);
        Grid source = Grid.random(sourceShape, seed + 1);
        Tensor t = layout.of(x.tensor(type));
        Tensor s = layout.of(source.tensor(type));
        Tensor at = Tensor.of(index);

        double[] copied = expected(x, source, index, dim, "copy");
        assertThat(t.indexCopy(dim, at, s).toDoubleArray()).isEqualTo(copied);
        double[] added = expected(x, source, index, dim, "sum");
        assertThat(t.indexAdd(dim, at.to(DType.INT32), s).toDoubleArray()).isEqualTo(added);
        double[] largest = expected(x, source, index, dim, "amax");
        assertThat(t.indexReduce(dim, at, s, "amax", true).toDoubleArray()).isEqualTo(largest);
        double[] filled = expected(x, new Grid(sourceShape, new double[source.values().length]), index, dim, "copy");
        assertThat(t.indexFill(dim, at.sub(shape[dim]), 0).toDoubleArray()).isEqualTo(filled);
        assertThat(t.indexSelect(dim, at).toDoubleArray()).isEqualTo(selected(x, sourceShape, index, dim));
    }

    private static double[] expected(Grid x, Grid source, long[] index, int dim, String how) {
        double[] y = x.values().clone();
        Grid.forEach(source.shape(), i -> {
            long[] there = i.clone();
            there[dim] = index[(int) i[dim]];
            int k = (int) Grid.flat(x.shape(), there);
            y[k] = apply(how, y[k], source.at(i));
        });
        return y;
    }

    private static double[] selected(Grid x, long[] shape, long[] index, int dim) {
        double[] y = new double[(int) Grid.count(shape)];
        Grid.forEach(shape, i -> {
            long[] there = i.clone();
            there[dim] = index[(int) i[dim]];
            y[(int) Grid.flat(shape, i)] = x.at(there);
        });
        return y;
    }

    @Property
    void reductionsWithAndWithoutWhatWasThere(@ForAll long[] shape, @ForAll long seed, @ForAll Layout layout) {
        Assume.that(shape.length > 0 && Grid.count(shape) > 0);
        Random r = new Random(seed);
        int dim = r.nextInt(shape.length);
        long[] small = shape.clone();
        Arrays.setAll(small, d -> d == dim ? r.nextInt(1, 4) : r.nextLong(1, shape[d] + 1));
        double[] at = r.doubles(Grid.count(small))
                .map(v -> Math.floor(v * shape[dim]))
                .toArray();
        Grid index = new Grid(small, at);
        Grid x = Grid.random(shape, seed);
        Grid source = Grid.random(small, seed + 1);
        for (String how : new String[] {"sum", "prod", "amax", "amin"}) {
            for (boolean self : new boolean[] {true, false}) {
                double[] want = x.values().clone();
                boolean[] begun = new boolean[want.length];
                Grid.forEach(small, i -> {
                    long[] there = i.clone();
                    there[dim] = (long) index.at(i);
                    int k = (int) Grid.flat(shape, there);
                    want[k] = self || begun[k] ? apply(how, want[k], source.at(i)) : source.at(i);
                    begun[k] = true;
                });
                Tensor got = layout.of(x.tensor(DType.FLOAT64))
                        .scatterReduce(dim, index.tensor(DType.INT64), source.tensor(DType.FLOAT64), how, self);
                assertThat(got.toDoubleArray()).isEqualTo(want);
            }
        }
    }

    @Property(tries = 30)
    void severalThreadsGiveWhatOneDoes(@ForAll long seed) {
        Random r = new Random(seed);
        int rows = 97;
        int columns = r.nextInt(400, 700);
        double[] at =
                r.doubles((long) rows * columns).map(v -> Math.floor(v * 13)).toArray();
        long[] shape = {rows, columns};
        Grid source = Grid.random(shape, seed);
        Tensor index = new Grid(shape, at).tensor(DType.INT64);
        double[] last = new double[13 * columns];
        for (int i = 0; i < at.length; i++) {
            last[(int) at[i] * columns + i % columns] = source.values()[i];
        }
        Tensor y = Tensor.zeros(13, columns).scatter(0, index, source.tensor(DType.FLOAT32));
        assertThat(y.toDoubleArray()).isEqualTo(last);
        Tensor picked = y.gather(0, index);
        for (int i = 0; i < at.length; i += 31) {
            assertThat(picked.reshape(-1).dense("test").read(i)).isEqualTo(last[(int) at[i] * columns + i % columns]);
        }
    }

    @Example
    void putCountsInTheFlattenedTensor() {
        Tensor x = Tensor.arange(6).reshape(2, 3);
        assertThat(x.put(Tensor.of(-1L, 1L, 1L), Tensor.of(10L, 20L, 30L), true).toLongArray())
                .containsExactly(0, 51, 2, 3, 4, 15);
        assertThat(x.t().put(Tensor.of(1L), Tensor.of(9L), false).toLongArray()).containsExactly(0, 9, 1, 4, 2, 5);
    }

    @Example
    void maskedScatterTakesOneAfterTheOther() {
        Tensor mask = Tensor.of(false, true, true);
        Tensor y = Tensor.zeros(2, 3).maskedScatter(mask, Tensor.of(1f, 2f, 3f, 4f, 5f));
        assertThat(y.toFloatArray()).containsExactly(0, 1, 2, 0, 3, 4);
        assertThatThrownBy(() -> Tensor.zeros(2, 3).maskedScatter(mask, Tensor.of(1f)))
                .hasMessageContaining("4 true elements");
    }

    @Example
    void kindsOfErrorsAreThoseOfPyTorch() {
        Tensor x = Tensor.zeros(2, 5);
        Tensor row = Tensor.ones(1, 5);
        assertThat(kind(() -> x.gather(1, Tensor.of(-1L).reshape(1, 1)))).isEqualTo(CressetException.Kind.RUNTIME);
        assertThat(kind(() -> x.indexSelect(0, Tensor.of(2L)))).isEqualTo(CressetException.Kind.INDEX);
        assertThat(kind(() -> x.indexCopy(0, Tensor.of(-1L), row))).isEqualTo(CressetException.Kind.INDEX);
        assertThat(kind(() -> x.indexAdd(0, Tensor.of(5L), row))).isEqualTo(CressetException.Kind.RUNTIME);
        assertThat(kind(() -> x.indexFill(0, Tensor.of(-3L), 1))).isEqualTo(CressetException.Kind.INDEX);
        assertThat(kind(() -> x.put(Tensor.of(10L), Tensor.of(1f), false))).isEqualTo(CressetException.Kind.INDEX);
        assertThat(kind(() -> Tensor.of(1L, 2L).maskedFill(Tensor.of(true, false), 1e30)))
                .isEqualTo(CressetException.Kind.RUNTIME);
    }

    private static CressetException.Kind kind(Runnable r) {
        try {
            r.run();
        } catch (CressetException e) {
            return e.kind();
        }
        throw new AssertionError("nothing was thrown");
    }
}

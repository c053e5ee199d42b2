package org.cresset.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.Assume;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.domains.Domain;
import net.jqwik.api.domains.DomainContext;
import org.cresset.base.CressetException;
import org.cresset.base.DType;

/** Picking and placing elements, against loops over indices. */
@Domain(TensorDomain.class)
@Domain(DomainContext.Global.class)
class IndexingProperties {
    /** The positions that Python's {@code range(n)[start:stop:step]} holds. */
    private static long[] positions(long n, Long start, Long stop, long step) {
        long from = start == null ? 0 : Math.clamp(start < 0 ? start + n : start, 0, n);
        long to = stop == null ? n : Math.clamp(stop < 0 ? stop + n : stop, 0, n);
        return IntStream.range(0, (int) n)
                .filter(i -> i >= from && i < to && (i - from) % step == 0)
                .asLongStream()
                .toArray();
    }

    private static Long bound(Random r) {
        return r.nextInt(4) == 0 ? null : (long) r.nextInt(-7, 8);
    }

    @Property
    void slicesAreThoseOfPython(@ForAll long[] shape, @ForAll long seed, @ForAll Layout layout) {
        Grid g = Grid.random(shape, seed);
        Random r = new Random(seed);
        Object[] index = new Object[shape.length];
        long[][] keep = new long[shape.length][];
        long[] result = new long[shape.length];
        for (int d = 0; d < shape.length; d++) {
            Long start = bound(r);
            Long stop = bound(r);
            long step = r.nextInt(1, 4);
            index[d] = Index.slice(start, stop, step);
            keep[d] = positions(shape[d], start, stop, step);
            result[d] = keep[d].length;
        }
        Tensor t = layout.of(g.tensor(DType.FLOAT32));
        Grid got = Grid.of(t.get(index));
        assertThat(got.shape()).isEqualTo(result);
        Grid.forEach(result, i -> {
            long[] from = new long[i.length];
            Arrays.setAll(from, d -> keep[d][(int) i[d]]);
            assertThat(got.at(i)).isEqualTo(g.at(from));
        });
        Tensor copy = t.clone();
        copy.set(index, -1);
        assertThat(copy.lt(0).sum().itemLong()).isEqualTo(Grid.count(result));
        assertThat(copy.get(index).lt(0).all().itemBoolean()).isTrue();
    }

    @Property
    void numbersTakeADimensionAway(@ForAll long[] shape, @ForAll long seed) {
        Assume.that(shape.length > 0 && shape[0] > 0);
        Grid g = Grid.random(shape, seed);
        Tensor t = g.tensor(DType.INT64);
        long k = new Random(seed).nextLong(-shape[0], shape[0]);
        Grid got = Grid.of(t.get(k));
        long row = k < 0 ? k + shape[0] : k;
        assertThat(got.shape()).isEqualTo(Arrays.copyOfRange(shape, 1, shape.length));
        int n = got.values().length;
        assertThat(got.values()).isEqualTo(Arrays.copyOfRange(g.values(), (int) row * n, (int) row * n + n));
    }

    @Property
    void gatherAndScatterAreInverseLoops(@ForAll long[] shape, @ForAll long seed, @ForAll Layout layout) {
        Assume.that(shape.length > 0 && Grid.count(shape) > 0);
        Random r = new Random(seed);
        int dim = r.nextInt(shape.length);
        Grid g = Grid.random(shape, seed);
        Tensor t = layout.of(g.tensor(DType.FLOAT32));
        long[] small = shape.clone();
        Arrays.setAll(small, d -> d == dim ? r.nextInt(1, 6) : r.nextLong(1, shape[d] + 1));
        Grid at = new Grid(
                small,
                r.doubles(Grid.count(small))
                        .map(x -> Math.floor(x * shape[dim]))
                        .toArray());
        Tensor index = at.tensor(DType.INT64);

        Grid got = Grid.of(t.gather(dim, index));
        double[] sums = g.values().clone();
        Grid src = Grid.random(small, seed + 1);
        Grid.forEach(small, i -> {
            long[] there = i.clone();
            there[dim] = (long) at.at(i);
            assertThat(got.at(i)).isEqualTo(g.at(there));
            sums[(int) Grid.flat(shape, there)] += src.at(i);
        });
        Tensor s = src.tensor(DType.FLOAT32);
        assertThat(t.scatterAdd(dim, index, s).toDoubleArray()).isEqualTo(sums);
        // Where indices repeat any one of the sources may stay, so only what is read back is certain.
        Tensor constant = s.fullLike(-3);
        assertThat(t.scatter(dim, index, constant).gather(dim, index).toDoubleArray())
                .containsOnly(-3);
    }

    @Property
    void tensorsOfPositionsPickRows(@ForAll long[] shape, @ForAll long seed) {
        Assume.that(shape.length > 1 && Grid.count(shape) > 0);
        Random r = new Random(seed);
        Grid g = Grid.random(shape, seed);
        Tensor t = g.tensor(DType.FLOAT64);
        long[] rows = r.longs(4, -shape[0], shape[0]).toArray();
        long[] columns = r.longs(4, -shape[1], shape[1]).toArray();
        Tensor both = t.get(Tensor.of(rows), Tensor.of(columns));
        Tensor one = t.get(null, Tensor.of(columns));
        for (int k = 0; k < 4; k++) {
            assertThat(both.get(k).equalTo(t.get(rows[k], columns[k]))).isTrue();
            assertThat(one.select(1, k).equalTo(t.select(1, columns[k]))).isTrue();
        }
        assertThat(t.indexSelect(0, Tensor.of(rows).remainder(shape[0])).equalTo(t.get(Tensor.of(rows))))
                .isTrue();
    }

    @Property
    void masksPickInRowMajorOrder(@ForAll long[] shape, @ForAll long seed, @ForAll Layout layout) {
        Grid g = Grid.random(shape, seed);
        Tensor t = layout.of(g.tensor(DType.INT32));
        double[] large = Arrays.stream(g.values()).filter(v -> v > 5).toArray();
        assertThat(t.get(t.gt(5)).toDoubleArray()).isEqualTo(large);
        assertThat(t.maskedSelect(t.gt(5)).toDoubleArray()).isEqualTo(large);
        assertThat(t.gt(5).nonzero().shape().toArray()).isEqualTo(new long[] {large.length, shape.length});
        assertThat(t.maskedFill(t.gt(5), 0).toDoubleArray())
                .isEqualTo(Arrays.stream(g.values()).map(v -> v > 5 ? 0 : v).toArray());
        Tensor copy = t.clone();
        copy.set(copy.gt(5), 7);
        assertThat(copy.toDoubleArray())
                .isEqualTo(Arrays.stream(g.values()).map(v -> v > 5 ? 7 : v).toArray());
    }

    @Example
    void newDimensionsAndEllipsis() {
        Tensor t = Tensor.arange(24).reshape(2, 3, 4);
        assertThat(t.get(Index.NEW_AXIS, 1, Index.ELLIPSIS, Index.NEW_AXIS)
                        .shape()
                        .toArray())
                .isEqualTo(new long[] {1, 3, 4, 1});
        assertThat(t.get(Index.ELLIPSIS, -1).toLongArray()).isEqualTo(new long[] {3, 7, 11, 15, 19, 23});
        // Indices apart from each other put their common dimension in front, as in PyTorch.
        assertThat(t.get(Tensor.of(0L, 1L, 0L), null, Tensor.of(0L, 1L, 2L))
                        .shape()
                        .toArray())
                .isEqualTo(new long[] {3, 3});
    }

    @Example
    void whatIsOutOfRangeIsNamed() {
        Tensor t = Tensor.zeros(2, 3);
        assertThatThrownBy(() -> t.get(2)).isInstanceOf(CressetException.class).hasMessageContaining("2");
        assertThatThrownBy(() -> t.get(0, 0, 0)).hasMessageContaining("3 indices");
        assertThatThrownBy(() -> t.get(Tensor.of(5L))).hasMessageContaining("5 is out of range");
        assertThatThrownBy(() -> t.gather(0, Tensor.of(new long[] {7}).reshape(1, 1)))
                .isInstanceOf(CressetException.class);
        assertThatThrownBy(() -> t.get(Tensor.of(1.5))).hasMessageContaining("float64");
        assertThatThrownBy(() -> t.get(Tensor.of(true))).hasMessageContaining("mask");
        assertThatThrownBy(() -> t.select(2, 0))
                .isInstanceOfSatisfying(
                        CressetException.class, e -> assertThat(e.kind()).isEqualTo(CressetException.Kind.INDEX));
    }
}

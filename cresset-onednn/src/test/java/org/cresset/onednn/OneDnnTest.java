package org.cresset.onednn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.cresset.base.DType;
import org.cresset.base.Memory;
import org.cresset.base.Storage;
import org.cresset.base.spi.Contractions;
import org.cresset.base.spi.ConvPass;
import org.cresset.base.spi.ConvShape;
import org.cresset.base.spi.Operand;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Products and convolutions against loops over indices. */
class OneDnnTest {
    private static final OneDnn DNN = new OneDnn();

    @BeforeAll
    static void needsTheLibrary() {
        assumeTrue(DNN.available(), DNN.status());
    }

    /** Small whole numbers, so that sums are exact. */
    private static Storage numbers(long n, Random r) {
        Storage s = Memory.allocate(4 * n);
        for (long i = 0; i < n; i++) {
            s.segment().setAtIndex(ValueLayout.JAVA_FLOAT, i, r.nextInt(-3, 4));
        }
        return s;
    }

    private static float at(Storage s, long i) {
        return s.segment().getAtIndex(ValueLayout.JAVA_FLOAT, i);
    }

    private static Operand operand(Storage s, long... strides) {
        return new Operand(s.segment(), 0, strides);
    }

    private static long[] rowMajor(long... dims) {
        long[] strides = new long[dims.length];
        long step = 1;
        for (int d = dims.length - 1; d >= 0; d--) {
            strides[d] = step;
            step *= dims[d];
        }
        return strides;
    }

    private static long count(long... dims) {
        return Arrays.stream(dims).reduce(1, (a, b) -> a * b);
    }

    @Test
    void isFoundAsAProvider() {
        assertThat(Contractions.providers()).hasAtLeastOneElementOfType(OneDnn.class);
        assertThat(DNN.name()).containsIgnoringCase("onednn");
        assertThat(DNN.multiplies(DType.FLOAT32)).isTrue();
        assertThat(DNN.multiplies(DType.INT64)).isFalse();
    }

    @Test
    void productsOfAnyLayout() {
        Random r = new Random(1);
        for (int round = 0; round < 60; round++) {
            long batch = r.nextInt(1, 4);
            long m = r.nextInt(1, 20);
            long n = r.nextInt(1, 20);
            long k = r.nextInt(1, 20);
            Storage a = numbers(batch * m * k, r);
            Storage b = numbers(batch * k * n, r);
            Storage c = numbers(batch * m * n, r);
            Storage bias = numbers(n, r);
            boolean withBias = r.nextBoolean();
            long[] sa = r.nextBoolean() ? new long[] {m * k, k, 1} : new long[] {m * k, 1, m};
            long[] sb = r.nextBoolean() ? new long[] {k * n, n, 1} : new long[] {k * n, 1, k};
            if (r.nextBoolean()) {
                sb[0] = 0; // one matrix for the whole batch
            }
            long[] sc = {m * n, n, 1};
            DNN.multiply(
                    DType.FLOAT32,
                    batch,
                    m,
                    n,
                    k,
                    operand(a, sa),
                    operand(b, sb),
                    withBias ? operand(bias, 1) : null,
                    operand(c, sc));
            for (long i = 0; i < batch * m * n; i++) {
                long p = i / (m * n);
                long y = i / n % m;
                long x = i % n;
                float sum = withBias ? at(bias, x) : 0;
                for (long q = 0; q < k; q++) {
                    sum += at(a, p * sa[0] + y * sa[1] + q * sa[2]) * at(b, p * sb[0] + q * sb[1] + x * sb[2]);
                }
                assertThat(at(c, i)).as("(%d, %d, %d, %d)", batch, m, n, k).isEqualTo(sum);
            }
        }
    }

    /** A convolution with random sizes, in one to three dimensions. */
    private static ConvShape shape(Random r) {
        int dims = r.nextInt(1, 4);
        long groups = r.nextInt(1, 3);
        long[] in = new long[dims];
        long[] out = new long[dims];
        long[] kernel = new long[dims];
        long[] stride = new long[dims];
        long[] dilation = new long[dims];
        long[] low = new long[dims];
        long[] high = new long[dims];
        for (int d = 0; d < dims; d++) {
            in[d] = r.nextInt(3, 7);
            kernel[d] = r.nextInt(1, 4);
            stride[d] = r.nextInt(1, 3);
            dilation[d] = r.nextInt(1, 3);
            low[d] = r.nextInt(0, 2);
            high[d] = r.nextInt(0, 2);
            if (in[d] + low[d] + high[d] <= dilation[d] * (kernel[d] - 1)) {
                dilation[d] = 1;
            }
            out[d] = (in[d] + low[d] + high[d] - dilation[d] * (kernel[d] - 1) - 1) / stride[d] + 1;
        }
        return new ConvShape(
                r.nextInt(1, 4),
                groups * r.nextInt(1, 4),
                groups * r.nextInt(1, 4),
                groups,
                in,
                out,
                kernel,
                stride,
                dilation,
                low,
                high);
    }

    private static long[] dims(long first, long second, long[] rest) {
        long[] d = new long[rest.length + 2];
        d[0] = first;
        d[1] = second;
        System.arraycopy(rest, 0, d, 2, rest.length);
        return d;
    }

    /** Calls {@code body} with the flat places of each product that a convolution adds up. */
    private interface Term {
        void at(int input, int weight, int output);
    }

    private static void terms(ConvShape s, Term body) {
        long perGroup = s.inChannels() / s.groups();
        long[] out = dims(s.batch(), s.outChannels(), s.out());
        long[] kernel = dims(1, perGroup, s.kernel());
        for (int o = 0; o < count(out); o++) {
            long[] y = index(o, out);
            for (int w = 0; w < count(kernel); w++) {
                long[] q = index(w, kernel);
                long group = y[1] / (s.outChannels() / s.groups());
                long x = y[0] * s.inChannels() + group * perGroup + q[1];
                boolean inside = true;
                for (int d = 0; d < s.spatial(); d++) {
                    long p = y[d + 2] * s.stride()[d] + q[d + 2] * s.dilation()[d] - s.padLow()[d];
                    inside &= p >= 0 && p < s.in()[d];
                    x = x * s.in()[d] + p;
                }
                if (inside) {
                    body.at((int) x, (int) (y[1] * count(kernel) + w), o);
                }
            }
        }
    }

    private static long[] index(long flat, long[] dims) {
        long[] index = new long[dims.length];
        for (int d = dims.length - 1; d >= 0; d--) {
            index[d] = flat % dims[d];
            flat /= dims[d];
        }
        return index;
    }

    @Test
    void convolutionsAndTheirGradients() {
        Random r = new Random(2);
        int done = 0;
        for (int round = 0; round < 60; round++) {
            ConvShape s = shape(r);
            if (!DNN.convolves(DType.FLOAT32, ConvPass.FORWARD, s)) {
                continue;
            }
            done++;
            long[] in = dims(s.batch(), s.inChannels(), s.in());
            long[] out = dims(s.batch(), s.outChannels(), s.out());
            long[] weight = dims(s.outChannels(), s.inChannels() / s.groups(), s.kernel());
            Storage x = numbers(count(in), r);
            Storage w = numbers(count(weight), r);
            Storage bias = numbers(s.outChannels(), r);
            Storage y = numbers(count(out), r);
            Operand ox = operand(x, rowMajor(in));
            Operand ow = operand(w, rowMajor(weight));
            float[] wantY = new float[(int) count(out)];
            long perChannel = count(s.out());
            Arrays.fill(wantY, 0);
            for (int i = 0; i < wantY.length; i++) {
                wantY[i] = at(bias, i / perChannel % s.outChannels());
            }
            terms(s, (a, b, c) -> wantY[c] += at(x, a) * at(w, b));
            for (int call = 0; call < 3; call++) { // from the second on the weight is kept in the library's order
                y.segment().fill((byte) -1);
                DNN.convolve(DType.FLOAT32, s, ox, ow, w, operand(bias, 1), operand(y, rowMajor(out)));
                close(y, wantY, s);
            }

            Storage g = numbers(count(out), r);
            Operand og = operand(g, rowMajor(out));
            float[] wantX = new float[(int) count(in)];
            float[] wantW = new float[(int) count(weight)];
            float[] wantBias = new float[(int) s.outChannels()];
            terms(s, (a, b, c) -> {
                wantX[a] += at(g, c) * at(w, b);
                wantW[b] += at(g, c) * at(x, a);
            });
            for (int i = 0; i < count(out); i++) {
                wantBias[(int) (i / perChannel % s.outChannels())] += at(g, i);
            }
            Storage gx = numbers(count(in), r);
            DNN.convolveBackwardInput(DType.FLOAT32, s, og, ow, operand(gx, rowMajor(in)));
            close(gx, wantX, s);
            Storage gw = numbers(count(weight), r);
            Storage gb = numbers(s.outChannels(), r);
            DNN.convolveBackwardWeight(DType.FLOAT32, s, ox, og, operand(gw, rowMajor(weight)), operand(gb, 1));
            close(gw, wantW, s);
            close(gb, wantBias, s);
        }
        assertThat(done).isGreaterThan(30);
    }

    private static void close(Storage got, float[] want, ConvShape s) {
        for (int i = 0; i < want.length; i++) {
            assertThat(at(got, i)).as("element %d of %s", i, s).isCloseTo(want[i], within(1e-3f));
        }
    }

    @Test
    void layoutsAreReordered() {
        Random r = new Random(3);
        long[] dims = {2, 3, 4, 5};
        Storage from = numbers(count(dims), r);
        Storage to = numbers(count(dims), r);
        long[] channelsLast = {60, 1, 15, 3};
        DNN.reorder(DType.FLOAT32, dims, operand(from, rowMajor(dims)), operand(to, channelsLast));
        for (int i = 0; i < count(dims); i++) {
            long[] at = index(i, dims);
            long there = at[0] * 60 + at[1] + at[2] * 15 + at[3] * 3;
            assertThat(at(to, there)).isEqualTo(at(from, i));
        }
    }

    @Test
    void usualConvolutionsDoNotFallIntoTheReferenceKernel() {
        ConvShape s = new ConvShape(
                4,
                32,
                32,
                1,
                new long[] {28, 28},
                new long[] {28, 28},
                new long[] {3, 3},
                new long[] {1, 1},
                new long[] {1, 1},
                new long[] {1, 1},
                new long[] {1, 1});
        long[] last = {32 * 28 * 28, 1, 32 * 28, 32};
        assertThat(DNN.describe(DType.FLOAT32, s, last, last)).isNotBlank().doesNotContain("ref");
    }

    private static long residentMegabytes() throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
            if (line.startsWith("VmRSS:")) {
                return Long.parseLong(line.replaceAll("\\D", "")) / 1024;
            }
        }
        throw new IOException("no VmRSS");
    }

    private static void products(int from, int to) {
        Storage x = numbers(4L * to + 16, new Random(0));
        Storage y = Memory.allocate(12L * to);
        for (int m = from; m < to; m++) {
            DNN.multiply(
                    DType.FLOAT32, 1, m, 3, 4, operand(x, 0, 4, 1), operand(x, 0, 3, 1), null, operand(y, 0, 3, 1));
        }
    }

    /** A primitive takes most of a megabyte, of which the garbage collector knows nothing. */
    @Test
    void manyShapesTakeNoMoreMemoryThanSome() throws IOException {
        assumeTrue(Files.exists(Path.of("/proc/self/status")), "needs /proc");
        products(1, 700);
        long some = residentMegabytes();
        products(700, 2100);
        assertThat(residentMegabytes()).isLessThan(some + 200);
    }

    @Test
    void shapesLeaveTheCacheWhileOthersCompute() {
        int most = 700;
        Storage x = numbers(8L * most, new Random(1));
        IntStream.range(0, 4).parallel().forEach(t -> {
            Storage y = Memory.allocate(4L * 3 * most);
            for (int m = 1 + t % 2; m < most; m++) {
                DNN.multiply(
                        DType.FLOAT32, 1, m, 3, 4, operand(x, 0, 4, 1), operand(x, 0, 3, 1), null, operand(y, 0, 3, 1));
                int row = m - 1;
                for (int c = 0; c < 3; c++) {
                    float sum = 0;
                    for (int k = 0; k < 4; k++) {
                        sum += at(x, 4L * row + k) * at(x, 3L * k + c);
                    }
                    assertThat(at(y, 3L * row + c)).isEqualTo(sum);
                }
            }
        });
    }
}

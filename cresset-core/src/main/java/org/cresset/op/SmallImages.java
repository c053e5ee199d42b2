package org.cresset.op;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.cresset.base.Memory;
import org.cresset.base.Storage;
import org.cresset.base.Workers;
import org.cresset.base.spi.ConvPass;
import org.cresset.base.spi.ConvShape;
import org.cresset.emit.MachineProducts;
import org.cresset.emit.MachineProducts.Factors;
import org.cresset.emit.MachineProducts.Sums;
import org.cresset.tensor.Dense;
import org.jspecify.annotations.Nullable;

/**
 * Two-dimensional convolutions in float32 of so few places that bringing the weight into a library's order takes a large part of
 * the time, and padding another. Images are put in the order (row, column, image, channel), in which all places that an element
 * of the kernel meets lie one after the other, and none in the padding has to be multiplied; the weight is read once, in panels of
 * some channels, which stay in the cache while they are needed.
 */
final class SmallImages {
    private static final long FEWEST_WEIGHTS = 1 << 16;
    private static final int FEWEST_CHANNELS = 64;

    /** Outputs whose weights for a panel stay in the first-level cache. */
    private static final int FEW = 16;

    /** Of convolutions with steps, of whose places few lie one after the other. */
    private static final int FEWEST_IMAGES = 4;

    /** So many times fewer places than output channels. */
    private static final int FEWER_PLACES = 4;

    private final int batch;
    private final int in;
    private final int out;
    private final int kernel;
    private final int columns;
    private final int outColumns;
    private final int places;
    private final int outPlaces;

    /** Steps between columns that the same element of the kernel meets. */
    private final int stride;

    /** Columns of an input's row before those with some remainder by the stride. */
    private final int[] before;

    private final List<Meeting> meetings = new ArrayList<>();

    /**
     * Places one after the other that an element of the kernel meets.
     *
     * @param element which one
     * @param to the first place of the output, and {@code from} of the input; as rows of matrices
     */
    private record Meeting(int element, int to, int from, int count) {
        boolean goesOn(Meeting m) {
            return element == m.element && to + count == m.to && from + count == m.from;
        }
    }

    SmallImages(ConvShape s) {
        batch = Math.toIntExact(s.batch());
        in = Math.toIntExact(s.inChannels());
        out = Math.toIntExact(s.outChannels());
        columns = Math.toIntExact(s.in()[1]);
        outColumns = Math.toIntExact(s.out()[1]);
        places = Math.toIntExact(batch * s.in()[0] * s.in()[1]);
        outPlaces = Math.toIntExact(batch * s.out()[0] * s.out()[1]);
        kernel = Math.toIntExact(s.kernel()[0] * s.kernel()[1]);
        stride = Math.toIntExact(s.stride()[1]);
        before = new int[stride];
        for (int r = 1; r < stride; r++) {
            before[r] = before[r - 1] + (columns - r + stride) / stride;
        }
        for (int ky = 0; ky < s.kernel()[0]; ky++) {
            for (int kx = 0; kx < s.kernel()[1]; kx++) {
                meet(s, ky, kx);
            }
        }
    }

    /** Adds what an element of the kernel meets. */
    private void meet(ConvShape s, int ky, int kx) {
        long shift = kx * s.dilation()[1] - s.padLow()[1];
        long lo = Math.max(0, -Math.floorDiv(shift, stride));
        long hi = Math.min(outColumns, Math.floorDiv(columns - 1 - shift, (long) stride) + 1);
        for (int y = 0; y < s.out()[0] && lo < hi; y++) {
            long row = y * s.stride()[0] + ky * s.dilation()[0] - s.padLow()[0];
            if (row >= 0 && row < s.in()[0]) {
                Meeting m = new Meeting(
                        (int) (ky * s.kernel()[1] + kx),
                        (int) (y * outColumns + lo) * batch,
                        place((int) row, (int) (lo * stride + shift)),
                        (int) (hi - lo) * batch);
                Meeting last = meetings.isEmpty() ? null : meetings.getLast();
                if (last != null && last.goesOn(m)) {
                    m = new Meeting(m.element, last.to, last.from, last.count + m.count);
                    meetings.removeLast();
                }
                meetings.add(m);
            }
        }
    }

    /** The first row of the matrix of inputs for a place. */
    private int place(int row, int column) {
        return (row * columns + before[column % stride] + column / stride) * batch;
    }

    /** Whether a pass of a convolution is done here. */
    static boolean suits(ConvPass pass, ConvShape s) {
        if (!MachineProducts.there() || s.spatial() != 2 || s.groups() != 1) {
            return false;
        }
        long kernel = s.kernel()[0] * s.kernel()[1];
        long places = s.batch() * s.out()[0] * s.out()[1];
        int step = MachineProducts.step();
        boolean dense = s.stride()[0] == 1 && s.stride()[1] == 1;
        return kernel > 1
                && (dense || pass == ConvPass.FORWARD && s.batch() >= FEWEST_IMAGES)
                && FEWER_PLACES * places <= s.outChannels()
                && s.inChannels() % step == 0
                && s.outChannels() % step == 0
                && s.inChannels() >= FEWEST_CHANNELS
                && s.inChannels() * s.outChannels() * kernel >= FEWEST_WEIGHTS
                && s.inChannels() * s.outChannels() * kernel < Integer.MAX_VALUE / 8
                && s.batch() * s.in()[0] * s.in()[1] * s.inChannels() < Integer.MAX_VALUE / 8;
    }

    /** Output from input, weight (O, I, kernel) that lies in memory in this order, and bias. */
    void forward(Dense x, Dense w, @Nullable Dense bias, Dense y) {
        try (Matrix from = inputs(x);
                Matrix to = new Matrix(outPlaces, out)) {
            to.fill(bias);
            long a = from.address();
            long c = to.address();
            long row = 4L * in * kernel;
            inPanels(out, (j, n, panel) -> {
                Moves.plane(
                        w.segment(),
                        w.byteOffset() + j * row,
                        4,
                        row,
                        panel.segment(),
                        0,
                        4L * n,
                        4,
                        4,
                        (long) in * kernel,
                        n);
                for (Meeting m : meetings) {
                    add(a + 4L * m.from * in, in, panel, m, n, c + 4L * (m.to * out + j), out);
                }
            });
            outputs(to, y, false);
        }
    }

    /** Adds, to n columns of rows of {@code width}, rows of k channels times what a panel has for an element of the kernel. */
    private void add(long rows, int k, Storage panel, Meeting m, int n, long to, int width) {
        long b = panel.segment().address() + 4L * m.element * n;
        Factors f = new Factors(rows, 4L * k, 4, b, 4L * kernel * n, 0, 0, k);
        MachineProducts.multiply(f, new Sums(0, to, 4L * width, m.count, n, outPlaces, true));
    }

    /** Gradient of the input. */
    void input(Dense gradOutput, Dense w, Dense gradInput) {
        try (Matrix from = outputs(gradOutput);
                Matrix to = new Matrix(places, in)) {
            to.fill(null);
            long a = from.address();
            long c = to.address();
            inPanels(in, (j, n, panel) -> {
                move(w, j, panel, n, false);
                for (Meeting m : meetings) {
                    add(a + 4L * m.to * out, out, panel, m, n, c + 4L * (m.from * in + j), in);
                }
            });
            inputs(to, gradInput);
        }
    }

    /** Gradient of the weight, which lies in memory in its own order. */
    void weight(Dense x, Dense gradOutput, Dense gradWeight) {
        try (Matrix right = inputs(x);
                Matrix left = outputs(gradOutput)) {
            long a = left.address();
            long b = right.address();
            inPanels(in, (j, n, panel) -> {
                boolean[] begun = new boolean[kernel];
                for (int i = 0; i < meetings.size(); i++) {
                    Meeting m = meetings.get(i);
                    boolean two = i + 1 < meetings.size() && meetings.get(i + 1).element == m.element;
                    MachineProducts.multiply(
                            factors(m, a, b, j),
                            two ? factors(meetings.get(++i), a, b, j) : null,
                            new Sums(
                                    0,
                                    panel.segment().address() + 4L * m.element * n,
                                    4L * kernel * n,
                                    out,
                                    n,
                                    outPlaces,
                                    begun[m.element]),
                            null);
                    begun[m.element] = true;
                }
                for (int e = 0; e < kernel; e++) {
                    if (!begun[e]) {
                        for (long o = 0; o < out; o++) {
                            panel.segment()
                                    .asSlice(4 * (o * kernel + e) * n, 4L * n)
                                    .fill((byte) 0);
                        }
                    }
                }
                move(gradWeight, j, panel, n, true);
            });
        }
    }

    private Factors factors(Meeting m, long a, long b, int j) {
        return new Factors(a + 4L * m.to * out, 4, 4L * out, b + 4L * m.from * in + 4L * j, 4L * in, 0, 0, m.count);
    }

    /** Some inputs' weights to a panel, or from there: a few outputs at a time, whose lines stay in the cache for the next element. */
    private void move(Dense w, int j, Storage panel, int n, boolean back) {
        MemorySegment ws = w.segment();
        MemorySegment ps = panel.segment();
        if (KernelMoves.there()) {
            KernelMoves.inputs(w, j, ps, n, back);
            return;
        }
        long row = 4L * in * kernel;
        long toRow = 4L * kernel * n;
        long step = 4L * kernel;
        for (int o = 0; o < out; o += FEW) {
            int few = Math.min(FEW, out - o);
            for (int e = 0; e < kernel; e++) {
                long wo = w.byteOffset() + o * row + 4L * (j * kernel + e);
                long po = o * toRow + 4L * e * n;
                boolean moved = back
                        ? Moves.machine(ps, po, toRow, 4, ws, wo, row, step, 4, few, n)
                        : Moves.machine(ws, wo, row, step, ps, po, toRow, 4, 4, few, n);
                if (!moved) {
                    throw new IllegalStateException("machine code that multiplies, but doesn't move");
                }
            }
        }
    }

    /** Something to do for the columns from j on of a matrix, with memory for that many of each row of the weight. */
    private interface Panel {
        void run(int j, int n, Storage panel);
    }

    private void inPanels(int channels, Panel body) {
        List<int[]> all = new ArrayList<>();
        int most = 0;
        int n;
        for (int j = 0; j < channels; j += n) {
            n = MachineProducts.width(j, channels, outPlaces);
            most = Math.max(most, n);
            all.add(new int[] {j, n});
        }
        long bytes = 4L * most * kernel * Math.max(in, out);
        Workers.parallelFor(all.size(), 1, (from, to) -> {
            Storage panel = Memory.allocate(bytes);
            for (int[] p : all.subList((int) from, (int) to)) {
                body.run(p[0], p[1], panel);
            }
            panel.free();
        });
    }

    /** Rows of channels, by place. */
    private record Matrix(Storage memory, int rows, int width) implements AutoCloseable {
        Matrix(int rows, int width) {
            this(Memory.allocate(4L * rows * width), rows, width);
        }

        long address() {
            return memory.segment().address();
        }

        /** All rows with some numbers, or zeros. */
        void fill(@Nullable Dense row) {
            if (row == null) {
                memory.segment().asSlice(0, 4L * rows * width).fill((byte) 0);
            } else {
                Moves.plane(row.segment(), row.byteOffset(), 0, 4, memory.segment(), 0, 4L * width, 4, 4, rows, width);
            }
        }

        @Override
        public void close() {
            memory.free();
        }
    }

    private Matrix inputs(Dense x) {
        Matrix m = new Matrix(places, in);
        inputs(m, x, true);
        return m;
    }

    private void inputs(Matrix m, Dense x) {
        inputs(m, x, false);
    }

    /** All inputs, which lie channels-last, to or from the rows of a matrix. */
    private void inputs(Matrix m, Dense x, boolean to) {
        int area = places / batch;
        for (int p = 0; p < area; p++) {
            rows(m, place(p / columns, p % columns), x, p, area, in, to);
        }
    }

    private Matrix outputs(Dense y) {
        Matrix m = new Matrix(outPlaces, out);
        outputs(m, y, true);
        return m;
    }

    private void outputs(Matrix m, Dense y, boolean to) {
        int area = outPlaces / batch;
        for (int p = 0; p < area; p++) {
            rows(m, p * batch, y, p, area, out, to);
        }
    }

    /** A place of all images, which is some rows of a matrix. */
    private void rows(Matrix m, int row, Dense t, int place, int area, int channels, boolean to) {
        long one = 4L * channels;
        for (int n = 0; n < batch; n++) {
            long at = (row + n) * one;
            long image = t.byteOffset() + ((long) n * area + place) * one;
            if (to) {
                MemorySegment.copy(t.segment(), image, m.memory.segment(), at, one);
            } else {
                MemorySegment.copy(m.memory.segment(), at, t.segment(), image, one);
            }
        }
    }
}

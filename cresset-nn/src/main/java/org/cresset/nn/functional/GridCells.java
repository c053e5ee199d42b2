package org.cresset.nn.functional;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import org.cresset.base.DType;
import org.cresset.base.Workers;
import org.cresset.tensor.Dense;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * The cells of four pixels that points of an image lie in, in float32, for bilinear sampling without reflection: where the pixels
 * are, with their weights; one outside is the number of pixels, where there is a 0.
 */
final class GridCells {
    /** Points at a time. */
    private static final int TILE = 1 << 14;

    private static final int CORNERS = 4;

    /** Of each corner: top left, bottom left, top right, bottom right. */
    final int[][] at;

    final float[][] weights;

    private final boolean align;
    private final boolean border;
    private final int width;
    private final int height;
    private final float[] points;

    /** How far a point is from the left and the top of its cell. */
    private final float[] fromLeft;

    private final float[] fromTop;

    /** How many pixels a point moves along its first or second number by; 0 where it stays at the border. */
    private final float[] slopeX;

    private final float[] slopeY;

    GridCells(GridSample.Attrs a, Dense x, int most, boolean slopes) {
        align = a.align();
        border = a.padding().equals("border");
        height = Math.toIntExact(x.size(2));
        width = Math.toIntExact(x.size(3));
        at = new int[CORNERS][most];
        weights = new float[CORNERS][most];
        points = new float[2 * most];
        int moved = slopes ? most : 0;
        fromLeft = new float[moved];
        fromTop = new float[moved];
        slopeX = new float[moved];
        slopeY = new float[moved];
    }

    /** Whether a sampling of x is done so. */
    static boolean suits(GridSample.Attrs a, Tensor x) {
        return x.dtype() == DType.FLOAT32
                && x.dim() == 4
                && a.mode().equals("bilinear")
                && !a.padding().equals("reflection");
    }

    /** The cells of {@code count} points from a byte offset on. */
    void find(Dense grid, long from, int count) {
        MemorySegment.copy(grid.segment(), ValueLayout.JAVA_FLOAT, from, points, 0, 2 * count);
        float right = width - 1;
        float bottom = height - 1;
        float stepX = step(width);
        float stepY = step(height);
        for (int i = 0; i < count; i++) {
            float x = scaled(points[2 * i], stepX);
            float y = scaled(points[2 * i + 1], stepY);
            if (border) {
                x = Math.min(Math.max(x, 0), right);
                y = Math.min(Math.max(y, 0), bottom);
            }
            float left = (float) Math.floor(x);
            float top = (float) Math.floor(y);
            float px = x - left;
            float py = y - top;
            boolean inLeft = left >= 0 && left <= right;
            boolean inRight = left + 1 >= 0 && left + 1 <= right;
            boolean inTop = top >= 0 && top <= bottom;
            boolean inBottom = top + 1 >= 0 && top + 1 <= bottom;
            int index = (int) top * width + (int) left;
            set(0, i, inTop && inLeft, index, (1 - py) * (1 - px));
            set(1, i, inBottom && inLeft, index + width, py * (1 - px));
            set(2, i, inTop && inRight, index + 1, (1 - py) * px);
            set(3, i, inBottom && inRight, index + width + 1, py * px);
        }
    }

    /** Where in their cells the points are that were found last, and how they move. */
    private void look(int count) {
        float right = width - 1;
        float bottom = height - 1;
        float stepX = step(width);
        float stepY = step(height);
        for (int i = 0; i < count; i++) {
            float x = scaled(points[2 * i], stepX);
            float y = scaled(points[2 * i + 1], stepY);
            slopeX[i] = stepX;
            slopeY[i] = stepY;
            if (border) {
                slopeX[i] = x > 0 && x < right ? stepX : 0;
                slopeY[i] = y > 0 && y < bottom ? stepY : 0;
                x = Math.min(Math.max(x, 0), right);
                y = Math.min(Math.max(y, 0), bottom);
            }
            fromLeft[i] = x - (float) Math.floor(x);
            fromTop[i] = y - (float) Math.floor(y);
        }
    }

    private float step(int size) {
        return (float) ((align ? size - 1 : size) / 2.0);
    }

    private void set(int corner, int i, boolean valid, int index, float weight) {
        at[corner][i] = valid ? index : width * height;
        weights[corner][i] = valid ? weight : 0;
    }

    private float scaled(float x, float step) {
        float y = (x + 1) * step;
        return align ? y : y - 0.5f;
    }

    /**
     * The gradients of pixels (N, C, H, W) and points (N, ..., 2), given that of the result (N, C, ...); all contiguous, and what isn't
     * wanted null.
     */
    static void gradients(
            GridSample.Attrs a, Dense x, Dense grid, Dense g, @Nullable Dense pixels, @Nullable Dense points) {
        int channels = Math.toIntExact(x.size(1));
        int plane = Math.toIntExact(x.size(2) * x.size(3));
        long all = grid.numel() / 2 / Math.max(1, grid.size(0));
        Workers.parallelFor(x.size(0), 1, (begin, end) -> {
            GridCells cells = new GridCells(a, x, (int) Math.min(TILE, all), points != null);
            float[] values = new float[plane + 1];
            float[] sums = new float[plane + 1];
            float[] given = new float[(int) Math.min(TILE, all)];
            float[] alongX = new float[given.length];
            float[] alongY = new float[given.length];
            for (long n = begin; n < end; n++) {
                if (all == 0 && pixels != null) {
                    pixels.select(0, n).zero_();
                }
                for (long first = 0; first < all; first += TILE) {
                    int count = (int) Math.min(TILE, all - first);
                    long at = 8 * (n * all + first);
                    cells.find(grid, grid.byteOffset() + at, count);
                    if (points != null) {
                        cells.look(count);
                    }
                    Arrays.fill(alongX, 0);
                    Arrays.fill(alongY, 0);
                    for (int c = 0; c < channels; c++) {
                        long channel = n * channels + c;
                        copy(x, channel * plane, values, plane);
                        copy(g, channel * all + first, given, count);
                        if (points != null) {
                            cells.slopes(given, values, alongX, alongY, count);
                        }
                        if (pixels != null) {
                            if (first == 0) {
                                Arrays.fill(sums, 0);
                            } else {
                                copy(pixels, channel * plane, sums, plane);
                            }
                            cells.spread(given, sums, count);
                            copy(sums, pixels, channel * plane, plane);
                        }
                    }
                    if (points != null) {
                        cells.points(alongX, alongY, count);
                        copy(cells.points, points, 2 * (n * all + first), 2 * count);
                    }
                }
            }
        });
    }

    private static void copy(Dense from, long first, float[] to, int n) {
        MemorySegment.copy(from.segment(), ValueLayout.JAVA_FLOAT, from.byteOffset() + 4 * first, to, 0, n);
    }

    private static void copy(float[] from, Dense to, long first, int n) {
        MemorySegment.copy(from, 0, to.segment(), ValueLayout.JAVA_FLOAT, to.byteOffset() + 4 * first, n);
    }

    /** Adds the shares of some gradients to those of the pixels. */
    private void spread(float[] given, float[] sums, int count) {
        int[] a = at[0];
        int[] b = at[1];
        int[] c = at[2];
        int[] d = at[3];
        float[] u = weights[0];
        float[] v = weights[1];
        float[] w = weights[2];
        float[] z = weights[3];
        for (int i = 0; i < count; i++) {
            float g = given[i];
            sums[a[i]] += g * u[i];
            sums[b[i]] += g * v[i];
            sums[c[i]] += g * w[i];
            sums[d[i]] += g * z[i];
        }
    }

    /** Adds what the results gain for each pixel that the points move to the right, or down. */
    private void slopes(float[] given, float[] pixels, float[] alongX, float[] alongY, int count) {
        int[] a = at[0];
        int[] b = at[1];
        int[] c = at[2];
        int[] d = at[3];
        for (int i = 0; i < count; i++) {
            float g = given[i];
            float px = fromLeft[i];
            float py = fromTop[i];
            float p = pixels[a[i]];
            float q = pixels[b[i]];
            float r = pixels[c[i]];
            float s = pixels[d[i]];
            alongX[i] += g * ((1 - py) * (r - p) + py * (s - q));
            alongY[i] += g * ((1 - px) * (q - p) + px * (s - r));
        }
    }

    private void points(float[] alongX, float[] alongY, int count) {
        for (int i = 0; i < count; i++) {
            points[2 * i] = alongX[i] * slopeX[i];
            points[2 * i + 1] = alongY[i] * slopeY[i];
        }
    }
}

package org.cresset.data.vision;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.zip.GZIPInputStream;
import org.cresset.data.TensorDataset;
import org.cresset.tensor.Tensor;

/**
 * 1,797 handwritten digits of 8x8 pixels, which come with the library: inputs (N, 1, 8, 8) float32 from 0 to 1, targets
 * (N) int64 from 0 to 9. From the UCI repository's "Optical Recognition of Handwritten Digits" (E. Alpaydin, C. Kaynak,
 * 1998; CC BY 4.0).
 */
public final class Digits {
    private static final String RESOURCE = "/org/cresset/data/digits/digits.csv.gz";
    private static final int COUNT = 1797;
    private static final int TRAIN = 1437;
    private static final int PIXELS = 64;
    private static final float BRIGHTEST = 16;

    private Digits() {}

    /** The first 1,437 digits. */
    public static TensorDataset train() {
        return read(0, TRAIN);
    }

    /** The last 360 digits, largely by other writers than those of {@link #train()}. */
    public static TensorDataset test() {
        return read(TRAIN, COUNT);
    }

    private static TensorDataset read(int from, int to) {
        float[] pixels = new float[(to - from) * PIXELS];
        long[] labels = new long[to - from];
        try (InputStream in = Digits.class.getResourceAsStream(RESOURCE)) {
            if (in == null) {
                throw new IllegalStateException("the library's jar lacks " + RESOURCE);
            }
            BufferedReader lines =
                    new BufferedReader(new InputStreamReader(new GZIPInputStream(in), StandardCharsets.US_ASCII));
            int n = 0;
            for (String line = lines.readLine(); line != null && n < to; line = lines.readLine(), n++) {
                if (n >= from) {
                    String[] values = line.split(",");
                    for (int i = 0; i < PIXELS; i++) {
                        pixels[(n - from) * PIXELS + i] = Integer.parseInt(values[i]) / BRIGHTEST;
                    }
                    labels[n - from] = Integer.parseInt(values[PIXELS]);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new TensorDataset(Tensor.from(pixels, labels.length, 1, 8, 8), Tensor.of(labels));
    }
}

package org.cresset.data.vision;

import java.io.DataInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import org.cresset.base.CressetException;
import org.cresset.data.DataFiles;
import org.cresset.tensor.Tensor;

/** Files in the IDX format of the MNIST family: unsigned bytes with their sizes before them. */
public final class IdxFile {
    private static final int UNSIGNED_BYTES = 0x08;

    private IdxFile() {}

    /**
     * The bytes of a file, plain or {@code .gz}, as uint8 in the shape that it names.
     *
     * @throws CressetException of kind VALUE, in one sentence that names the file, for a file that is not IDX, holds
     *     something else than unsigned bytes, or is longer or shorter than its sizes say
     */
    public static Tensor read(Path file) {
        try (DataInputStream in = new DataInputStream(DataFiles.open(file))) {
            int magic = in.readInt();
            int rank = magic & 0xff;
            if (magic >>> 8 != UNSIGNED_BYTES || rank == 0 || rank > 8) {
                throw DataFiles.bad(
                        file, String.format("it begins with %08x, which no IDX file of unsigned bytes does", magic));
            }
            long[] shape = new long[rank];
            long count = 1;
            for (int i = 0; i < rank; i++) {
                shape[i] = in.readInt();
                if (shape[i] < 0 || shape[i] != 0 && count > (Integer.MAX_VALUE - 8) / shape[i]) {
                    throw DataFiles.bad(
                            file,
                            "its header speaks of " + Arrays.toString(Arrays.copyOf(shape, i + 1))
                                    + " bytes, more than a file of this kind can have");
                }
                count *= shape[i];
            }
            // Reads in steps, so that a header that promises too much costs no memory.
            byte[] bytes = in.readNBytes((int) count);
            if (bytes.length < count) {
                throw DataFiles.bad(
                        file,
                        "it ends after " + bytes.length + " of the " + count + " bytes that its header announces, "
                                + Arrays.toString(shape));
            }
            if (in.read() >= 0) {
                throw DataFiles.bad(
                        file,
                        "it goes on after the " + count + " bytes that its header announces, "
                                + Arrays.toString(shape));
            }
            return Tensor.from(bytes, shape);
        } catch (IOException e) {
            throw DataFiles.failed(file, e);
        }
    }
}

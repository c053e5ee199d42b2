package org.cresset.io;

import java.nio.file.Path;
import org.cresset.base.CressetException;
import org.jspecify.annotations.Nullable;

/**
 * Files of {@code torch.save} ({@code .pt}, {@code .pth}, {@code .bin}), read and written.
 *
 * <p>Values come as plain Java: dicts as {@link java.util.LinkedHashMap} (an {@code OrderedDict} as {@link OrderedDict}), lists
 * as {@link java.util.ArrayList}, tuples as {@link Tuple}, sets as {@link java.util.Set}, whole numbers as {@link Long} or
 * {@link java.math.BigInteger}, others as {@link Double}, complex ones as {@link ComplexNumber}, strings, booleans and null as
 * such, bytes as {@code byte[]}, {@code torch.Size} as {@link org.cresset.base.Shape}, dtypes as {@link
 * org.cresset.base.DType} (or {@link StoredType}), devices as {@link TorchDevice}, tensors as {@link
 * org.cresset.tensor.Tensor} on the CPU (or {@link RawTensor}). Tensors that shared memory share it again.
 *
 * <p>Such files hold pickles, programs for a small machine. Cresset's knows what tensors and plain values need and nothing
 * else, as {@code torch.load} with {@code weights_only=True}: it runs no code, whatever a file says.
 */
public final class TorchFile {
    private TorchFile() {}

    /**
     * The value in a file, all of it read into memory and checked against the file's checksums.
     *
     * @throws CressetException if the file can't be read, is damaged, or needs more than tensors and plain values
     */
    public static @Nullable Object load(Path file) {
        return TorchReader.read(file, false);
    }

    /**
     * The value in a file, with tensors over the mapped file, as {@code torch.load(mmap=True)}: nothing of them is read before
     * it is used, nor checked. Changing them does not change the file; changing the file meanwhile is an error.
     *
     * @throws CressetException as {@link #load}
     */
    public static @Nullable Object map(Path file) {
        return TorchReader.read(file, true);
    }

    /**
     * Writes a value of the kinds that {@link #load} gives, and any other {@link java.util.Map}, {@link java.util.Collection}
     * or {@link Number} as the nearest of them, so that {@code torch.load} reads it with {@code weights_only=True}. The file
     * appears whole or not at all. Of memory of which tensors use a part, that part is written.
     *
     * @throws CressetException if a value is of another kind, contains itself, or the file can't be written
     */
    public static void save(Path file, @Nullable Object value) {
        TorchWriter.write(file, value);
    }
}

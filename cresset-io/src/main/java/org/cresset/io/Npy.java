package org.cresset.io;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.base.Memory;
import org.cresset.base.Shape;
import org.cresset.base.Storage;
import org.cresset.tensor.Dense;
import org.cresset.tensor.Tensor;

/** Files of NumPy's {@code np.save} ({@code .npy}), one array each. */
public final class Npy {
    private static final int ALIGNMENT = 64;
    private static final int PIECE = 1 << 28;

    private Npy() {}

    /**
     * The array in a file as a tensor, whatever its byte order or memory order. Unsigned integers of more than 8 bits come in
     * the next larger dtype.
     *
     * @throws CressetException if the file can't be read or is none of NumPy's, or holds strings, records or objects
     */
    public static Tensor load(Path file) {
        return read(file).tensor();
    }

    /** The array in a file, which may also hold strings. */
    public static NpyArray read(Path file) {
        return Malformed.named(file, "npy file", () -> {
            try (FileChannel c = FileChannel.open(file, StandardOpenOption.READ)) {
                PickleInput in = new PickleInput(c);
                NpyHeader h = NpyHeader.read(in);
                long at = in.position();
                return NpyArray.of(h, in.size() - at, bytes -> {
                    Storage memory = Memory.allocate(bytes);
                    TorchReader.read(c, at, memory.segment(), bytes);
                    return memory;
                });
            }
        });
    }

    /**
     * Writes a tensor in row-major order. The file appears whole or not at all.
     *
     * @throws CressetException for bfloat16, which NumPy doesn't have
     */
    public static void save(Path file, Tensor tensor) {
        byte[] header = header(tensor);
        Dense data = tensor.detach().contiguous().dense("save");
        AtomicFiles.write(file, c -> {
            write(c, MemorySegment.ofArray(header));
            write(c, bytes(data));
        });
        Reference.reachabilityFence(data);
    }

    private static void write(FileChannel c, MemorySegment m) throws IOException {
        for (long at = 0; at < m.byteSize(); at += PIECE) {
            ByteBuffer b = m.asSlice(at, Math.min(PIECE, m.byteSize() - at)).asByteBuffer();
            while (b.hasRemaining()) {
                c.write(b);
            }
        }
    }

    /** The elements of a contiguous tensor, for as long as that is reachable. */
    static MemorySegment bytes(Dense d) {
        return d.segment().asSlice(d.byteOffset(), d.numel() * d.dtype().size());
    }

    static byte[] header(Tensor t) {
        String text =
                "{'descr': '" + descr(t.dtype()) + "', 'fortran_order': False, 'shape': " + tuple(t.shape()) + ", }";
        int length = text.length() + 1;
        int padding = -(10 + length) & ALIGNMENT - 1;
        ByteBuffer b = ByteBuffer.allocate(10 + length + padding).order(ByteOrder.LITTLE_ENDIAN);
        b.put((byte) 0x93).put("NUMPY\1\0".getBytes(StandardCharsets.US_ASCII)).putShort((short) (length + padding));
        b.put((text + " ".repeat(padding) + "\n").getBytes(StandardCharsets.US_ASCII));
        return b.array();
    }

    private static String tuple(Shape s) {
        StringBuilder b = new StringBuilder("(");
        for (int i = 0; i < s.rank(); i++) {
            b.append(i == 0 ? "" : " ").append(s.size(i)).append(i == s.rank() - 1 && i > 0 ? "" : ",");
        }
        return b.append(")").toString();
    }

    private static String descr(DType t) {
        return switch (t) {
            case BOOL -> "|b1";
            case UINT8 -> "|u1";
            case INT8 -> "|i1";
            case INT16 -> "<i2";
            case INT32 -> "<i4";
            case INT64 -> "<i8";
            case FLOAT16 -> "<f2";
            case FLOAT32 -> "<f4";
            case FLOAT64 -> "<f8";
            case COMPLEX64 -> "<c8";
            case COMPLEX128 -> "<c16";
            case BFLOAT16, COMPLEX32 ->
                throw CressetException.unsupported(
                        "save: NumPy has no " + t + "; convert to " + (t.isComplex() ? "complex64" : "float32"));
        };
    }
}

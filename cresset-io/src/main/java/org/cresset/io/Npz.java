package org.cresset.io;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.ref.Reference;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.cresset.base.DType;
import org.cresset.base.Memory;
import org.cresset.base.Shape;
import org.cresset.base.Storage;
import org.cresset.tensor.Dense;
import org.cresset.tensor.Tensor;

/** Files of NumPy's {@code np.savez} ({@code .npz}): zip files of arrays by name. */
public final class Npz {
    private static final String SUFFIX = ".npy";
    private static final int LONGEST_HEADER = 1 << 18;
    private static final int PIECE = 1 << 20;

    private Npz() {}

    /**
     * All arrays of a file as tensors, as {@link Npy#load} gives them.
     *
     * @throws org.cresset.base.CressetException if the file can't be read or is none of NumPy's, or holds anything but arrays
     *     of numbers
     */
    public static Map<String, Tensor> load(Path file) {
        Map<String, Tensor> all = new LinkedHashMap<>();
        read(file).forEach((name, a) -> all.put(name, a.tensor()));
        return all;
    }

    /** All arrays of a file, which may also hold strings. */
    public static Map<String, NpyArray> read(Path file) {
        return Malformed.named(file, "npz file", () -> {
            try (FileChannel c = FileChannel.open(file, StandardOpenOption.READ)) {
                ZipArchive zip = new ZipArchive(c);
                Map<String, NpyArray> all = new LinkedHashMap<>();
                for (String name : zip.names()) {
                    if (!name.endsWith(SUFFIX)) {
                        throw new Malformed("its entry " + Malformed.quote(name) + " is no array");
                    }
                    all.put(name.substring(0, name.length() - SUFFIX.length()), array(zip, name));
                }
                return all;
            }
        });
    }

    private static NpyArray array(ZipArchive zip, String name) throws IOException {
        ZipArchive.Entry e = Objects.requireNonNull(zip.entry(name));
        Storage all = Memory.allocate(e.size());
        zip.copy(e, all.segment());
        MemorySegment m = all.segment().asSlice(0, e.size());
        byte[] head = m.asSlice(0, Math.min(e.size(), LONGEST_HEADER)).toArray(ValueLayout.JAVA_BYTE);
        try {
            PickleInput in = new PickleInput(head);
            NpyHeader h = NpyHeader.read(in);
            long at = in.position();
            return NpyArray.of(h, e.size() - at, bytes -> {
                Storage memory = Memory.allocate(bytes);
                MemorySegment.copy(m, at, memory.segment(), 0, bytes);
                return memory;
            });
        } catch (Malformed x) {
            throw new Malformed("its entry " + Malformed.quote(name) + ": " + x.getMessage());
        } finally {
            Reference.reachabilityFence(all);
        }
    }

    /** Writes tensors by name. The file appears whole or not at all. */
    public static void save(Path file, Map<String, ? extends Tensor> tensors) {
        AtomicFiles.write(file, c -> {
            ZipWriter zip = new ZipWriter(c);
            for (Map.Entry<String, ? extends Tensor> e : tensors.entrySet()) {
                Dense bytes = joined(e.getValue());
                zip.add(e.getKey() + SUFFIX, Npy.bytes(bytes));
                Reference.reachabilityFence(bytes);
            }
            zip.finish();
        });
    }

    /** Writes tensors by name, packed, as {@code np.savez_compressed}. */
    public static void saveCompressed(Path file, Map<String, ? extends Tensor> tensors) {
        AtomicFiles.write(file, c -> {
            OutputStream to = new BufferedOutputStream(Channels.newOutputStream(c), PIECE);
            ZipOutputStream zip = new ZipOutputStream(to);
            for (Map.Entry<String, ? extends Tensor> e : tensors.entrySet()) {
                zip.putNextEntry(new ZipEntry(e.getKey() + SUFFIX));
                Dense bytes = joined(e.getValue());
                MemorySegment m = Npy.bytes(bytes);
                for (long at = 0; at < m.byteSize(); at += PIECE) {
                    zip.write(m.asSlice(at, Math.min(PIECE, m.byteSize() - at)).toArray(ValueLayout.JAVA_BYTE));
                }
                Reference.reachabilityFence(bytes);
                zip.closeEntry();
            }
            zip.finish();
            to.flush();
        });
    }

    /** Header and elements in one piece. */
    private static Dense joined(Tensor t) {
        byte[] header = Npy.header(t);
        Dense data = t.detach().contiguous().dense("save");
        MemorySegment elements = Npy.bytes(data);
        Dense all = Dense.empty(Shape.of(header.length + elements.byteSize()), DType.UINT8);
        MemorySegment.copy(MemorySegment.ofArray(header), 0, all.segment(), 0, header.length);
        MemorySegment.copy(elements, 0, all.segment(), header.length, elements.byteSize());
        Reference.reachabilityFence(data);
        return all;
    }
}

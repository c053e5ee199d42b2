package org.cresset.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.cresset.base.CressetException;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Damaged files: flipped bits, cut-off ends, changed lengths, doubled stretches. Each is refused by an exception that names
 * the file, or read; where the format has checksums it is read with equal content only.
 */
class FuzzTest {
    private static final Path PACK =
            Path.of(System.getProperty("cresset.shared", "../../shared"), "conformance", "checkpoints");
    private static final int ROUNDS = Integer.getInteger("cresset.fuzz", 60);
    private static final long MOST_BYTES = 64L << 20;

    @TempDir
    private Path folder;

    private static List<Path> good() throws IOException {
        assumeTrue(
                Files.exists(PACK), "no golden files at " + PACK + "; set cresset.shared to the folder that has them");
        List<Path> all = new ArrayList<>();
        for (String kind : List.of("pt", "safetensors", "numpy")) {
            try (Stream<Path> files = Files.list(PACK.resolve(kind).resolve("good"))) {
                files.sorted().forEach(all::add);
            }
        }
        return all;
    }

    @TestFactory
    @Timeout(120)
    List<DynamicTest> damagedFilesDoNoHarm() throws IOException {
        List<DynamicTest> tests = new ArrayList<>();
        for (Path file : good()) {
            tests.add(DynamicTest.dynamicTest(file.getFileName().toString(), () -> fuzz(file)));
        }
        return tests;
    }

    private void fuzz(Path file) throws IOException {
        byte[] original = Files.readAllBytes(file);
        String name = file.getFileName().toString();
        String content = read(file);
        Random random = new Random(name.hashCode());
        Path own = Files.createDirectory(folder.resolve(name));
        Path damaged = own.resolve(name);
        for (int i = 0; i < ROUNDS; i++) {
            byte[] bytes = damage(original, random);
            Files.write(damaged, bytes);
            long before = allocated();
            try {
                String got = read(damaged);
                if (original[0] == 'P' && original[1] == 'K') {
                    assertThat(got).as("round %d", i).isEqualTo(content);
                }
            } catch (CressetException e) {
                assertThat(e.getMessage()).contains(name);
            }
            assertThat(allocated() - before).as("round %d", i).isLessThan(MOST_BYTES);
        }
        try (Stream<Path> files = Files.list(own)) {
            assertThat(files).containsExactly(damaged);
        }
    }

    private static String read(Path file) {
        String name = file.getFileName().toString();
        if (name.endsWith(".pt")) {
            return Described.of(TorchFile.load(file));
        }
        if (name.endsWith(".safetensors")) {
            return Described.of(Safetensors.load(file));
        }
        if (name.endsWith(".npz")) {
            return Described.of(Npz.load(file));
        }
        NpyArray a = Npy.read(file);
        return a.type() == null ? a.strings().toString() : Described.of(a.tensor());
    }

    private static byte[] damage(byte[] original, Random r) {
        byte[] b = original.clone();
        int at = r.nextInt(b.length);
        switch (r.nextInt(6)) {
            case 0 -> b[at] ^= (byte) (1 << r.nextInt(8));
            case 1 -> b[at] = (byte) r.nextInt(256);
            case 2 -> b = Arrays.copyOf(b, at);
            case 3 -> { // a length field, perhaps
                int[] lengths = {0, 1, 0xff, 0x7f, 0x80};
                for (int i = at; i < Math.min(b.length, at + 1 + r.nextInt(8)); i++) {
                    b[i] = (byte) lengths[r.nextInt(lengths.length)];
                }
            }
            case 4 -> { // a stretch twice
                int n = r.nextInt(Math.min(100, b.length - at) + 1);
                byte[] longer = new byte[b.length + n];
                System.arraycopy(b, 0, longer, 0, at + n);
                System.arraycopy(b, at, longer, at + n, b.length - at);
                b = longer;
            }
            default -> { // a stretch from elsewhere
                int from = r.nextInt(b.length);
                int n = r.nextInt(Math.min(32, b.length - Math.max(at, from)) + 1);
                System.arraycopy(original, from, b, at, n);
            }
        }
        return b;
    }

    private static long allocated() {
        return ((com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean()).getCurrentThreadAllocatedBytes();
    }
}

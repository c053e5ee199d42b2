package org.cresset.data.vision;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import org.cresset.data.DataFiles;
import org.cresset.data.Dataset;
import org.cresset.data.Example;
import org.cresset.tensor.Images;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Images in a directory with one sub-directory per class, as {@code torchvision.datasets.ImageFolder}: inputs (3, H, W)
 * float32 from 0 to 1, targets int64 scalars, the places of the classes in alphabetical order. Files are read when they
 * are asked for, in the formats that {@link ImageIO} knows (PNG, JPEG, GIF, BMP, and what plug-ins add).
 */
public final class ImageFolder implements Dataset<Example> {
    /** Larger images are refused before they are decoded, so that a small hostile file can't take all memory. */
    private static final long MOST_PIXELS = 1L << 28;

    private final List<String> classes = new ArrayList<>();
    private final List<Path> files = new ArrayList<>();
    private final List<Integer> labels = new ArrayList<>();

    /**
     * Lists a directory's images, also those deeper within the class directories.
     *
     * @throws org.cresset.base.CressetException of kind VALUE where there are no sub-directories or one has no image
     */
    public ImageFolder(Path directory) {
        try {
            for (Path sub : sorted(directory)) {
                if (Files.isDirectory(sub)) {
                    addClass(sub);
                }
            }
        } catch (IOException e) {
            throw DataFiles.failed(directory, e);
        }
        if (classes.isEmpty()) {
            throw DataFiles.bad(directory, "there is no sub-directory in it; each class needs one");
        }
    }

    private void addClass(Path directory) throws IOException {
        int before = files.size();
        Set<String> suffixes = new TreeSet<>(Arrays.asList(ImageIO.getReaderFileSuffixes()));
        try (Stream<Path> all = Files.walk(directory)) {
            all.filter(f -> Files.isRegularFile(f) && suffixes.contains(suffix(f)))
                    .sorted()
                    .forEach(files::add);
        }
        if (files.size() == before) {
            throw DataFiles.bad(directory, "there is no image in it, of " + suffixes);
        }
        while (labels.size() < files.size()) {
            labels.add(classes.size());
        }
        classes.add(directory.getFileName().toString());
    }

    private static List<Path> sorted(Path directory) throws IOException {
        try (Stream<Path> list = Files.list(directory)) {
            return list.sorted().toList();
        }
    }

    private static String suffix(Path file) {
        String name = file.getFileName().toString();
        return name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
    }

    /** The classes' names, which targets are places of. */
    public List<String> classes() {
        return List.copyOf(classes);
    }

    /** The file of an element. */
    public Path file(long index) {
        return files.get((int) Dataset.checkIndex(index, size()));
    }

    /** The classes' places of all elements. */
    public long[] labels() {
        return labels.stream().mapToLong(Integer::longValue).toArray();
    }

    @Override
    public long size() {
        return files.size();
    }

    /** Reads the image; throws, naming the file, if it is none or damaged. */
    @Override
    public Example get(long index) {
        Path file = file(index);
        Tensor pixels = Images.fromImage(read(file));
        return new Example(Transforms.toFloat(pixels), Tensor.from(new long[] {labels.get((int) index)}));
    }

    /**
     * An image file's content.
     *
     * @throws org.cresset.base.CressetException of kind VALUE, naming the file, if it is no image or damaged
     */
    public static BufferedImage read(Path file) {
        if (!Files.isRegularFile(file)) {
            throw DataFiles.bad(file, "there is no such file");
        }
        try (ImageInputStream in = ImageIO.createImageInputStream(file.toFile())) {
            ImageReader reader = reader(in);
            if (reader == null) {
                throw DataFiles.bad(file, "it is no image of a format that can be read");
            }
            try {
                reader.setInput(in, true, true);
                long pixels = (long) reader.getWidth(0) * reader.getHeight(0);
                if (pixels > MOST_PIXELS) {
                    throw DataFiles.bad(file, "it has " + pixels + " pixels; " + MOST_PIXELS + " are allowed");
                }
                return reader.read(0);
            } finally {
                reader.dispose();
            }
        } catch (IOException e) {
            throw DataFiles.failed(file, e);
        } catch (IllegalArgumentException | IndexOutOfBoundsException | NegativeArraySizeException e) {
            // Readers of the JDK answer some damaged files so.
            throw DataFiles.failed(file, new IOException("damaged image: " + e, e));
        }
    }

    private static @Nullable ImageReader reader(@Nullable ImageInputStream in) {
        Iterator<ImageReader> readers = in == null ? List.<ImageReader>of().iterator() : ImageIO.getImageReaders(in);
        return readers.hasNext() ? readers.next() : null;
    }
}

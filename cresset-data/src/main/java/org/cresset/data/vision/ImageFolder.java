package org.cresset.data.vision;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.cresset.data.DataFiles;
import org.cresset.data.Dataset;
import org.cresset.data.Example;
import org.cresset.tensor.Tensor;

/**
 * Images in a directory with one sub-directory per class, as {@code torchvision.datasets.ImageFolder}: inputs (3, H, W)
 * float32 from 0 to 1, targets int64 scalars, the places of the classes in alphabetical order. Files are read when they
 * are asked for, in the formats that {@link ImageDecoder} knows.
 */
public final class ImageFolder implements Dataset<Example> {
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
        List<String> suffixes = ImageDecoder.formats();
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
        return new Example(
                Transforms.toFloat(ImageDecoder.decode(file)), Tensor.from(new long[] {labels.get((int) index)}));
    }
}

package org.cresset.data;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.cresset.io.Safetensors;
import org.cresset.io.SafetensorsFile;

/**
 * Examples that are made once and then read from files, one for each, in a directory: for what takes longer to decode than
 * to load, and is too much to be kept in memory ({@link Dataset#cached}). A run that is killed leaves whole files only.
 */
public final class DiskCache implements Dataset<Example> {
    private static final String VERSION = "version";

    private final Dataset<Example> source;
    private final Path directory;
    private final String version;

    /**
     * Keeps the examples of {@code source} in {@code directory}, which is made if it isn't there.
     *
     * @param version of how examples are made: those that were kept under another one are made again
     */
    public DiskCache(Dataset<Example> source, Path directory, String version) {
        this.source = source;
        this.directory = directory;
        this.version = version;
    }

    @Override
    public long size() {
        return source.size();
    }

    /** The file of an example, which is there once the example has been asked for. */
    public Path file(long index) {
        Dataset.checkIndex(index, size());
        return directory.resolve(String.format("%04d", index / 1000)).resolve(index + ".safetensors");
    }

    /** The example, as {@code source} makes it without chance: augment what comes out of the cache. */
    @Override
    public Example get(long index) {
        Path file = file(index);
        if (Files.exists(file)) {
            try (SafetensorsFile f = Safetensors.open(file)) {
                if (version.equals(f.metadata().get(VERSION))) {
                    return new Example(f.get("input").clone(), f.get("target").clone());
                }
            }
        }
        Example e = source.get(index);
        Safetensors.save(file, Map.of("input", e.input(), "target", e.target()), Map.of(VERSION, version));
        return e;
    }
}

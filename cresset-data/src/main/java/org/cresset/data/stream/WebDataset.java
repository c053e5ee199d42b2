package org.cresset.data.stream;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.cresset.base.CressetException;
import org.cresset.data.DataFiles;
import org.jspecify.annotations.Nullable;

/**
 * Samples in tar archives, plain or {@code .gz}, one archive after the other, as the WebDataset library writes them:
 * files that follow each other and have the same path up to the first dot of their name make up one sample.
 */
public final class WebDataset extends FileStream<WebDataset.Sample> {
    private static final int BLOCK = 512;

    /** The samples of these archives; what is wrong with one is told, with its name, when its turn comes. */
    public WebDataset(Path... files) {
        super(List.of(files));
    }

    /**
     * Files of one sample.
     *
     * @param key their common path
     * @param parts their content by what follows the first dot of their names, in lower case: "jpg", "cls", "seg.png"
     */
    public record Sample(String key, Map<String, byte[]> parts) {
        /**
         * A part's content.
         *
         * @throws CressetException of kind VALUE where there is none
         */
        public byte[] bytes(String part) {
            byte[] b = parts.get(part);
            if (b == null) {
                throw CressetException.value(
                        "bytes: sample \"" + key + "\" has no part \"" + part + "\", only " + parts.keySet());
            }
            return b;
        }

        /** A part as UTF-8 text; throws as {@link #bytes}. */
        public String text(String part) {
            return new String(bytes(part), StandardCharsets.UTF_8);
        }
    }

    @Override
    protected Iterator<Sample> read(List<Path> some) {
        return new Samples(some);
    }

    private static final class Samples extends FileIterator<TarArchiveInputStream, Sample> {
        /** The entry that ended the sample before, which the next one begins with. */
        private @Nullable TarArchiveEntry pending;

        Samples(List<Path> files) {
            super(files);
        }

        @Override
        TarArchiveInputStream open(Path file) throws IOException {
            InputStream in = DataFiles.open(file);
            pending = null;
            return new TarArchiveInputStream(in);
        }

        @Override
        @Nullable
        Sample read(Path file, TarArchiveInputStream in) throws IOException {
            TarArchiveEntry entry = pending == null ? nextFile(in) : pending;
            if (entry == null) {
                // The reader takes half a header for the end.
                if (in.getBytesRead() % BLOCK != 0) {
                    throw DataFiles.bad(file, "it ends within a header");
                }
                return null;
            }
            String key = entry.getName().substring(0, dot(entry.getName()));
            Map<String, byte[]> parts = new LinkedHashMap<>();
            while (entry != null
                    && entry.getName().substring(0, dot(entry.getName())).equals(key)) {
                String part =
                        entry.getName().substring(dot(entry.getName()) + 1).toLowerCase(Locale.ROOT);
                byte[] content = in.readAllBytes();
                if (content.length != entry.getSize()) {
                    throw DataFiles.bad(file, "it ends within " + entry.getName());
                }
                if (parts.put(part, content) != null) {
                    throw DataFiles.bad(file, "sample \"" + key + "\" has two parts \"" + part + "\"");
                }
                entry = nextFile(in);
            }
            pending = entry;
            return new Sample(key, parts);
        }

        private static @Nullable TarArchiveEntry nextFile(TarArchiveInputStream in) throws IOException {
            TarArchiveEntry e = in.getNextEntry();
            while (e != null && (!e.isFile() || dot(e.getName()) == e.getName().length())) {
                e = in.getNextEntry();
            }
            return e;
        }

        /** Where the first dot of a path's last name is, or the path's length. */
        private static int dot(String path) {
            int at = path.indexOf('.', path.lastIndexOf('/') + 1);
            return at < 0 ? path.length() : at;
        }
    }
}

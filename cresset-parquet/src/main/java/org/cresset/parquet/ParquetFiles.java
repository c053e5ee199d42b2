package org.cresset.parquet;

import dev.hardwood.InputFile;
import dev.hardwood.metadata.ColumnChunk;
import dev.hardwood.metadata.ColumnMetaData;
import dev.hardwood.metadata.FileMetaData;
import dev.hardwood.metadata.RowGroup;
import dev.hardwood.reader.ParquetFileReader;
import dev.hardwood.reader.RowReader;
import dev.hardwood.row.FieldAccessor;
import dev.hardwood.row.PqList;
import dev.hardwood.row.PqMap;
import dev.hardwood.row.PqStruct;
import dev.hardwood.schema.ColumnProjection;
import dev.hardwood.schema.FileSchema;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import org.cresset.base.CressetException;
import org.cresset.data.DataFiles;
import org.cresset.data.stream.FileStream;
import org.jspecify.annotations.Nullable;

/**
 * The rows of Parquet files, one file after the other, uncompressed or compressed by Snappy, GZIP or Zstandard.
 *
 * <pre>{@code
 * var rows = new ParquetFiles(DataFiles.list(dir, "train-*.parquet")).columns("image", "label");
 * var loader = DataLoader.of(rows.shuffleFiles().shuffle(1000).map(
 *         r -> new Example(ImageDecoder.decode(r.bytes("image"), r.where()), Tensor.from(new long[] {r.integer("label")}))));
 * }</pre>
 */
public final class ParquetFiles extends FileStream<ParquetRow> {
    private final String[] columns;

    /** The rows of these files, with all their columns. */
    public ParquetFiles(Path... files) {
        this(List.of(files));
    }

    private ParquetFiles(List<Path> files, String... columns) {
        super(files);
        this.columns = columns;
    }

    /** The same rows with these top-level columns alone; the others aren't read. */
    public ParquetFiles columns(String... names) {
        return new ParquetFiles(files(), names.clone());
    }

    @Override
    protected Iterator<ParquetRow> read(List<Path> some) {
        return new Rows(some.iterator(), columns);
    }

    private static final class Rows implements Iterator<ParquetRow>, AutoCloseable {
        private final Iterator<Path> files;
        private final String[] columns;
        private @Nullable Table table;

        Rows(Iterator<Path> files, String[] columns) {
            this.files = files;
            this.columns = columns;
        }

        @Override
        public boolean hasNext() {
            Table t = table;
            while (t == null || !t.hasNext()) {
                close();
                if (!files.hasNext()) {
                    return false;
                }
                t = new Table(files.next(), columns);
                table = t;
            }
            return true;
        }

        @Override
        public ParquetRow next() {
            Table t = hasNext() ? table : null;
            if (t == null) {
                throw new NoSuchElementException();
            }
            return t.next();
        }

        @Override
        public void close() {
            Table t = table;
            table = null;
            if (t != null) {
                t.close();
            }
        }
    }

    /** An open file. */
    private static final class Table implements AutoCloseable {
        private final Path file;
        private final ParquetFileReader reader;
        private final RowReader rows;
        private long row;

        Table(Path file, String[] columns) {
            this.file = file;
            if (!Files.isRegularFile(file)) {
                throw DataFiles.failed(file, new NoSuchFileException(file.toString()));
            }
            ParquetFileReader r = null;
            try {
                r = ParquetFileReader.open(new CheckedFile(InputFile.of(file)));
                checkPlaces(r.getFileMetaData(), Files.size(file));
                FileSchema schema = r.getFileSchema();
                for (String name : columns) {
                    check(file, schema, name);
                }
                rows = r.buildRowReader()
                        .projection(columns.length == 0 ? ColumnProjection.all() : ColumnProjection.columns(columns))
                        .build();
                reader = r;
            } catch (IOException | RuntimeException e) {
                close(r);
                throw damaged(e);
            }
        }

        /** Whether each part lies in the file; readers of parts that don't may never end. */
        private static void checkPlaces(FileMetaData data, long size) throws IOException {
            for (RowGroup group : data.rowGroups()) {
                for (ColumnChunk chunk : group.columns()) {
                    ColumnMetaData c = chunk.metaData();
                    long start = chunk.chunkStartOffset();
                    if (start < 4 || c.totalCompressedSize() <= 0 || start > size - c.totalCompressedSize()) {
                        throw new IOException("column " + c.pathInSchema() + " claims " + c.totalCompressedSize()
                                + " bytes at " + start + " in a file of " + size);
                    }
                    if (c.numValues() < 0 || group.numRows() < 0 || c.numValues() < group.numRows()) {
                        throw new IOException("column " + c.pathInSchema() + " claims " + c.numValues()
                                + " values in a group of " + group.numRows() + " rows");
                    }
                }
            }
        }

        private static void check(Path file, FileSchema schema, String name) {
            List<String> there = new ArrayList<>();
            schema.getRootNode().children().forEach(c -> there.add(c.name()));
            if (!there.contains(name)) {
                throw DataFiles.bad(file, "there is no column \"" + name + "\", only " + there);
            }
        }

        boolean hasNext() {
            try {
                return rows.hasNext();
            } catch (RuntimeException e) {
                throw damaged(e);
            }
        }

        ParquetRow next() {
            try {
                rows.next();
                return new ParquetRow(file + ", row " + row++, fields(rows));
            } catch (RuntimeException e) {
                throw damaged(e);
            }
        }

        private CressetException damaged(Exception e) {
            if (e instanceof CressetException c) {
                return c;
            }
            return new CressetException(
                    CressetException.Kind.VALUE,
                    file + ": it is no Parquet file, or damaged (near row " + row + "): " + e.getMessage(),
                    e);
        }

        @Override
        public void close() {
            rows.close();
            close(reader);
        }

        private static void close(@Nullable ParquetFileReader r) {
            if (r != null) {
                try {
                    r.close();
                } catch (IOException e) {
                    // It was open for reading only.
                }
            }
        }
    }

    private static Map<String, @Nullable Object> fields(FieldAccessor row) {
        Map<String, @Nullable Object> values = new LinkedHashMap<>();
        for (int i = 0; i < row.getFieldCount(); i++) {
            String name = row.getFieldName(i);
            values.put(name, row.isNull(name) ? null : plain(row.getValue(name)));
        }
        return values;
    }

    /** What the reader gives as a view of its buffers, as an object of its own. */
    private static @Nullable Object plain(@Nullable Object v) {
        return switch (v) {
            case PqList list -> {
                List<@Nullable Object> copy = new ArrayList<>(list.size());
                for (int i = 0; i < list.size(); i++) {
                    copy.add(list.isNull(i) ? null : plain(list.get(i)));
                }
                yield copy;
            }
            case PqStruct struct -> fields(struct);
            case PqMap map -> {
                Map<@Nullable Object, @Nullable Object> copy = new LinkedHashMap<>();
                for (PqMap.Entry e : map.getEntries()) {
                    copy.put(plain(e.getKey()), e.isValueNull() ? null : plain(e.getValue()));
                }
                yield copy;
            }
            case null -> null;
            default -> v;
        };
    }
}

package org.cresset.data;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.PatternSyntaxException;
import java.util.zip.GZIPInputStream;
import org.cresset.base.CressetException;

/** Opening data files and telling what is wrong with them. */
public final class DataFiles {
    private DataFiles() {}

    /** Opens a file, decompressing it if its name ends in {@code .gz}. */
    public static InputStream open(Path file) throws IOException {
        InputStream in = Files.newInputStream(file);
        try {
            return new BufferedInputStream(
                    file.toString().endsWith(".gz") ? new GZIPInputStream(in, 1 << 16) : in, 1 << 16);
        } catch (IOException | RuntimeException e) {
            in.close();
            throw e;
        }
    }

    /**
     * The file with a name in a directory, plain or with {@code .gz} added.
     *
     * @throws CressetException where there is neither
     */
    public static Path find(Path directory, String name) {
        Path plain = directory.resolve(name);
        Path compressed = directory.resolve(name + ".gz");
        if (Files.isRegularFile(plain)) {
            return plain;
        }
        if (Files.isRegularFile(compressed)) {
            return compressed;
        }
        throw CressetException.value(
                directory + ": there is no file " + name + " or " + name + ".gz in this directory");
    }

    /**
     * The files in a directory whose names fit a pattern, such as {@code train-*.tar}, in alphabetical order.
     *
     * @throws CressetException where there is none
     */
    public static Path[] list(Path directory, String glob) {
        List<Path> found = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, glob)) {
            files.forEach(found::add);
        } catch (IOException e) {
            throw failed(directory, e);
        } catch (PatternSyntaxException e) {
            throw CressetException.value("list: \"" + glob + "\" is no pattern: " + e.getDescription());
        }
        if (found.isEmpty()) {
            throw bad(directory, "there is no file " + glob + " in this directory");
        }
        found.sort(null);
        return found.toArray(Path[]::new);
    }

    /** An error in a file's content. */
    public static CressetException bad(Path file, String what) {
        return CressetException.value(file + ": " + what);
    }

    /** An error while reading a file, in one sentence. */
    public static CressetException failed(Path file, IOException e) {
        String what =
                switch (e) {
                    case NoSuchFileException missing -> "there is no such file";
                    case EOFException end -> "the file ends too early";
                    case AccessDeniedException denied -> "permission denied";
                    case NotDirectoryException other -> "it is no directory";
                    case FileSystemException f when f.getReason() != null -> "the file can't be read: " + f.getReason();
                    default -> "the file can't be read: " + e.getMessage();
                };
        return new CressetException(CressetException.Kind.VALUE, file + ": " + what, e);
    }
}

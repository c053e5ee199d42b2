package org.cresset.io;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.ThreadLocalRandom;
import org.cresset.base.CressetException;

/** Writes files so that a reader sees the old content or the new, and never a part: written beside, synced, renamed. */
public final class AtomicFiles {
    private static final String PART = ".part";

    private AtomicFiles() {}

    /** Writes content to an open channel. */
    @FunctionalInterface
    public interface Content {
        /** Writes everything. */
        void writeTo(FileChannel channel) throws IOException;
    }

    /**
     * Replaces {@code file}; its directory is made if it isn't there.
     *
     * @throws CressetException if that fails; what was there before is untouched then
     */
    public static void write(Path file, Content content) {
        Path directory = file.toAbsolutePath().getParent();
        if (directory == null) {
            throw CressetException.value("can't write " + file + ": it is no file's name");
        }
        Path beside = null;
        try {
            Files.createDirectories(directory);
            Path part = directory.resolve("." + file.getFileName() + "."
                    + Long.toHexString(ThreadLocalRandom.current().nextLong()) + PART);
            try (FileChannel c = FileChannel.open(part, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW)) {
                beside = part;
                content.writeTo(c);
                c.force(true);
            }
            move(beside, file);
            beside = null;
            syncDirectory(directory);
        } catch (IOException e) {
            throw new CressetException(CressetException.Kind.RUNTIME, "can't write " + file + ": " + reason(e), e);
        } finally {
            if (beside != null) {
                try {
                    Files.deleteIfExists(beside);
                } catch (IOException e) {
                    beside.toFile().deleteOnExit();
                }
            }
        }
    }

    /** Removes what a process that was killed while it wrote {@code file} left beside it. Nobody may be writing it now. */
    public static void removeLeftovers(Path file) {
        Path directory = file.toAbsolutePath().getParent();
        if (directory == null || !Files.isDirectory(directory)) {
            return;
        }
        String begin = "." + file.getFileName() + ".";
        try (DirectoryStream<Path> parts = Files.newDirectoryStream(directory, f -> {
            String name = String.valueOf(f.getFileName());
            return name.startsWith(begin) && name.endsWith(PART);
        })) {
            for (Path p : parts) {
                Files.deleteIfExists(p);
            }
        } catch (IOException | DirectoryIteratorException e) {
            throw new CressetException(
                    CressetException.Kind.RUNTIME,
                    "can't tidy up " + directory + ": " + (e instanceof IOException i ? reason(i) : e.getMessage()),
                    e);
        }
    }

    private static void move(Path from, Path to) throws IOException {
        try {
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (AtomicMoveNotSupportedException e) {
            Files.move(from, to, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    private static void syncDirectory(Path directory) {
        try (FileChannel c = FileChannel.open(directory, StandardOpenOption.READ)) {
            c.force(true);
        } catch (IOException e) {
            // Some systems can't open directories; the rename is still in order there.
        }
    }

    /** What went wrong, in words. */
    static String reason(IOException e) {
        return switch (e) {
            case NoSuchFileException n -> "no such file";
            case AccessDeniedException a -> "permission denied";
            case FileAlreadyExistsException a -> a.getFile() + " is a file and no directory";
            case FileSystemException f when f.getReason() != null -> f.getReason();
            default -> e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
        };
    }
}

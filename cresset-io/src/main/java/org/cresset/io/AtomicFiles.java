package org.cresset.io;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import org.cresset.base.CressetException;

/** Writes files so that a reader sees the old content or the new, and never a part: written beside, synced, renamed. */
public final class AtomicFiles {
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
            beside = Files.createTempFile(directory, "." + file.getFileName(), ".part");
            try (FileChannel c =
                    FileChannel.open(beside, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
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
            default -> e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
        };
    }
}

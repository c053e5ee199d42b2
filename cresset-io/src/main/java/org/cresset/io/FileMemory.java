package org.cresset.io;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * Maps files into memory that may be written to without changing the file: pages come in when they are looked at. Java itself
 * maps so only files that the user may write to, so for others the C library is asked.
 */
final class FileMemory {
    private static final int READ_WRITE = 3;
    private static final int PRIVATE = 2;

    private FileMemory() {}

    /** Maps a stretch of a file; the memory lives as long as the segment or a slice of it is in use. */
    static MemorySegment map(Path file, long at, long length) throws IOException {
        Arena arena = Arena.ofAuto();
        if (Files.isWritable(file)) {
            try (FileChannel c = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
                return c.map(FileChannel.MapMode.PRIVATE, at, length, arena);
            }
        }
        MemorySegment mapped = LibC.INSTANCE == null ? null : LibC.INSTANCE.map(file, at, length, arena);
        if (mapped != null) {
            return mapped;
        }
        try (FileChannel c = FileChannel.open(file, StandardOpenOption.READ)) {
            return arena.allocate(length, 64).copyFrom(c.map(FileChannel.MapMode.READ_ONLY, at, length, arena));
        }
    }

    /** The functions of a POSIX system. */
    private record LibC(MethodHandle open, MethodHandle close, MethodHandle mmap, MethodHandle munmap) {
        static final @Nullable LibC INSTANCE = find();

        private static @Nullable LibC find() {
            if (!System.getProperty("os.name").equals("Linux")) { // elsewhere the flags have other values
                return null;
            }
            var i = ValueLayout.JAVA_INT;
            var l = ValueLayout.JAVA_LONG;
            var p = ValueLayout.ADDRESS;
            return new LibC(
                    function("open", FunctionDescriptor.of(i, p, i), Linker.Option.firstVariadicArg(2)),
                    function("close", FunctionDescriptor.of(i, i)),
                    function("mmap", FunctionDescriptor.of(l, l, l, i, i, i, l)),
                    function("munmap", FunctionDescriptor.of(i, l, l)));
        }

        private static MethodHandle function(String name, FunctionDescriptor type, Linker.Option... options) {
            Linker linker = Linker.nativeLinker();
            return linker.downcallHandle(linker.defaultLookup().find(name).orElseThrow(), type, options);
        }

        private @Nullable MemorySegment map(Path file, long at, long length, Arena arena) {
            try (Arena local = Arena.ofConfined()) {
                int fd = (int) open.invokeExact(
                        local.allocateFrom(file.toAbsolutePath().toString()), 0);
                if (fd < 0) {
                    return null;
                }
                long begin = at & -4096;
                long bytes = length + at - begin;
                long address = (long) mmap.invokeExact(0L, bytes, READ_WRITE, PRIVATE, fd, begin);
                int closed = (int) close.invokeExact(fd);
                if (address == -1 || closed < 0) {
                    return null;
                }
                return MemorySegment.ofAddress(address)
                        .reinterpret(bytes, arena, m -> unmap(m.address(), bytes))
                        .asSlice(at - begin, length);
            } catch (RuntimeException | Error e) {
                throw e;
            } catch (Throwable e) {
                throw new IllegalStateException(e);
            }
        }

        private void unmap(long address, long bytes) {
            try {
                int _ = (int) munmap.invokeExact(address, bytes);
            } catch (Throwable e) {
                throw new IllegalStateException(e);
            }
        }
    }
}

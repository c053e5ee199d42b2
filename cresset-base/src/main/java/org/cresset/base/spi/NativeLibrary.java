package org.cresset.base.spi;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.SymbolLookup;
import java.net.URL;
import java.net.URLConnection;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Locale;

/**
 * Finds a library inside the published artifact on the class path and unpacks it, once for each version, to a folder of the
 * user's: {@code cresset.cache}, else {@code XDG_CACHE_HOME} or {@code ~/.cache}, with {@code cresset} appended.
 */
public final class NativeLibrary {
    private NativeLibrary() {}

    /** The artifact's name of this platform, as {@code linux-x86_64}. */
    public static String platform() {
        String os = System.getProperty("os.name").toLowerCase(Locale.ROOT);
        String arch = System.getProperty("os.arch").toLowerCase(Locale.ROOT);
        String o = os.contains("linux") ? "linux" : os.contains("mac") ? "macosx" : "windows";
        String a = arch.equals("amd64") || arch.equals("x86_64") ? "x86_64" : arch.equals("aarch64") ? "arm64" : arch;
        return o + "-" + a;
    }

    /**
     * Unpacks the resources into one folder and opens the first, which finds the others beside it.
     *
     * @throws IOException if one isn't on the class path or can't be unpacked or opened
     */
    public static SymbolLookup open(ClassLoader loader, String folder, String... names) throws IOException {
        Path first = null;
        for (String name : names) {
            Path file = file(loader, folder, name);
            first = first == null ? file : first;
        }
        return SymbolLookup.libraryLookup(first, Arena.global());
    }

    /**
     * Unpacks one resource and opens it for libraries opened later that need it; a library of that name that the system has
     * is preferred, because others in this process may need a newer one than the artifact's.
     *
     * @throws IOException if it is neither in the system nor on the class path
     */
    public static void preload(ClassLoader loader, String folder, String name) throws IOException {
        try {
            SymbolLookup.libraryLookup(name, Arena.global());
        } catch (IllegalArgumentException missing) {
            SymbolLookup.libraryLookup(file(loader, folder, name), Arena.global());
        }
    }

    private static Path file(ClassLoader loader, String folder, String name) throws IOException {
        URL url = loader.getResource(folder + "/" + name);
        if (url == null) {
            throw new IOException("no " + name + " for " + platform() + " on the class path");
        }
        return unpack(url, name);
    }

    private static Path unpack(URL url, String name) throws IOException {
        URLConnection connection = url.openConnection();
        connection.setUseCaches(false);
        Path folder = cache().resolve("native").resolve(versionOf(url));
        Path file = folder.resolve(name);
        if (Files.exists(file) && Files.size(file) == connection.getContentLengthLong()) {
            return file;
        }
        Files.createDirectories(folder);
        Path part = Files.createTempFile(folder, name, ".part");
        try (InputStream in = connection.getInputStream()) {
            Files.copy(in, part, StandardCopyOption.REPLACE_EXISTING);
            try {
                Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
            } catch (AtomicMoveNotSupportedException e) {
                Files.move(part, file, StandardCopyOption.REPLACE_EXISTING);
            }
        } finally {
            Files.deleteIfExists(part);
        }
        return file;
    }

    /** The name of the jar that holds the entry, which has the version in it. */
    private static String versionOf(URL url) {
        String path = url.getPath();
        int end = path.indexOf(".jar!");
        return end < 0 ? Integer.toHexString(path.hashCode()) : path.substring(path.lastIndexOf('/', end) + 1, end);
    }

    private static Path cache() {
        String set = System.getProperty("cresset.cache");
        if (set != null) {
            return Path.of(set);
        }
        String xdg = System.getenv("XDG_CACHE_HOME");
        Path base = xdg != null && !xdg.isBlank() ? Path.of(xdg) : Path.of(System.getProperty("user.home"), ".cache");
        return base.resolve("cresset");
    }
}

package org.cresset.onednn;

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
final class NativeLibrary {
    private NativeLibrary() {}

    /** The artifact's name of this platform, as {@code linux-x86_64}. */
    static String platform() {
        String os = System.getProperty("os.name").toLowerCase(Locale.ROOT);
        String arch = System.getProperty("os.arch").toLowerCase(Locale.ROOT);
        String o = os.contains("linux") ? "linux" : os.contains("mac") ? "macosx" : "windows";
        String a = arch.equals("amd64") || arch.equals("x86_64") ? "x86_64" : arch.equals("aarch64") ? "arm64" : arch;
        return o + "-" + a;
    }

    /** Unpacks the resources into one folder and opens the first. */
    static SymbolLookup open(String folder, String... names) throws IOException {
        Path first = null;
        for (String name : names) {
            URL url = NativeLibrary.class.getClassLoader().getResource(folder + "/" + name);
            if (url == null) {
                throw new IOException("no " + name + " for " + platform() + " on the class path");
            }
            Path file = unpack(url, name);
            first = first == null ? file : first;
        }
        return SymbolLookup.libraryLookup(first, Arena.global());
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

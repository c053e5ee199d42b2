package org.cresset.data.vision;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import javax.imageio.IIOException;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;
import org.cresset.base.CressetException;
import org.cresset.data.DataFiles;
import org.cresset.tensor.Images;
import org.cresset.tensor.Tensor;

/**
 * Reads images in the formats that {@link ImageIO} knows: PNG, JPEG, GIF, BMP, and what plug-ins on the class path add
 * ({@code org.cresset:cresset-images} brings WebP, TIFF and JPEG in CMYK). Any thread may decode, so that in {@code
 * stream.map(s -> ImageDecoder.decode(s.bytes("jpg"), s.key()))} a loader's workers do it.
 */
public final class ImageDecoder {
    /** Larger images are refused before they are decoded, so that a small hostile file can't take all memory. */
    private static final long MOST_PIXELS = 1L << 28;

    private ImageDecoder() {}

    /**
     * The pixels of an encoded image, uint8 (3, H, W).
     *
     * @param name what messages call it
     * @throws CressetException of kind VALUE, with the name, for bytes that are no image or damaged
     */
    public static Tensor decode(byte[] encoded, String name) {
        try (ImageInputStream in = new MemoryCacheImageInputStream(new ByteArrayInputStream(encoded))) {
            return Images.fromImage(read(in, name));
        } catch (IOException e) {
            throw damaged(name, e);
        }
    }

    /** The pixels of an image file, uint8 (3, H, W); throws as {@link #read}. */
    public static Tensor decode(Path file) {
        return Images.fromImage(read(file));
    }

    /**
     * An image file's content.
     *
     * @throws CressetException of kind VALUE, naming the file, if it is no image or damaged
     */
    public static BufferedImage read(Path file) {
        if (!Files.isRegularFile(file)) {
            throw DataFiles.bad(file, Files.exists(file) ? "it is no file" : "there is no such file");
        }
        try (ImageInputStream in = ImageIO.createImageInputStream(file.toFile())) {
            if (in == null) {
                throw DataFiles.bad(file, "the file can't be read");
            }
            return read(in, file.toString());
        } catch (IOException e) {
            throw DataFiles.failed(file, e);
        }
    }

    private static BufferedImage read(ImageInputStream in, String name) throws IOException {
        Iterator<ImageReader> readers = ImageIO.getImageReaders(in);
        if (!readers.hasNext()) {
            throw CressetException.value(
                    name + ": it is no image of a format that can be read, which are " + String.join(", ", formats()));
        }
        ImageReader reader = readers.next();
        try {
            reader.setInput(in, true, true);
            long pixels = (long) reader.getWidth(0) * reader.getHeight(0);
            if (pixels > MOST_PIXELS) {
                throw CressetException.value(name + ": it has " + pixels + " pixels; " + MOST_PIXELS + " are allowed");
            }
            return reader.read(0);
        } catch (IIOException | IllegalArgumentException | IndexOutOfBoundsException | NegativeArraySizeException e) {
            // Readers of the JDK answer some damaged files with the latter three.
            throw damaged(name, e);
        } finally {
            reader.dispose();
        }
    }

    private static CressetException damaged(String name, Exception e) {
        Throwable root = e.getCause() == null ? e : e.getCause();
        return new CressetException(
                CressetException.Kind.VALUE,
                name + ": the image can't be read, it is damaged: " + root.getMessage(),
                e);
    }

    /** The suffixes of the formats that can be read here, in alphabetical order. */
    public static List<String> formats() {
        return List.of(ImageIO.getReaderFileSuffixes()).stream()
                .filter(s -> !s.isEmpty())
                .distinct()
                .sorted()
                .toList();
    }
}

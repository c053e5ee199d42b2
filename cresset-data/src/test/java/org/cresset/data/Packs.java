package org.cresset.data;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads int64 tensors of the golden files that were made with PyTorch. */
final class Packs {
    private Packs() {}

    static Path rng(int seed) {
        return Path.of(
                System.getProperty("cresset.shared", "../../shared"), "conformance/rng/seed_" + seed + ".safetensors");
    }

    static long[] longs(Path pack, String key) {
        try {
            ByteBuffer file = ByteBuffer.wrap(Files.readAllBytes(pack)).order(ByteOrder.LITTLE_ENDIAN);
            int header = (int) file.getLong(0);
            String json = new String(file.array(), 8, header, StandardCharsets.UTF_8);
            Matcher m = Pattern.compile("\"" + Pattern.quote(key) + "\":\\{[^}]*\"data_offsets\":\\[(\\d+), ?(\\d+)]")
                    .matcher(json);
            if (!m.find()) {
                throw new IllegalArgumentException(pack + " has no " + key);
            }
            int from = 8 + header + Integer.parseInt(m.group(1));
            long[] values = new long[(Integer.parseInt(m.group(2)) - Integer.parseInt(m.group(1))) / 8];
            file.position(from)
                    .slice()
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .asLongBuffer()
                    .get(values);
            return values;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

package org.cresset.io;

import java.io.IOException;
import java.nio.file.Path;
import org.cresset.base.CressetException;

/** What is wrong with a file's content; becomes a {@link CressetException} that names the file. */
final class Malformed extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private static final int LONGEST = 120;

    Malformed(String why) {
        super(why, null, false, false);
    }

    /** Text from a file for a message: short, and without characters that could garble a terminal or a log. */
    static String quote(String text) {
        StringBuilder b = new StringBuilder("\"");
        for (int i = 0; i < Math.min(text.length(), LONGEST); i++) {
            char c = text.charAt(i);
            b.append(Character.isISOControl(c) || Character.isSurrogate(c) ? '?' : c);
        }
        return b.append(text.length() > LONGEST ? "...\"" : "\"").toString();
    }

    /** The reading of a file. */
    @FunctionalInterface
    interface Reading<T> {
        T read() throws IOException;
    }

    /** Runs a reading, whose problems become exceptions that begin with the file's name. */
    static <T> T named(Path file, String kind, Reading<T> reading) {
        try {
            return reading.read();
        } catch (Malformed e) {
            throw CressetException.value(file + " is no readable " + kind + ": " + e.getMessage());
        } catch (IOException e) {
            throw new CressetException(
                    CressetException.Kind.VALUE, "can't read " + file + ": " + AtomicFiles.reason(e), e);
        }
    }
}

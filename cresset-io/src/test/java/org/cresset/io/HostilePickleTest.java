package org.cresset.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.cresset.base.CressetException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Pickles made to keep a reader busy, or to bring it down. */
@Timeout(30)
class HostilePickleTest {
    private static final class Program {
        private final ByteArrayOutputStream out = new ByteArrayOutputStream();

        Program() {
            add(0x80, 2);
        }

        Program add(int... bytes) {
            for (int b : bytes) {
                out.write(b);
            }
            return this;
        }

        Program text(String s) {
            out.writeBytes(s.getBytes(StandardCharsets.UTF_8));
            return this;
        }

        Object run() {
            add('.');
            return new Unpickler(new PickleInput(out.toByteArray()), new TorchGlobals(new TorchTensors(null, false)))
                    .read();
        }
    }

    private static void refused(Program p, String why) {
        assertThatThrownBy(p::run).isInstanceOf(Malformed.class).hasMessageContaining(why);
    }

    @Test
    void aMillionNestedListsDontOverflowTheStack() {
        Program p = new Program();
        for (int i = 0; i < 1_000_000; i++) {
            p.add(']');
        }
        for (int i = 1; i < 1_000_000; i++) {
            p.add('a');
        }
        refused(p, "nested more than");
    }

    @Test
    void aMillionNestedTuplesDontOverflowTheStack() {
        Program p = new Program().add(')');
        for (int i = 0; i < 1_000_000; i++) {
            p.add(0x85);
        }
        refused(p, "nested more than");
    }

    @Test
    void listsThatDoubleOneAnotherAreRefusedAtOnce() {
        Program p = new Program().add(']');
        for (int i = 0; i < 100; i++) {
            p.add('q', i, ']', 'h', i, 'a', 'h', i, 'a'); // [x, x] of what came before, which stays below
        }
        refused(p, "repeat one another");
    }

    @Test
    void tuplesThatDoubleOneAnotherAreNoKeys() {
        Program p = new Program().add('}', 'K', 1);
        for (int i = 0; i < 100; i++) {
            p.add('2', 0x86); // (x, x)
        }
        p.add('K', 1, 's');
        refused(p, "is a key");
    }

    @Test
    void tensorsAndListsAreNoKeys() {
        refused(new Program().add('}', ']', 'K', 1, 's'), "is a key");
        refused(new Program().add('}', ']', 0x85, 'K', 1, 's'), "is a key");
        refused(new Program().add(0x8f, '(', '}', 0x90), "is a key");
    }

    @Test
    void tuplesOfOneHashDontKeepAMapBusy() {
        Program p = new Program().add('}', '(');
        for (int i = 0; i < 100_000; i++) { // 31 a + b is always the same
            int a = i;
            int b = 1_000_000_000 - 31 * i;
            p.add('J', a, a >> 8, a >> 16, a >> 24, 'J', b, b >> 8, b >> 16, b >> 24, 0x86, 'N');
        }
        refused(p.add('u'), "are tuples");
    }

    @Test
    void aPickleThatUnpacksToAThousandTimesItsSizeIsRefused(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("bomb.pt");
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
            zip.putNextEntry(new ZipEntry("archive/data.pkl"));
            for (int i = 0; i < 400; i++) {
                zip.write(new byte[1 << 20]);
            }
            zip.putNextEntry(new ZipEntry("archive/version"));
            zip.write("3\n".getBytes(StandardCharsets.US_ASCII));
        }
        assertThatThrownBy(() -> TorchFile.load(file))
                .isInstanceOf(CressetException.class)
                .hasMessageContaining("would unpack");
    }

    @Test
    void longDecimalsAreRefused() {
        refused(new Program().text("L" + "9".repeat(900) + "9".repeat(900) + "L\n"), "more than 1000 characters");
    }

    @Test
    void claimsOfLengthAreCheckedFirst() {
        refused(new Program().add('X', 0xff, 0xff, 0xff, 0xff), "claims to have 4294967295 bytes");
        refused(new Program().add(0x8b, 0xff, 0xff, 0xff, 0x7f), "claims to have 2147483647 bytes");
        refused(new Program().add(0x8b, 0xff, 0xff, 0xff, 0xff), "claims to have");
        refused(new Program().add(0x8e, 0, 0, 0, 0, 0, 0, 0, 0x80), "claims to have");
    }

    @Test
    void theStackEndsAtTheLastMark() {
        refused(new Program().add('K', 1, '(', 0x85), "more from the stack than is there");
        refused(new Program().add('('), "more from the stack than is there");
        refused(new Program().add('(', 'q', 0), "a stack that is empty");
    }

    @Test
    void functionsAreCalledWithWhatFitsOnly() {
        refused(new Program().text("ctorch\nSize\n").add('K', 1, 0x85, 'R'), "argument 0 is of the wrong type");
        refused(new Program().text("ctorch\nSize\n").add(')', 'R'), "argument 0 is missing");
        refused(new Program().text("ctorch._utils\n_rebuild_tensor_v2\n").add(')', 'R'), "argument");
        refused(new Program().text("ctorch._utils\n_rebuild_tensor_v2\n").add(']', 'R'), "no tuple");
        refused(new Program().text("ctorch\nTensor\n").add(')', 0x81), "out of nothing");
        refused(
                new Program()
                        .text("ctorch._tensor\n_rebuild_from_type_v2\n(ctorch._tensor\n_rebuild_from_type_v2\n"
                                + "ctorch\nTensor\n))t")
                        .add('R'),
                "a class that Cresset doesn't read");
    }

    @Test
    void whatTheFileSaysCantGarbleTheMessage() {
        Program p = new Program().text("cos\u001b[31m\u0007" + "x".repeat(500) + "\nsystem\n");
        assertThatThrownBy(p::run).isInstanceOf(Malformed.class).satisfies(e -> assertThat(e.getMessage())
                .doesNotContain("\u001b", "\u0007")
                .hasSizeLessThan(400));
    }

    @Test
    void anArrayOfShapesThatOverflowsIsRefused() {
        Program p = new Program().text("ctorch\nSize\n").add('(');
        for (int i = 0; i < 5; i++) {
            p.add('J', 0xff, 0xff, 0xff, 0x7f);
        }
        refused(p.add('t', 0x85, 'R'), "more elements than can be counted");
    }

    @Test
    void whatPythonCouldWriteIsRead() {
        Object value = new Program()
                .text("(lp0\nI1\naI01\naF1.5\naL-7L\nag0\n0")
                .add('(', 'K', 1, 'K', 2, 'd', 'a')
                .run();
        assertThat(Described.of(value)).isEqualTo("[Long 1, Boolean true, Double 1.5, Long -7, {Long 1: Long 2}]");
        assertThatThrownBy(() -> TorchFile.load(Path.of("."))).isInstanceOf(CressetException.class);
    }
}

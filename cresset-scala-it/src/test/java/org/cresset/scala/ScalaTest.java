package org.cresset.scala;

import static org.assertj.core.api.Assertions.assertThat;

import dotty.tools.dotc.Driver;
import dotty.tools.dotc.reporting.Reporter;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Scala 3 programs compile against Cresset and do what Java ones do; the compiler runs in this test. */
class ScalaTest {
    private static final Path SOURCE = Path.of("src/test/scala/org/cresset/scala/Tensors.scala");

    @TempDir
    private static Path classes;

    private static URLClassLoader loader;

    @BeforeAll
    static void compile() throws Exception {
        Reporter r = new Driver().process(new String[] {
            "-usejavacp",
            "-classpath",
            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
            "-d",
            classes.toString(),
            SOURCE.toString()
        });
        assertThat(r.hasErrors()).as("the compiler's errors are above").isFalse();
        loader = new URLClassLoader(new URL[] {classes.toUri().toURL()}, ScalaTest.class.getClassLoader());
    }

    @AfterAll
    static void close() throws Exception {
        loader.close();
    }

    private static String result(String name) throws Exception {
        return (String)
                loader.loadClass("org.cresset.scala.Tensors").getMethod(name).invoke(null);
    }

    @ParameterizedTest
    @CsvSource({
        "arithmetic, 5.5 8.0 10.5",
        "products, -5.0 -14.0 -14.0 -50.0",
        "indices, 1.0 4.0; 3.0 4.0 5.0; 4.0 5.0",
        "assignment, 7.0 8.0 0.0 3.0 4.0 -1.0",
        "gradient, 3.0 5.0 7.0",
        "keys, first.weight first.bias second.weight second.bias",
        "layers, 0.0 0.0"
    })
    void operators(String name, String expected) throws Exception {
        assertThat(result(name)).isEqualTo(expected);
    }

    @Test
    void aModelInScalaLearns() throws Exception {
        assertThat(result("training")).isEqualTo("true 0.0 1.0");
    }
}

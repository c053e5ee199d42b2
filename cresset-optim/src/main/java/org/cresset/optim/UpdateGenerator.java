package org.cresset.optim;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.cresset.emit.Loop;
import org.cresset.emit.LoopEmitter;

/** Writes the class files of all fused updates into the module when it is built, so that none is generated at run time. */
public final class UpdateGenerator {
    private UpdateGenerator() {}

    /** Takes the folder of compiled classes, in which it finds the optimizers and into which it writes. */
    public static void main(String[] args) throws IOException, ClassNotFoundException {
        Path classes = Path.of(args[0]);
        try (Stream<Path> files = Files.list(classes.resolve("org/cresset/optim"))) {
            for (Path f : files.sorted().toList()) {
                String name = f.getFileName().toString();
                if (name.endsWith(".class") && !name.equals("package-info.class")) {
                    Class.forName("org.cresset.optim." + name.substring(0, name.length() - 6)); // declares its updates
                }
            }
        }
        Path target = classes.resolve(FusedUpdate.PACKAGE.replace('.', '/'));
        Files.createDirectories(target);
        List<Loop> loops = FusedUpdate.loops();
        for (Loop loop : loops) {
            Files.write(target.resolve(loop.name() + ".class"), LoopEmitter.scalar(FusedUpdate.PACKAGE, loop));
            Files.write(target.resolve(loop.name() + "V.class"), LoopEmitter.vector(FusedUpdate.PACKAGE, loop));
        }
        System.out.println("emitted " + loops.size() + " updates");
    }
}

package org.cresset.op;

import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.cresset.emit.GridEmitter;
import org.cresset.emit.GridLoop;
import org.cresset.emit.LaneType;
import org.cresset.emit.Loop;
import org.cresset.emit.LoopEmitter;

/**
 * Writes the class files of all elementwise operations and reductions into the module when it is built, so that nothing is
 * generated at run time. Operations are found by the static fields that hold them.
 */
public final class KernelGenerator {
    private KernelGenerator() {}

    /** Takes the folder of compiled classes, from which it reads the operations and into which it writes. */
    public static void main(String[] args) throws IOException, ReflectiveOperationException {
        Path classes = Path.of(args[0]);
        Path target = classes.resolve(Tiers.PACKAGE.replace('.', '/'));
        Files.createDirectories(target);
        int count = 0;
        for (Loop loop : loops(classes)) {
            Files.write(target.resolve(loop.name() + ".class"), LoopEmitter.scalar(Tiers.PACKAGE, loop));
            if (loop.vectorizable()) {
                Files.write(target.resolve(loop.name() + "V.class"), LoopEmitter.vector(Tiers.PACKAGE, loop));
            }
            count++;
        }
        List<GridLoop> grids = new ArrayList<>(FftLoops.all());
        grids.addAll(WinogradLoops.all());
        grids.addAll(RecurrentLoops.all());
        grids.addAll(RowCopies.all());
        for (GridLoop grid : grids) {
            Files.write(target.resolve(grid.name() + ".class"), GridEmitter.scalar(Tiers.PACKAGE, grid));
            Files.write(target.resolve(grid.name() + "V.class"), GridEmitter.vector(Tiers.PACKAGE, grid));
            count++;
        }
        System.out.println("emitted " + count + " loops");
    }

    static List<Loop> loops(Path classes) throws IOException, ReflectiveOperationException {
        List<Loop> all = new ArrayList<>();
        for (Op op : ops(classes)) {
            switch (op) {
                case Elementwise e -> all.addAll(e.usualLoops());
                case Reduce r -> {
                    for (LaneType t : List.of(LaneType.F32, LaneType.F64, LaneType.I64)) {
                        all.add(r.describeRows(t));
                        all.add(r.describeColumns(t));
                    }
                }
                default -> {}
            }
        }
        all.addAll(FusedLoops.all());
        all.addAll(NormalizeLoops.all());
        all.addAll(NormalLoops.all());
        all.addAll(ExponentialLoops.all());
        all.addAll(ChannelLoops.all());
        all.addAll(ConvertLoops.all());
        return all;
    }

    /** The operations of this module: the objects in static fields. */
    static Set<Op> ops(Path classes) throws IOException, ReflectiveOperationException {
        Set<Op> ops = new LinkedHashSet<>();
        try (Stream<Path> files = Files.list(classes.resolve("org/cresset/op"))) {
            for (Path f : files.sorted().toList()) {
                String name = f.getFileName().toString();
                if (!name.endsWith(".class") || name.equals("package-info.class")) {
                    continue;
                }
                Class<?> c = Class.forName("org.cresset.op." + name.substring(0, name.length() - 6));
                for (Field field : c.getDeclaredFields()) {
                    if (Modifier.isStatic(field.getModifiers()) && Op.class.isAssignableFrom(field.getType())) {
                        field.setAccessible(true);
                        ops.add((Op) field.get(null));
                    }
                }
            }
        }
        return ops;
    }
}

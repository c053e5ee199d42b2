package org.cresset.emit;

import static java.lang.constant.ConstantDescs.CD_Object;
import static java.lang.constant.ConstantDescs.CD_String;
import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_long;
import static java.lang.constant.ConstantDescs.CD_void;

import java.lang.classfile.ClassBuilder;
import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/** Writes the form of a scalar loop that works on arrays: the class becomes a {@link Tile}, its {@code run} goes through it. */
final class TileEmitter {
    static final ClassDesc TILE = desc(Tile.class);
    private static final ClassDesc LANE = desc(LaneType.class);
    private static final ClassDesc SEGMENTS = desc(MemorySegment.class).arrayType();

    private TileEmitter() {}

    private static ClassDesc desc(Class<?> c) {
        return c.describeConstable().orElseThrow();
    }

    /** Whether a loop has one: its operands are all of the type that it computes in. */
    static boolean has(Loop loop) {
        if (loop.operands() > Tiles.OPERANDS) {
            return false;
        }
        for (int k = 0; k < loop.operands(); k++) {
            if (loop.row(k) != Row.PLAIN) {
                return false;
            }
        }
        return true;
    }

    private static String operands(Loop loop) {
        StringBuilder names = new StringBuilder();
        for (int k = 0; k < loop.operands(); k++) {
            names.append(
                    k < loop.inputs()
                            ? loop.repeated().get(k) ? Tiles.REPEATED : Tiles.IN
                            : k < loop.inputs() + loop.outputs() ? Tiles.OUT : Tiles.ACCUMULATORS);
        }
        return names.toString();
    }

    /**
     * Pushes nothing and returns from {@code run} by way of {@link Tiles#run} where there are enough elements.
     *
     * @param segment and {@code offset}: the locals of each operand; {@code n}: that of the number of elements
     */
    static void run(CodeBuilder code, Loop loop, int[] segment, int[] offset, int n) {
        Label few = code.newLabel();
        code.iload(n).loadConstant(Tiles.SMALLEST).if_icmplt(few);
        pushShape(code, loop);
        code.loadConstant(segment.length).anewarray(SEGMENTS.componentType());
        for (int k = 0; k < segment.length; k++) {
            code.dup().loadConstant(k).aload(segment[k]).aastore();
        }
        code.loadConstant(offset.length).newarray(TypeKind.LONG);
        for (int k = 0; k < offset.length; k++) {
            code.dup().loadConstant(k).lload(offset[k]).lastore();
        }
        code.iload(n);
        code.invokestatic(
                desc(Tiles.class),
                "run",
                MethodTypeDesc.of(CD_void, TILE, LANE, CD_String, SEGMENTS, CD_long.arrayType(), CD_int));
        code.return_().labelBinding(few);
    }

    /** The same for a grid over memory, whose parameters are places, offsets, steps, rows and n from local 1 on. */
    static void grid(CodeBuilder code, GridLoop grid) {
        Label few = code.newLabel();
        code.iload(5).loadConstant(Tiles.SMALLEST).if_icmplt(few);
        pushShape(code, grid.loop());
        StringBuilder groups = new StringBuilder();
        grid.groups().forEach(g -> groups.append((char) (int) g));
        code.loadConstant(groups.toString());
        code.aload(1).aload(2).aload(3).iload(4).iload(5);
        code.invokestatic(
                desc(Tiles.class),
                "grid",
                MethodTypeDesc.of(
                        CD_void,
                        TILE,
                        LANE,
                        CD_String,
                        CD_String,
                        SEGMENTS,
                        CD_long.arrayType(),
                        CD_int.arrayType(),
                        CD_int,
                        CD_int));
        code.return_().labelBinding(few);
    }

    private static void pushShape(CodeBuilder code, Loop loop) {
        code.aload(0).getstatic(LANE, loop.type().name(), LANE).loadConstant(operands(loop));
    }

    /** The method of {@link Tile}. */
    static void tile(ClassBuilder cb, Loop loop) {
        cb.withMethodBody(
                "tile", MethodTypeDesc.of(CD_void, CD_Object.arrayType(), CD_int), ClassFile.ACC_PUBLIC, code -> {
                    ClassDesc array = ScalarEmitter.descOf(loop.type()).arrayType();
                    TypeKind kind = ScalarEmitter.kindOf(loop.type());
                    ScalarEmitter lanes = new ScalarEmitter(code, loop.type(), loop.narrow());
                    int[] rows = new int[loop.operands()];
                    for (int k = 0; k < rows.length; k++) {
                        rows[k] = code.allocateLocal(TypeKind.REFERENCE);
                        code.aload(1).loadConstant(k).aaload().checkcast(array).astore(rows[k]);
                    }
                    int i = code.allocateLocal(TypeKind.INT);
                    Label top = code.newLabel();
                    Label done = code.newLabel();
                    code.iconst_0().istore(i);
                    List<Slot> in = new ArrayList<>();
                    for (int k = 0; k < loop.inputs(); k++) {
                        if (loop.repeated().get(k)) {
                            code.aload(rows[k]).iconst_0().arrayLoad(kind);
                            in.add(lanes.store());
                        } else {
                            in.add(new Slot(code.allocateLocal(kind), false));
                        }
                    }
                    code.labelBinding(top).iload(i).iload(2).if_icmpge(done);
                    for (int k = 0; k < loop.inputs(); k++) {
                        if (!loop.repeated().get(k)) {
                            code.aload(rows[k]).iload(i).arrayLoad(kind);
                            code.storeLocal(kind, in.get(k).local());
                        }
                    }
                    Iterator<Slot> results = loop.body().lanes(lanes, in).iterator();
                    for (int k = loop.inputs(); k < loop.inputs() + loop.outputs(); k++) {
                        code.aload(rows[k]).iload(i);
                        code.loadLocal(kind, results.next().local()).arrayStore(kind);
                    }
                    for (int a = 0; a < loop.accumulators().size(); a++) {
                        int row = rows[loop.inputs() + loop.outputs() + a];
                        int lane = code.allocateLocal(TypeKind.INT);
                        code.iload(i)
                                .loadConstant(loop.type().accumulators() - 1)
                                .iand()
                                .istore(lane);
                        code.aload(row).iload(lane).arrayLoad(kind);
                        Slot before = lanes.store();
                        Slot after = loop.accumulators().get(a).apply(lanes, before, results.next());
                        code.aload(row)
                                .iload(lane)
                                .loadLocal(kind, after.local())
                                .arrayStore(kind);
                    }
                    code.iinc(i, 1).goto_(top).labelBinding(done).return_();
                });
    }
}

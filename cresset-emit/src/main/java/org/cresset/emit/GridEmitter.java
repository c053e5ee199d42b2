package org.cresset.emit;

import static java.lang.constant.ConstantDescs.CD_Object;
import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_long;
import static java.lang.constant.ConstantDescs.CD_void;
import static java.lang.constant.ConstantDescs.INIT_NAME;
import static java.lang.constant.ConstantDescs.MTD_void;

import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;

/**
 * Writes grids as class files: for each row a loop over whole vectors (in the vector class only), then one over the elements
 * that are left. All that is the same for all rows is done once, so that rows may be as short as a vector.
 */
public final class GridEmitter {
    private static final ClassDesc SEGMENT = desc(MemorySegment.class);
    private static final ClassDesc ORDER = desc(ByteOrder.class);
    /** The array of all rows, or the memory of each operand; once the addresses are known, all memory. */
    private static final int DATA = 1;

    /** The array of repeated inputs; memory has none. */
    private static final int NUMBERS = 2;

    private final Loop loop;
    private final List<Integer> groups;
    private final boolean memory;
    private final LaneType type;
    private final ClassDesc vector;
    private final CodeBuilder code;
    private final ClassDesc array;
    private final int offsets;
    private final int steps;
    private final int rows;
    private final int n;
    private final int[] begin;
    private final int[] at;

    private GridEmitter(GridLoop grid, CodeBuilder code) {
        this.loop = grid.loop();
        this.groups = grid.groups();
        this.memory = grid.memory();
        this.type = loop.type();
        this.vector = VectorEmitter.vectorOf(type);
        this.code = code;
        this.array = ScalarEmitter.descOf(type).arrayType();
        this.offsets = memory ? 2 : 3;
        this.steps = offsets + 1;
        this.rows = offsets + 2;
        this.n = offsets + 3;
        this.begin = new int[loop.operands()];
        this.at = new int[grid.groupCount()];
    }

    /** The class {@code packageName.<loop name>}, which needs no vector module. */
    public static byte[] scalar(String packageName, GridLoop grid) {
        return build(ClassDesc.of(packageName, grid.name()), grid, false);
    }

    /** The class {@code packageName.<loop name>V}, which needs {@code jdk.incubator.vector}. */
    public static byte[] vector(String packageName, GridLoop grid) {
        return build(ClassDesc.of(packageName, grid.name() + "V"), grid, true);
    }

    private static ClassDesc desc(Class<?> c) {
        return c.describeConstable().orElseThrow();
    }

    private static byte[] build(ClassDesc name, GridLoop grid, boolean vectors) {
        ClassDesc parent = desc(grid.memory() ? MemoryGridKernel.class : GridKernel.class);
        MethodTypeDesc run = grid.memory()
                ? MethodTypeDesc.of(
                        CD_void, SEGMENT.arrayType(), CD_long.arrayType(), CD_int.arrayType(), CD_int, CD_int)
                : MethodTypeDesc.of(
                        CD_void, CD_Object, CD_Object, CD_int.arrayType(), CD_int.arrayType(), CD_int, CD_int);
        return ClassFile.of().build(name, cb -> {
            cb.withFlags(ClassFile.ACC_PUBLIC | ClassFile.ACC_FINAL).withSuperclass(parent);
            cb.withMethodBody(INIT_NAME, MTD_void, ClassFile.ACC_PUBLIC, code -> code.aload(0)
                    .invokespecial(parent, INIT_NAME, MTD_void)
                    .return_());
            boolean tile = grid.memory() && !vectors && TileEmitter.has(grid.loop());
            cb.withMethodBody("run", run, ClassFile.ACC_PUBLIC, code -> {
                if (tile) {
                    TileEmitter.grid(code, grid);
                }
                new GridEmitter(grid, code).run(vectors);
            });
            if (tile) {
                cb.withInterfaceSymbols(TileEmitter.TILE);
                TileEmitter.tile(cb, grid.loop());
            }
        });
    }

    private void run(boolean vectors) {
        Label top = code.newLabel();
        Label done = code.newLabel();
        int row = code.allocateLocal(TypeKind.INT);
        int bound = code.allocateLocal(TypeKind.INT);
        code.iconst_0().istore(row).iconst_0().istore(bound);
        code.iload(rows).ifle(done);
        prepare();
        VectorEmitter lanes = new VectorEmitter(code, type, new HashMap<>());
        if (vectors) {
            constants(lanes);
            code.iload(n);
            length();
            code.iconst_1().isub().iconst_m1().ixor().iand().istore(bound);
        }
        code.labelBinding(top);
        int i = code.allocateLocal(TypeKind.INT);
        code.iconst_0().istore(i);
        if (vectors) {
            vectorRow(lanes, i, bound);
        }
        scalarRow(i);
        for (int g = 0; g < at.length; g++) {
            code.iload(at[g]).aload(steps).loadConstant(g).iaload().iadd().istore(at[g]);
        }
        code.iinc(row, 1)
                .iload(row)
                .iload(rows)
                .if_icmplt(top)
                .labelBinding(done)
                .return_();
    }

    /** Where operands begin and how they move, in local variables. */
    private void prepare() {
        if (!memory) {
            code.aload(DATA).checkcast(array).astore(DATA);
            code.aload(NUMBERS).checkcast(array).astore(NUMBERS);
        }
        for (int g = 0; g < at.length; g++) {
            at[g] = code.allocateLocal(TypeKind.INT);
            code.iconst_0().istore(at[g]);
        }
        for (int k = 0; k < begin.length; k++) {
            if (memory) {
                begin[k] = code.allocateLocal(TypeKind.LONG);
                address(k);
                code.lstore(begin[k]);
            } else {
                begin[k] = code.allocateLocal(TypeKind.INT);
                code.aload(offsets).loadConstant(k).iaload().istore(begin[k]);
            }
        }
        if (memory) {
            code.getstatic(desc(Window.class), "MEMORY", SEGMENT).astore(DATA);
        }
    }

    /** Pushes the address where an operand begins, after a check of all its rows. */
    private void address(int operand) {
        code.aload(DATA).loadConstant(operand).aaload();
        code.aload(offsets).loadConstant(operand).laload();
        code.aload(steps).loadConstant(groups.get(operand)).iaload();
        code.iload(rows).iload(n).loadConstant(type.dtype().shift());
        code.invokestatic(
                desc(Window.class),
                "rows",
                MethodTypeDesc.of(CD_long, SEGMENT, CD_long, CD_int, CD_int, CD_int, CD_int));
    }

    private void constants(VectorEmitter lanes) {
        List<Number> all = new ArrayList<>(VectorEmitter.implied(type));
        Constants.of(loop).found().stream().filter(c -> !all.contains(c)).forEach(all::add);
        all.forEach(lanes::broadcast);
    }

    private boolean repeated(int operand) {
        return operand < loop.inputs() && loop.repeated().get(operand);
    }

    private void vectorRow(VectorEmitter lanes, int i, int bound) {
        Label top = code.newLabel();
        Label done = code.newLabel();
        code.iload(i).iload(bound).if_icmpge(done);
        Slot[] in = new Slot[loop.inputs()];
        for (int k = 0; k < in.length; k++) {
            if (repeated(k)) {
                species();
                get(k, i);
                lanes.broadcastTop();
                in[k] = lanes.store();
            }
        }
        code.labelBinding(top);
        for (int k = 0; k < in.length; k++) {
            if (!repeated(k)) {
                species();
                where(k);
                place(k, i);
                if (memory) {
                    order();
                    code.invokestatic(
                            vector,
                            "fromMemorySegment",
                            MethodTypeDesc.of(vector, VectorEmitter.SPECIES, SEGMENT, CD_long, ORDER));
                } else {
                    code.invokestatic(
                            vector, "fromArray", MethodTypeDesc.of(vector, VectorEmitter.SPECIES, array, CD_int));
                }
                in[k] = lanes.store();
            }
        }
        List<Slot> out = loop.body().lanes(lanes, List.of(in));
        for (int r = 0; r < loop.outputs(); r++) {
            code.aload(out.get(r).local());
            where(in.length + r);
            place(in.length + r, i);
            if (memory) {
                order();
                code.invokevirtual(vector, "intoMemorySegment", MethodTypeDesc.of(CD_void, SEGMENT, CD_long, ORDER));
            } else {
                code.invokevirtual(vector, "intoArray", MethodTypeDesc.of(CD_void, array, CD_int));
            }
        }
        code.iload(i);
        length();
        code.iadd().istore(i);
        code.iload(i).iload(bound).if_icmplt(top).labelBinding(done);
    }

    private void scalarRow(int i) {
        ScalarEmitter lanes = new ScalarEmitter(code, type);
        TypeKind kind = ScalarEmitter.kindOf(type);
        Label top = code.newLabel();
        Label done = code.newLabel();
        code.iload(i).iload(n).if_icmpge(done).labelBinding(top);
        List<Slot> in = new ArrayList<>();
        for (int k = 0; k < loop.inputs(); k++) {
            get(k, i);
            in.add(lanes.store());
        }
        List<Slot> out = loop.body().lanes(lanes, in);
        for (int r = 0; r < loop.outputs(); r++) {
            where(loop.inputs() + r);
            layout();
            place(loop.inputs() + r, i);
            code.loadLocal(kind, out.get(r).local());
            if (memory) {
                code.invokeinterface(
                        SEGMENT,
                        "set",
                        MethodTypeDesc.of(CD_void, LoopEmitter.layout(type), CD_long, array.componentType()));
            } else {
                code.arrayStore(kind);
            }
        }
        code.iinc(i, 1).iload(i).iload(n).if_icmplt(top).labelBinding(done);
    }

    /** Pushes one number of an operand. */
    private void get(int operand, int i) {
        where(operand);
        layout();
        place(operand, i);
        if (memory) {
            code.invokeinterface(
                    SEGMENT, "get", MethodTypeDesc.of(array.componentType(), LoopEmitter.layout(type), CD_long));
        } else {
            code.arrayLoad(ScalarEmitter.kindOf(type));
        }
    }

    /** Pushes an operand's array, or the memory. */
    private void where(int operand) {
        code.aload(memory || !repeated(operand) ? DATA : NUMBERS);
    }

    /** Pushes how a number lies in memory, for access to that. */
    private void layout() {
        if (memory) {
            LoopEmitter.pushLayout(code, type);
        }
    }

    /** Pushes where element i (a local) of an operand's current row is; a repeated one has one element only. */
    private void place(int operand, int i) {
        if (memory) {
            code.lload(begin[operand]);
            code.iload(at[groups.get(operand)]).iload(i).iadd().i2l();
            code.loadConstant(type.dtype().shift()).lshl().ladd();
            return;
        }
        code.iload(begin[operand]).iload(at[groups.get(operand)]).iadd();
        if (!repeated(operand)) {
            code.iload(i).iadd();
        }
    }

    private void order() {
        code.invokestatic(ORDER, "nativeOrder", MethodTypeDesc.of(ORDER));
    }

    private void species() {
        code.getstatic(vector, "SPECIES_PREFERRED", VectorEmitter.SPECIES);
    }

    private void length() {
        species();
        code.invokeinterface(VectorEmitter.SPECIES, "length", MethodTypeDesc.of(CD_int));
    }
}

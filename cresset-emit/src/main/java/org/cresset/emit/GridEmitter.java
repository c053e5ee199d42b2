package org.cresset.emit;

import static java.lang.constant.ConstantDescs.CD_Object;
import static java.lang.constant.ConstantDescs.CD_String;
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
import java.util.Collections;
import java.util.HashMap;
import java.util.List;

/**
 * Writes grids as class files: for each row a loop over whole vectors (in the vector class only), then one over the elements
 * that are left. All that is the same for all rows is done once, so that rows may be as short as a vector.
 */
public final class GridEmitter {
    private static final ClassDesc KERNEL = desc(MemoryGridKernel.class);
    private static final ClassDesc SEGMENT = desc(MemorySegment.class);
    private static final ClassDesc ORDER = desc(ByteOrder.class);

    /** Parameters; the first is all memory once the addresses are known. */
    private static final int PLACES = 1;

    private static final int OFFSETS = 2;
    private static final int STEPS = 3;
    private static final int ROWS = 4;
    private static final int N = 5;
    private static final int NUMBERS = 6;

    private final Loop loop;
    private final List<Integer> groups;
    private final LaneType type;
    private final ClassDesc vector;
    private final CodeBuilder code;
    private final ClassDesc array;
    private final int[] begin;
    private final int[] at;
    private final int[] distance;

    private GridEmitter(GridLoop grid, CodeBuilder code) {
        this.loop = grid.loop();
        this.groups = grid.groups();
        this.type = loop.type();
        this.vector = VectorEmitter.vectorOf(type);
        this.code = code;
        this.array = ScalarEmitter.descOf(type).arrayType();
        this.begin = new int[loop.operands()];
        this.at = new int[grid.groupCount()];
        this.distance = new int[at.length];
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
        MethodTypeDesc run = MethodTypeDesc.of(
                CD_void, SEGMENT.arrayType(), CD_long.arrayType(), CD_int.arrayType(), CD_int, CD_int, CD_Object);
        return ClassFile.of().build(name, cb -> {
            cb.withFlags(ClassFile.ACC_PUBLIC | ClassFile.ACC_FINAL).withSuperclass(KERNEL);
            cb.withMethodBody(INIT_NAME, MTD_void, ClassFile.ACC_PUBLIC, code -> code.aload(0)
                    .invokespecial(KERNEL, INIT_NAME, MTD_void)
                    .return_());
            boolean tile = !vectors
                    && TileEmitter.has(grid.loop())
                    && !grid.loop().repeated().contains(true);
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
        code.iload(ROWS).ifle(done);
        prepare();
        VectorEmitter lanes = new VectorEmitter(code, type, new HashMap<>());
        if (vectors) {
            constants(lanes);
            code.iload(N);
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
            code.iload(at[g]).aload(STEPS).loadConstant(g).iaload().iadd().istore(at[g]);
        }
        code.iinc(row, 1)
                .iload(row)
                .iload(ROWS)
                .if_icmplt(top)
                .labelBinding(done)
                .return_();
    }

    /** Where operands begin and how far their current rows are from there, in local variables. */
    private void prepare() {
        code.aload(NUMBERS).checkcast(array).astore(NUMBERS);
        StringBuilder names = new StringBuilder();
        groups.forEach(g -> names.append((char) (int) g));
        int addresses = code.allocateLocal(TypeKind.REFERENCE);
        code.aload(PLACES).aload(OFFSETS).aload(STEPS).loadConstant(names.toString());
        code.iload(ROWS).iload(N).loadConstant(type.dtype().shift());
        code.invokestatic(
                KERNEL,
                "addresses",
                MethodTypeDesc.of(
                        CD_long.arrayType(),
                        SEGMENT.arrayType(),
                        CD_long.arrayType(),
                        CD_int.arrayType(),
                        CD_String,
                        CD_int,
                        CD_int,
                        CD_int));
        code.astore(addresses);
        for (int k = 0; k < begin.length; k++) {
            if (!repeated(k)) {
                begin[k] = code.allocateLocal(TypeKind.LONG);
                code.aload(addresses).loadConstant(k).laload();
                code.loadConstant(Window.ADDRESSES).land().lstore(begin[k]);
            }
        }
        for (int g = 0; g < at.length; g++) { // from the lowest row, which is the last one where steps are negative
            at[g] = code.allocateLocal(TypeKind.INT);
            distance[g] = code.allocateLocal(TypeKind.LONG);
            code.iconst_1()
                    .iload(ROWS)
                    .isub()
                    .aload(STEPS)
                    .loadConstant(g)
                    .iaload()
                    .imul();
            code.iconst_0().invokestatic(desc(Math.class), "max", MethodTypeDesc.of(CD_int, CD_int, CD_int));
            code.istore(at[g]);
        }
        code.getstatic(desc(Window.class), "MEMORY", SEGMENT).astore(PLACES);
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
                number(k);
                lanes.broadcastTop();
                in[k] = lanes.store();
            }
        }
        code.labelBinding(top);
        distances(i);
        for (int k = 0; k < in.length; k++) {
            if (!repeated(k)) {
                species();
                code.aload(PLACES);
                place(k);
                order();
                code.invokestatic(
                        vector,
                        "fromMemorySegment",
                        MethodTypeDesc.of(vector, VectorEmitter.SPECIES, SEGMENT, CD_long, ORDER));
                in[k] = lanes.store();
            }
        }
        List<Slot> out = loop.body().lanes(lanes, List.of(in));
        for (int r = 0; r < loop.outputs(); r++) {
            code.aload(out.get(r).local());
            code.aload(PLACES);
            place(in.length + r);
            order();
            code.invokevirtual(vector, "intoMemorySegment", MethodTypeDesc.of(CD_void, SEGMENT, CD_long, ORDER));
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
        code.iload(i).iload(N).if_icmpge(done).labelBinding(top);
        distances(i);
        List<Slot> in = new ArrayList<>();
        for (int k = 0; k < loop.inputs(); k++) {
            if (repeated(k)) {
                number(k);
            } else {
                code.aload(PLACES);
                LoopEmitter.pushLayout(code, type);
                place(k);
                code.invokeinterface(
                        SEGMENT, "get", MethodTypeDesc.of(array.componentType(), LoopEmitter.layout(type), CD_long));
            }
            in.add(lanes.store());
        }
        List<Slot> out = loop.body().lanes(lanes, in);
        for (int r = 0; r < loop.outputs(); r++) {
            code.aload(PLACES);
            LoopEmitter.pushLayout(code, type);
            place(loop.inputs() + r);
            code.loadLocal(kind, out.get(r).local());
            code.invokeinterface(
                    SEGMENT,
                    "set",
                    MethodTypeDesc.of(CD_void, LoopEmitter.layout(type), CD_long, array.componentType()));
        }
        code.iinc(i, 1).iload(i).iload(N).if_icmplt(top).labelBinding(done);
    }

    /** Pushes the number of a repeated input that belongs to the current row. */
    private void number(int operand) {
        int before = Collections.frequency(loop.repeated().subList(0, operand), true);
        code.aload(NUMBERS).iload(at[groups.get(operand)]).loadConstant(before).iadd();
        code.arrayLoad(ScalarEmitter.kindOf(type));
    }

    /**
     * How far element i (a local) of the current row is from where operands begin, in bytes. That it isn't negative and fits
     * into an int is known, but not to the JIT compiler, which would check for each vector of each operand whether it lies
     * inside of all memory, and add up addresses that a processor's instructions add by themselves.
     */
    private void distances(int i) {
        for (int g = 0; g < at.length; g++) {
            code.iload(at[g])
                    .iload(i)
                    .iadd()
                    .loadConstant(Integer.MAX_VALUE >> type.dtype().shift())
                    .iand()
                    .i2l();
            code.loadConstant(type.dtype().shift()).lshl().lstore(distance[g]);
        }
    }

    /** Pushes the address of an operand's current element. */
    private void place(int operand) {
        code.lload(begin[operand]).lload(distance[groups.get(operand)]).ladd();
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

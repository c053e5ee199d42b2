package org.cresset.emit;

import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_long;
import static java.lang.constant.ConstantDescs.CD_void;
import static java.lang.constant.ConstantDescs.INIT_NAME;
import static java.lang.constant.ConstantDescs.MTD_void;

import java.lang.classfile.ClassBuilder;
import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.function.BiConsumer;

/**
 * Writes loops as class files. The scalar class has a static {@code loop} that handles elements {@code from..n}, and for
 * many elements a {@link Tile}; the vector class handles whole vectors itself and leaves the rest to it. Both compute the same bits, element by element, and
 * reductions spread a row over a fixed number of accumulators, so the width of the machine's vectors never shows.
 */
public final class LoopEmitter {
    private static final ClassDesc SEGMENT = desc(MemorySegment.class);
    private static final ClassDesc LAYOUT = desc(ValueLayout.class);
    private static final String LOOP = "loop";
    private static final MethodTypeDesc PARTS =
            MethodTypeDesc.of(CD_void, SEGMENT, CD_long, SEGMENT, CD_long, desc(LaneType.class), CD_int, CD_int);

    private final Loop loop;
    private final ClassDesc scalarClass;
    private final LaneType type;
    private final int shift;

    private LoopEmitter(Loop loop, ClassDesc scalarClass) {
        this.loop = loop;
        this.scalarClass = scalarClass;
        this.type = loop.type();
        this.shift = type.dtype().shift();
    }

    /** The class {@code packageName.<loop name>}: a {@link Kernel} or {@link WideKernel} that needs no vector module. */
    public static byte[] scalar(String packageName, Loop loop) {
        return new LoopEmitter(loop, ClassDesc.of(packageName, loop.name())).scalarClass();
    }

    /** The class {@code packageName.<loop name>V}; needs {@code jdk.incubator.vector} and the scalar class. */
    public static byte[] vector(String packageName, Loop loop) {
        return new LoopEmitter(loop, ClassDesc.of(packageName, loop.name()))
                .vectorClass(ClassDesc.of(packageName, loop.name() + "V"));
    }

    private static ClassDesc desc(Class<?> c) {
        return c.describeConstable().orElseThrow();
    }

    private byte[] build(
            ClassDesc name, BiConsumer<CodeBuilder, Operands> run, List<BiConsumer<ClassBuilder, Void>> more) {
        ClassDesc parent = desc(loop.wide() ? WideKernel.class : Kernel.class);
        return ClassFile.of().build(name, cb -> {
            cb.withFlags(ClassFile.ACC_PUBLIC | ClassFile.ACC_FINAL).withSuperclass(parent);
            if (name.equals(scalarClass) && TileEmitter.has(loop)) {
                cb.withInterfaceSymbols(TileEmitter.TILE);
                TileEmitter.tile(cb, loop);
            }
            cb.withMethodBody(INIT_NAME, MTD_void, ClassFile.ACC_PUBLIC, code -> code.aload(0)
                    .invokespecial(parent, INIT_NAME, MTD_void)
                    .return_());
            cb.withMethodBody("run", runType(), ClassFile.ACC_PUBLIC, code -> run.accept(code, unpack(code)));
            more.forEach(m -> m.accept(cb, null));
        });
    }

    private MethodTypeDesc runType() {
        return loop.wide()
                ? MethodTypeDesc.of(CD_void, SEGMENT.arrayType(), CD_long.arrayType(), CD_int)
                : MethodTypeDesc.of(
                        CD_void, SEGMENT, CD_long, SEGMENT, CD_long, SEGMENT, CD_long, SEGMENT, CD_long, CD_int);
    }

    /** Where the operands of a method are: locals of segments and offsets, and of the number of elements. */
    private record Operands(int[] segment, int[] offset, int n) {}

    /** Operands of {@code run}; a wide kernel's arrays are read into locals first. */
    private Operands unpack(CodeBuilder code) {
        int k = loop.operands();
        int[] segment = new int[k];
        int[] offset = new int[k];
        if (!loop.wide()) {
            for (int i = 0; i < k; i++) {
                boolean accumulatorBesideOutput = i > loop.inputs();
                int position = i < loop.inputs() ? i : accumulatorBesideOutput ? 2 : 3;
                segment[i] = 1 + 3 * position;
                offset[i] = 2 + 3 * position;
            }
            return new Operands(segment, offset, 13);
        }
        for (int i = 0; i < k; i++) {
            segment[i] = code.allocateLocal(TypeKind.REFERENCE);
            offset[i] = code.allocateLocal(TypeKind.LONG);
            code.aload(1).loadConstant(i).aaload().astore(segment[i]);
            code.aload(2).loadConstant(i).laload().lstore(offset[i]);
        }
        return new Operands(segment, offset, 3);
    }

    private MethodTypeDesc loopType(int tailInts) {
        List<ClassDesc> params = new ArrayList<>();
        for (int i = 0; i < loop.operands(); i++) {
            params.add(SEGMENT);
            params.add(CD_long);
        }
        for (int i = 0; i < tailInts; i++) {
            params.add(CD_int);
        }
        return MethodTypeDesc.of(CD_void, params);
    }

    /** Operands of a static method that takes segment, offset for each and then ints. */
    private Operands parameters() {
        int k = loop.operands();
        int[] segment = new int[k];
        int[] offset = new int[k];
        for (int i = 0; i < k; i++) {
            segment[i] = 3 * i;
            offset[i] = 3 * i + 1;
        }
        return new Operands(segment, offset, 3 * k);
    }

    /**
     * The rows of {@code from}, in new locals: as windows, of which the JIT compiler unrolls a loop best, or, where the loop is
     * unrolled already because of its accumulators, as addresses, which need no check at each access.
     */
    private Operands windows(CodeBuilder code, Operands from) {
        int k = loop.operands();
        int[] segment = from.segment.clone();
        int[] offset = from.offset.clone();
        for (int i = 0; i < k; i++) {
            if (i < loop.inputs() && loop.repeated().get(i)) {
                continue;
            }
            code.aload(from.segment[i]).lload(from.offset[i]);
            if (i < loop.inputs() + loop.outputs()) {
                code.iload(from.n).i2l().loadConstant(loop.row(i).shift(type)).lshl();
            } else {
                code.loadConstant((long) type.accumulators() << shift);
            }
            segment[i] = code.allocateLocal(TypeKind.REFERENCE);
            offset[i] = code.allocateLocal(TypeKind.LONG);
            if (loop.accumulators().isEmpty()) {
                code.invokestatic(desc(Window.class), "of", MethodTypeDesc.of(SEGMENT, SEGMENT, CD_long, CD_long));
                code.astore(segment[i]).lconst_0().lstore(offset[i]);
            } else {
                code.invokestatic(desc(Window.class), "address", MethodTypeDesc.of(CD_long, SEGMENT, CD_long, CD_long));
                code.lstore(offset[i]);
                code.getstatic(desc(Window.class), "MEMORY", SEGMENT).astore(segment[i]);
            }
        }
        return new Operands(segment, offset, from.n);
    }

    private void pushOperands(CodeBuilder code, Operands from) {
        for (int i = 0; i < loop.operands(); i++) {
            code.aload(from.segment[i]).lload(from.offset[i]);
        }
    }

    // ---- scalar ----

    private byte[] scalarClass() {
        return build(
                scalarClass,
                (code, operands) -> {
                    if (TileEmitter.has(loop)) {
                        TileEmitter.run(code, loop, operands.segment, operands.offset, operands.n);
                    }
                    pushOperands(code, operands);
                    code.iconst_0()
                            .iload(operands.n)
                            .invokestatic(scalarClass, LOOP, loopType(2))
                            .return_();
                },
                List.of((cb, none) -> cb.withMethodBody(
                        LOOP, loopType(2), ClassFile.ACC_PUBLIC | ClassFile.ACC_STATIC, this::scalarLoop)));
    }

    private void scalarLoop(CodeBuilder code) {
        Operands at = parameters();
        int i = at.n;
        int end = at.n + 1;
        ScalarEmitter lanes = new ScalarEmitter(code, type, loop.narrow());
        Rows rows = new Rows(code, type, scalarClass);
        List<List<Slot>> repeated = new ArrayList<>();
        Label top = code.newLabel();
        Label done = code.newLabel();
        code.iload(i).iload(end).if_icmpge(done);
        for (int k = 0; k < loop.inputs(); k++) {
            repeated.add(loop.repeated().get(k) ? scalarLoad(code, rows, lanes, at, k, -1) : List.of());
        }
        code.labelBinding(top);
        List<Slot> in = new ArrayList<>();
        for (int k = 0; k < loop.inputs(); k++) {
            in.addAll(loop.repeated().get(k) ? repeated.get(k) : scalarLoad(code, rows, lanes, at, k, i));
        }
        Iterator<Slot> results = loop.body().lanes(lanes, in).iterator();
        for (int r = 0; r < loop.outputs(); r++) {
            scalarStore(code, rows, lanes, at, loop.inputs() + r, i, results);
        }
        if (!loop.accumulators().isEmpty()) {
            int lane = code.allocateLocal(TypeKind.INT);
            code.iload(i).loadConstant(type.accumulators() - 1).iand().istore(lane);
            for (int a = 0; a < loop.accumulators().size(); a++) {
                int operand = loop.inputs() + loop.outputs() + a;
                Slot before = scalarLoad(code, rows, lanes, at, operand, lane).getFirst();
                Slot after = loop.accumulators().get(a).apply(lanes, before, results.next());
                scalarStore(code, rows, lanes, at, operand, lane, List.of(after).iterator());
            }
        }
        code.iinc(i, 1).iload(i).iload(end).if_icmplt(top).labelBinding(done).return_();
    }

    /** The offset of element {@code index} (a local; none if negative) of an operand in a new local: offset + index * size. */
    private int address(CodeBuilder code, Operands at, int operand, int index) {
        code.lload(at.offset[operand]);
        if (index >= 0) {
            code.iload(index)
                    .i2l()
                    .loadConstant(loop.row(operand).shift(type))
                    .lshl()
                    .ladd();
        }
        int local = code.allocateLocal(TypeKind.LONG);
        code.lstore(local);
        return local;
    }

    private List<Slot> scalarLoad(
            CodeBuilder code, Rows rows, ScalarEmitter lanes, Operands at, int operand, int index) {
        return rows.load(lanes, loop.row(operand), at.segment[operand], address(code, at, operand, index));
    }

    private void scalarStore(
            CodeBuilder code,
            Rows rows,
            ScalarEmitter lanes,
            Operands at,
            int operand,
            int index,
            Iterator<Slot> values) {
        rows.store(lanes, loop.row(operand), at.segment[operand], address(code, at, operand, index), values);
    }

    /** The class of layouts of a type's numbers. */
    static ClassDesc layout(LaneType type) {
        return ClassDesc.of("java.lang.foreign.ValueLayout$Of" + javaName(type));
    }

    /** Pushes the layout of a type's numbers, wherever they begin. */
    static void pushLayout(CodeBuilder code, LaneType type) {
        code.getstatic(LAYOUT, "JAVA_" + javaName(type).toUpperCase(Locale.ROOT) + "_UNALIGNED", layout(type));
    }

    private static String javaName(LaneType type) {
        return switch (type) {
            case F32 -> "Float";
            case F64 -> "Double";
            case I32 -> "Int";
            case I64 -> "Long";
        };
    }

    // ---- vector ----

    private byte[] vectorClass(ClassDesc name) {
        if (loop.accumulators().isEmpty()) {
            List<BiConsumer<ClassBuilder, Void>> species =
                    loop.narrow() ? List.of((cb, none) -> Rows.species(cb, name)) : List.of();
            return build(name, (code, at) -> vectorLoop(code, name, at, 1), species);
        }
        // One method for each number of vectors that a block of accumulators takes; `run` picks by the machine's width.
        int bytes = type.accumulators() * type.dtype().size();
        List<BiConsumer<ClassBuilder, Void>> methods = new ArrayList<>();
        for (int width = 16; width <= 64; width *= 2) {
            int vectors = bytes / width;
            methods.add((cb, none) -> cb.withMethodBody(
                    LOOP + vectors,
                    loopType(1),
                    ClassFile.ACC_PRIVATE | ClassFile.ACC_STATIC,
                    code -> vectorLoop(code, name, parameters(), vectors)));
        }
        if (!loop.wide() && loop.inputs() == 1 && loop.outputs() == 0) {
            methods.add(
                    (cb, none) -> cb.withMethodBody("parts", PARTS, ClassFile.ACC_PUBLIC, code -> parts(code, name)));
        }
        return build(
                name,
                (code, at) -> {
                    for (int width = 64; width >= 16; width /= 2) {
                        Label next = code.newLabel();
                        species(code);
                        code.invokeinterface(VectorEmitter.SPECIES, "vectorByteSize", MethodTypeDesc.of(CD_int));
                        code.loadConstant(width).if_icmpne(next);
                        pushOperands(code, at);
                        code.iload(at.n)
                                .invokestatic(name, LOOP + bytes / width, loopType(1))
                                .return_();
                        code.labelBinding(next);
                    }
                    pushOperands(code, at);
                    code.iconst_0()
                            .iload(at.n)
                            .invokestatic(scalarClass, LOOP, loopType(2))
                            .return_();
                },
                methods);
    }

    /** {@link Kernel#parts}, with calls of this class's own {@code run}, which the JIT compiler knows. */
    private void parts(CodeBuilder code, ClassDesc name) {
        int row = 1;
        int rowAt = 2;
        int block = 4;
        int blockAt = 5;
        int left = 8;
        int part = 9;
        Label top = code.newLabel();
        Label done = code.newLabel();
        code.labelBinding(top).iload(left).ifle(done);
        code.aload(0).aload(row).lload(rowAt);
        code.aconst_null().lconst_0().aconst_null().lconst_0();
        code.aload(block).lload(blockAt);
        code.iload(left).iload(part).invokestatic(desc(Math.class), "min", MethodTypeDesc.of(CD_int, CD_int, CD_int));
        code.invokevirtual(name, "run", runType());
        code.lload(rowAt).iload(part).i2l().loadConstant(shift).lshl().ladd().lstore(rowAt);
        code.lload(blockAt)
                .loadConstant((long) type.accumulators() << shift)
                .ladd()
                .lstore(blockAt);
        code.iload(left).iload(part).isub().istore(left);
        code.goto_(top).labelBinding(done).return_();
    }

    private void species(CodeBuilder code) {
        code.getstatic(VectorEmitter.vectorOf(type), "SPECIES_PREFERRED", VectorEmitter.SPECIES);
    }

    /**
     * Handles whole blocks of accumulators, of {@code vectors} vectors each, then whole vectors, whose accumulators stay in memory,
     * and leaves what is less to the scalar class.
     */
    private void vectorLoop(CodeBuilder code, ClassDesc name, Operands given, int vectors) {
        VectorEmitter lanes = new VectorEmitter(code, type, new HashMap<>(), loop.narrow());
        Rows rows = new Rows(code, type, name);
        int i = code.allocateLocal(TypeKind.INT);
        int length = code.allocateLocal(TypeKind.INT);
        Label tail = code.newLabel();
        Label exit = code.newLabel();
        code.iload(given.n).ifle(exit);
        species(code);
        code.invokeinterface(VectorEmitter.SPECIES, "length", MethodTypeDesc.of(CD_int))
                .istore(length);
        int bound = multiple(code, given.n, length, vectors);
        Operands at = windows(code, given);
        constantsOf(lanes);
        List<List<Slot>> repeated = new ArrayList<>();
        for (int k = 0; k < loop.inputs(); k++) {
            repeated.add(loop.repeated().get(k) ? broadcast(code, rows, lanes, at, k) : List.of());
        }
        code.iconst_0().istore(i);
        code.iload(i).iload(bound).if_icmpge(tail);
        Slot[][] accumulators = loadAccumulators(code, rows, lanes, at, vectors, length);
        Label top = code.newLabel();
        code.labelBinding(top);
        exact(lanes, accumulators);
        int[] first = offsets(code, at, i);
        for (int v = 0; v < vectors; v++) {
            Iterator<Slot> results = vector(code, rows, lanes, at, repeated, first, length, v);
            for (int a = 0; a < accumulators.length; a++) {
                Slot sum = accumulators[a][v];
                Slot after = loop.accumulators().get(a).apply(lanes, sum, results.next());
                code.aload(after.local()).astore(sum.local());
            }
        }
        code.iload(i).iload(length).loadConstant(vectors).imul().iadd().istore(i);
        code.iload(i).iload(bound).if_icmplt(top);
        exact(lanes, accumulators);
        storeAccumulators(code, rows, lanes, at, accumulators, length);
        code.labelBinding(tail);
        if (accumulators.length > 0) {
            vectorTail(code, rows, lanes, at, repeated, i, length);
        }
        code.iload(i).iload(given.n).if_icmpge(exit);
        pushOperands(code, at);
        code.iload(i)
                .iload(given.n)
                .invokestatic(scalarClass, LOOP, loopType(2))
                .labelBinding(exit)
                .return_();
    }

    private void vectorTail(
            CodeBuilder code,
            Rows rows,
            VectorEmitter lanes,
            Operands at,
            List<List<Slot>> repeated,
            int i,
            int length) {
        int bound = multiple(code, at.n, length, 1);
        int lane = code.allocateLocal(TypeKind.INT);
        Label top = code.newLabel();
        Label done = code.newLabel();
        code.labelBinding(top).iload(i).iload(bound).if_icmpge(done);
        Iterator<Slot> results = vector(code, rows, lanes, at, repeated, offsets(code, at, i), length, 0);
        code.iload(i).loadConstant(type.accumulators() - 1).iand().istore(lane);
        for (int a = 0; a < loop.accumulators().size(); a++) {
            int o = loop.inputs() + loop.outputs() + a;
            int to = address(code, at, o, lane);
            Slot sum = rows.load(lanes, Row.PLAIN, at.segment[o], to, length).getFirst();
            Slot after = loop.accumulators().get(a).apply(lanes, sum, results.next());
            rows.store(
                    lanes, Row.PLAIN, at.segment[o], to, length, List.of(after).iterator());
        }
        code.iload(i).iload(length).iadd().istore(i).goto_(top).labelBinding(done);
    }

    /** Handles the vector that is {@code v} vectors behind the rows' offsets; returns what is for the accumulators. */
    private Iterator<Slot> vector(
            CodeBuilder code,
            Rows rows,
            VectorEmitter lanes,
            Operands at,
            List<List<Slot>> repeated,
            int[] offsets,
            int length,
            int v) {
        List<Slot> in = new ArrayList<>();
        for (int k = 0; k < loop.inputs(); k++) {
            if (loop.repeated().get(k)) {
                in.addAll(repeated.get(k));
            } else {
                int from = further(code, offsets[k], length, v, loop.row(k));
                in.addAll(rows.load(lanes, loop.row(k), at.segment[k], from, length));
            }
        }
        Iterator<Slot> results = loop.body().lanes(lanes, in).iterator();
        for (int o = loop.inputs(); o < loop.inputs() + loop.outputs(); o++) {
            int to = further(code, offsets[o], length, v, loop.row(o));
            rows.store(lanes, loop.row(o), at.segment[o], to, length, results);
        }
        return results;
    }

    /** Offsets of element {@code i} of inputs and outputs in new locals; nothing where an input is one element. */
    private int[] offsets(CodeBuilder code, Operands at, int i) {
        int[] offsets = new int[loop.inputs() + loop.outputs()];
        for (int k = 0; k < offsets.length; k++) {
            if (k >= loop.inputs() || !loop.repeated().get(k)) {
                offsets[k] = address(code, at, k, i);
            }
        }
        return offsets;
    }

    /** The largest multiple of {@code vectors} vectors that isn't more than n, in a new local. */
    private static int multiple(CodeBuilder code, int n, int length, int vectors) {
        int local = code.allocateLocal(TypeKind.INT);
        code.iload(n).iload(length).loadConstant(vectors).imul();
        code.iconst_1().isub().iconst_m1().ixor().iand().istore(local);
        return local;
    }

    private void constantsOf(VectorEmitter lanes) {
        Constants found = Constants.of(loop);
        List<Number> all = new ArrayList<>(VectorEmitter.implied(type));
        found.found().stream().filter(c -> !all.contains(c)).forEach(all::add);
        all.forEach(lanes::broadcast);
    }

    private List<Slot> broadcast(CodeBuilder code, Rows rows, VectorEmitter lanes, Operands at, int operand) {
        ScalarEmitter scalar = new ScalarEmitter(code, type);
        List<Slot> vectors = new ArrayList<>();
        for (Slot s : scalarLoad(code, rows, scalar, at, operand, -1)) {
            species(code);
            code.loadLocal(ScalarEmitter.kindOf(type), s.local());
            lanes.broadcastTop();
            vectors.add(lanes.store());
        }
        return vectors;
    }

    private static void exact(VectorEmitter lanes, Slot[][] accumulators) {
        for (Slot[] block : accumulators) {
            for (Slot sum : block) {
                lanes.exact(sum);
            }
        }
    }

    private Slot[][] loadAccumulators(
            CodeBuilder code, Rows rows, VectorEmitter lanes, Operands at, int vectors, int length) {
        Slot[][] all = new Slot[loop.accumulators().size()][vectors];
        for (int a = 0; a < all.length; a++) {
            int o = loop.inputs() + loop.outputs() + a;
            for (int v = 0; v < vectors; v++) {
                int index = times(code, length, v);
                all[a][v] = rows.load(lanes, Row.PLAIN, at.segment[o], address(code, at, o, index), length)
                        .getFirst();
            }
        }
        return all;
    }

    private void storeAccumulators(
            CodeBuilder code, Rows rows, VectorEmitter lanes, Operands at, Slot[][] all, int length) {
        for (int a = 0; a < all.length; a++) {
            int o = loop.inputs() + loop.outputs() + a;
            for (int v = 0; v < all[a].length; v++) {
                int to = address(code, at, o, times(code, length, v));
                rows.store(
                        lanes,
                        Row.PLAIN,
                        at.segment[o],
                        to,
                        length,
                        List.of(all[a][v]).iterator());
            }
        }
    }

    /**
     * The offset of {@code v} vectors behind {@code offset} in a new local: sums of offsets, which are long, because the JIT
     * compiler can't prove of sums of indices that they don't overflow, and would check each.
     */
    private int further(CodeBuilder code, int offset, int length, int v, Row row) {
        if (v == 0) {
            return offset;
        }
        int local = code.allocateLocal(TypeKind.LONG);
        code.lload(offset).iload(length).loadConstant(v).imul().i2l();
        code.loadConstant(row.shift(type)).lshl().ladd().lstore(local);
        return local;
    }

    /** {@code length * v} in a new local. */
    private static int times(CodeBuilder code, int length, int v) {
        int local = code.allocateLocal(TypeKind.INT);
        code.iload(length).loadConstant(v).imul().istore(local);
        return local;
    }
}

package org.cresset.emit;

/** Turns loops into running code. */
final class Emitted extends ClassLoader {
    private static final String PACKAGE = "org.cresset.emit.made";

    private Emitted() {
        super(Emitted.class.getClassLoader());
    }

    /** The scalar form. */
    static Kernel scalar(Loop loop) {
        return (Kernel) new Emitted().kernel(loop, false);
    }

    /** The vector form. */
    static Kernel vector(Loop loop) {
        return (Kernel) new Emitted().kernel(loop, true);
    }

    /** The scalar form of a wide loop. */
    static WideKernel wide(Loop loop) {
        return (WideKernel) new Emitted().kernel(loop, false);
    }

    /** The scalar form of a grid. */
    static MemoryGridKernel grid(GridLoop grid) {
        byte[] code = GridEmitter.scalar(PACKAGE, grid);
        return (MemoryGridKernel) make(new Emitted().defineClass(null, code, 0, code.length));
    }

    private Object kernel(Loop loop, boolean vector) {
        byte[] scalar = LoopEmitter.scalar(PACKAGE, loop);
        Class<?> c = defineClass(null, scalar, 0, scalar.length); // the vector form ends with it
        if (vector) {
            byte[] code = LoopEmitter.vector(PACKAGE, loop);
            c = defineClass(null, code, 0, code.length);
        }
        return make(c);
    }

    private static Object make(Class<?> c) {
        try {
            return c.getDeclaredConstructor().newInstance();
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }
}

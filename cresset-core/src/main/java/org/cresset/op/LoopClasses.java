package org.cresset.op;

import org.cresset.emit.Loop;
import org.cresset.emit.LoopEmitter;

/** Classes of loops: emitted when their module is built, or here when they are first needed, because nobody knew of them then. */
final class LoopClasses extends ClassLoader {
    private static final ClassValue<LoopClasses> OF = new ClassValue<>() {
        @Override
        protected LoopClasses computeValue(Class<?> owner) {
            return new LoopClasses(owner.getClassLoader());
        }
    };

    private LoopClasses(ClassLoader parent) {
        super(parent);
    }

    /**
     * An object of the scalar class of a loop, or of the one in the Vector API.
     *
     * @param owner a class of the loop's module
     */
    static Object make(Class<?> owner, String packageName, Loop loop, boolean vector) {
        String name = packageName + "." + loop.name() + (vector ? "V" : "");
        try {
            Class<?> c;
            try {
                c = Class.forName(name, true, owner.getClassLoader());
            } catch (ClassNotFoundException e) {
                c = OF.get(owner).of(packageName, loop, vector);
            }
            return c.getDeclaredConstructor().newInstance();
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    private synchronized Class<?> of(String packageName, Loop loop, boolean vector) {
        Class<?> c = findLoadedClass(packageName + "." + loop.name() + (vector ? "V" : ""));
        if (c != null) {
            return c;
        }
        if (!vector) {
            return define(LoopEmitter.scalar(packageName, loop));
        }
        of(packageName, loop, false); // to which the vector class leaves the last elements
        return define(LoopEmitter.vector(packageName, loop));
    }

    private Class<?> define(byte[] code) {
        return defineClass(null, code, 0, code.length);
    }
}

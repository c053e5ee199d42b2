package org.cresset.data;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.function.Function;
import java.util.function.Predicate;
import org.cresset.base.CressetException;
import org.cresset.random.Generator;
import org.jspecify.annotations.Nullable;

/** Iterators over other iterators, which pass closing on. */
final class Streams {
    private Streams() {}

    /** Closes what an iterator holds open, if anything. */
    static void close(Iterator<?> iterator) {
        if (iterator instanceof AutoCloseable c) {
            try {
                c.close();
            } catch (Exception e) {
                throw new CressetException(
                        CressetException.Kind.RUNTIME, "close: a stream could not be closed: " + e, e);
            }
        }
    }

    /** Each element through a function. */
    static final class Mapped<S, T> implements Iterator<T>, AutoCloseable {
        private final Iterator<S> source;
        private final Function<S, T> function;

        Mapped(Iterator<S> source, Function<S, T> function) {
            this.source = source;
            this.function = function;
        }

        @Override
        public boolean hasNext() {
            return source.hasNext();
        }

        @Override
        public T next() {
            return function.apply(source.next());
        }

        @Override
        public void close() {
            Streams.close(source);
        }
    }

    /** Those that fulfil a condition. */
    static final class Filtered<T> implements Iterator<T>, AutoCloseable {
        private final Iterator<T> source;
        private final Predicate<? super T> condition;
        private @Nullable T ready;

        Filtered(Iterator<T> source, Predicate<? super T> condition) {
            this.source = source;
            this.condition = condition;
        }

        @Override
        public boolean hasNext() {
            while (ready == null && source.hasNext()) {
                T x = source.next();
                ready = condition.test(x) ? x : null;
            }
            return ready != null;
        }

        @Override
        public T next() {
            T x = hasNext() ? ready : null;
            if (x == null) {
                throw new NoSuchElementException();
            }
            ready = null;
            return x;
        }

        @Override
        public void close() {
            Streams.close(source);
        }
    }

    /** After some, one of every so many, so many in all. */
    static final class Counted<T> implements Iterator<T>, AutoCloseable {
        private final Iterator<T> source;
        private final long step;
        private long skip;
        private long left;

        Counted(Iterator<T> source, long first, long step, long count) {
            if (first < 0 || count < 0) {
                throw CressetException.value("take, skip: " + Math.min(first, count) + " elements");
            }
            this.source = source;
            this.skip = first;
            this.step = step;
            this.left = count;
        }

        @Override
        public boolean hasNext() {
            if (left == 0) {
                return false; // and what comes after isn't read
            }
            for (; skip > 0 && source.hasNext(); skip--) {
                source.next();
            }
            return source.hasNext();
        }

        @Override
        public T next() {
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            left--;
            skip = step - 1;
            return source.next();
        }

        @Override
        public void close() {
            Streams.close(source);
        }
    }

    /** In a random order that looks some elements ahead. */
    static final class Shuffled<T> implements Iterator<T>, AutoCloseable {
        private final Iterator<T> source;
        private final int capacity;
        private final Generator random;
        private final List<T> waiting = new ArrayList<>();

        Shuffled(Iterator<T> source, int capacity, Generator random) {
            if (capacity < 1) {
                throw CressetException.value("shuffle: a buffer of " + capacity + " elements; expected at least 1");
            }
            this.source = source;
            this.capacity = capacity;
            this.random = random;
        }

        @Override
        public boolean hasNext() {
            return !waiting.isEmpty() || source.hasNext();
        }

        @Override
        public T next() {
            while (waiting.size() < capacity && source.hasNext()) {
                waiting.add(source.next());
            }
            if (waiting.isEmpty()) {
                throw new NoSuchElementException();
            }
            int i = (int) random.uniformLong(0, waiting.size());
            T x = waiting.get(i);
            T last = waiting.removeLast();
            if (i < waiting.size()) {
                waiting.set(i, last);
            }
            return x;
        }

        @Override
        public void close() {
            Streams.close(source);
        }
    }
}

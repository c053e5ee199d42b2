package org.cresset.random;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.SecureRandom;
import org.cresset.base.CressetException;

/**
 * The Mersenne Twister MT19937 (Matsumoto, Nishimura 1998) with PyTorch's seeding, cached normal sample and state layout.
 * Methods may be called by any thread; a fill of a tensor holds the generator until it is done.
 */
public final class Generator {
    private static final int N = 624;
    private static final int M = 397;
    private static final int STATE_BYTES = 5056;
    private static final long DEFAULT_SEED = 67280421310721L;
    private static final Generator DEFAULT = ofSeed(DEFAULT_SEED);

    /** What takes the place of the default generator in a {@link Reproducible} block. */
    static final ScopedValue<Generator> SCOPED = ScopedValue.newInstance();

    private final int[] state = new int[N];
    private long seed;
    private int left;
    private int next;
    private boolean hasNormal;
    private double normal;

    private Generator() {}

    /** A generator with a seed. */
    public static Generator ofSeed(long seed) {
        Generator g = new Generator();
        g.manualSeed(seed);
        return g;
    }

    /** The generator that is used where none is named: the process's, or that of a {@link Reproducible} block. */
    public static Generator defaultGenerator() {
        return SCOPED.orElse(DEFAULT);
    }

    /** Starts again from a seed, of which the lower 32 bits count; returns this generator. */
    public synchronized Generator manualSeed(long newSeed) {
        seed = newSeed;
        state[0] = (int) newSeed;
        for (int j = 1; j < N; j++) {
            state[j] = 1812433253 * (state[j - 1] ^ state[j - 1] >>> 30) + j;
        }
        left = 1;
        next = 0;
        hasNormal = false;
        normal = 0;
        return this;
    }

    /**
     * Starts again from an unpredictable seed, which it returns.
     *
     * @throws CressetException inside of a {@link Reproducible} block
     */
    public long seed() {
        if (Reproducible.isOn()) {
            throw CressetException.runtime(
                    "seed: an unpredictable seed inside of a reproducible block; give one with manualSeed");
        }
        long s = new SecureRandom().nextLong() >>> 11;
        manualSeed(s);
        return s;
    }

    /** The seed given last. */
    public synchronized long initialSeed() {
        return seed;
    }

    private void regenerate() {
        int[] s = state;
        for (int k = 0; k < N - M; k++) {
            s[k] = s[k + M] ^ twist(s[k], s[k + 1]);
        }
        for (int k = N - M; k < N - 1; k++) {
            s[k] = s[k + M - N] ^ twist(s[k], s[k + 1]);
        }
        s[N - 1] = s[M - 1] ^ twist(s[N - 1], s[0]);
        left = N;
        next = 0;
    }

    private static int twist(int u, int v) {
        return ((u & 0x80000000 | v & 0x7fffffff) >>> 1) ^ (-(v & 1) & 0x9908b0df);
    }

    /** 32 random bits. */
    public synchronized int random() {
        if (--left == 0) {
            regenerate();
        }
        int y = state[next++];
        y ^= y >>> 11;
        y ^= y << 7 & 0x9d2c5680;
        y ^= y << 15 & 0xefc60000;
        return y ^ y >>> 18;
    }

    /** 64 random bits: the first output is the upper half. */
    public synchronized long random64() {
        long high = random();
        return high << 32 | random() & 0xffffffffL;
    }

    /** Uniform in [0, 1) with 24 bits. */
    public float uniformFloat() {
        return (random() & 0xffffff) * 0x1p-24f;
    }

    /** The next n numbers of {@link #uniformFloat}, made in loops that become vector code. */
    synchronized void uniformFloats(float[] to, int n) {
        int[] bits = new int[n];
        randoms(bits, n);
        for (int i = 0; i < n; i++) {
            to[i] = (bits[i] & 0xffffff) * 0x1p-24f;
        }
    }

    /** The next n numbers of {@link #random}: from the state in runs, tempered in a loop that becomes vector code. */
    synchronized void randoms(int[] to, int n) {
        states(to, n);
        temper(to, n);
    }

    /** What the next n numbers of {@link #random} are before their last step. */
    synchronized void states(int[] to, int n) {
        for (int done = 0; done < n; ) {
            if (left == 1) {
                regenerate();
                left++; // as if one had just been asked for
            }
            int k = Math.min(n - done, left - 1);
            System.arraycopy(state, next, to, done, k);
            next += k;
            left -= k;
            done += k;
        }
    }

    private static void temper(int[] bits, int n) {
        for (int i = 0; i < n; i++) {
            int y = bits[i];
            y ^= y >>> 11;
            y ^= y << 7 & 0x9d2c5680;
            y ^= y << 15 & 0xefc60000;
            bits[i] = y ^ y >>> 18;
        }
    }

    /** Uniform in [0, 1) with 53 bits. */
    public double uniformDouble() {
        return (random64() & (1L << 53) - 1) * 0x1p-53;
    }

    /** A standard normal sample by the polar form of Box and Muller; every second one was made with the one before. */
    public synchronized double standardNormal() {
        if (hasNormal) {
            hasNormal = false;
            double cached = normal;
            normal = 0;
            return cached;
        }
        double u1 = uniformDouble();
        double u2 = uniformDouble();
        double r = Math.sqrt(-2 * StrictMath.log1p(-u2));
        double theta = 2 * Math.PI * u1;
        normal = r * StrictMath.sin(theta);
        hasNormal = true;
        return r * StrictMath.cos(theta);
    }

    /** Whether {@link #uniformLong} takes one number of 32 bits for a range, not two. */
    static boolean isNarrow(long range) {
        return range >= 0 && range < 1L << 28;
    }

    /** A uniform integer in [low, high). */
    public long uniformLong(long low, long high) {
        long range = high - low;
        return low
                + (isNarrow(range)
                        ? Integer.remainderUnsigned(random(), (int) range)
                        : Long.remainderUnsigned(random64(), range));
    }

    /** The whole state in PyTorch's layout, 5056 bytes, as {@code torch.get_rng_state}. */
    public synchronized byte[] getState() {
        ByteBuffer b = ByteBuffer.allocate(STATE_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        b.putLong(0, seed).putInt(8, left).putInt(12, 1).putLong(16, next);
        for (int i = 0; i < N; i++) {
            b.putLong(24 + 8 * i, state[i] & 0xffffffffL);
        }
        b.putDouble(5024, hasNormal ? normal : 0).putInt(5040, hasNormal ? 1 : 0);
        return b.array();
    }

    /** Goes back to a state from {@link #getState()} or from PyTorch. */
    public synchronized void setState(byte[] bytes) {
        if (bytes.length != STATE_BYTES) {
            throw CressetException.value("setState: " + bytes.length + " bytes; a state has " + STATE_BYTES);
        }
        ByteBuffer b = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        int newLeft = b.getInt(8);
        long newNext = b.getLong(16);
        if (newLeft < 1 || newLeft > N || newNext < 0 || newNext > N || b.getInt(12) != 1) {
            throw CressetException.value("setState: the bytes are not a generator's state");
        }
        seed = b.getLong(0);
        left = newLeft;
        next = (int) newNext;
        for (int i = 0; i < N; i++) {
            state[i] = (int) b.getLong(24 + 8 * i);
        }
        hasNormal = b.getInt(5040) != 0;
        normal = hasNormal ? b.getDouble(5024) : 0;
    }
}

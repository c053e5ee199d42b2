package org.cresset.random;

/**
 * Sixteen normal numbers from sixteen uniform ones, in float with exactly the roundings of PyTorch's AVX2 code: logarithm,
 * sine and cosine are polynomials whose every step is one fused multiply-add.
 */
final class Normals {
    private static final float TWO_PI = (float) (2 * Math.PI);

    private Normals() {}

    /** Transforms {@code block[at .. at + 16)}, which holds uniforms in [0, 1). */
    static void transform(float[] block, int at, float mean, float std) {
        for (int j = at; j < at + 8; j++) {
            float u1 = 1 - block[j];
            float radius = (float) Math.sqrt(-2 * log(u1));
            float x = TWO_PI * block[j + 8];
            int q = (int) (x * 1.27323954473516f) + 1 & ~1;
            float y = q;
            x = Math.fma(y, -0.78515625f, x);
            x = Math.fma(y, -2.4187564849853515625e-4f, x);
            x = Math.fma(y, -3.77489497744594108e-8f, x);
            float z = x * x;
            float c = Math.fma(2.443315711809948e-5f, z, -1.388731625493765e-3f);
            c = Math.fma(c, z, 4.166664568298827e-2f) * z;
            c = Math.fma(c, z, -(z * 0.5f)) + 1;
            float s = Math.fma(-1.9515295891e-4f, z, 8.3321608736e-3f);
            s = Math.fma(s, z, -1.6666654611e-1f) * z;
            s = Math.fma(s, x, x);
            boolean even = (q & 2) == 0;
            float sin = even ? s : c;
            float cos = even ? c : s;
            if ((q & 4) != 0) {
                sin = -sin;
            }
            if ((q - 2 & 4) == 0) {
                cos = -cos;
            }
            block[j] = Math.fma(radius * cos, std, mean);
            block[j + 8] = Math.fma(radius * sin, std, mean);
        }
    }

    private static float log(float v) {
        int bits = Float.floatToRawIntBits(v);
        float e = (bits >>> 23) - 127;
        float m = Float.intBitsToFloat(bits & 0x807fffff | 0x3f000000);
        e = e + 1;
        float x;
        if (m < 0.707106781186547524f) {
            e = e - 1;
            x = m - 1 + m;
        } else {
            x = m - 1;
        }
        float z = x * x;
        float y = 7.0376836292e-2f;
        y = Math.fma(y, x, -1.1514610310e-1f);
        y = Math.fma(y, x, 1.1676998740e-1f);
        y = Math.fma(y, x, -1.2420140846e-1f);
        y = Math.fma(y, x, 1.4249322787e-1f);
        y = Math.fma(y, x, -1.6668057665e-1f);
        y = Math.fma(y, x, 2.0000714765e-1f);
        y = Math.fma(y, x, -2.4999993993e-1f);
        y = Math.fma(y, x, 3.3333331174e-1f);
        y = y * x;
        y = Math.fma(y, z, e * -2.12194440e-4f);
        y = Math.fma(-z, 0.5f, y);
        return Math.fma(e, 0.693359375f, x + y);
    }

    /** The same in double precision. */
    static void transform(double[] block, int at, double mean, double std) {
        for (int j = at; j < at + 8; j++) {
            double radius = Math.sqrt(-2 * StrictMath.log(1 - block[j]));
            double theta = 2 * Math.PI * block[j + 8];
            block[j] = Math.fma(radius * StrictMath.cos(theta), std, mean);
            block[j + 8] = Math.fma(radius * StrictMath.sin(theta), std, mean);
        }
    }
}

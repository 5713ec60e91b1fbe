package io.github.diffusion4j.core.random;

/**
 * Logarithm, sine and cosine in single precision as the vector code of PyTorch's x86-64 builds computes them: Cephes' polynomials with multiplications and additions
 * fused where the compiler fused them. To the last bit.
 */
final class Avx2 {

    private static final float SQRT_HALF = 0.707106781186547524f;
    private static final float[] LN = {7.0376836292E-2f, -1.1514610310E-1f, 1.1676998740E-1f, -1.2420140846E-1f, 1.4249322787E-1f, -1.6668057665E-1f,
        2.0000714765E-1f, -2.4999993993E-1f, 3.3333331174E-1f};

    private Avx2() {}

    static float ln(float x) {
        int bits = Float.floatToRawIntBits(x);
        float e = (bits >>> 23) - 127 + 1;
        float m = Float.intBitsToFloat(bits & 0x807FFFFF | 0x3F000000);
        if (m < SQRT_HALF) {
            e -= 1;
            m = m - 1 + m;
        } else {
            m -= 1;
        }
        float z = m * m;
        float y = LN[0];
        for (int k = 1; k < LN.length; k++) {
            y = Math.fma(y, m, LN[k]);
        }
        y *= m;
        y = Math.fma(y, z, e * -2.12194440e-4f);
        y -= z * 0.5f;
        return m + y + e * 0.693359375f;
    }

    static float sin(float x) {
        int octant = octant(x);
        float r = reduced(x, octant);
        float value = (octant & 2) == 0 ? sineSeries(r) : cosineSeries(r);
        return (octant & 4) != 0 ? -value : value;
    }

    static float cos(float x) {
        int octant = octant(x);
        float r = reduced(x, octant);
        float value = (octant & 2) == 0 ? cosineSeries(r) : sineSeries(r);
        return (octant - 2 & 4) == 0 ? -value : value;
    }

    private static int octant(float x) {
        return (int) (x * 1.27323954473516f) + 1 & ~1;
    }

    private static float reduced(float x, int octant) {
        float y = octant;
        float r = x + y * -0.78515625f;
        r += y * -2.4187564849853515625e-4f;
        return Math.fma(y, -3.77489497744594108e-8f, r);
    }

    private static float cosineSeries(float r) {
        float z = r * r;
        float c = Math.fma(2.443315711809948E-5f, z, -1.388731625493765E-3f);
        c = Math.fma(c, z, 4.166664568298827E-2f);
        c *= z;
        return Math.fma(c, z, -(z * 0.5f)) + 1;
    }

    private static float sineSeries(float r) {
        float z = r * r;
        float s = Math.fma(-1.9515295891E-4f, z, 8.3321608736E-3f);
        s = Math.fma(s, z, -1.6666654611E-1f);
        s *= z;
        return Math.fma(s, r, r);
    }
}

package io.github.diffusion4j.core.noise;

/**
 * Two uniform 32-bit words to two independent normal numbers (Box and Muller, 1958).
 *
 * <p>Logarithm, sine and cosine are polynomials of additions, multiplications and one division, which Java rounds the
 * same way everywhere; {@code Math.log} and {@code Math.sin} may differ in the last bit from platform to platform. The
 * polynomials err by less than 1e-12.
 */
final class BoxMuller {

    private static final double TO_UNIT = 0x1p-32;
    private static final double LN_2 = 0.6931471805599453;
    private static final double HALF_PI = 1.5707963267948966;

    private BoxMuller() {}

    /** Writes {@code r cos(a), r sin(a)} with {@code r = sqrt(-2 ln u)}, u in (0, 1] from the first word, a from the second. */
    static void normals(int first, int second, double[] out, int at) {
        double radius = Math.sqrt(-2 * ln(((first & 0xFFFFFFFFL) + 1) * TO_UNIT));
        // The two highest bits choose the quarter of the circle, the others an angle in [-pi/4, pi/4) around its middle.
        int quarter = second >>> 30;
        double angle = ((second & 0x3FFFFFFF) * 0x1p-30 - 0.5) * HALF_PI;
        double sine = radius * sin(angle);
        double cosine = radius * cos(angle);
        boolean odd = (quarter & 1) != 0;
        double x = odd ? -sine : cosine;
        double y = odd ? cosine : sine;
        boolean turned = (quarter & 2) != 0;
        out[at] = turned ? -x : x;
        out[at + 1] = turned ? -y : y;
    }

    /** Natural logarithm of a normal positive number: {@code ln m = 2 artanh((m - 1) / (m + 1))}, m in [sqrt(1/2), sqrt(2)). */
    static double ln(double value) {
        long bits = Double.doubleToRawLongBits(value);
        // Adding the distance of sqrt(1/2) to 1 moves the exponent's switch from 1 to sqrt(2).
        int exponent = (int) ((bits - 0x3FE6A09E667F3BCDL) >> 52);
        double mantissa = Double.longBitsToDouble(bits - ((long) exponent << 52));
        double s = (mantissa - 1) / (mantissa + 1);
        double q = s * s;
        double series = 1 + q * (1 / 3.0 + q * (1 / 5.0 + q * (1 / 7.0 + q * (1 / 9.0 + q * (1 / 11.0 + q * (1 / 13.0 + q / 15.0))))));
        return exponent * LN_2 + 2 * s * series;
    }

    /** Sine of an angle in [-pi/4, pi/4]. */
    static double sin(double a) {
        double q = a * a;
        return a * (1 + q * (-1 / 6.0 + q * (1 / 120.0 + q * (-1 / 5040.0 + q * (1 / 362880.0 + q * (-1 / 39916800.0 + q / 6227020800.0))))));
    }

    /** Cosine of an angle in [-pi/4, pi/4]. */
    static double cos(double a) {
        double q = a * a;
        return 1 + q * (-1 / 2.0 + q * (1 / 24.0 + q * (-1 / 720.0 + q * (1 / 40320.0 + q * (-1 / 3628800.0 + q / 479001600.0)))));
    }
}

package io.github.diffusion4j.core.random;

/**
 * The normal quantile of a 32-bit word: {@code z = sign Q((m + 1/2) / 2^32)} with the word's lower 31 bits m, its highest bit as sign, and Q the upper quantile of the
 * normal distribution, {@code P(Z > Q(p)) = p}. It is a cubic on each sixteenth of an octave of m, off by less than 2e-8; additions and multiplications alone, which
 * Java rounds the same way everywhere.
 *
 * <p>The cubics interpolate Wichura's algorithm AS 241 (Applied Statistics 37, 1988, PPND16), whose logarithm is {@code StrictMath}'s, so that the table is the same
 * on every platform too.
 */
final class NormalQuantile {

    /** Pieces of an octave. */
    private static final int PIECES = 16;
    private static final int OCTAVES = 32;
    /** Coefficients of a piece. */
    private static final int WIDTH = 4;
    /** The exponent of 1/2, the smallest argument, and what is left of it and four bits of the significand after a shift. */
    private static final int FIRST = (1023 - 1) * PIECES;
    private static final int SHIFT = 52 - 4;

    private static final double[] CENTRAL_NUMERATOR = {3.3871328727963666080e0, 1.3314166789178437745e+2, 1.9715909503065514427e+3, 1.3731693765509461125e+4,
        4.5921953931549871457e+4, 6.7265770927008700853e+4, 3.3430575583588128105e+4, 2.5090809287301226727e+3};
    private static final double[] CENTRAL_DENOMINATOR = {1, 4.2313330701600911252e+1, 6.8718700749205790830e+2, 5.3941960214247511077e+3, 2.1213794301586595867e+4,
        3.9307895800092710610e+4, 2.8729085735721942674e+4, 5.2264952788528545610e+3};
    private static final double[] MIDDLE_NUMERATOR = {1.42343711074968357734e0, 4.63033784615654529590e0, 5.76949722146069140550e0, 3.64784832476320460504e0,
        1.27045825245236838258e0, 2.41780725177450611770e-1, 2.27238449892691845833e-2, 7.74545014278341407640e-4};
    private static final double[] MIDDLE_DENOMINATOR = {1, 2.05319162663775882187e0, 1.67638483018380384940e0, 6.89767334985100004550e-1, 1.48103976427480074590e-1,
        1.51986665636164571966e-2, 5.47593808499534494600e-4, 1.05075007164441684324e-9};

    private static final double[] TABLE = table();

    private NormalQuantile() {}

    /** The quantile of a word. */
    static double of(int word) {
        double x = (word & 0x7FFFFFFF) + 0.5;
        int piece = ((int) (Double.doubleToRawLongBits(x) >>> SHIFT) - FIRST) * WIDTH;
        double z = TABLE[piece] + x * (TABLE[piece + 1] + x * (TABLE[piece + 2] + x * TABLE[piece + 3]));
        // The sign is random, so a branch on it would be mispredicted half of the time.
        return Double.longBitsToDouble(Double.doubleToRawLongBits(z) ^ (word & 0x80000000L) << 32);
    }

    private static double[] table() {
        double[] table = new double[OCTAVES * PIECES * WIDTH];
        for (int i = 0; i < OCTAVES * PIECES; i++) {
            double unit = Math.scalb(0.5, i / PIECES);
            double from = unit * (1 + (double) (i % PIECES) / PIECES);
            double half = unit / PIECES / 2;
            System.arraycopy(cubic(from + half, half), 0, table, i * WIDTH, WIDTH);
        }
        return table;
    }

    /** The cubic through the quantile at the four Chebyshev points, by Newton's divided differences. */
    private static double[] cubic(double middle, double half) {
        double[] points = new double[WIDTH];
        double[] divided = new double[WIDTH];
        for (int k = 0; k < WIDTH; k++) {
            points[k] = middle + half * StrictMath.cos((2 * k + 1) * Math.PI / (2 * WIDTH));
            divided[k] = upper(Math.min(0.5, points[k] * 0x1p-32));
        }
        for (int order = 1; order < WIDTH; order++) {
            for (int k = WIDTH - 1; k >= order; k--) {
                divided[k] = (divided[k] - divided[k - 1]) / (points[k] - points[k - order]);
            }
        }
        double[] cubic = new double[WIDTH];
        for (int k = WIDTH - 1; k >= 0; k--) {
            for (int power = WIDTH - 1; power > 0; power--) {
                cubic[power] = cubic[power - 1] - cubic[power] * points[k];
            }
            cubic[0] = divided[k] - cubic[0] * points[k];
        }
        return cubic;
    }

    /** The upper quantile for probabilities from 2^-34 to 1/2. */
    static double upper(double p) {
        double q = 0.5 - p;
        if (q <= 0.425) {
            double r = 0.180625 - q * q;
            return q * polynomial(CENTRAL_NUMERATOR, r) / polynomial(CENTRAL_DENOMINATOR, r);
        }
        double r = StrictMath.sqrt(-StrictMath.log(p)) - 1.6;
        return polynomial(MIDDLE_NUMERATOR, r) / polynomial(MIDDLE_DENOMINATOR, r);
    }

    private static double polynomial(double[] coefficients, double x) {
        double sum = 0;
        for (int k = coefficients.length - 1; k >= 0; k--) {
            sum = sum * x + coefficients[k];
        }
        return sum;
    }
}

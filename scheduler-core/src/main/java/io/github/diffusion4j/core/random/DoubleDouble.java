package io.github.diffusion4j.core.random;

/**
 * Logarithm, sine and cosine rounded correctly to double, by sums of two doubles (Dekker, Numerische Mathematik 18, 1971). The C library that PyTorch calls rounds
 * correctly but for about one value in a hundred; {@code StrictMath} does not come as near.
 *
 * @param high the value, rounded
 * @param low the rest
 */
record DoubleDouble(double high, double low) {

    private static final DoubleDouble LN_2 = new DoubleDouble(0.6931471805599453, 2.3190468138462996e-17);
    private static final double[] HALF_PI = {1.5707963267948966, 6.123233995736766e-17, -1.4973849048591833e-33};
    private static final int LN_TERMS = 22;
    private static final int CIRCLE_TERMS = 14;

    static DoubleDouble of(double value) {
        return new DoubleDouble(value, 0);
    }

    private static DoubleDouble sum(double a, double b) {
        double s = a + b;
        double t = s - a;
        return new DoubleDouble(s, a - (s - t) + (b - t));
    }

    private DoubleDouble plus(DoubleDouble other) {
        DoubleDouble s = sum(high, other.high);
        return sum(s.high, s.low + low + other.low);
    }

    private DoubleDouble times(DoubleDouble other) {
        double p = high * other.high;
        return sum(p, Math.fma(high, other.high, -p) + high * other.low + low * other.high);
    }

    private DoubleDouble over(DoubleDouble other) {
        double q = high / other.high;
        DoubleDouble rest = plus(other.times(of(-q)));
        return sum(q, rest.high / other.high);
    }

    /** The natural logarithm: {@code k ln 2 + 2 artanh((m - 1) / (m + 1))}, m between sqrt(1/2) and sqrt(2). */
    static double ln(double x) {
        int exponent = Math.getExponent(x);
        double m = Math.scalb(x, -exponent);
        if (m > Math.sqrt(2)) {
            m /= 2;
            exponent++;
        }
        DoubleDouble s = sum(m, -1).over(sum(m, 1));
        DoubleDouble square = s.times(s);
        DoubleDouble series = of(0);
        for (int k = LN_TERMS; k >= 0; k--) {
            series = series.times(square).plus(of(1).over(of(2 * k + 1)));
        }
        return LN_2.times(of(exponent)).plus(s.times(series).times(of(2))).high;
    }

    static double sin(double angle) {
        return circle(angle, 0);
    }

    static double cos(double angle) {
        return circle(angle, 1);
    }

    /** The sine of an angle from 0 to 2 pi plus some quarters of the circle. */
    private static double circle(double angle, int quarters) {
        int nearest = (int) Math.rint(angle / HALF_PI[0]);
        double product = nearest * HALF_PI[0];
        DoubleDouble r = sum(angle, -product).plus(of(-Math.fma(nearest, HALF_PI[0], -product)));
        r = r.plus(sum(-nearest * HALF_PI[1], 0)).plus(of(-nearest * HALF_PI[2]));
        int quarter = nearest + quarters & 3;
        double value = ((quarter & 1) == 0 ? series(r, r, 1) : series(r, of(1), 0)).high;
        return quarter >= 2 ? -value : value;
    }

    /** Taylor's series of sine (first factorial 1) or cosine (0). */
    private static DoubleDouble series(DoubleDouble r, DoubleDouble first, int factorial) {
        DoubleDouble square = r.times(r);
        DoubleDouble sum = of(1);
        for (int k = CIRCLE_TERMS; k > 0; k--) {
            double n = 2 * k + factorial;
            sum = of(1).plus(square.times(sum).over(of(-n * (n - 1))));
        }
        return first.times(sum);
    }
}

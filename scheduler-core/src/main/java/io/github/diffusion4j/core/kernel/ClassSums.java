package io.github.diffusion4j.core.kernel;

/** Sums over the classes of one position, taken block by block: {@code sum of e^(y - max)} and {@code sum of (y - max) e^(y - max)}, max the largest value so far. */
final class ClassSums {

    private double max = Double.NEGATIVE_INFINITY;
    private float largest = Float.NEGATIVE_INFINITY;
    private double sum;
    private double moment;

    void add(double[] y, int count) {
        double top = max;
        for (int k = 0; k < count; k++) {
            top = Math.max(top, y[k]);
        }
        raise(top);
        for (int k = 0; k < count; k++) {
            double depth = y[k] - top;
            if (depth > Double.NEGATIVE_INFINITY) {
                double weight = Math.exp(depth);
                sum += weight;
                moment += depth * weight;
            }
        }
    }

    /** The same of a whole block of floats, {@code y = x / temperature}; the temperature is above 0 and the largest value of the block or one before finite. */
    void add(float[] x, float largest, double temperature, FloatExponentials exponentials) {
        float top = Math.max(this.largest, largest);
        this.largest = top;
        raise(top / temperature);
        double[] sums = exponentials.sums(x, top, temperature);
        sum += sums[0];
        moment += sums[1];
    }

    /** The sums below a new largest value. */
    private void raise(double top) {
        if (top > max && sum > 0) {
            double shift = max - top;
            double factor = Math.exp(shift);
            moment = factor * (moment + shift * sum);
            sum *= factor;
        }
        max = Math.max(max, top);
    }

    double max() {
        return max;
    }

    double sum() {
        return sum;
    }

    /** {@code ln of the sum of e^y}. */
    double logSum() {
        return max + Math.log(sum);
    }

    /** In nats. */
    double entropy() {
        return Math.log(sum) - moment / sum;
    }
}

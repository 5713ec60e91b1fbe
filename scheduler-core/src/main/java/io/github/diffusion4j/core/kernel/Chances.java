package io.github.diffusion4j.core.kernel;

/**
 * The random numbers by which classes are drawn from weights {@code w}, in one of two ways with the same distribution: by one uniform number for each position, the first class at which the cumulative
 * sum exceeds {@code u sum(w)}; or as a race, the class of the largest {@code w_k / E_k} with an exponential number {@code E_k} for each class. A race takes as many numbers as there are
 * classes and couples: nearly equal weights give the same class.
 */
public interface Chances {

    /**
     * Whether classes race.
     *
     * @return true if each class has a number of its own
     */
    boolean racing();

    /**
     * The number of a position, where classes do not race.
     *
     * @param position the position, from 0
     * @return a number in (0, 1)
     */
    double uniform(int position);

    /**
     * The numbers of a position's classes, where they race.
     *
     * @param position the position, from 0
     * @return the numbers, in the order of the classes
     */
    Exponentials exponentials(int position);

    /** Exponential numbers with mean 1, in the order of the classes. Belongs to one thread. */
    @FunctionalInterface
    interface Exponentials {

        /**
         * Writes the next numbers.
         *
         * @param out where they go, from place 0 on
         * @param count how many
         */
        void next(double[] out, int count);
    }

    /**
     * Draws a class.
     *
     * @param position the position, from 0
     * @param weights the weights, at least 0 and not all 0
     * @param count how many of them there are
     * @return the class, from 0
     */
    default int draw(int position, double[] weights, int count) {
        return racing() ? raced(position, weights, count) : inverted(uniform(position), weights, count);
    }

    private int raced(int position, double[] weights, int count) {
        double[] numbers = new double[count];
        exponentials(position).next(numbers, count);
        int winner = 0;
        double best = -1;
        for (int k = 0; k < count; k++) {
            double time = weights[k] == 0 ? 0 : weights[k] / numbers[k];
            if (time > best) {
                best = time;
                winner = k;
            }
        }
        return winner;
    }

    /** The last class with a weight where rounding leaves the sum below. */
    private static int inverted(double uniform, double[] weights, int count) {
        double sum = 0;
        for (int k = 0; k < count; k++) {
            sum += weights[k];
        }
        double target = uniform * sum;
        double reached = 0;
        int last = 0;
        for (int k = 0; k < count; k++) {
            reached += weights[k];
            if (reached > target) {
                return k;
            }
            last = weights[k] > 0 ? k : last;
        }
        return last;
    }
}

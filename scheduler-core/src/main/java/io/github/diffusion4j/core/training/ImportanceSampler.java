package io.github.diffusion4j.core.training;

import io.github.diffusion4j.core.DiscreteSchedule;
import io.github.diffusion4j.core.NoiseLevel;
import java.io.InvalidObjectException;
import java.io.ObjectInputStream;
import java.io.Serializable;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Timesteps in proportion to the root mean square of their recent losses (Nichol and Dhariwal, arXiv:2102.09672,
 * equation 18), as a value: {@link #updated} returns the next sampler.
 * <pre>
 *   p(t) = (1 - u) sqrt(E[L_t^2]) / sum + u / T,   u = 0.001,   weight 1 / (T p(t))
 * </pre>
 * Each timestep keeps its last ten losses; until every one has ten, timesteps are uniform.
 */
public final class ImportanceSampler implements LevelSampler {

    private static final long serialVersionUID = 1;
    private static final int HISTORY = 10;
    private static final double UNIFORM_SHARE = 0.001;
    /** Of losses that are scaled to 1; smaller ones are as good as 0. */
    private static final int LEAST_EXPONENT = -1000;

    private final DiscreteSchedule schedule;
    private final double[][] losses;
    private final double[] cumulative;

    private ImportanceSampler(DiscreteSchedule schedule, double[][] losses) {
        this.schedule = schedule;
        this.losses = losses;
        this.cumulative = new double[losses.length];
        double[] p = probabilities(losses);
        double sum = 0;
        for (int t = 0; t < p.length; t++) {
            sum += p[t];
            cumulative[t] = sum;
        }
    }

    /**
     * A sampler that has seen no losses.
     *
     * @param schedule the table whose timesteps are drawn
     * @return the sampler
     */
    public static ImportanceSampler of(DiscreteSchedule schedule) {
        return new ImportanceSampler(schedule, new double[schedule.size()][0]);
    }

    /**
     * The sampler after a batch.
     *
     * @param timesteps the timesteps of the batch, whole numbers in 0 .. T-1
     * @param batchLosses the unweighted loss of each sample, finite and at least 0
     * @return the next sampler
     * @throws IllegalArgumentException if there is not a loss for each timestep, or a timestep or a loss cannot be used, naming it
     */
    public ImportanceSampler updated(double[] timesteps, double[] batchLosses) {
        if (timesteps.length != batchLosses.length) {
            throw new IllegalArgumentException("each timestep needs a loss, got " + timesteps.length + " timesteps and " + batchLosses.length + " losses");
        }
        double[][] next = losses.clone();
        for (int i = 0; i < timesteps.length; i++) {
            int t = (int) timesteps[i];
            if (t != timesteps[i] || t < 0 || t >= losses.length || !(batchLosses[i] >= 0 && Double.isFinite(batchLosses[i]))) {
                throw new IllegalArgumentException("loss " + batchLosses[i] + " at timestep " + timesteps[i] + " cannot be used; losses are finite and at least 0, timesteps whole, 0 to "
                        + (losses.length - 1));
            }
            double[] old = next[t];
            int kept = Math.min(old.length, HISTORY - 1);
            double[] history = Arrays.copyOfRange(old, old.length - kept, old.length + 1);
            history[kept] = batchLosses[i];
            next[t] = history;
        }
        return new ImportanceSampler(schedule, next);
    }

    /**
     * The probability of each timestep.
     *
     * @return a fresh table of T probabilities that sum to 1
     */
    public double[] probabilities() {
        return probabilities(losses);
    }

    private static double[] probabilities(double[][] losses) {
        double[] p = new double[losses.length];
        double sum = 0;
        double scale = scale(losses);
        for (int t = 0; t < p.length; t++) {
            p[t] = Math.sqrt(Arrays.stream(losses[t]).map(loss -> loss * scale).map(loss -> loss * loss).average().orElse(0));
            sum += p[t];
        }
        boolean warm = Arrays.stream(losses).allMatch(history -> history.length == HISTORY) && sum > 0;
        for (int t = 0; t < p.length; t++) {
            p[t] = warm ? (1 - UNIFORM_SHARE) * p[t] / sum + UNIFORM_SHARE / p.length : 1.0 / p.length;
        }
        return p;
    }

    /** A power of two, which changes no digit, by which the largest loss is about 1: the squares of losses beyond 1e154 or below 1e-162 have no double. */
    private static double scale(double[][] losses) {
        double largest = Arrays.stream(losses).flatMapToDouble(Arrays::stream).max().orElse(1);
        return Math.scalb(1.0, -Math.max(LEAST_EXPONENT, Math.getExponent(largest)));
    }

    private int timestep(double u) {
        int found = Arrays.binarySearch(cumulative, u);
        return Math.min(found >= 0 ? found + 1 : -found - 1, cumulative.length - 1);
    }

    @Override
    public NoiseLevel level(double u) {
        return schedule.at(timestep(u));
    }

    @Override
    public double weight(double u) {
        int t = timestep(u);
        return 1 / (cumulative.length * (cumulative[t] - (t == 0 ? 0 : cumulative[t - 1])));
    }

    /** Written out are the losses: read back they are checked anew. */
    private Object writeReplace() {
        return new Written(schedule, losses);
    }

    private void readObject(ObjectInputStream in) throws InvalidObjectException {
        throw new InvalidObjectException("an importance sampler is written out as its losses");
    }

    private record Written(DiscreteSchedule schedule, double[][] losses) implements Serializable {

        private Object readResolve() throws InvalidObjectException {
            try {
                double[] timesteps = IntStream.range(0, losses.length).flatMap(t -> IntStream.generate(() -> t).limit(losses[t].length)).asDoubleStream().toArray();
                return of(schedule).updated(timesteps, Arrays.stream(losses).flatMapToDouble(Arrays::stream).toArray());
            } catch (RuntimeException e) {
                InvalidObjectException refused = new InvalidObjectException("the losses that were written out are no sampler's: " + e.getMessage());
                refused.initCause(e);
                throw refused;
            }
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ImportanceSampler sampler && schedule.equals(sampler.schedule) && Arrays.deepEquals(losses, sampler.losses);
    }

    @Override
    public int hashCode() {
        return Arrays.deepHashCode(losses);
    }

    @Override
    public String toString() {
        return "ImportanceSampler[" + losses.length + " timesteps, " + Arrays.stream(losses).mapToInt(history -> history.length).sum() + " losses]";
    }
}

package io.github.diffusion4j.samplers.statistics;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.kernel.Arrays;
import io.github.diffusion4j.core.noise.NoiseSource;
import io.github.diffusion4j.core.plan.Runs;
import io.github.diffusion4j.core.plan.SamplerState;
import io.github.diffusion4j.core.plan.Session;
import io.github.diffusion4j.samplers.Sampling;
import io.github.diffusion4j.samplers.likelihood.Probes;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Measures the statistics of a network that {@link io.github.diffusion4j.samplers.solvers.DpmSolverV3} works with, by black-box evaluations: a fine run, and at each of its levels one evaluation more beside it,
 * whose difference along random signs z gives the mean of the Jacobian's diagonal (Hutchinson; Zheng et al., arXiv:2310.13268, section 3.2),
 * <pre>
 *   l = 1 - alpha mean z (D(x + delta sigma z) - D(x)) / (delta sigma)
 * </pre>
 *
 * <pre>{@code
 *   Plan fine = GridFit.SECOND_ORDER.fine(scheduler.composed(UniPc.of(2)));       // and .guided(...), as you draw
 *   MeasuredStatistics measured = StatisticsFit.DEFAULT.measured(fine, model, noise, CounterNoise.of(7));
 *   Plan ten = scheduler.composed(new DpmSolverV3(2, measured.statistics(), true)).plan(10);
 * }</pre>
 *
 * @param delta how far from the run the network is asked, in units of sigma
 */
public record StatisticsFit(double delta) {

    /** A hundredth of sigma: where the network is linear, and its differences are far above the rounding of floats. */
    public static final StatisticsFit DEFAULT = new StatisticsFit(0.01);

    /** Checks the distance. */
    public StatisticsFit {
        if (!(delta > 0 && Double.isFinite(delta))) {
            throw new IllegalArgumentException("the distance of evaluations must be above 0 and finite, got " + delta);
        }
    }

    /**
     * Makes a fine run and measures it, at two evaluations for each level.
     *
     * @param <A> the array of a library
     * @param fine the run: deterministic, of one evaluation for each step, at levels with signal and noise; a first level of pure noise is left out
     * @param model the network
     * @param start N(0, I) noise of the samples' shape; all samples at once, or one by one with {@link MeasuredStatistics#plus}
     * @param signs whose signs the directions are, those of its training stream
     * @return the sums
     * @throws IllegalArgumentException if the run is another one
     */
    public <A> MeasuredStatistics measured(Runs<A> fine, Sampling.Model<A> model, A start, NoiseSource signs) {
        if (fine.plan().stochastic() || fine.plan().evaluations() != fine.plan().steps()) {
            throw new IllegalArgumentException("statistics are measured along a deterministic run of one evaluation for each step, got " + fine.plan());
        }
        List<Sums> all = new ArrayList<>();
        Probes probes = Probes.rademacher(signs);
        try (Session<A> session = fine.session(start, NoiseSource.none())) {
            while (!session.done()) {
                int evaluation = session.evaluation();
                NoiseLevel level = fine.plan().level(evaluation);
                double[] x = fine.arrays().values(session.sample());
                double[] z = new double[x.length];
                double[] beside = level.alpha() == 0 ? x : beside(fine, model, evaluation, session.sample(), probes, z);
                List<A> outputs = new ArrayList<>();
                model.predict(session.input(), outputs);
                A estimate = session.denoised(outputs);
                double[] here = fine.arrays().values(estimate);
                fine.arrays().close(estimate);
                if (level.alpha() > 0) {
                    all.add(sums(level, x, here, beside, z));
                }
                session.step(outputs);
            }
            return new MeasuredStatistics(column(all, 0), column(all, 1), column(all, 2), column(all, 3), column(all, 4), fine.arrays().values(session.sample()).length);
        }
    }

    private record Sums(double... values) {}

    private static List<Double> column(List<Sums> all, int index) {
        return all.stream().map(sums -> sums.values()[index]).toList();
    }

    private Sums sums(NoiseLevel level, double[] x, double[] here, double[] beside, double... z) {
        double step = delta * level.sigma();
        double[] sums = {level.lambda(), 0, 0, 0, 0};
        IntStream.range(0, x.length).forEach(i -> {
            double y = x[i] / level.alpha();
            sums[1] += level.alpha() * z[i] * (beside[i] - here[i]) / step;
            sums[2] += y * y;
            sums[3] += y * here[i];
            sums[4] += here[i] * here[i];
        });
        return new Sums(sums);
    }

    /** The estimate beside the run, in the direction that is written to z. */
    private <A> double[] beside(Runs<A> fine, Sampling.Model<A> model, int evaluation, A sample, Probes probes, double... z) {
        Arrays<A> arrays = fine.arrays();
        double step = delta * fine.plan().level(evaluation).sigma();
        A moved = arrays.copy(sample);
        try {
            arrays.onHost(moved, true, host -> {
                double[] values = host.values();
                probes.fill(evaluation, host);
                System.arraycopy(host.values(), 0, z, 0, z.length);
                host.fill(IntStream.range(0, z.length).mapToDouble(i -> values[i] + step * z[i]).toArray());
            });
            Runs<A> one = fine.plan().slice(evaluation, evaluation + 1).on(arrays, fine.rows());
            try (SamplerState<A> state = one.startFrom(moved)) {
                List<A> outputs = new ArrayList<>();
                model.predict(one.input(0, state), outputs);
                A estimate = one.denoised(0, outputs, state);
                double[] values = arrays.values(estimate);
                arrays.close(estimate);
                return values;
            }
        } finally {
            arrays.close(moved);
        }
    }
}

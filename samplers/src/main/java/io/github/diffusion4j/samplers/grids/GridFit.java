package io.github.diffusion4j.samplers.grids;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.NoiseSchedule;
import io.github.diffusion4j.core.Spacing;
import io.github.diffusion4j.core.noise.NoiseSource;
import io.github.diffusion4j.core.plan.Plan;
import io.github.diffusion4j.core.plan.Runs;
import io.github.diffusion4j.samplers.ComposedScheduler;
import io.github.diffusion4j.samplers.Sampling;
import io.github.diffusion4j.samplers.solvers.DpmSolverMultistep;
import io.github.diffusion4j.schedules.Sigmas;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Fits a grid of noise levels to a network, from a fine run of a few start noises: no gradient, no data, no solver. One curve serves every number of steps, the guidance it was fitted with, and usually
 * others too.
 *
 * <pre>{@code
 *   GridFit fit = GridFit.SECOND_ORDER;
 *   Plan fine = fit.fine(scheduler.composed(UniPc.of(2))).guided(LinearGuidance.classifierFree(2));
 *   FittedGrid grid = fit.roughness(fine.on(HostArrays.HEAP), model, noise).grid(fit.fromNoisiest(fine));
 * }</pre>
 *
 * @param derivative the derivative that local errors are measured by: 1 for solvers of first order, 2 for all others
 * @param levels the evaluations of the fine run
 * @param highestSigma the highest sigma / alpha of the curve; on a schedule that goes beyond the first step starts at its noisiest level instead
 * @param lowestSigma the lowest, if the schedule goes on to clean data
 */
public record GridFit(int derivative, int levels, double highestSigma, double lowestSigma) {

    /** For solvers of second order and more: 100 evaluations between sigma 80 and the schedule's lowest, or 0.002. */
    public static final GridFit SECOND_ORDER = new GridFit(2, 100, 80, 0.002);

    /** For solvers of first order, which gain little by any grid. */
    public static final GridFit FIRST_ORDER = new GridFit(1, 100, 80, 0.002);

    private static final int FEWEST = 10;

    /** Checks the numbers. */
    public GridFit {
        if (derivative < 1 || derivative > 2 || levels < FEWEST || !(lowestSigma > 0 && lowestSigma < highestSigma && Double.isFinite(highestSigma))) {
            throw new IllegalArgumentException("a fit needs the first or second derivative, at least " + FEWEST + " levels and 0 < lowest sigma < highest, got " + derivative + ", " + levels + ", "
                    + lowestSigma + " and " + highestSigma);
        }
    }

    /**
     * The fine run on a model: DPM-Solver++ of third order, exact, on levels of equal distance in log SNR.
     *
     * @param model schedule, parameterization and correction; its solver and spacing do not matter
     * @return the plan, to be guided as the fitted one will be
     */
    public Plan fine(ComposedScheduler model) {
        return ComposedScheduler.of(model.schedule(), DpmSolverMultistep.plusPlus(3)).withParameterization(model.parameterization()).withCorrection(model.correction()).withEnd(model.end())
                .withSpacing(new Even(highestSigma, lowestSigma)).plan(levels);
    }

    /**
     * Whether the schedule goes beyond the curve, so that the first step starts at its noisiest level.
     *
     * @param fine the fine run
     * @return true if it does
     */
    public boolean fromNoisiest(Plan fine) {
        return fine.level(0).edmSigma() > highestSigma * (1 + 1e-9);
    }

    /**
     * Makes a fine run and measures it.
     *
     * @param <A> the array of a library
     * @param fine the run
     * @param model the network
     * @param start N(0, I) noise of the samples' shape; sixteen samples are enough, all at once or one by one
     * @return how the estimates bend
     */
    public <A> Roughness roughness(Runs<A> fine, Sampling.Model<A> model, A start) {
        Differences<A> differences = new Differences<>(fine, derivative, fromNoisiest(fine.plan()) ? 1 : 0);
        fine.arrays().close(Sampling.run(fine, model, start, NoiseSource.none(), differences));
        return differences.roughness();
    }

    /**
     * Makes a fine run and keeps what is needed to tell the error of any step on its levels.
     *
     * @param <A> the array of a library
     * @param fine the run
     * @param model the network
     * @param start N(0, I) noise of the samples' shape; twice as many samples as the run has levels are held at a time, so that large ones go one by one
     * @return local errors
     */
    public <A> LocalErrors localErrors(Runs<A> fine, Sampling.Model<A> model, A start) {
        List<NoiseLevel> levels = new ArrayList<>();
        List<double[]> samples = new ArrayList<>();
        List<double[]> estimates = new ArrayList<>();
        A end = Sampling.run(fine, model, start, NoiseSource.none(), progress -> {
            levels.add(fine.plan().level(progress.evaluation()));
            samples.add(fine.arrays().memory(progress.sample()).values());
            A estimate = progress.denoised();
            estimates.add(fine.arrays().memory(estimate).values());
            fine.arrays().close(estimate);
        });
        double[] values = fine.arrays().memory(end).values();
        fine.arrays().close(end);
        return LocalErrors.of(levels, fine.plan().grid().to(fine.plan().steps() - 1), samples, estimates, values);
    }

    /** Equal distances of log SNR, after the noisiest level if that lies beyond. */
    private record Even(double highest, double lowest) implements Spacing {

        @Override
        public List<NoiseLevel> levels(NoiseSchedule schedule, int steps) {
            double top = Math.min(highest, schedule.noisiest().edmSigma());
            double bottom = Math.max(lowest, schedule.cleanest().edmSigma());
            if (!(bottom < top)) {
                throw new IllegalArgumentException("the schedule goes from sigma " + schedule.noisiest().edmSigma() + " to " + schedule.cleanest().edmSigma() + ", which leaves nothing between " + highest
                        + " and " + lowest);
            }
            Spacing even = Sigmas.logSnr(-Math.log(bottom), -Math.log(top));
            return (top < highest ? even : Sigmas.fromNoisiest(even)).levels(schedule, steps);
        }
    }

    /** Derivatives of the estimate by central differences of three evaluations; at both ends those beside. */
    private static final class Differences<A> implements Sampling.Listener<A> {

        private final Runs<A> run;
        private final int derivative;
        private final int first;
        private final List<Double> lambda = new ArrayList<>();
        private final List<Double> squares = new ArrayList<>();
        /** The last two estimates, the elder first. */
        private final Deque<double[]> last = new ArrayDeque<>();

        Differences(Runs<A> run, int derivative, int first) {
            this.run = run;
            this.derivative = derivative;
            this.first = first;
        }

        @Override
        public void evaluated(Sampling.Progress<A> progress) {
            if (progress.evaluation() < first) {
                return;
            }
            A estimate = progress.denoised();
            double[] now = run.arrays().memory(estimate).values();
            run.arrays().close(estimate);
            lambda.add(run.plan().level(progress.evaluation()).lambda());
            if (last.size() == 2) {
                squares.add(square(last.removeFirst(), last.getFirst(), now));
            }
            last.addLast(now);
        }

        private double square(double[] before, double[] middle, double[] now) {
            double h = lambda.get(lambda.size() - 1) - lambda.get(lambda.size() - 2);
            double sum = 0;
            for (int i = 0; i < now.length; i++) {
                double difference = derivative == 1 ? (now[i] - before[i]) / (2 * h) : (now[i] - 2 * middle[i] + before[i]) / (h * h);
                sum += difference * difference;
            }
            return sum;
        }

        Roughness roughness() {
            List<Double> all = new ArrayList<>(squares);
            all.add(0, squares.get(0));
            all.add(squares.get(squares.size() - 1));
            return new Roughness(derivative, lambda, all, last.getFirst().length);
        }
    }
}

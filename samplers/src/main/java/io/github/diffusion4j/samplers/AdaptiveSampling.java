package io.github.diffusion4j.samplers;

import io.github.diffusion4j.core.DataCorrection;
import io.github.diffusion4j.core.LevelCurve;
import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.Parameterization;
import io.github.diffusion4j.core.TimeGrid;
import io.github.diffusion4j.core.kernel.Arrays;
import io.github.diffusion4j.core.kernel.Samples;
import io.github.diffusion4j.core.noise.NoiseRequest;
import io.github.diffusion4j.core.noise.NoiseSource;
import io.github.diffusion4j.core.plan.ModelInput;
import io.github.diffusion4j.core.plan.Plan;
import io.github.diffusion4j.core.plan.Runs;
import io.github.diffusion4j.core.plan.SamplerState;
import io.github.diffusion4j.samplers.solvers.NestedStep;
import java.io.Serializable;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

/**
 * DPM adaptive of k-diffusion: DPM-Solver steps whose length follows from the difference of two orders (Lu et al., arXiv:2206.00927, section 3.4; PID control after Soederlind, ACM TOMS 2003). The one
 * run whose plan is made while it runs. With the estimates low and high of a trial step,
 * <pre>
 *   error  = || (low - high) / max(atol, rtol max(|low|, |previous low|)) ||_2 / sqrt(size)
 *   factor = 1 + atan(e0^b1 e1^b2 e2^b3 - 1),   e = 1 / (error + 1e-8) of this and the last two accepted steps
 *   b1 = (p + i + d) / k, b2 = -(p + 2 d) / k, b3 = d / k,   k the order, 1.5 with noise
 * </pre>
 * A step is accepted if the factor is at least {@code acceptSafety}; the next step, in half log-SNR, is the factor times as long.
 *
 * @param order 2 or 3: the order of the higher estimate
 * @param rtol the relative tolerance
 * @param atol the absolute tolerance
 * @param firstStep the length of the first trial step in half log-SNR
 * @param control the PID coefficients
 * @param acceptSafety the factor from which on a step is accepted, in (0, 1]
 * @param eta the fraction of ancestral noise, 0 to 1
 */
public record AdaptiveSampling(int order, double rtol, double atol, double firstStep, Control control, double acceptSafety, double eta) implements Serializable {

    /** Half log-SNR this close to the end is the end. */
    private static final double END = 1e-5;

    /** No step gets shorter than this. */
    private static final double SHORTEST = 1e-10;

    /**
     * PID coefficients of the step length.
     *
     * @param p proportional
     * @param i integral
     * @param d derivative
     */
    public record Control(double p, double i, double d) implements Serializable {

        /** Checks the coefficients. */
        public Control {
            if (!Double.isFinite(p + i + d)) {
                throw new IllegalArgumentException("the coefficients of the step length must be finite, got p=" + p + ", i=" + i + ", d=" + d);
            }
        }
    }

    /**
     * Checks all settings.
     *
     * @throws IllegalArgumentException if one is out of range, naming it
     */
    public AdaptiveSampling {
        if (order != 2 && order != 3) {
            throw new IllegalArgumentException("adaptive sampling has order 2 and 3, got " + order);
        }
        if (!(rtol > 0 && atol > 0 && firstStep > 0 && Double.isFinite(rtol + atol + firstStep))) {
            throw new IllegalArgumentException("tolerances and first step must be positive and finite, got rtol=" + rtol + ", atol=" + atol + ", firstStep=" + firstStep);
        }
        if (!(acceptSafety > 0 && acceptSafety <= 1)) {
            throw new IllegalArgumentException("acceptSafety, the factor from which on a step is accepted, lies in (0, 1], got " + acceptSafety);
        }
        if (!(eta >= 0 && eta <= 1)) {
            throw new IllegalArgumentException("eta, the fraction of ancestral noise, lies in [0, 1], got " + eta);
        }
    }

    /** k-diffusion's defaults: order 3, tolerances 0.05 and 0.0078, integral control. */
    public static final AdaptiveSampling DEFAULT = new AdaptiveSampling(3, 0.05, 0.0078, 0.05, new Control(0, 1, 0), 0.81, 0);

    /**
     * With another order and stochasticity.
     *
     * @param otherOrder 2 or 3
     * @param otherEta the fraction of ancestral noise, 0 to 1
     * @return the settings
     */
    public AdaptiveSampling with(int otherOrder, double otherEta) {
        return new AdaptiveSampling(otherOrder, rtol, atol, firstStep, control, acceptSafety, otherEta);
    }

    /**
     * With other tolerances.
     *
     * @param relative the relative tolerance
     * @param absolute the absolute tolerance
     * @return the settings
     */
    public AdaptiveSampling withTolerances(double relative, double absolute) {
        return new AdaptiveSampling(order, relative, absolute, firstStep, control, acceptSafety, eta);
    }

    /**
     * What a run did.
     *
     * @param <A> the array of the library
     * @param sample the sample at the end, owned by the caller
     * @param accepted the number of accepted steps
     * @param rejected the number of rejected steps
     * @param evaluations the number of network evaluations
     */
    public record Result<A>(A sample, int accepted, int rejected, int evaluations) {}

    /**
     * Runs from one noise level to another.
     *
     * @param <A> the array of the library
     * @param arrays the library
     * @param curve the levels in between
     * @param parameterization what the network outputs
     * @param from the level the sample stands at
     * @param to the level to reach, with noise left
     * @param model the network
     * @param start the sample; not changed
     * @param noise where the noise of accepted steps comes from
     * @return the result
     * @throws IllegalArgumentException if the levels are no stretch to run over in log SNR
     * @throws IllegalStateException if the tolerances cannot be met, or not in {@value Plan#LONGEST_RUN} trial steps
     */
    public <A> Result<A> run(Arrays<A> arrays, LevelCurve curve, Parameterization parameterization, NoiseLevel from, NoiseLevel to, Sampling.Model<A> model, A start,
            NoiseSource noise) {
        if (!(to.sigma() > 0 && from.edmSigma() > to.edmSigma() && from.alpha() > 0)) {
            throw new IllegalArgumentException("adaptive sampling runs in log SNR from more noise to less, with signal at the start and noise at the end; got " + from + " to " + to);
        }
        Trial<A> trial = new Trial<>(arrays, curve, parameterization, to, model, noise);
        A sample = trial.made(arrays.copy(start));
        A previous = sample;
        StepLength length = new StepLength(firstStep, 0, 0, false);
        NoiseLevel at = from;
        int accepted = 0;
        int rejected = 0;
        while (at.lambda() < to.lambda() - END) {
            if (accepted + rejected == Plan.LONGEST_RUN) {
                throw new IllegalStateException("after " + accepted + " accepted and " + rejected + " rejected steps the run stands at " + at + " and steps of half log-SNR " + length.h()
                        + "; raise rtol and atol, or lower acceptSafety");
            }
            double lambda = at.lambda() + length.h();
            NoiseLevel next = lambda >= to.lambda() ? to : curve.atEdmSigma(Math.exp(-lambda));
            Estimates<A> estimates = trial.step(at, next, sample, accepted);
            double error = trial.error(estimates, previous);
            length = length.after(error, control, eta > 0 ? 1.5 : order, acceptSafety);
            if (length.accepted()) {
                previous = estimates.low();
                sample = estimates.end();
                at = next;
                accepted++;
            } else {
                rejected++;
            }
            trial.freeAllBut(sample, previous);
        }
        trial.freeAllBut(sample, sample);
        return new Result<>(sample, accepted, rejected, order * (accepted + rejected));
    }

    private record Estimates<A>(A low, A high, A end) {}

    /** Trial steps: two plans of one step that share all evaluations but the last. */
    private final class Trial<A> {
        private final Arrays<A> arrays;
        private final LevelCurve curve;
        private final Parameterization parameterization;
        private final NoiseLevel end;
        private final Sampling.Model<A> model;
        private final NoiseSource noise;
        private final Set<A> alive = Collections.newSetFromMap(new IdentityHashMap<>());

        Trial(Arrays<A> arrays, LevelCurve curve, Parameterization parameterization, NoiseLevel end, Sampling.Model<A> model, NoiseSource noise) {
            this.arrays = arrays;
            this.curve = curve;
            this.parameterization = parameterization;
            this.end = end;
            this.model = model;
            this.noise = noise;
        }

        Estimates<A> step(NoiseLevel at, NoiseLevel next, A sample, int accepted) {
            double r = order == 3 ? 1 / 3.0 : 0.5;
            TimeGrid grid = TimeGrid.contiguous(List.of(at), next).withCurve(curve);
            Runs<A> low = Plan.of(new NestedStep(order - 1, r, end.edmSigma(), eta), grid, parameterization, DataCorrection.NONE).on(arrays);
            Runs<A> high = Plan.of(new NestedStep(order, r, end.edmSigma(), eta), grid, parameterization, DataCorrection.NONE).on(arrays);
            NoiseSource silent = (request, out) -> out.clear();
            SamplerState<A> state = made(high.startFrom(sample));
            A lower = sample;
            for (int i = 0; i < order; i++) {
                ModelInput<A> input = high.input(i, state);
                made(input.sample());
                A output = model.predict(input);
                if (i == order - 2) {
                    lower = made(low.step(i, output, state.forPlan(low.plan()), silent)).sample();
                }
                if (i < order - 1) {
                    state = made(high.step(i, output, state, silent));
                } else {
                    A higher = made(high.step(i, output, state, silent)).sample();
                    NoiseSource drawn = (request, out) -> noise.fill(new NoiseRequest(request.stream(), accepted, 0, request.interval()), out);
                    return new Estimates<>(lower, higher, high.plan().stochastic() ? made(high.step(i, output, state, drawn)).sample() : higher);
                }
            }
            throw new IllegalStateException("a trial step has at least two evaluations");
        }

        A made(A array) {
            alive.add(array);
            return array;
        }

        private SamplerState<A> made(SamplerState<A> state) {
            made(state.sample());
            made(state.anchor());
            state.predictions().forEach(this::made);
            return state;
        }

        /** The estimates' distance in units of the tolerance. */
        double error(Estimates<A> estimates, A previous) {
            double[] error = new double[1];
            arrays.onHost(previous, false, before -> arrays.onHost(estimates.low(), false,
                    low -> arrays.onHost(estimates.high(), false, high -> error[0] = Samples.scaledDifference(low, high, before, atol, rtol))));
            return error[0];
        }

        void freeAllBut(A sample, A previous) {
            alive.stream().filter(array -> array != sample && array != previous).forEach(arrays::close);
            alive.removeIf(array -> array != sample && array != previous);
        }
    }

    /**
     * The length of the next trial step.
     *
     * @param h the length in half log-SNR
     * @param last the inverse error of the last accepted step, 0 before the first
     * @param beforeLast the inverse error of the one before
     * @param accepted whether the step before was accepted
     */
    private record StepLength(double h, double last, double beforeLast, boolean accepted) {

        StepLength after(double error, Control control, double order, double acceptSafety) {
            double inverse = 1 / (error + 1e-8);
            double one = last == 0 ? inverse : last;
            double two = last == 0 ? inverse : beforeLast;
            double product = Math.pow(inverse, (control.p() + control.i() + control.d()) / order) * Math.pow(one, -(control.p() + 2 * control.d()) / order)
                    * Math.pow(two, control.d() / order);
            double factor = 1 + Math.atan(product - 1);
            if (!(h * factor > SHORTEST)) {
                throw new IllegalStateException("the error " + error + " of a step of half log-SNR " + h + " cannot be brought below the tolerances; "
                        + "check that the network returns finite values, or raise rtol and atol");
            }
            return factor >= acceptSafety ? new StepLength(h * factor, inverse, one, true) : new StepLength(h * factor, one, two, false);
        }
    }
}

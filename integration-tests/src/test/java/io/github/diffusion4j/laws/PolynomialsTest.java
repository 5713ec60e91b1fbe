package io.github.diffusion4j.laws;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.diffusion4j.core.DataCorrection;
import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.Parameterization;
import io.github.diffusion4j.core.TimeGrid;
import io.github.diffusion4j.core.noise.NoiseSource;
import io.github.diffusion4j.core.plan.ModelInput;
import io.github.diffusion4j.core.plan.Plan;
import io.github.diffusion4j.core.plan.SamplerState;
import io.github.diffusion4j.core.plan.Solver;
import io.github.diffusion4j.samplers.solvers.Convention;
import io.github.diffusion4j.samplers.solvers.Coordinate;
import io.github.diffusion4j.samplers.solvers.Deis;
import io.github.diffusion4j.samplers.solvers.DpmSolverMultistep;
import io.github.diffusion4j.samplers.solvers.LinearMultistep;
import io.github.diffusion4j.samplers.solvers.OrderRamp;
import io.github.diffusion4j.samplers.solvers.Prediction;
import io.github.diffusion4j.samplers.solvers.SaSolver;
import io.github.diffusion4j.samplers.solvers.SolverType;
import io.github.diffusion4j.samplers.solvers.UniPc;
import java.util.List;
import java.util.Set;
import java.util.function.DoubleUnaryOperator;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.Size;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The sharpest law of multistep methods: with k predictions they integrate polynomials of degree less than k in their variable to rounding, on any grid. The prediction depends on
 * the level alone, so the last step is compared with the exact integral; the steps before fill the history.
 */
class PolynomialsTest {

    private static final int STEPS = 5;
    private static final Set<Integer> NEVER_CORRECTED = IntStream.range(0, 20).boxed().collect(Collectors.toSet());

    private static TimeGrid grid(List<Double> lengths) {
        double[] lambda = new double[STEPS + 1];
        lambda[0] = -2;
        for (int i = 0; i < STEPS; i++) {
            lambda[i + 1] = lambda[i] + lengths.get(i);
        }
        List<NoiseLevel> levels = IntStream.rangeClosed(0, STEPS).mapToObj(i -> new NoiseLevel(i, 1, Math.exp(-lambda[i]))).toList();
        return TimeGrid.contiguous(levels.subList(0, STEPS), levels.get(STEPS));
    }

    /** The error of the last step. */
    private static double lastError(Solver solver, TimeGrid grid, Parameterization parameterization, ToDoubleFunction<NoiseLevel> prediction, DoubleUnaryOperator exact) {
        Plan plan = Plan.of(solver, grid, parameterization, DataCorrection.NONE);
        SamplerState<INDArray> state = plan.startFrom(Trajectory.array(1.1));
        double before = 0;
        for (int i = 0; i < plan.evaluations(); i++) {
            before = state.sample().getDouble(0);
            ModelInput<INDArray> input = plan.input(i, state);
            state = plan.step(i, Trajectory.array(prediction.applyAsDouble(input.level())), state, NoiseSource.none());
        }
        double expected = exact.applyAsDouble(before);
        return Math.abs(state.sample().getDouble(0) - expected) / Math.max(1, Math.abs(expected));
    }

    private static double polynomial(List<Double> coefficients, int degree, double x) {
        double sum = 0;
        for (int k = degree; k >= 0; k--) {
            sum = sum * x + coefficients.get(k);
        }
        return sum;
    }

    /** The integral of a smooth function by Gauss-Legendre with five points on 64 pieces: exact to rounding for what is integrated here. */
    private static double integral(double from, double to, DoubleUnaryOperator f) {
        double[] points = {0, 0.5384693101056831, 0.906179845938664};
        double[] weights = {0.5688888888888889, 0.47862867049936647, 0.23692688505618908};
        double sum = 0;
        int pieces = 64;
        double half = (to - from) / pieces / 2;
        for (int i = 0; i < pieces; i++) {
            double middle = from + (2 * i + 1) * half;
            sum += weights[0] * f.applyAsDouble(middle);
            for (int k = 1; k < 3; k++) {
                sum += weights[k] * (f.applyAsDouble(middle - points[k] * half) + f.applyAsDouble(middle + points[k] * half));
            }
        }
        return sum * half;
    }

    /** Data prediction: {@code x' = (s'/s) x + Int e^-(l' - u) D(u) du} with alpha 1. */
    private static void dataExact(Solver solver, int degree, List<Double> lengths, List<Double> c) {
        TimeGrid grid = grid(lengths);
        NoiseLevel from = grid.from(STEPS - 1);
        NoiseLevel to = grid.to(STEPS - 1);
        double error = lastError(solver, grid, Parameterization.sample(), level -> polynomial(c, degree, level.lambda()), x -> to.sigma() / from.sigma() * x
                + integral(from.lambda(), to.lambda(), u -> Math.exp(u - to.lambda()) * polynomial(c, degree, u)));
        assertEquals(0, error, 1e-10, solver + " on degree " + degree);
    }

    /** Noise prediction: {@code x' = x - Int e^-u E(u) du} with alpha 1. */
    private static void noiseExact(Solver solver, int degree, List<Double> lengths, List<Double> c) {
        TimeGrid grid = grid(lengths);
        NoiseLevel from = grid.from(STEPS - 1);
        NoiseLevel to = grid.to(STEPS - 1);
        double error = lastError(solver, grid, Parameterization.epsilon(), level -> polynomial(c, degree, level.lambda()),
                x -> x - integral(from.lambda(), to.lambda(), u -> Math.exp(-u) * polynomial(c, degree, u)));
        assertEquals(0, error, 1e-10, solver + " on degree " + degree);
    }

    @Property(tries = 60, seed = "42")
    void methods_that_predict_the_data(@ForAll @Size(STEPS) List<@DoubleRange(min = 0.1, max = 1) Double> lengths, @ForAll @Size(4) List<@DoubleRange(min = -1, max = 1) Double> c) {
        for (int k = 1; k <= 3; k++) {
            SolverType heun = SolverType.HEUN;
            dataExact(new DpmSolverMultistep(OrderRamp.of(k), Prediction.DATA, heun, 0, Convention.EXACT), k - 1, lengths, c);
            dataExact(new UniPc(k, Prediction.DATA, UniPc.Variant.BH2, false, NEVER_CORRECTED, List.of()), 0, lengths, c);
            dataExact(new SaSolver(k, k, SaSolver.Tau.constant(0), Prediction.DATA, false, Convention.EXACT), 0, lengths, c);
        }
        for (int k = 1; k <= 4; k++) {
            dataExact(new UniPc(k, Prediction.DATA, UniPc.Variant.EXACT, false, NEVER_CORRECTED, List.of()), k - 1, lengths, c);
        }
        dataExact(new SaSolver(3, 3, SaSolver.Tau.constant(0), Prediction.DATA, false, Convention.EXACT), 2, lengths, c);
        dataExact(new DpmSolverMultistep(OrderRamp.of(3), Prediction.DATA, SolverType.MIDPOINT, 0, Convention.EXACT), 2, lengths, c);
        dataExact(DpmSolverMultistep.plusPlus(2), 0, lengths, c);
        dataExact(new UniPc(3, Prediction.DATA, UniPc.Variant.BH2, false, NEVER_CORRECTED, List.of()), 2, lengths, c);
    }

    @Property(tries = 60, seed = "42")
    void methods_that_predict_the_noise(@ForAll @Size(STEPS) List<@DoubleRange(min = 0.1, max = 1) Double> lengths, @ForAll @Size(4) List<@DoubleRange(min = -1, max = 1) Double> c) {
        for (int k = 1; k <= 3; k++) {
            noiseExact(new DpmSolverMultistep(OrderRamp.of(k), Prediction.NOISE, SolverType.HEUN, 0, Convention.EXACT), k - 1, lengths, c);
        }
        for (int k = 1; k <= 4; k++) {
            noiseExact(new Deis(OrderRamp.of(k)), k - 1, lengths, c);
            noiseExact(new UniPc(k, Prediction.NOISE, UniPc.Variant.EXACT, false, NEVER_CORRECTED, List.of()), k - 1, lengths, c);
        }
    }

    /** The slope {@code dx/ds = (x - D) / s} is the noise, so it is a polynomial in sigma where the noise prediction is. */
    @Property(tries = 60, seed = "42")
    void linear_multistep_methods(@ForAll @Size(STEPS) List<@DoubleRange(min = 0.1, max = 1) Double> lengths, @ForAll @Size(4) List<@DoubleRange(min = -1, max = 1) Double> c) {
        TimeGrid grid = grid(lengths);
        NoiseLevel from = grid.from(STEPS - 1);
        NoiseLevel to = grid.to(STEPS - 1);
        for (int k = 1; k <= 4; k++) {
            int degree = k - 1;
            double error = lastError(new LinearMultistep(k, Coordinate.EDM, Convention.EXACT), grid, Parameterization.epsilon(), level -> polynomial(c, degree, level.sigma()),
                    x -> x + integral(from.sigma(), to.sigma(), s -> polynomial(c, degree, s)));
            assertEquals(0, error, 1e-10, "LMS " + k);
        }
    }
}

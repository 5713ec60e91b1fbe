package io.github.diffusion4j.samplers.solvers;

import io.github.diffusion4j.core.plan.Solver;
import io.github.diffusion4j.samplers.solvers.SaSolver.Tau;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * Every solver of the library with the settings people use: what the laws are tested on and the tables are made of. Those that only repeat a class of Diffusers, deviations
 * included (PNDM, the steps of score_sde, late churn), are left out; recorded runs test them.
 */
public final class SolverCatalog {

    /**
     * A solver with its settings.
     *
     * @param name the family, as in the literature
     * @param variant the settings
     * @param solver the solver of a run, given its number of steps
     */
    public record Entry(String name, String variant, IntFunction<Solver> solver) {

        /**
         * The solver of a run.
         *
         * @param steps the number of steps
         * @return the solver
         */
        public Solver of(int steps) {
            return solver.apply(steps);
        }

        @Override
        public String toString() {
            return variant.isEmpty() ? name : name + " " + variant;
        }
    }

    private SolverCatalog() {}

    /**
     * All solvers.
     *
     * @return the entries
     */
    public static List<Entry> all() {
        List<Entry> all = new ArrayList<>();
        firstOrder(all);
        rungeKutta(all);
        multistep(all);
        dpm(all);
        plusPlus(all);
        return List.copyOf(all);
    }

    /** Solvers that renoise with the estimate without guidance; in a run without guidance, where laws are measured, it is the estimate itself. */
    private static void plusPlus(List<Entry> all) {
        fixed(all, "CFG++ DPM-Solver++ 2M", "", new PlusPlusMultistep());
        fixed(all, "CFG++ DPM++ 2S", "", new PlusPlus2s(0, Convention.EXACT));
        fixed(all, "CFG++ DPM++ 2S", "ancestral", new PlusPlus2s(1, Convention.EXACT));
        fixed(all, "CFG++ RES multistep", "", new ResMultistep(0, true));
        fixed(all, "CFG++ RES multistep", "ancestral", new ResMultistep(1, true));
        fixed(all, "CFG++ gradient estimation", "", new GradientEstimationPlusPlus(2));
    }

    private static void firstOrder(List<Entry> all) {
        fixed(all, "DDIM", "", new FirstOrder(new Ancestral(0), true));
        fixed(all, "DDIM", "eta 0.5", new FirstOrder(new Ancestral(0.5), true));
        fixed(all, "Euler ancestral", "", new FirstOrder(new Ancestral(1), true));
        fixed(all, "DDPM", "fixed_small", new FirstOrder(new Posterior(VarianceType.FIXED_SMALL, false), true));
        fixed(all, "Rectified ancestral", "", new FirstOrder(new RectifiedAncestral(1), true));
        fixed(all, "Consistency", "", new FirstOrder(FullRenoise.STANDARD, true));
        policies(all);
    }

    /** Steps of policies on flows. As published their noise stays in the image where the last step has any, so that they leave it out. */
    private static void policies(List<Entry> all) {
        FirstOrder ode = new FirstOrder(new Ancestral(0), true);
        fixed(all, "Flow SDE", "a 0.7", new FirstOrder(FlowSde.ratio(0.7), true));
        fixed(all, "Flow SDE", "eta 0.3", new FirstOrder(FlowSde.constant(0.3), true));
        all.add(new Entry("Flow SDE", "a 0.7 as in Flow-GRPO", steps -> new Windowed(new FirstOrder(FlowSde.ratio(0.7).asPublished(), true), ode, 0, steps - 1)));
        all.add(new Entry("Flow SDE", "eta 0.3 as in DanceGRPO", steps -> new Windowed(new FirstOrder(FlowSde.constant(0.3).asPublished(), true), ode, 0, steps - 1)));
        fixed(all, "CPS", "a 0.7", new FirstOrder(new CoefficientsPreserving(0.7), true));
    }

    private static void rungeKutta(List<Entry> all) {
        fixed(all, "Heun", "in sigma / alpha", new Heun(Coordinate.EDM));
        fixed(all, "Heun", "in flow time", new Heun(Coordinate.FLOW));
        fixed(all, "DPM2", "", new Midpoint(0));
        fixed(all, "DPM2", "ancestral", new Midpoint(1));
        all.add(new Entry("Heun", "with churn", steps -> Churn.of(new Heun(Coordinate.EDM), 4, steps)));
        all.add(new Entry("Restart", "Heun once from 0.5 to 2", steps -> restarted(new Heun(Coordinate.EDM), steps)));
        all.add(new Entry("Restart", "DPM-Solver++ multistep order 2 once from 0.5 to 2", steps -> restarted(DpmSolverMultistep.plusPlus(2), steps)));
        fixed(all, "DPM++ 2S", "", new DpmPlusPlus2sAncestral(0));
        fixed(all, "DPM++ 2S", "ancestral", new DpmPlusPlus2sAncestral(1));
        fixed(all, "DPM++ SDE", "eta 0", new DpmPlusPlusSde(0.5, 0, 1));
        fixed(all, "DPM++ SDE", "", new DpmPlusPlusSde(0.5, 1, 1));
        for (int order = 1; order <= 3; order++) {
            fixed(all, "DPM-Solver nested", "order " + order, new NestedStep(order, 0.5, 0, 0));
        }
        fixed(all, "RES", "2S", Seeds.res2(0.5));
        fixed(all, "RES", "2S at the end (exponential Heun)", Seeds.res2(1));
        fixed(all, "RES", "2S in flow time", new InFlowTime(Seeds.res2(0.5)));
        fixed(all, "RES", "3S", Seeds.res3(0.5, 1));
        fixed(all, "RES", "3S at 1/3 and 3/4", Seeds.res3(1 / 3.0, 0.75));
        fixed(all, "SEEDS", "2", new Seeds(List.of(0.5), Seeds.Weights.SEEDS, 1));
        fixed(all, "SEEDS", "3", new Seeds(List.of(1 / 3.0, 2 / 3.0), Seeds.Weights.SEEDS, 1));
        fixed(all, "Heun++", "", new HeunPlusPlus(Coordinate.EDM, 0));
        all.add(new Entry("DPM-Solver fast", "", steps -> new DpmFast(IntStream.range(0, steps).mapToObj(i -> 3).toList(), 0)));
    }

    /** The way down has a share of the steps, so that it becomes finer with the run; a run of one step has no level to restart from. */
    private static Solver restarted(Solver inner, int steps) {
        return Restart.of(inner, List.of(new Restart.Segment(2 + steps / 4, steps == 1 ? 0 : 1, 0.5, 2)));
    }

    private static void multistep(List<Entry> all) {
        for (int order = 1; order <= 4; order++) {
            fixed(all, "LMS", "order " + order, new LinearMultistep(order, Coordinate.EDM, Convention.EXACT));
        }
        fixed(all, "Gradient estimation", "gamma 2", LinearMultistep.gradientEstimation(2));
        fixed(all, "DEIS", "order 3 in VP time", new LinearMultistep(3, Coordinate.EDM, SlopeWeights.vpTime(0), Convention.EXACT));
        for (int order = 1; order <= 4; order++) {
            fixed(all, "DEIS", "order " + order, new Deis(OrderRamp.of(order)));
        }
        for (UniPc.Variant variant : UniPc.Variant.values()) {
            // Of order 3 variants differ in the first steps alone.
            for (int order = 1; order <= (variant == UniPc.Variant.EXACT ? 2 : 3); order++) {
                fixed(all, "UniPC", "order " + order + " " + variant, new UniPc(order, Prediction.DATA, variant, false, Set.of(), List.of()));
            }
        }
        fixed(all, "UniC", "order 2 after ER-SDE order 2 ODE", new UniPc(2, Prediction.DATA, UniPc.Variant.EXACT, false, Set.of(), List.of(new ErSde(2, NoiseScaler.ODE, true, 0))));
        fixed(all, "UniC", "order 2 after LMS order 2", new UniPc(2, Prediction.NOISE, UniPc.Variant.EXACT, false, Set.of(), List.of(new LinearMultistep(2, Coordinate.EDM, Convention.EXACT))));
        fixed(all, "UniPC", "order 2 on noise", new UniPc(2, Prediction.NOISE, UniPc.Variant.BH2, false, Set.of(), List.of()));
        for (int order = 1; order <= 3; order++) {
            fixed(all, "SA-Solver", "order " + order + " tau 0", new SaSolver(order, order, Tau.constant(0), Prediction.DATA, false, Convention.EXACT));
        }
        fixed(all, "SA-Solver", "order 3 tau 1", new SaSolver(3, 3, Tau.constant(1), Prediction.DATA, false, Convention.EXACT));
        fixed(all, "SA-Solver", "order 2 tau 1", new SaSolver(2, 2, Tau.constant(1), Prediction.DATA, false, Convention.EXACT));
        fixed(all, "SA-Solver", "order 2 tau 0 on noise", new SaSolver(2, 2, Tau.constant(0), Prediction.NOISE, false, Convention.EXACT));
        fixed(all, "SA-Solver", "order 3 tau 0 evaluated twice", new SaSolver(3, 3, Tau.constant(0), Prediction.DATA, false, Convention.EXACT, SolverType.HEUN, true));
        ModelStatistics between = new ModelStatistics(List.of(-3.0, 7.0), List.of(1.0, 0.1), List.of(0.0, -1.0));
        for (int order = 2; order <= 3; order++) {
            fixed(all, "DPM-Solver-v3", "order " + order + " from data to noise", new DpmSolverV3(order, between, false));
        }
        fixed(all, "DPM-Solver-v3", "order 2 from data to noise with corrector", new DpmSolverV3(2, between, true));
        fixed(all, "iPNDM", "", LinearMultistep.ipndm(4));
        for (int order = 3; order <= 4; order++) {
            fixed(all, "iPNDM", "order " + order + " with a plain end", new LinearMultistep(order, Coordinate.EDM, SlopeWeights.EQUAL_STEPS.endingPlain(), Convention.EXACT));
        }
        for (int order = 1; order <= 3; order++) {
            fixed(all, "ER-SDE", "order " + order, ErSde.of(order));
        }
        fixed(all, "ER-SDE", "order 3 ODE", new ErSde(3, NoiseScaler.ODE, true, 0));
        fixed(all, "ER-SDE", "order 3 ODE as published", new ErSde(3, NoiseScaler.ODE, false, 0));
        fixed(all, "RES multistep", "ancestral", new ResMultistep(1, false));
    }

    private static void dpm(List<Entry> all) {
        for (int order = 1; order <= 3; order++) {
            int p = order;
            fixed(all, "DPM-Solver++ multistep", "order " + p, DpmSolverMultistep.plusPlus(p));
            fixed(all, "DPM-Solver multistep", "order " + p,
                    new DpmSolverMultistep(OrderRamp.of(p), Prediction.NOISE, SolverType.MIDPOINT, 0, Convention.EXACT));
            all.add(new Entry("DPM-Solver++ singlestep", "order " + p, steps -> singlestep(steps, p, Prediction.DATA, SolverType.HEUN, 0)));
            all.add(new Entry("DPM-Solver singlestep", "order " + p, steps -> singlestep(steps, p, Prediction.NOISE, SolverType.HEUN, 0)));
            fixed(all, "SDE-DPM-Solver++ multistep", "order " + p, DpmSolverMultistep.sde(p));
        }
        fixed(all, "DPM-Solver++ multistep", "order 2 heun",
                new DpmSolverMultistep(OrderRamp.of(2), Prediction.DATA, SolverType.HEUN, 0, Convention.EXACT));
        fixed(all, "DPM-Solver++ multistep", "order 3 as published",
                new DpmSolverMultistep(OrderRamp.of(3), Prediction.DATA, SolverType.MIDPOINT, 0, Convention.K_DIFFUSION));
        fixed(all, "SDE-DPM-Solver++ multistep", "order 3 as in k-diffusion",
                new DpmSolverMultistep(OrderRamp.of(3), Prediction.DATA, SolverType.HEUN, 1, Convention.K_DIFFUSION));
        fixed(all, "SDE-DPM-Solver++ multistep", "order 3 as in Diffusers",
                new DpmSolverMultistep(OrderRamp.of(3), Prediction.DATA, SolverType.MIDPOINT, 1, Convention.DIFFUSERS));
        all.add(new Entry("DPM-Solver++ singlestep", "order 3 midpoint", steps -> singlestep(steps, 3, Prediction.DATA, SolverType.MIDPOINT, 0)));
    }

    private static Solver singlestep(int steps, int order, Prediction prediction, SolverType type, double eta) {
        return new DpmSolverSinglestep(IntStream.range(0, steps).mapToObj(i -> i % order + 1).toList(), prediction, type, eta, Convention.EXACT);
    }

    private static void fixed(List<Entry> all, String name, String variant, Solver solver) {
        all.add(new Entry(name, variant, steps -> solver));
    }
}

package io.github.diffusion4j.golden;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.diffusion4j.core.DataCorrection;
import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.Parameterization;
import io.github.diffusion4j.core.TimeGrid;
import io.github.diffusion4j.core.kernel.Arrays;
import io.github.diffusion4j.core.kernel.Rows;
import io.github.diffusion4j.core.noise.NoiseSource;
import io.github.diffusion4j.core.plan.Combination;
import io.github.diffusion4j.core.plan.Plan;
import io.github.diffusion4j.core.plan.Reduction;
import io.github.diffusion4j.core.plan.Regression;
import io.github.diffusion4j.core.plan.Runs;
import io.github.diffusion4j.core.plan.SamplerState;
import io.github.diffusion4j.core.plan.Solver;
import io.github.diffusion4j.core.plan.SolverTraits;
import io.github.diffusion4j.core.plan.Stage;
import io.github.diffusion4j.core.plan.StepDistribution;
import io.github.diffusion4j.samplers.diffusers.DDIMScheduler;
import io.github.diffusion4j.samplers.diffusers.DiffusersConfig;
import io.github.diffusion4j.samplers.solvers.Ancestral;
import io.github.diffusion4j.samplers.solvers.CoefficientsPreserving;
import io.github.diffusion4j.samplers.solvers.Convention;
import io.github.diffusion4j.samplers.solvers.DpmSolverMultistep;
import io.github.diffusion4j.samplers.solvers.FirstOrder;
import io.github.diffusion4j.samplers.solvers.FlowSde;
import io.github.diffusion4j.samplers.solvers.OrderRamp;
import io.github.diffusion4j.samplers.solvers.Prediction;
import io.github.diffusion4j.samplers.solvers.Renoise;
import io.github.diffusion4j.samplers.solvers.SolverType;
import io.github.diffusion4j.samplers.rewards.Advantages;
import io.github.diffusion4j.samplers.rewards.Ddpo;
import io.github.diffusion4j.samplers.rewards.PolicyLoss;
import io.github.diffusion4j.schedules.Flow;
import io.github.diffusion4j.schedules.Sigmas;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Steps as distributions, and the losses of policies.
 *
 * @param <A> the array of a library
 */
final class PolicyCases<A> {

    private static final double HALF_LOG_TWO_PI = 0.5 * Math.log(2 * Math.PI);
    private static final Flow FLOW = new Flow(1);

    private final TrainingCase<A> golden;
    private final Arrays<A> arrays;

    private PolicyCases(TrainingCase<A> golden) {
        this.golden = golden;
        this.arrays = golden.comparison().arrays();
    }

    static <A> void check(TrainingCase<A> golden) {
        PolicyCases<A> cases = new PolicyCases<>(golden);
        switch (golden.recipe()) {
            case "ddpo_step" -> cases.ddpo();
            case "flow_grpo_step" -> cases.flowGrpo();
            case "flow_cps_step" -> cases.coefficientsPreserving();
            case "dance_grpo_step" -> cases.danceGrpo();
            case "mixgrpo_flow_step" -> cases.mixGrpo();
            case "mixgrpo_dpm_step" -> cases.mixGrpoDpm();
            case "clipped_loss_as_regression" -> cases.clippedLoss();
            case "group_advantage" -> cases.groupAdvantage();
            case "group_advantage_dance" -> cases.sampleAdvantage();
            case "step_distribution" -> cases.distribution();
            default -> throw golden.unknown();
        }
    }

    private static Plan flow(Solver solver, double shift, int steps) {
        return Plan.of(solver, TimeGrid.contiguous(Sigmas.shiftedFlow(shift).levels(FLOW, steps), FLOW.at(0)).withCurve(FLOW), Parameterization.flow(), DataCorrection.NONE);
    }

    private static Solver firstOrder(Renoise rule) {
        return new FirstOrder(rule, true);
    }

    /** Every row takes a step of its own, named by the case, or all the same. */
    private int[] steps() {
        JsonNode each = golden.argument("step_indices");
        return each.isArray() ? IntStream.range(0, each.size()).map(row -> each.path(row).asInt()).toArray()
                : IntStream.generate(() -> (int) golden.number("index")).limit(golden.comparison().shape()[0]).toArray();
    }

    /** One row of an array as a batch of its own. */
    private A row(A array, int row) {
        return arrays.copy(arrays.part(array, 0, row, row + 1));
    }

    /** The sample after each row's step with the recorded noise. */
    private A stepped(Plan plan, int[] steps, A output, A sample, double... noise) {
        List<Plan> own = IntStream.of(steps).mapToObj(step -> plan.slice(step, step + 1)).toList();
        NoiseSource source = (request, out) -> out.fill(noise);
        return Runs.stepRows(own, arrays, Rows.SAMPLES, output, sample, source);
    }

    /** The mean over elements; where there is no noise, what the reference divides by 0, the library refuses. */
    private void checkLogProb(String name, Plan plan, A output, A next) {
        int[] steps = steps();
        A sample = golden.array("sample");
        JsonNode expected = golden.expected().path(name);
        double[] found = new double[steps.length];
        for (int row = 0; row < steps.length; row++) {
            try (StepDistribution<A> one = plan.on(arrays).distribution(new int[] {steps[row]}, row(output, row), row(sample, row))) {
                if (one.deviations()[0] == 0) {
                    checkRefused(expected.path(row).asText(), () -> one.logProb(one.mean(), Reduction.MEAN));
                } else {
                    found[row] = one.logProb(row(next, row), Reduction.MEAN)[0];
                    if (!expected.path(row).isNumber()) {
                        throw new IllegalStateException("the reference has " + expected.path(row) + " for " + name + " of row " + row + " where there is noise");
                    }
                }
            }
        }
        golden.check(name, found);
    }

    private void checkRefused(String expected, Runnable logProb) {
        try {
            logProb.run();
        } catch (IllegalStateException e) {
            if (List.of("nan", "inf", "-inf").contains(expected)) {
                return;
            }
        }
        throw new IllegalStateException("a step without noise has no log-probability, the reference has " + expected);
    }

    private void ddpo() {
        golden.takes("scheduler", "num_inference_steps", "eta", "step_indices");
        ObjectNode config = golden.argument("scheduler").deepCopy();
        config.put("_class_name", "DDIMScheduler");
        DDIMScheduler scheduler = (DDIMScheduler) DiffusersConfig.parse(config.toString()).scheduler();
        Plan plan = Ddpo.asPublished(scheduler, (int) golden.number("num_inference_steps"), golden.number("eta"));
        golden.check("timesteps", IntStream.of(steps()).mapToDouble(plan::timestep).toArray());
        A output = golden.array("model_output");
        A next = checkStep(plan, plan, output);
        checkLogProb("log_prob_mean_over_dims", plan, output, next);
        checkLogProb("log_prob_of_other", plan, output, golden.array("other_prev_sample"));
        if (!golden.correct().isMissingNode() && !golden.correct().path("last_step").asText().startsWith("deterministic")) {
            throw new UnsupportedOperationException("what is right is not known: " + golden.correct());
        }
    }

    /** Mean, deviation and the sample after the step, which may be another plan's than the distribution. */
    private A checkStep(Plan plan, Plan taken, A output) {
        int[] steps = steps();
        A sample = golden.array("sample");
        A next = stepped(taken, steps, output, sample, golden.drawn("normals"));
        golden.check("prev_sample", next);
        try (StepDistribution<A> step = plan.on(arrays).distribution(steps, output, sample)) {
            golden.check("mean", step.mean());
            double[] deviations = step.deviations();
            golden.check("std", golden.expected().path("std").isArray() ? deviations : new double[] {deviations[0]});
        }
        return next;
    }

    /** What the levels and the weights of each row's step are. */
    private void checkWeights(Plan plan, Renoise rule) {
        NoiseLevel[] from = IntStream.of(steps()).mapToObj(plan.grid()::from).toArray(NoiseLevel[]::new);
        NoiseLevel[] to = IntStream.of(steps()).mapToObj(plan.grid()::to).toArray(NoiseLevel[]::new);
        Renoise.Split[] splits = IntStream.range(0, from.length).mapToObj(row -> rule.split(from[row], to[row])).toArray(Renoise.Split[]::new);
        checkRows("sigma", from.length, row -> from[row].sigma());
        checkRows("sigma_next", from.length, row -> to[row].sigma());
        checkRows("g", from.length, row -> splits[row].fresh() / Math.sqrt(from[row].sigma() - to[row].sigma()));
        checkRows("noise_after_over_sigma_next", from.length, row -> Math.hypot(splits[row].keep(), splits[row].fresh()) / to[row].sigma());
        JsonNode weights = golden.expected().path("weights");
        checkRows("weights x0", weights.path("x0"), from.length, row -> to[row].alpha());
        checkRows("weights eps", weights.path("eps"), from.length, row -> splits[row].keep());
        checkRows("weights z", weights.path("z"), from.length, row -> splits[row].fresh());
    }

    private void checkRows(String name, int rows, java.util.function.IntToDoubleFunction value) {
        if (golden.expects(name)) {
            checkRows(name, golden.expected().path(name), rows, value);
        }
    }

    private void checkRows(String name, JsonNode expected, int rows, java.util.function.IntToDoubleFunction value) {
        golden.check(name, expected, IntStream.range(0, expected.isArray() ? rows : 1).mapToDouble(row -> asRecorded(expected.isArray() ? expected.path(row) : expected, value.applyAsDouble(row))).toArray());
    }

    /** What is no number is recorded as text, which the comparison takes for 0. */
    private static double asRecorded(JsonNode expected, double value) {
        boolean agrees = expected.isTextual() && switch (expected.asText()) {
            case "inf" -> value == Double.POSITIVE_INFINITY;
            case "nan" -> Double.isNaN(value);
            default -> false;
        };
        return agrees ? 0 : value;
    }

    private void flowGrpo() {
        golden.takes("steps", "shift", "noise_level", "step_indices");
        FlowSde rule = FlowSde.ratio(golden.number("noise_level")).asPublished();
        Plan plan = flow(firstOrder(rule), golden.number("shift"), (int) golden.number("steps"));
        A output = golden.array("velocity");
        A next = checkStep(plan, plan, output);
        checkWeights(plan, rule);
        checkLogProb("log_prob_mean_over_dims", plan, output, next);
    }

    private void coefficientsPreserving() {
        golden.takes("sigma", "sigma_next", "noise_level");
        TimeGrid grid = TimeGrid.contiguous(List.of(FLOW.at(golden.number("sigma"))), FLOW.at(golden.number("sigma_next"))).withCurve(FLOW);
        Plan plan = Plan.of(firstOrder(new CoefficientsPreserving(golden.number("noise_level"))), grid, Parameterization.flow(), DataCorrection.NONE);
        Runs<A> runs = plan.on(arrays);
        try (StepDistribution<A> step = runs.distribution(0, golden.array("velocity"), runs.startFrom(golden.array("sample")))) {
            golden.check("mean", step.mean());
            golden.check("std", step.deviations()[0]);
        }
    }

    private void danceGrpo() {
        golden.takes("steps", "shift", "eta", "index");
        FlowSde rule = FlowSde.constant(golden.number("eta")).asPublished();
        Plan plan = flow(firstOrder(rule), golden.number("shift"), (int) golden.number("steps"));
        A output = golden.array("velocity");
        A next = checkStep(plan, plan, output);
        checkWeights(plan, rule);
        Runs<A> own = plan.from((int) golden.number("index")).on(arrays);
        SamplerState<A> state = own.startFrom(golden.array("sample"));
        golden.check("x0", own.denoised(0, output, state));
        checkLogProb("log_prob_mean_over_dims", plan, output, next);
        try (StepDistribution<A> step = own.distribution(0, output, state)) {
            double normaliser = Math.log(step.deviations()[0]) + HALF_LOG_TWO_PI;
            golden.check("log_prob_in_mixgrpo", java.util.Arrays.stream(step.logProb(next, Reduction.MEAN)).map(lp -> lp + normaliser).toArray());
        }
    }

    private void mixGrpo() {
        golden.takes("steps", "shift", "eta", "index", "deterministic");
        Plan plan = flow(firstOrder(FlowSde.ratio(golden.number("eta")).asPublished()), golden.number("shift"), (int) golden.number("steps"));
        A output = golden.array("velocity");
        A next = checkStep(plan, golden.argument("deterministic").asBoolean() ? plan.with(firstOrder(new Ancestral(0))) : plan, output);
        checkLogProb("log_prob_mean_over_dims", plan, output, next);
    }

    /** The run begins at the first recorded step, without memory; the network's velocity grows along it. */
    private void mixGrpoDpm() {
        golden.takes("order", "steps", "shift");
        OrderRamp order = OrderRamp.of((int) golden.number("order"));
        Plan plan = flow(new DpmSolverMultistep(order, Prediction.DATA, SolverType.MIDPOINT, 1, Convention.EXACT), golden.number("shift"), (int) golden.number("steps"));
        int[] recorded = golden.expected().properties().stream().mapToInt(step -> Integer.parseInt(step.getKey().replace("step_", ""))).sorted().toArray();
        Runs<A> runs = plan.from(recorded[0]).on(arrays);
        SamplerState<A> state = runs.startFrom(golden.array("sample"));
        for (int i = 0; i < recorded.length; i++) {
            int index = recorded[i];
            A output = golden.comparison().array(java.util.Arrays.stream(golden.input("velocity")).map(v -> v * (1 + 0.1 * index)).toArray());
            double[] noise = golden.drawn("normals");
            JsonNode expected = golden.expected().path("step_" + index);
            try (StepDistribution<A> step = runs.distribution(i, output, state)) {
                state = runs.step(i, output, state, (request, out) -> out.fill(noise));
                golden.check("prev_sample " + index, expected.path("prev_sample"), arrays.values(state.sample()));
                golden.check("log_prob " + index, expected.path("log_prob"), step.logProb(state.sample(), Reduction.MEAN));
            }
        }
    }

    /** A step with given weights: the network's output is taken for the data. */
    private record Weighted(double sample, double output, double deviation) implements Solver {

        @Override
        public SolverTraits traits() {
            return new SolverTraits(1, 1, 1, 0, "");
        }

        @Override
        public List<Stage> stages(TimeGrid grid, int step) {
            return List.of(Stage.of(grid.from(step), Combination.ZERO.withSample(sample).withData(output).withNoise(deviation)));
        }
    }

    private void clippedLoss() {
        golden.takes("A", "B", "std", "clip_range");
        TimeGrid grid = TimeGrid.contiguous(List.of(FLOW.at(0.5)), FLOW.at(0.25));
        Runs<A> runs = Plan.of(new Weighted(golden.number("A"), golden.number("B"), golden.number("std")), grid, Parameterization.sample(), DataCorrection.NONE).on(arrays);
        A output = golden.array("output");
        A next = golden.array("prev_sample");
        try (StepDistribution<A> step = runs.distribution(0, output, runs.startFrom(golden.array("sample")))) {
            PolicyLoss loss = PolicyLoss.clipped(step.logProb(next, Reduction.MEAN), golden.input("old_log_prob"), golden.input("advantages"), golden.number("clip_range"));
            golden.check("ratio", loss.ratios());
            try (Regression<A> regression = loss.regression(step, output, next, Reduction.MEAN)) {
                golden.check("target", regression.target());
                golden.check("weight", regression.weights());
                golden.check("gradient", gradient(arrays, regression, output, 1.0 / loss.values().length));
            }
        }
    }

    /** The gradient of the sum over rows of {@code scale weight mean (u - target)^2}. */
    static <A> double[] gradient(Arrays<A> arrays, Regression<A> regression, A output, double scale) {
        double[] u = arrays.values(output);
        double[] target = arrays.values(regression.target());
        int elements = u.length / regression.weights().length;
        return IntStream.range(0, u.length).mapToDouble(k -> 2 * scale * regression.weights()[k / elements] * (u[k] - target[k]) / elements).toArray();
    }

    private void groupAdvantage() {
        golden.takes("global_std");
        Advantages.Scale scale = golden.argument("global_std").asBoolean() ? Advantages.Scale.BATCH : Advantages.Scale.GROUP;
        golden.check("advantages", Advantages.perGroup(golden.texts("prompts"), golden.input("rewards"), scale, 1e-4));
    }

    private void sampleAdvantage() {
        golden.takes();
        golden.check("advantages", Advantages.ofSample(golden.input("rewards")));
    }

    private void distribution() {
        golden.takes("std_1", "std_2");
        StepDistribution<A> one = StepDistribution.of(arrays, Rows.SAMPLES, golden.array("mean_1"), golden.number("std_1"));
        StepDistribution<A> two = StepDistribution.of(arrays, Rows.SAMPLES, golden.array("mean_2"), golden.number("std_2"));
        golden.check("log_prob_1", one.logProb(golden.array("sample"), Reduction.SUM));
        golden.check("kl_1_2", one.kl(two, Reduction.SUM));
        golden.check("entropy_1", one.entropy(Reduction.SUM)[0]);
    }
}

package io.github.diffusion4j.golden;

import io.github.diffusion4j.core.DiscreteSchedule;
import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.NoiseSchedule;
import io.github.diffusion4j.core.Parameterization;
import io.github.diffusion4j.core.guidance.Branch;
import io.github.diffusion4j.core.training.DrawnLevels;
import io.github.diffusion4j.core.training.LevelDraw;
import io.github.diffusion4j.core.training.LevelSampler;
import io.github.diffusion4j.core.training.LossNorm;
import io.github.diffusion4j.core.training.LossWeight;
import io.github.diffusion4j.core.training.NoisedBatch;
import io.github.diffusion4j.core.training.TrainingRecipe;
import io.github.diffusion4j.samplers.ComposedScheduler;
import io.github.diffusion4j.samplers.solvers.Ancestral;
import io.github.diffusion4j.samplers.solvers.Coordinate;
import io.github.diffusion4j.samplers.solvers.FirstOrder;
import io.github.diffusion4j.samplers.solvers.Heun;
import io.github.diffusion4j.samplers.training.Bootstrap;
import io.github.diffusion4j.samplers.training.BootstrapBatches;
import io.github.diffusion4j.samplers.training.Consistency;
import io.github.diffusion4j.samplers.training.ContinuousConsistency;
import io.github.diffusion4j.samplers.training.Gap;
import io.github.diffusion4j.samplers.training.Linear;
import io.github.diffusion4j.samplers.training.MeanFlow;
import io.github.diffusion4j.samplers.training.Networks;
import io.github.diffusion4j.samplers.training.Phases;
import io.github.diffusion4j.samplers.training.ProgressiveDistillation;
import io.github.diffusion4j.samplers.training.Role;
import io.github.diffusion4j.samplers.training.Route;
import io.github.diffusion4j.samplers.training.Tape;
import io.github.diffusion4j.samplers.training.TimePair;
import io.github.diffusion4j.schedules.BetaSchedule;
import io.github.diffusion4j.schedules.EdmSchedule;
import io.github.diffusion4j.schedules.Flow;
import io.github.diffusion4j.schedules.SigmaRamp;
import io.github.diffusion4j.schedules.TrigSchedule;
import io.github.diffusion4j.schedules.networks.ConsistencyNetwork;
import io.github.diffusion4j.schedules.networks.EdmNetwork;
import io.github.diffusion4j.schedules.networks.ToldTime;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.DoubleBinaryOperator;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/**
 * Recorded targets of distillation: bootstraps asked about stand-in networks.
 *
 * @param <A> the array of a library
 */
final class DistillationCases<A> {

    private static final String[] KARRAS = {"num_scales", "loss_norm", "weight_schedule", "sigma_min", "sigma_max", "rho", "sigma_data"};
    private static final FirstOrder DDIM = new FirstOrder(new Ancestral(0), true);

    private final TrainingCase<A> golden;

    private DistillationCases(TrainingCase<A> golden) {
        this.golden = golden;
    }

    static <A> void check(TrainingCase<A> golden) {
        DistillationCases<A> cases = new DistillationCases<>(golden);
        switch (golden.recipe()) {
            case "consistency_training" -> cases.consistency(Route.data());
            case "consistency_distillation" -> cases.consistency(Route.teacher(new Heun(Coordinate.EDM), cases.teacher()));
            case "progressive" -> cases.progressive();
            case "progressive_target" -> cases.progressiveTarget();
            case "ect_loss" -> cases.easyTuning();
            case "ict_pseudo_huber" -> cases.pseudoHuber();
            case "lcm_teacher_step" -> cases.latentTeacher();
            case "pcm_phase" -> cases.phase();
            case "scm_tangent" -> cases.tangent();
            case "gaussian_flow_map" -> cases.gaussianFlow();
            case "gaussian_consistency" -> cases.gaussianConsistency();
            case "reflow" -> cases.reflow();
            default -> throw golden.unknown();
        }
    }

    /** What a network makes of each value of its input and the time of its row. */
    private A each(Networks.Call<A> call, DoubleBinaryOperator network) {
        double[] x = values(call.input());
        double[] t = values(call.timesteps());
        int length = x.length / t.length;
        return golden.comparison().array(IntStream.range(0, x.length).mapToDouble(i -> network.applyAsDouble(x[i], t[i / length])).toArray(),
                golden.comparison().arrays().shape(call.input()));
    }

    private A array(double... values) {
        return golden.comparison().array(values);
    }

    private double[] values(A array) {
        return golden.comparison().values(array);
    }

    private NoisedBatch<A> batch(NoiseSchedule schedule, Bootstrap bootstrap, Networks<A> networks, A data, A noise, int iteration, NoiseLevel... levels) {
        return BootstrapBatches.of(ComposedScheduler.of(schedule, DDIM).on(golden.comparison().arrays()), TrainingRecipe.of(LevelSampler.uniform(new Flow(1))).withWeight(weight()), bootstrap,
                networks).batch(data, noise, DrawnLevels.of(List.of(levels)), List.of(), 0, iteration);
    }

    private LossWeight weight() {
        return switch (golden.argument("weight_schedule").asText("uniform")) {
            case "uniform" -> LossWeight.plain();
            case "snr" -> LossWeight.snr();
            case "snr+1" -> LossWeight.plain(Parameterization.velocity());
            case "karras" -> LossWeight.edm(sigmaData());
            case "truncated-snr" -> LossWeight.truncatedSnr();
            default -> throw new UnsupportedOperationException("this weight is not known: " + golden.argument("weight_schedule"));
        };
    }

    private double sigmaData() {
        return golden.number("sigma_data", 0.5);
    }

    /** A teacher that is told a thousand times EDM's noise conditioning. */
    private Parameterization teacher() {
        return new ToldTime(EdmNetwork.of(sigmaData()), 1000);
    }

    private A consistencyNetworks(Networks.Call<A> call) {
        double slope = call.role() == Role.TEACHER ? 0.5 : call.role() == Role.TARGET ? 0.6 : 0.7;
        return each(call, (x, t) -> slope * Math.tanh(x) + 1e-4 * t);
    }

    private double[] karras(double... places) {
        return SigmaRamp.karras(golden.number("rho", 7)).at(golden.number("sigma_max", 80), golden.number("sigma_min", 0.002), places);
    }

    private void consistency(Route route) {
        golden.takes(KARRAS);
        int scales = (int) golden.number("num_scales");
        List<Double> grid = IntStream.range(0, scales).mapToObj(i -> karras((double) (scales - 1 - i) / (scales - 1))[0]).toList();
        EdmSchedule schedule = new EdmSchedule(golden.number("sigma_min"), golden.number("sigma_max"));
        ConsistencyNetwork student = new ConsistencyNetwork(sigmaData(), golden.number("sigma_min"));
        int[] indices = Arrays.stream(golden.drawn("integers")).mapToInt(i -> (int) i).toArray();
        NoiseLevel[] cleaner = Arrays.stream(indices).mapToObj(i -> schedule.at(grid.get(scales - 2 - i))).toArray(NoiseLevel[]::new);
        NoisedBatch<A> batch = batch(schedule, Consistency.of(student, Gap.grid(schedule, iteration -> grid), route), this::consistencyNetworks, golden.array("x0"), golden.array("noise"), 0, cleaner);
        losses(batch, student, Arrays.stream(indices).mapToObj(i -> schedule.at(grid.get(scales - 1 - i))).toList());
    }

    private void progressive() {
        golden.takes(KARRAS);
        int scales = (int) golden.number("num_scales");
        List<Double> grid = IntStream.rangeClosed(0, 2 * scales).mapToObj(i -> karras(1 - i / (2.0 * scales))[0]).toList();
        EdmSchedule schedule = new EdmSchedule(golden.number("sigma_min", 0.002), golden.number("sigma_max", 80));
        int[] indices = Arrays.stream(golden.drawn("integers")).mapToInt(i -> (int) i).toArray();
        NoiseLevel[] cleaner = Arrays.stream(indices).mapToObj(i -> schedule.at(grid.get(2 * (scales - 1 - i)))).toArray(NoiseLevel[]::new);
        NoisedBatch<A> batch = batch(schedule, new ProgressiveDistillation(teacher(), DDIM, schedule, grid), this::consistencyNetworks, golden.array("x0"), golden.array("noise"), 0, cleaner);
        losses(batch, teacher(), Arrays.stream(indices).mapToObj(i -> schedule.at(grid.get(2 * (scales - i)))).toList());
    }

    /** The published losses are of the error of the data; ours has the weight of its square by the output. */
    private void losses(NoisedBatch<A> batch, Parameterization student, List<NoiseLevel> levels) {
        double[] output = values(consistencyNetworks(new Networks.Call<>(Role.STUDENT, Branch.CONDITIONAL, batch.input(), batch.timesteps(), List.of(), List.of())));
        double[] target = values(batch.target());
        double[] weights = values(batch.weights());
        int length = target.length / weights.length;
        String norm = golden.argument("loss_norm").asText();
        if (!norm.equals("l1") && !norm.equals("l2")) {
            throw new UnsupportedOperationException("this norm is not known: " + norm);
        }
        golden.check("loss", IntStream.range(0, weights.length).mapToDouble(row -> {
            double perOutput = norm.equals("l2") ? weights[row] : weights[row] / Math.abs(Tape.factor(student, levels.get(row)));
            return IntStream.range(row * length, (row + 1) * length).mapToDouble(i -> Math.abs(target[i] - output[i])).map(e -> perOutput * (norm.equals("l2") ? e * e : e)).average().orElseThrow();
        }).toArray());
    }

    private void progressiveTarget() {
        golden.takes("student_steps", "i");
        double step = golden.number("i") / golden.number("student_steps");
        double half = 0.5 / golden.number("student_steps");
        TrigSchedule schedule = new TrigSchedule(2 / Math.PI);
        NoiseLevel from = schedule.at(step);
        NoiseLevel to = schedule.at(step - 2 * half);
        double[] z = golden.input("z");
        ProgressiveDistillation halved = new ProgressiveDistillation(Parameterization.sample(), DDIM, schedule, List.of(0.0, 1.0, 2.0));
        Bootstrap bootstrap = (tape, level, chance, iteration) -> halved.lesson(tape, from, schedule.at(step - half), to);
        Networks<A> teacher = call -> each(call, (x, t) -> 0.8 * Math.cos(t * Math.PI / 2) * Math.tanh(x));
        NoisedBatch<A> batch = batch(schedule, bootstrap, teacher, sample(new double[z.length]), sample(Arrays.stream(z).map(x -> x / from.sigma()).toArray()), 0, from);
        double[] target = values(batch.target());
        golden.check("x0_target", target);
        double ratio = to.sigma() / from.sigma();
        golden.check("after_two_steps", IntStream.range(0, z.length).mapToDouble(i -> to.alpha() * target[i] + ratio * (z[i] - from.alpha() * target[i])).toArray());
    }

    /** All values as one sample, where the case has no shape. */
    private A sample(double... values) {
        return golden.comparison().array(values, 1, values.length);
    }

    private void easyTuning() {
        golden.takes("c", "stage", "q", "k", "b", "P_mean", "P_std");
        double[] sigma = Arrays.stream(golden.drawn("normals")).map(n -> Math.exp(golden.number("P_mean") + golden.number("P_std") * n)).toArray();
        TimePair times = new TimePair(golden.number("q"), golden.number("k"), golden.number("b"));
        EdmSchedule schedule = new EdmSchedule(1e-9, 1e9);
        Gap gap = Gap.closing(schedule, times, 1);
        Networks<A> network = call -> each(call, (y, s) -> 0.8 * Math.tanh(y) / (1 + s));
        NoisedBatch<A> batch = batch(schedule, Consistency.of(Parameterization.sample(), gap, Route.data()).perGap(), network, golden.array("x0"), array(golden.drawn("normals")),
                (int) golden.number("stage"), DoubleStream.of(sigma).mapToObj(schedule::at).toArray(NoiseLevel[]::new));
        double[] output = values(network.evaluate(new Networks.Call<>(Role.STUDENT, Branch.CONDITIONAL, batch.input(), batch.timesteps(), List.of(), List.of())));
        golden.check("loss", robust(LossNorm.pseudoHuber(golden.number("c")), output, values(batch.target()), values(batch.weights())));
    }

    private static double[] robust(LossNorm norm, double[] output, double[] target, double... weights) {
        int length = output.length / weights.length;
        return IntStream.range(0, weights.length).mapToDouble(row -> weights[row]
                * norm.value(IntStream.range(row * length, (row + 1) * length).mapToDouble(i -> (output[i] - target[i]) * (output[i] - target[i])).sum())).toArray();
    }

    private void pseudoHuber() {
        golden.takes("c", "resolution", "channels");
        double[] student = golden.input("student");
        double[] teacher = golden.input("teacher");
        double[] weights = golden.input("weights");
        LossNorm norm = LossNorm.improvedConsistency(student.length / weights.length);
        golden.checkCorrect("loss_per_sample", robust(norm, student, teacher, weights));
        double[] perElement = new double[student.length];
        Arrays.setAll(perElement, i -> weights[i / (student.length / weights.length)]);
        golden.check("loss", Arrays.stream(robust(LossNorm.pseudoHuber(golden.number("c")), student, teacher, perElement)).average().orElseThrow());
    }

    private DiscreteSchedule table() {
        return switch (golden.argument("schedule").asText()) {
            case "scaled_linear" -> BetaSchedule.SCALED_LINEAR.schedule(1000, 0.00085, 0.012);
            case "linear" -> BetaSchedule.LINEAR.schedule(1000, 0.0001, 0.02);
            case "cosine" -> BetaSchedule.SQUARED_COSINE.schedule(1000);
            default -> throw new UnsupportedOperationException("this schedule is not known: " + golden.argument("schedule"));
        };
    }

    private Parameterization prediction() {
        return switch (golden.argument("prediction_type").asText()) {
            case "epsilon" -> Parameterization.epsilon();
            case "sample" -> Parameterization.sample();
            case "v_prediction" -> Parameterization.velocity();
            default -> throw new UnsupportedOperationException("this prediction is not known: " + golden.argument("prediction_type"));
        };
    }

    private void latentTeacher() {
        golden.takes("prediction_type", "num_ddim_timesteps", "schedule");
        DiscreteSchedule table = table();
        double[] w = golden.input("w");
        Phases phases = new Phases(table, (int) golden.number("num_ddim_timesteps"), 1);
        NoiseLevel[] levels = DoubleStream.of(golden.input("index")).mapToObj(i -> phases.level((int) i)).toArray(NoiseLevel[]::new);
        Gap gap = Gap.timesteps(table, table.size() / phases.timesteps());
        List<Gap.Pair> pairs = Arrays.stream(levels).map(level -> gap.of(level, 0)).toList();
        golden.check("timesteps", pairs.stream().mapToDouble(pair -> pair.noisier().time()).toArray());
        golden.check("next_timesteps", pairs.stream().mapToDouble(pair -> pair.cleaner().time()).toArray());
        Route route = Route.guidedTeacher(DDIM, prediction());
        Bootstrap walk = (tape, level, chance, iteration) -> Tape.direct(Parameterization.sample(), level, Tape.at(level),
                route.walk(tape, level, pairs.get(chance.row()).cleaner(), w[chance.row()]));
        Networks<A> teacher = call -> each(call, (z, t) -> call.branch().equals(Branch.CONDITIONAL) ? 0.7 * Math.tanh(z) : 0.6 * Math.tanh(z) + 0.1);
        golden.check("x_prev", batch(table, walk, teacher, array(new double[golden.input("z").length]), noiseOf("z", levels), 0, levels).target());
    }

    /** The noise of samples that hold nothing else. */
    private A noiseOf(String input, NoiseLevel... levels) {
        double[] z = golden.input(input);
        return array(IntStream.range(0, z.length).mapToDouble(i -> z[i] / levels[i / (z.length / levels.length)].sigma()).toArray());
    }

    private void phase() {
        golden.takes("multiphase", "num_ddim_timesteps", "schedule");
        Phases phases = new Phases(table(), (int) golden.number("num_ddim_timesteps"), (int) golden.number("multiphase"));
        double[] x0 = golden.input("x0");
        double[] eps = golden.input("eps");
        int[] index = Arrays.stream(golden.input("index")).mapToInt(i -> (int) i).toArray();
        NoiseLevel[] edges = Arrays.stream(index).mapToObj(i -> phases.before(phases.edge(i))).toArray(NoiseLevel[]::new);
        golden.check("edge_timestep", Arrays.stream(edges).mapToDouble(NoiseLevel::time).toArray());
        golden.check("sample_at_edge", IntStream.range(0, x0.length).mapToDouble(i -> edges[i].alpha() * x0[i] + edges[i].sigma() * eps[i]).toArray());
        golden.check("c_skip_target", Arrays.stream(index).mapToDouble(i -> phases.edge(i) == i ? 1 : 0).toArray());
    }

    /** The derivative of a network that is known by its values, its slope in x and its slope in time. */
    private record Known(DoubleBinaryOperator value, DoubleBinaryOperator slope, DoubleBinaryOperator rate) {}

    private Networks<A> knowing(Known network, double... teacher) {
        return new Networks<>() {
            @Override
            public A evaluate(Call<A> call) {
                return call.role() == Role.TEACHER ? golden.comparison().array(teacher, golden.comparison().arrays().shape(call.input())) : each(call, network.value());
            }

            @Override
            public Optional<A> derivative(Call<A> call, Call<A> tangent) {
                double[] x = values(call.input());
                double[] t = values(call.timesteps());
                double[] dx = values(tangent.input());
                double[] dt = values(tangent.timesteps());
                int length = x.length / t.length;
                return Optional.of(golden.comparison().array(IntStream.range(0, x.length).mapToDouble(i -> network.slope().applyAsDouble(x[i], t[i / length]) * dx[i]
                        + network.rate().applyAsDouble(x[i], t[i / length]) * dt[i / length]).toArray(), golden.comparison().arrays().shape(call.input())));
            }
        };
    }

    private void tangent() {
        golden.takes("sigma_data", "step", "warmup");
        double sd = sigmaData();
        double[] times = golden.input("t");
        NoiseLevel[] levels = DoubleStream.of(times).mapToObj(new TrigSchedule(1)::at).toArray(NoiseLevel[]::new);
        double[] moves = Arrays.stream(golden.input("dx_dt")).map(dx -> dx / sd).toArray();
        Known known = new Known((x, t) -> 0.7 * Math.tanh(x) * Math.cos(t) + 0.2 * Math.sin(2 * t), (x, t) -> 0.7 * Math.cos(t) / Math.pow(Math.cosh(x), 2),
                (x, t) -> -0.7 * Math.tanh(x) * Math.sin(t) + 0.4 * Math.cos(2 * t));
        Networks<A> networks = knowing(known, moves);
        A noise = noiseOf("x_t", levels);
        double[] scaled = Arrays.stream(values(noise)).map(x -> x / sd).toArray();
        NoisedBatch<A> batch = batch(new TrigSchedule(1), new ContinuousConsistency(true, (int) golden.number("warmup"), 0.1 / sd), networks, array(new double[scaled.length]), array(scaled),
                (int) golden.number("step"), levels);
        double[] x = values(batch.input());
        double[] target = values(batch.target());
        double[] logVariance = golden.input("logvar");
        double[] weights = values(batch.weights());
        int length = x.length / times.length;
        double[] own = IntStream.range(0, x.length).mapToDouble(i -> known.value().applyAsDouble(x[i], times[i / length])).toArray();
        double[] g = IntStream.range(0, x.length).mapToDouble(i -> target[i] - own[i]).toArray();
        golden.check("g", g);
        golden.check("jvp", IntStream.range(0, x.length).mapToDouble(i -> {
            double t = times[i / length];
            return levels[i / length].alpha() * levels[i / length].sigma() * (known.slope().applyAsDouble(x[i], t) * moves[i] + known.rate().applyAsDouble(x[i], t));
        }).toArray());
        golden.check("loss", IntStream.range(0, x.length).mapToDouble(i -> weights[i / length] / sd / Math.exp(logVariance[i / length]) * g[i] * g[i] + logVariance[i / length]).toArray());
        golden.check("x0", IntStream.range(0, x.length).mapToDouble(i -> sd * (levels[i / length].alpha() * x[i] - levels[i / length].sigma() * own[i])).toArray());
    }

    /** Exact maps of Gaussian data: with the exact mean velocity as the network, the mean flow's target is that velocity. */
    private void gaussianFlow() {
        golden.takes("mean", "variance", "t", "r");
        double t = golden.number("t");
        double r = golden.number("r");
        double m = golden.number("mean");
        double[] z = golden.input("z");
        DoubleBinaryOperator map = (x, time) -> (1 - r) * m + deviation(r) / deviation(time) * (x - (1 - time) * m);
        DoubleBinaryOperator mean = (x, time) -> (x - map.applyAsDouble(x, time)) / (time - r);
        DoubleBinaryOperator velocity = (x, time) -> -m + rate(time) / deviation(time) * (x - (1 - time) * m);
        golden.check("map", each(z, map, t));
        golden.check("u", each(z, mean, t));
        golden.check("v", each(z, velocity, t));
        double q = deviation(r) / deviation(t);
        Known known = new Known(mean, (x, time) -> (1 - q) / (t - r), (x, time) -> {
            double dq = -deviation(r) * rate(t) / (deviation(t) * deviation(t));
            double dMap = dq * (x - (1 - t) * m) + q * m;
            return -dMap / (t - r) - (x - map.applyAsDouble(x, t)) / ((t - r) * (t - r));
        });
        double[] slopes = IntStream.range(0, z.length).mapToDouble(i -> known.slope().applyAsDouble(z[i], t) * velocity.applyAsDouble(z[i], t) + known.rate().applyAsDouble(z[i], t)).toArray();
        golden.check("du_dt", slopes);
        double[] v = each(z, velocity, t);
        MeanFlow meanFlow = new MeanFlow(Parameterization.flow(), LevelDraw.uniformFlowTime(), 0, 1);
        A data = sample(IntStream.range(0, z.length).mapToDouble(i -> z[i] - t * v[i]).toArray());
        A noise = sample(IntStream.range(0, z.length).mapToDouble(i -> z[i] + (1 - t) * v[i]).toArray());
        golden.check("u", batch(new Flow(1), (tape, level, chance, iteration) -> meanFlow.lesson(tape, t, r), knowing(known), data, noise, 0, new Flow(1).at(t)).target());
    }

    private double deviation(double t) {
        return Math.sqrt((1 - t) * (1 - t) * golden.number("variance") + t * t);
    }

    private double rate(double t) {
        return (t - (1 - t) * golden.number("variance")) / deviation(t);
    }

    private static double[] each(double[] z, DoubleBinaryOperator function, double t) {
        return Arrays.stream(z).map(x -> function.applyAsDouble(x, t)).toArray();
    }

    /** The exact consistency function of Gaussian data: its tangent is 0. */
    private void gaussianConsistency() {
        golden.takes("mean", "variance", "angle", "sigma_data");
        double a = golden.number("angle");
        double sd = sigmaData();
        double m = golden.number("mean");
        double s = golden.number("variance");
        double[] x = golden.input("x");
        double spread = Math.sqrt(Math.cos(a) * Math.cos(a) * s + Math.sin(a) * Math.sin(a) * sd * sd);
        double spreadRate = Math.cos(a) * Math.sin(a) * (sd * sd - s) / spread;
        double[] f = Arrays.stream(x).map(y -> m + Math.sqrt(s) / spread * (y - Math.cos(a) * m)).toArray();
        double[] own = IntStream.range(0, x.length).mapToDouble(i -> (Math.cos(a) * x[i] - f[i]) / (Math.sin(a) * sd)).toArray();
        double[] moves = Arrays.stream(x).map(y -> -Math.sin(a) * m + spreadRate / spread * (y - Math.cos(a) * m)).toArray();
        golden.check("f", f);
        golden.check("F", own);
        golden.check("dx_dt", moves);
        // Along the path f stays, so that d(sin F sd)/dt is that of cos x.
        double[] slope = IntStream.range(0, x.length).mapToDouble(i -> ((-Math.sin(a) * x[i] + Math.cos(a) * moves[i]) / sd - Math.cos(a) * own[i]) / Math.sin(a)).toArray();
        golden.check("F_grad", Arrays.stream(slope).map(d -> d * Math.cos(a) * Math.sin(a)).toArray());
        NoiseLevel level = new TrigSchedule(1).at(a);
        for (int i = 0; i < x.length; i++) {
            Linear g = ContinuousConsistency.tangent(level, 1, of(x[i] / sd), of(own[i]), of(moves[i] / sd), of(slope[i]));
            golden.comparison().check("tangent", 1, 1 + g.weight(0));
        }
    }

    private static Linear of(double value) {
        return Linear.DATA.times(value);
    }

    /** Pairs that are given, at times that count from the noise: 0, 1, uniform, or one of k equal steps, moved by eps. */
    private void reflow() {
        golden.takes("reflow_t_schedule", "eps");
        double eps = golden.number("eps", 1e-3);
        int rows = (int) golden.comparison().shape()[0];
        double[] places = switch (golden.argument("reflow_t_schedule").asText()) {
            case "t0" -> new double[rows];
            case "t1" -> DoubleStream.generate(() -> 1).limit(rows).toArray();
            case "uniform" -> golden.drawn("uniforms");
            default -> Arrays.stream(golden.drawn("integers")).map(k -> k / golden.number("reflow_t_schedule")).toArray();
        };
        Flow flow = new Flow(1);
        double[] times = Arrays.stream(places).map(place -> place * (1 - eps) + eps).toArray();
        DrawnLevels drawn = DrawnLevels.of(DoubleStream.of(times).mapToObj(t -> flow.at(1 - t)).toList());
        NoisedBatch<A> batch = NoisedBatch.of(ComposedScheduler.of(flow, DDIM).withParameterization(Parameterization.flow()).on(golden.comparison().arrays()), golden.array("data"), golden.array("z0"),
                drawn, LossWeight.plain());
        double[] x = values(batch.input());
        double[] target = values(batch.target());
        golden.check("loss", IntStream.range(0, x.length).mapToDouble(i -> 0.7 * Math.tanh(x[i]) + 0.001 * 999 * times[i / (x.length / rows)] + target[i]).map(e -> e * e).average().orElseThrow());
    }
}

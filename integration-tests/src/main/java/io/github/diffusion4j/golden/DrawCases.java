package io.github.diffusion4j.golden;

import io.github.diffusion4j.core.DiscreteSchedule;
import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.Parameterization;
import io.github.diffusion4j.core.training.DrawnLevels;
import io.github.diffusion4j.core.training.LevelDraw;
import io.github.diffusion4j.core.training.LevelSampler;
import io.github.diffusion4j.core.training.LossWeight;
import io.github.diffusion4j.core.training.NoisedBatch;
import io.github.diffusion4j.core.training.Uniforms;
import io.github.diffusion4j.samplers.ComposedScheduler;
import io.github.diffusion4j.samplers.solvers.Ancestral;
import io.github.diffusion4j.samplers.solvers.FirstOrder;
import io.github.diffusion4j.schedules.BetaSchedule;
import io.github.diffusion4j.schedules.DynamicShift;
import io.github.diffusion4j.schedules.EdmSchedule;
import io.github.diffusion4j.schedules.Flow;
import io.github.diffusion4j.schedules.SigmaRamp;
import io.github.diffusion4j.schedules.TrigSchedule;
import io.github.diffusion4j.schedules.draws.CubicTime;
import io.github.diffusion4j.schedules.draws.LevelDraws;
import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/** Repeats recorded draws of noise levels. */
final class DrawCases {

    private static final LevelDraw STANDARD = LevelDraws.normal(0, 1);
    /** k-diffusion keeps uniform numbers this far from the ends. */
    private static final double SQUEEZE = 1e-7;
    private static final int TIMESTEPS = 1000;
    private static final int HALVINGS = 60;

    private DrawCases() {}

    static <A> void check(TrainingCase<A> golden) {
        switch (golden.recipe()) {
            case "log_normal", "truncated_log_normal", "log_logistic", "log_uniform", "v_diffusion", "cosine_interpolated", "split_log_normal", "vp_time", "logit_normal", "mode", "uniform",
                    "none", "cosmap", "sigma_sqrt", "flux_sigmoid", "flux_uniform", "flux_shift", "flux_flux_shift", "cosmos_logitnormal", "cosmos_uniform" -> law(golden);
            case "stratified_log_uniform" -> stratified(golden);
            case "low_discrepancy" -> lowDiscrepancy(golden);
            case "sd3_script_timesteps" -> sd3Script(golden);
            case "cubic" -> cubic(golden);
            case "timestep_bias" -> bias(golden);
            case "vp_loss", "ve_loss", "edm_loss" -> loss(golden);
            case "ict_discrete_log_normal" -> discrete(golden);
            case "meanflow_pair" -> pair(golden);
            case "effective_weight" -> effective(golden);
            default -> throw golden.unknown();
        }
    }

    /** Draws of one number each, and of the one pair of numbers that stands for a number. */
    private static <A> void law(TrainingCase<A> golden) {
        family(golden);
        LevelDraw draw = draw(golden);
        double[] rho = DoubleStream.of(numbers(golden, draw)).map(draw::logRatio).toArray();
        LevelDraw recorded = golden.recipe().equals("log_normal") ? squeezed(draw) : draw;
        DoubleUnaryOperator to = coordinate(golden);
        if (rho.length != golden.number("n", rho.length)) {
            throw new IllegalStateException("the reference drew " + rho.length + " samples where n is " + golden.argument("n"));
        }
        golden.check("samples", Arrays.stream(rho).map(to).toArray());
        golden.check("log_ratio", rho);
        if (golden.expects("density")) {
            golden.check("density", Arrays.stream(rho).map(r -> recorded.density(r) * slope(golden, r)).toArray());
        }
        if (golden.expects("grid")) {
            double[] at = Arrays.stream(Comparison.doubles(golden.expected().path("grid"))).map(x -> from(golden, x)).toArray();
            if (golden.expects("density_at")) {
                golden.check("density_at", Arrays.stream(at).map(r -> draw.density(r) * slope(golden, r)).toArray());
            }
            if (golden.expects("cdf_at")) {
                golden.check("cdf_at", Arrays.stream(at).map(draw::cdf).toArray());
            }
        }
    }

    private static <A> LevelDraw draw(TrainingCase<A> golden) {
        return switch (golden.recipe()) {
            case "log_normal", "truncated_log_normal" -> truncated(golden, LevelDraws.normal(golden.number("loc"), golden.number("scale")));
            case "log_logistic" -> truncated(golden, LevelDraws.logistic(golden.number("loc"), golden.number("scale")));
            case "log_uniform" -> LevelDraws.logUniform(golden.number("min_value"), golden.number("max_value"));
            case "v_diffusion" -> truncated(golden, LevelDraws.uniformAngle(golden.number("sigma_data")));
            case "cosine_interpolated" -> LevelDraws.interpolatedCosine(golden.number("image_d"), golden.number("noise_d_low"), golden.number("noise_d_high"), golden.number("sigma_data"),
                    golden.number("min_value", 1e-3), golden.number("max_value", 1e3));
            case "split_log_normal" -> LevelDraws.splitNormal(golden.number("loc"), golden.number("scale_1"), golden.number("scale_2"));
            case "logit_normal" -> {
                golden.takes("mode_scale");
                yield LevelDraws.normal(golden.number("logit_mean"), golden.number("logit_std"));
            }
            case "mode" -> {
                golden.takes("logit_mean", "logit_std");
                yield LevelDraws.mode(golden.number("mode_scale"));
            }
            case "flux_sigmoid" -> LevelDraws.normal(0, golden.number("sigmoid_scale"));
            case "flux_shift" -> LevelDraws.normal(0, golden.number("sigmoid_scale")).shifted(golden.number("discrete_flow_shift"));
            case "flux_flux_shift" -> {
                int tokens = (int) (golden.number("latent_height") / 2) * (int) (golden.number("latent_width") / 2);
                double mu = DynamicShift.linear(tokens, 256, 4096, 0.5, 1.15);
                if (Math.abs(mu - golden.number("mu", mu)) > 1e-9) {
                    throw new IllegalStateException("the shift of " + tokens + " tokens is " + mu);
                }
                yield LevelDraws.normal(0, golden.number("sigmoid_scale")).shifted(Math.exp(mu));
            }
            case "cosmos_logitnormal" -> STANDARD.shifted(golden.number("shift"));
            case "cosmos_uniform" -> LevelDraw.uniformFlowTime().shifted(golden.number("shift"));
            case "uniform", "none", "cosmap", "sigma_sqrt", "flux_uniform" -> {
                golden.takes("logit_mean", "logit_std", "mode_scale");
                yield LevelDraw.uniformFlowTime();
            }
            default -> throw golden.unknown();
        };
    }

    /** Settings that a recipe's name stands for, and those of others of its family. */
    private static <A> void family(TrainingCase<A> golden) {
        if (golden.recipe().startsWith("cosmos_")) {
            golden.checkNamed("distribution", golden.recipe().replace("cosmos_", ""));
        } else if (golden.recipe().startsWith("flux_")) {
            golden.checkNamed("timestep_sampling", golden.recipe().replaceFirst("flux_", ""));
            golden.takes("sigmoid_scale", "discrete_flow_shift", "latent_height", "latent_width");
        } else if (golden.recipe().matches("logit_normal|mode|uniform|none|cosmap|sigma_sqrt")) {
            golden.checkNamed("weighting_scheme", golden.recipe());
        }
    }

    private static <A> LevelDraw truncated(TrainingCase<A> golden, LevelDraw draw) {
        double lowest = golden.number("min_value", 0);
        double highest = golden.number("max_value", Double.POSITIVE_INFINITY);
        return lowest == 0 && highest == Double.POSITIVE_INFINITY ? draw : draw.truncated(lowest, highest);
    }

    private static LevelDraw squeezed(LevelDraw draw) {
        return draw.truncated(Math.exp(draw.logRatio(SQUEEZE)), Math.exp(draw.logRatio(1 - SQUEEZE)));
    }

    /** The numbers of the library's quantile function that stand for what the reference drew. */
    private static <A> double[] numbers(TrainingCase<A> golden, LevelDraw draw) {
        switch (golden.recipe()) {
            case "truncated_log_normal":
                return golden.input("u");
            case "split_log_normal":
                return split(golden.drawn("normals"), golden.drawn("uniforms"), draw.cdf(golden.number("loc")));
            case "log_normal":
                return Arrays.stream(golden.drawn("uniforms")).map(u -> SQUEEZE + u * (1 - 2 * SQUEEZE)).toArray();
            case "mode", "cosine_interpolated":
                return Arrays.stream(golden.drawn("uniforms")).map(u -> 1 - u).toArray();
            case "logit_normal", "flux_sigmoid", "flux_shift", "flux_flux_shift", "cosmos_logitnormal":
                return shares(golden.drawn("normals"));
            default:
                return golden.drawn("uniforms");
        }
    }

    private static double[] shares(double... normals) {
        return Arrays.stream(normals).map(STANDARD::cdf).toArray();
    }

    /** A normal number for the distance from the mode and a uniform one for the side, as one number. */
    private static double[] split(double[] normals, double[] uniforms, double left) {
        return IntStream.range(0, normals.length).mapToDouble(i -> {
            double tail = 2 * STANDARD.cdf(-Math.abs(normals[i]));
            return uniforms[i] < left ? left * tail : 1 - (1 - left) * tail;
        }).toArray();
    }

    private static <A> DoubleUnaryOperator coordinate(TrainingCase<A> golden) {
        String name = golden.argument("coordinate").asText();
        return switch (name) {
            case "sigma" -> Math::exp;
            case "u", "t", "t (1 = noise)" -> rho -> new Flow(1).atEdmSigma(Math.exp(rho)).time();
            case "angle" -> rho -> new TrigSchedule(1).atEdmSigma(Math.exp(rho)).time();
            default -> throw new IllegalStateException("this coordinate is not known: " + name);
        };
    }

    private static <A> double from(TrainingCase<A> golden, double x) {
        return switch (golden.argument("coordinate").asText()) {
            case "sigma" -> Math.log(x);
            case "angle" -> Math.log(Math.tan(x));
            default -> -new Flow(1).at(x).lambda();
        };
    }

    /** The derivative of rho by the coordinate. */
    private static <A> double slope(TrainingCase<A> golden, double rho) {
        double x = coordinate(golden).applyAsDouble(rho);
        return switch (golden.argument("coordinate").asText()) {
            case "sigma" -> 1 / x;
            case "angle" -> 1 / (Math.sin(x) * Math.cos(x));
            default -> 1 / (x * (1 - x));
        };
    }

    private static <A> void stratified(TrainingCase<A> golden) {
        int group = (int) golden.number("group");
        int groups = (int) golden.number("groups");
        double[] drawn = golden.drawn("uniforms");
        golden.takes("n");
        double[] us = Uniforms.stratified().inGroup(group, groups).of(place -> drawn[(place - group) / groups], drawn.length);
        LevelDraw draw = LevelDraws.logUniform(golden.number("min_value"), golden.number("max_value"));
        golden.check("samples", Arrays.stream(us).map(draw::logRatio).map(coordinate(golden)).toArray());
    }

    private static <A> void lowDiscrepancy(TrainingCase<A> golden) {
        double[] drawn = golden.drawn("uniforms");
        golden.check("samples", Uniforms.lowDiscrepancy().of(place -> drawn[place], (int) golden.number("n")));
    }

    /** The script draws places on timesteps that descend: the mirror image of the law, rounded to the next noisier level of the grid. */
    private static <A> void sd3Script(TrainingCase<A> golden) {
        LevelDraw paper = scheme(golden);
        double[] us = schemeName(golden).equals("logit_normal") ? shares(golden.drawn("normals")) : golden.drawn("uniforms");
        if (schemeName(golden).equals("mode")) {
            us = Arrays.stream(us).map(u -> 1 - u).toArray();
        }
        double shift = golden.number("shift");
        LevelDraw trained = paper.mirrored();
        Flow flow = new Flow(1);
        double[] edges = IntStream.rangeClosed(0, TIMESTEPS).mapToDouble(k -> -flow.at((double) k / TIMESTEPS).lambda()).toArray();
        double moved = golden.argument("use_dynamic_shifting").asBoolean() ? 1 : shift;
        List<NoiseLevel> levels = IntStream.rangeClosed(1, TIMESTEPS).mapToObj(k -> flow.atEdmSigma(moved * flow.at((double) k / TIMESTEPS).edmSigma())).toList();
        LevelSampler script = LevelSampler.table(levels, trained.probabilities(edges));
        double[] drawn = Arrays.stream(us).map(u -> script.level(1 - u).time()).toArray();
        double[] times = Arrays.stream(us).map(u -> time(paper.logRatio(u))).toArray();
        golden.check("u", times);
        golden.check("indices", Arrays.stream(drawn).map(t -> TIMESTEPS - IntStream.range(0, TIMESTEPS).filter(k -> levels.get(k).time() == t).findFirst().orElseThrow() - 1).toArray());
        golden.check("timesteps", Arrays.stream(drawn).map(t -> TIMESTEPS * t).toArray());
        golden.check("sigmas", drawn);
        if (golden.correct().has("t_of_the_paper")) {
            golden.checkCorrect("t_of_the_paper", times);
            golden.checkCorrect("t_of_the_paper_shifted", Arrays.stream(us).map(u -> time(paper.shifted(shift).logRatio(u))).toArray());
        }
    }

    private static <A> LevelDraw scheme(TrainingCase<A> golden) {
        return switch (schemeName(golden)) {
            case "logit_normal" -> LevelDraws.normal(golden.number("logit_mean"), golden.number("logit_std"));
            case "mode" -> LevelDraws.mode(golden.number("mode_scale"));
            case "none", "uniform", "cosmap", "sigma_sqrt" -> LevelDraw.uniformFlowTime();
            default -> throw golden.unknown();
        };
    }

    private static <A> String schemeName(TrainingCase<A> golden) {
        String implied = !golden.argument("logit_mean").isMissingNode() ? "logit_normal" : !golden.argument("mode_scale").isMissingNode() ? "mode" : "none";
        return golden.argument("weighting_scheme").asText(implied);
    }

    private static double time(double rho) {
        return new Flow(1).atEdmSigma(Math.exp(rho)).time();
    }

    private static <A> void cubic(TrainingCase<A> golden) {
        golden.checkNamed("coordinate", "timestep");
        golden.takes("n");
        CubicTime law = new CubicTime(golden.number("num_train_timesteps"));
        double[] times = Arrays.stream(golden.drawn("uniforms")).map(law::time).toArray();
        golden.check("samples", times);
        golden.check("density", Arrays.stream(times).map(law::density).toArray());
        double[] grid = Comparison.doubles(golden.expected().path("grid"));
        golden.check("density_at", Arrays.stream(grid).map(law::density).toArray());
        if (golden.expects("cdf_at")) {
            golden.check("cdf_at", Arrays.stream(grid).map(law::cdf).toArray());
        }
    }

    private static <A> void bias(TrainingCase<A> golden) {
        int size = (int) golden.number("num_train_timesteps", golden.number("num_timesteps", TIMESTEPS));
        DiscreteSchedule table = BetaSchedule.LINEAR.schedule(size);
        int portion = (int) (golden.number("timestep_bias_portion", 0.25) * size);
        String strategy = golden.argument("timestep_bias_strategy").asText();
        double multiplier = golden.number("timestep_bias_multiplier", 1);
        golden.takes("timestep_bias_begin", "timestep_bias_end");
        LevelSampler sampler = switch (strategy) {
            case "earlier" -> LevelDraws.biased(table, 0, portion, multiplier);
            case "later" -> LevelDraws.biased(table, size - portion, size, multiplier);
            case "range" -> LevelDraws.biased(table, (int) golden.number("timestep_bias_begin", 0), (int) golden.number("timestep_bias_end", size), multiplier);
            case "none" -> LevelSampler.uniform(table);
            default -> throw new IllegalStateException("this bias is not known: " + strategy);
        };
        golden.expected().fieldNames().forEachRemaining(name -> {
            switch (name) {
                case "weights", "probabilities" -> golden.check(name, probabilities(sampler, size));
                case "samples", "timesteps" -> golden.check(name, Arrays.stream(golden.drawn("uniforms")).map(u -> sampler.level(u).time()).toArray());
                default -> throw new IllegalStateException("this is not known of a bias: " + name);
            }
        });
    }

    /** How much of the unit interval belongs to each timestep. */
    private static double[] probabilities(LevelSampler sampler, int size) {
        double[] above = IntStream.rangeClosed(0, size).mapToDouble(t -> first(sampler, t)).toArray();
        return IntStream.range(0, size).mapToDouble(t -> above[t + 1] - above[t]).toArray();
    }

    private static double first(LevelSampler sampler, int timestep) {
        double below = 0;
        double above = 1;
        for (int i = 0; i < HALVINGS; i++) {
            double middle = (below + above) / 2;
            if (sampler.level(middle).time() < timestep) {
                below = middle;
            } else {
                above = middle;
            }
        }
        return above;
    }

    /** Whole losses of EDM's code, with a network whose estimate of the data is half of what it sees. */
    private static <A> void loss(TrainingCase<A> golden) {
        double[] us = golden.recipe().equals("edm_loss") ? shares(golden.drawn("normals")) : golden.drawn("uniforms");
        boolean down = golden.recipe().equals("vp_loss");
        LevelDraw draw = switch (golden.recipe()) {
            case "vp_loss" -> LevelDraws.uniformVpTime(golden.number("beta_d"), golden.number("beta_min"), golden.number("epsilon_t"));
            case "ve_loss" -> LevelDraws.logUniform(golden.number("sigma_min"), golden.number("sigma_max"));
            default -> LevelDraws.normal(golden.number("P_mean"), golden.number("P_std"));
        };
        double[] sigmas = Arrays.stream(us).map(u -> Math.exp(draw.logRatio(down ? 1 - u : u))).toArray();
        golden.check("sigma", sigmas);
        EdmSchedule schedule = new EdmSchedule(1e-3, 1e3);
        ComposedScheduler process = ComposedScheduler.of(schedule, new FirstOrder(new Ancestral(0), true)).withParameterization(Parameterization.sample());
        LossWeight weight = golden.recipe().equals("edm_loss") ? LossWeight.edm(golden.number("sigma_data")) : LossWeight.snr();
        NoisedBatch<A> batch = NoisedBatch.of(process.on(golden.comparison().arrays()), golden.array("images"), golden.comparison().array(golden.drawn("normals")), DrawnLevels.at(process, sigmas), weight);
        golden.check("loss", squares(golden.comparison(), batch, input -> input / 2));
    }

    /** The weighted squared errors of a network that acts on each element. */
    static <A> double[] squares(Comparison<A> comparison, NoisedBatch<A> batch, DoubleUnaryOperator network) {
        double[] input = comparison.values(batch.input());
        double[] target = comparison.values(batch.target());
        double[] weights = comparison.values(batch.weights());
        int length = input.length / weights.length;
        return IntStream.range(0, input.length).mapToDouble(i -> {
            double error = network.applyAsDouble(input[i]) - target[i];
            return weights[i / length] * error * error;
        }).toArray();
    }

    private static <A> void discrete(TrainingCase<A> golden) {
        double[] sigmas = SigmaRamp.karras(golden.number("rho")).sigmas(golden.number("sigma_max"), golden.number("sigma_min"), (int) golden.number("steps"));
        double[] ascending = IntStream.range(0, sigmas.length).mapToDouble(i -> sigmas[sigmas.length - 1 - i]).toArray();
        golden.check("sigmas", ascending);
        golden.check("probabilities", LevelDraws.normal(golden.number("p_mean"), golden.number("p_std")).probabilities(Arrays.stream(ascending).map(Math::log).toArray()));
    }

    private static <A> void pair(TrainingCase<A> golden) {
        LevelDraw draw = LevelDraws.normal(golden.number("time_mu"), golden.number("time_sigma"));
        double[] both = Arrays.stream(shares(golden.drawn("normals"))).map(draw::logRatio).map(DrawCases::time).toArray();
        double[] coins = golden.drawn("uniforms");
        double apart = golden.number("ratio_r_not_equal_t");
        double[] t = IntStream.range(0, coins.length).mapToDouble(i -> Math.max(both[2 * i], both[2 * i + 1])).toArray();
        golden.check("t", t);
        golden.check("r", IntStream.range(0, coins.length).mapToDouble(i -> coins[i] < 1 - apart ? t[i] : Math.min(both[2 * i], both[2 * i + 1])).toArray());
    }

    private static <A> void effective(TrainingCase<A> golden) {
        String recipe = golden.argument("recipe").asText();
        LevelDraw draw = named(recipe);
        Parameterization quantity = quantity(recipe);
        LossWeight weight = recipe.startsWith("EDM") ? LossWeight.edm(0.5) : LossWeight.plain(quantity);
        boolean flow = quantity == Parameterization.flow();
        golden.check("w", Arrays.stream(golden.input("log_snr")).map(l -> {
            double sigma = Math.exp(-l / 2);
            NoiseLevel level = flow ? new Flow(1).atEdmSigma(sigma) : new TrigSchedule(1).atEdmSigma(sigma);
            return weight.effective(draw, level);
        }).toArray());
    }

    private static Parameterization quantity(String recipe) {
        return switch (recipe.replaceFirst("[ ,:].*", "")) {
            case "v" -> Parameterization.velocity();
            case "eps" -> Parameterization.epsilon();
            case "flow" -> Parameterization.flow();
            case "EDM", "x0" -> Parameterization.sample();
            default -> throw new UnsupportedOperationException("this prediction is not known: " + recipe);
        };
    }

    private static LevelDraw named(String recipe) {
        double[] numbers = Arrays.stream(recipe.replaceAll("^[^(]*normal *\\(([^)]*)\\).*$", "$1").split(",")).filter(part -> part.trim().matches("-?[0-9.]+")).mapToDouble(Double::parseDouble)
                .toArray();
        if (recipe.contains("normal") && numbers.length == 2) {
            return LevelDraws.normal(numbers[0], numbers[1]);
        }
        if (recipe.contains("uniform angle")) {
            return LevelDraws.uniformAngle(1);
        }
        if (recipe.contains("uniform t")) {
            return LevelDraw.uniformFlowTime();
        }
        throw new UnsupportedOperationException("this draw is not known: " + recipe);
    }
}

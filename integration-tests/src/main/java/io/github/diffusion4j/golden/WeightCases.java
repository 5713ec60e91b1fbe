package io.github.diffusion4j.golden;

import io.github.diffusion4j.core.DiscreteSchedule;
import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.NoiseSchedule;
import io.github.diffusion4j.core.Parameterization;
import io.github.diffusion4j.core.kernel.HostArray;
import io.github.diffusion4j.core.training.DrawnLevels;
import io.github.diffusion4j.core.training.FrequencyWeight;
import io.github.diffusion4j.core.training.HuberScale;
import io.github.diffusion4j.core.training.LevelDraw;
import io.github.diffusion4j.core.training.LossWeight;
import io.github.diffusion4j.core.training.NoisedBatch;
import io.github.diffusion4j.samplers.ComposedScheduler;
import io.github.diffusion4j.samplers.solvers.Ancestral;
import io.github.diffusion4j.samplers.solvers.FirstOrder;
import io.github.diffusion4j.schedules.BetaSchedule;
import io.github.diffusion4j.schedules.EdmSchedule;
import io.github.diffusion4j.schedules.Flow;
import io.github.diffusion4j.schedules.GeometricSchedule;
import io.github.diffusion4j.schedules.TrigSchedule;
import io.github.diffusion4j.schedules.VarianceSde;
import io.github.diffusion4j.schedules.draws.LevelDraws;
import io.github.diffusion4j.schedules.networks.EdmNetwork;
import io.github.diffusion4j.schedules.networks.TrajectoryNetwork;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.IntStream;

/** Repeats recorded loss weights. */
final class WeightCases {

    /** Diffusers', and what kohya's scripts cut SNRs off at. */
    private static final int TIMESTEPS = 1000;
    private static final double MOST = 1000;
    private static final double SIGMA_DATA = 0.5;
    /** So near 0 that the rates of times from there are those of all times. */
    private static final double AT_ONCE = 1e-300;

    private WeightCases() {}

    static <A> void check(TrainingCase<A> golden) {
        String recipe = golden.recipe();
        String family = recipe.replaceFirst("_.*", "");
        switch (family) {
            case "snr" -> snr(golden);
            case "min" -> minSnr(golden);
            case "sd3" -> sd3(golden);
            case "kdiffusion" -> kDiffusion(golden);
            case "consistency", "ctm" -> golden.check("weight", consistency(golden));
            case "kohya" -> kohya(golden);
            case "cogvideox" -> golden.check("weight", weights(golden, LossWeight.plain(Parameterization.velocity()), Parameterization.sample(), Double.POSITIVE_INFINITY));
            case "of" -> ofData(golden);
            case "huber" -> golden.check("c", levels(golden, huber(golden)));
            case "score" -> likelihood(golden);
            default -> throw golden.unknown();
        }
    }

    private static <A> DiscreteSchedule table(TrainingCase<A> golden) {
        String name = golden.argument("schedule").asText("scaled_linear");
        return switch (name) {
            case "scaled_linear", "" -> BetaSchedule.SCALED_LINEAR.schedule(TIMESTEPS, 0.00085, 0.012);
            case "linear" -> BetaSchedule.LINEAR.schedule(TIMESTEPS, 0.0001, 0.02);
            case "cosine" -> BetaSchedule.SQUARED_COSINE.schedule(TIMESTEPS);
            default -> throw new IllegalStateException("this table is not known: " + name);
        };
    }

    private static <A> double[] levels(TrainingCase<A> golden, HuberScale value) {
        DiscreteSchedule table = table(golden);
        return Arrays.stream(golden.input("timesteps")).map(t -> value.at(table.at(t))).toArray();
    }

    /** The weights of a table's levels, of which those with little noise are taken as if they had more. */
    private static <A> double[] weights(TrainingCase<A> golden, LossWeight weight, Parameterization parameterization, double most) {
        return levels(golden, level -> weight.weight(level.snr() > most ? NoiseLevel.variancePreserving(level.time(), most / (1 + most)) : level, parameterization));
    }

    private static <A> void snr(TrainingCase<A> golden) {
        if (golden.recipe().equals("snr")) {
            golden.check("snr", levels(golden, NoiseLevel::snr));
            return;
        }
        if (!golden.recipe().equals("snr_zero_terminal")) {
            throw golden.unknown();
        }
        DiscreteSchedule table = (golden.argument("schedule").isMissingNode() ? BetaSchedule.LINEAR.schedule(TIMESTEPS, 0.0001, 0.02) : table(golden)).withZeroTerminalSnr();
        double[] timesteps = golden.input("timesteps");
        golden.check("snr", Arrays.stream(timesteps).map(t -> table.at(t).snr()).toArray());
        LossWeight weight = LossWeight.minSnr(golden.number("gamma"));
        double[] weights = Arrays.stream(timesteps).map(t -> weight.weight(table.at(t), Parameterization.epsilon())).toArray();
        int finite = (int) Arrays.stream(timesteps).filter(t -> t < TIMESTEPS - 1).count();
        double[] recorded = Comparison.doubles(golden.expected().path("min_snr_epsilon"));
        golden.comparison().check("min_snr_epsilon", Arrays.copyOf(recorded, finite), Arrays.copyOf(weights, finite));
        golden.checkCorrect("min_snr_epsilon_at_999", weights[finite]);
    }

    private static Parameterization parameterization(String type) {
        return switch (type) {
            case "epsilon" -> Parameterization.epsilon();
            case "sample" -> Parameterization.sample();
            case "v_prediction" -> Parameterization.velocity();
            default -> throw new IllegalStateException("this prediction type is not known: " + type);
        };
    }

    /** The published weight, and what scripts make of it: of predicted data they divide by the SNR, of v they add 1 to the weight of eps, or limit SNR + 1. */
    private static <A> void minSnr(TrainingCase<A> golden) {
        if (!golden.recipe().equals("min_snr_script")) {
            throw golden.unknown();
        }
        double gamma = golden.number("gamma");
        Parameterization predicted = parameterization(golden.argument("prediction_type").asText());
        LossWeight exact = LossWeight.minSnr(gamma);
        boolean right = golden.correct().isMissingNode();
        String script = golden.reference();
        boolean velocity = predicted == Parameterization.velocity();
        if (right) {
            golden.check("weight", weights(golden, exact, predicted, Double.POSITIVE_INFINITY));
            return;
        }
        golden.checkCorrect("weight", weights(golden, exact, predicted, Double.POSITIVE_INFINITY));
        double[] ofNoise = weights(golden, exact, Parameterization.epsilon(), Double.POSITIVE_INFINITY);
        if (predicted == Parameterization.sample()) {
            golden.check("weight", ofNoise);
        } else if (velocity && script.contains("pixart")) {
            double[] ofData = weights(golden, LossWeight.plain(Parameterization.sample()), predicted, Double.POSITIVE_INFINITY);
            golden.check("weight", Arrays.stream(ofData).map(weight -> Math.min(1, gamma * weight)).toArray());
        } else if (velocity && (script.contains("lora_sdxl") || script.contains("advanced"))) {
            golden.check("weight", Arrays.stream(ofNoise).map(weight -> weight + 1).toArray());
        } else {
            throw new UnsupportedOperationException("the weight of this script is not known: " + script);
        }
    }

    private static <A> void sd3(TrainingCase<A> golden) {
        LossWeight weight = switch (golden.recipe()) {
            case "sd3_cosmap" -> LossWeight.cosmap();
            case "sd3_sigma_sqrt" -> LossWeight.plain(Parameterization.flow());
            case "sd3_none", "sd3_logit_normal", "sd3_mode", "sd3_uniform" -> LossWeight.plain();
            default -> throw golden.unknown();
        };
        Parameterization weighted = golden.recipe().equals("sd3_sigma_sqrt") ? Parameterization.sample() : Parameterization.flow();
        golden.check("weight", Arrays.stream(golden.input("sigmas")).map(sigma -> weight.weight(new Flow(1).at(sigma), weighted)).toArray());
    }

    private static <A> void kDiffusion(TrainingCase<A> golden) {
        double sigmaData = golden.number("sigma_data");
        String name = golden.recipe().replaceFirst("kdiffusion_", "");
        boolean variance = name.equals("DenoiserWithVariance");
        String weighting = golden.argument("weighting").asText(variance || name.matches("freq.*|scale.*") ? "karras" : name);
        LossWeight weight = switch (weighting) {
            case "karras" -> LossWeight.edm(sigmaData);
            case "snr" -> LossWeight.snr();
            case "soft-min-snr" -> LossWeight.softMinSnr(1 / (sigmaData * sigmaData));
            default -> throw golden.unknown();
        };
        EdmNetwork network = EdmNetwork.of(sigmaData);
        ComposedScheduler process = ComposedScheduler.of(new EdmSchedule(1e-3, 1e3), new FirstOrder(new Ancestral(0), true)).withParameterization(network);
        if (golden.expects("weight_at")) {
            golden.check("weight_at", Arrays.stream(golden.input("grid")).map(sigma -> weight.weight(process.level(sigma), network)).toArray());
        }
        double[] sigmas = golden.input("sigma");
        NoisedBatch<A> batch = NoisedBatch.of(process.on(golden.comparison().arrays()), golden.array("input"), golden.array("noise"), DrawnLevels.at(process, sigmas), weight);
        double[] means = means(golden, batch);
        golden.check("loss", variance ? IntStream.range(0, sigmas.length).mapToDouble(i -> {
            double logVariance = 0.2 * Math.log(sigmas[i]);
            return (means[i] / Math.exp(logVariance) + logVariance) / 2;
        }).toArray() : means);
    }

    /** The weighted mean squared error of each sample, whose frequencies may count differently. */
    private static <A> double[] means(TrainingCase<A> golden, NoisedBatch<A> batch) {
        Comparison<A> comparison = golden.comparison();
        double[] input = comparison.values(batch.input());
        double[] target = comparison.values(batch.target());
        double[] weights = comparison.values(batch.weights());
        double[] errors = IntStream.range(0, input.length).mapToDouble(i -> 0.7 * Math.tanh(input[i]) - target[i]).toArray();
        double[] means = new FrequencyWeight(golden.number("scales", 1)).loss(HostArray.of(errors, comparison.shape()));
        return IntStream.range(0, weights.length).mapToDouble(i -> weights[i] * means[i]).toArray();
    }

    /** Of the error of D, on levels of preserved variance, where v is of unit power. */
    private static <A> double[] consistency(TrainingCase<A> golden) {
        String name = golden.recipe().replaceFirst("[a-z]+_", "");
        golden.takes("sigma_data", "schedule_multiplier", "multiplier");
        double[] sigmas = golden.input("sigma");
        if (name.equals("uniform_g")) {
            double power = golden.number("schedule_multiplier", golden.number("multiplier", 2));
            TrajectoryNetwork network = new TrajectoryNetwork(TrajectoryNetwork.Skip.EULER, golden.number("sigma_data"), 0);
            return Arrays.stream(sigmas).map(t -> Math.pow(network.step(t, t / 4).second(), -power)).toArray();
        }
        LossWeight weight = switch (name) {
            case "snr" -> LossWeight.snr();
            case "snr+1" -> LossWeight.plain(Parameterization.velocity());
            case "karras", "karras_weight" -> LossWeight.edm(golden.number("sigma_data"));
            case "truncated-snr" -> LossWeight.truncatedSnr();
            case "uniform" -> LossWeight.plain(Parameterization.sample());
            case "sq-t-inverse" -> LossWeight.snrPower(-0.25, Double.POSITIVE_INFINITY);
            default -> throw golden.unknown();
        };
        return Arrays.stream(sigmas).map(sigma -> weight.weight(new TrigSchedule(1).atEdmSigma(sigma), Parameterization.sample())).toArray();
    }

    private static <A> void kohya(TrainingCase<A> golden) {
        Parameterization epsilon = Parameterization.epsilon();
        Parameterization velocity = Parameterization.velocity();
        boolean v = golden.argument("v_prediction").asBoolean();
        double all = Double.POSITIVE_INFINITY;
        switch (golden.recipe().replaceFirst("kohya_", "")) {
            case "min_snr" -> golden.check("weight", weights(golden, LossWeight.minSnr(golden.number("gamma")), v ? velocity : epsilon, all));
            case "debiased" -> {
                golden.check("weight", v ? weights(golden, LossWeight.plain(Parameterization.sample()), velocity, MOST) : weights(golden, LossWeight.snrPower(0.5, MOST), epsilon, all));
                if (!golden.correct().isMissingNode()) {
                    golden.checkCorrect("weight", weights(golden, LossWeight.snrPower(0.5, all), v ? velocity : epsilon, all));
                }
            }
            case "scale_v_pred", "scale_v_pred_loss", "scale_v_pred_loss_like_noise_pred", "v_as_eps" -> golden.check("weight", weights(golden, LossWeight.snr(), velocity, MOST));
            case "eps_add_v_like", "add_v_like", "v_pred_like_loss" -> {
                double share = golden.number("v_pred_like_loss");
                golden.check("weight", Arrays.stream(weights(golden, LossWeight.plain(velocity), epsilon, MOST)).map(weight -> 1 + share * weight).toArray());
            }
            default -> throw golden.unknown();
        }
    }

    private static <A> void ofData(TrainingCase<A> golden) {
        LossWeight weight = named(golden, golden.recipe().replaceFirst("of_x0_", ""));
        golden.expected().fieldNames().forEachRemaining(name -> golden.check(name, Arrays.stream(golden.input("snr")).map(snr -> {
            double sigma = 1 / Math.sqrt(snr);
            NoiseLevel preserving = NoiseLevel.variancePreserving(0, snr / (1 + snr));
            return switch (name) {
                case "x0" -> weight.weight(preserving, Parameterization.sample());
                case "eps" -> weight.weight(preserving, Parameterization.epsilon());
                case "v" -> weight.weight(preserving, Parameterization.velocity());
                case "flow" -> weight.weight(new Flow(1).atEdmSigma(sigma), Parameterization.flow());
                case "F" -> weight.weight(new NoiseLevel(sigma, 1, sigma), EdmNetwork.of(SIGMA_DATA));
                default -> throw new IllegalStateException("this output is not known: " + name);
            };
        }).toArray()));
    }

    private static <A> LossWeight named(TrainingCase<A> golden, String name) {
        double[] numbers = Arrays.stream(name.split("_")).filter(part -> part.matches("-?[0-9.]+")).mapToDouble(Double::parseDouble).toArray();
        String base = name.replaceAll("_-?[0-9.]+", "");
        return switch (base) {
            case "snr", "eps", "epsilon" -> LossWeight.snr();
            case "snr+1", "v", "snr_plus_1" -> LossWeight.plain(Parameterization.velocity());
            case "uniform", "plain", "x0", "one" -> LossWeight.plain(Parameterization.sample());
            case "truncated" -> LossWeight.truncatedSnr();
            case "min_snr" -> LossWeight.minSnr(numbers[0]);
            case "max_snr" -> LossWeight.maxSnr(numbers[0]);
            case "soft_min_snr" -> LossWeight.softMinSnr(numbers[0]);
            case "p2" -> LossWeight.p2(numbers[0], numbers[1]);
            case "debiased" -> LossWeight.snrPower(0.5, Double.POSITIVE_INFINITY);
            case "sigmoid" -> LossWeight.sigmoid(numbers[0]);
            case "edm", "edm_lambda", "karras" -> LossWeight.edm(numbers.length == 1 ? numbers[0] : SIGMA_DATA);
            default -> throw golden.unknown();
        };
    }

    private static <A> HuberScale huber(TrainingCase<A> golden) {
        double c = golden.number("huber_c");
        return switch (golden.recipe()) {
            case "huber_schedule_constant" -> HuberScale.constant(c);
            case "huber_schedule_exponential" -> HuberScale.exponential(c, TIMESTEPS);
            case "huber_schedule_snr" -> HuberScale.snr(c);
            default -> throw golden.unknown();
        };
    }

    /** g^2 / sigma^2 of the error of eps, or g^2 of that of the score. */
    private static <A> void likelihood(TrainingCase<A> golden) {
        if (golden.argument("sde").asText("").toLowerCase(Locale.ROOT).contains("sub")) {
            throw golden.unknown();
        }
        boolean exploding = !golden.argument("sigma_min").isMissingNode();
        double betaMin = golden.number("beta_min", 0.1);
        double betaMax = golden.number("beta_max", 20);
        LevelDraw draw = exploding ? LevelDraws.logUniform(golden.number("sigma_min"), golden.number("sigma_max")) : LevelDraws.uniformVpTime(betaMax - betaMin, betaMin, AT_ONCE);
        NoiseSchedule schedule = exploding ? new GeometricSchedule(golden.number("sigma_min"), golden.number("sigma_max")) : new VarianceSde(betaMin, betaMax);
        LossWeight weight = LossWeight.likelihood(draw);
        double[] times = golden.input(golden.has("t") ? "t" : golden.has("times") ? "times" : "timesteps");
        golden.expected().fieldNames().forEachRemaining(name -> golden.check(name, Arrays.stream(times).map(t -> {
            NoiseLevel level = schedule.at(t);
            double ofNoise = weight.weight(level, Parameterization.epsilon());
            return switch (name) {
                case "weight", "weight_eps", "weight_of_eps" -> ofNoise;
                case "g2", "weight_score", "weight_of_score" -> ofNoise * level.sigma() * level.sigma();
                default -> throw new IllegalStateException("this weight is not known: " + name);
            };
        }).toArray()));
    }
}

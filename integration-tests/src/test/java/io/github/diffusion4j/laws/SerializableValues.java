package io.github.diffusion4j.laws;

import static java.util.stream.Collectors.toList;

import io.github.diffusion4j.core.DataCorrection;
import io.github.diffusion4j.core.DiscreteSchedule;
import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.NoiseSchedule;
import io.github.diffusion4j.core.Parameterization;
import io.github.diffusion4j.core.Spacing;
import io.github.diffusion4j.core.guidance.Branch;
import io.github.diffusion4j.core.guidance.Guidance;
import io.github.diffusion4j.core.kernel.ElementType;
import io.github.diffusion4j.core.kernel.HostArray;
import io.github.diffusion4j.core.kernel.HostArrays;
import io.github.diffusion4j.core.kernel.Nucleus;
import io.github.diffusion4j.core.kernel.Question;
import io.github.diffusion4j.core.kernel.Rows;
import io.github.diffusion4j.core.noise.BrownianNoise;
import io.github.diffusion4j.core.noise.CounterNoise;
import io.github.diffusion4j.core.noise.CounterTokens;
import io.github.diffusion4j.core.noise.CounterUniform;
import io.github.diffusion4j.core.noise.NoiseRequest;
import io.github.diffusion4j.core.noise.NoiseSource;
import io.github.diffusion4j.core.noise.RecordedNoise;
import io.github.diffusion4j.core.noise.RecordedTokens;
import io.github.diffusion4j.core.noise.TokenDraw;
import io.github.diffusion4j.core.noise.TokenNoise;
import io.github.diffusion4j.core.noise.TokenRequest;
import io.github.diffusion4j.core.noise.TorchBrownianNoise;
import io.github.diffusion4j.core.noise.TorchCudaNoise;
import io.github.diffusion4j.core.noise.TorchNoise;
import io.github.diffusion4j.core.noise.TorchTokens;
import io.github.diffusion4j.core.plan.Combination;
import io.github.diffusion4j.core.plan.Held;
import io.github.diffusion4j.core.plan.Langevin;
import io.github.diffusion4j.core.plan.LearnedVariance;
import io.github.diffusion4j.core.plan.Mask;
import io.github.diffusion4j.core.plan.Plan;
import io.github.diffusion4j.core.plan.Solver;
import io.github.diffusion4j.core.random.NumpyGenerator;
import io.github.diffusion4j.core.random.SeedSequence;
import io.github.diffusion4j.core.random.TorchBrownianTree;
import io.github.diffusion4j.core.random.TorchGenerator;
import io.github.diffusion4j.core.random.TorchType;
import io.github.diffusion4j.core.tokens.Prefix;
import io.github.diffusion4j.core.tokens.Quota;
import io.github.diffusion4j.core.tokens.TokenLevel;
import io.github.diffusion4j.core.tokens.TokenPlan;
import io.github.diffusion4j.core.tokens.Tokens;
import io.github.diffusion4j.core.tokens.Verdict;
import io.github.diffusion4j.core.training.Average;
import io.github.diffusion4j.core.training.Coupling;
import io.github.diffusion4j.core.training.FrequencyWeight;
import io.github.diffusion4j.core.training.HuberScale;
import io.github.diffusion4j.core.training.ImportanceSampler;
import io.github.diffusion4j.core.training.LevelDraw;
import io.github.diffusion4j.core.training.LevelSampler;
import io.github.diffusion4j.core.training.LossByLevel;
import io.github.diffusion4j.core.training.LossNorm;
import io.github.diffusion4j.core.training.LossWeight;
import io.github.diffusion4j.core.training.NoiseShape;
import io.github.diffusion4j.core.training.NoisingIterator;
import io.github.diffusion4j.core.training.TrainingRecipe;
import io.github.diffusion4j.core.training.Uniforms;
import io.github.diffusion4j.samplers.AdaptiveSampling;
import io.github.diffusion4j.samplers.ComposedScheduler;
import io.github.diffusion4j.samplers.KDiffusion;
import io.github.diffusion4j.samplers.diffusers.DDIMInverseScheduler;
import io.github.diffusion4j.samplers.diffusers.DDIMScheduler;
import io.github.diffusion4j.samplers.diffusers.DDPMScheduler;
import io.github.diffusion4j.samplers.diffusers.DiffusersConfig;
import io.github.diffusion4j.samplers.diffusers.DiscreteProcess;
import io.github.diffusion4j.samplers.diffusers.GuiderConfig;
import io.github.diffusion4j.samplers.diffusers.Run;
import io.github.diffusion4j.samplers.diffusers.TokenConfig;
import io.github.diffusion4j.samplers.guidance.GuidanceCatalog;
import io.github.diffusion4j.samplers.guidance.ResidualGuidance;
import io.github.diffusion4j.samplers.guidance.Scale;
import io.github.diffusion4j.samplers.names.Names;
import io.github.diffusion4j.samplers.grids.FittedGrid;
import io.github.diffusion4j.samplers.grids.LocalErrors;
import io.github.diffusion4j.samplers.grids.Roughness;
import io.github.diffusion4j.samplers.solvers.Convention;
import io.github.diffusion4j.samplers.solvers.DpmSolverMultistep;
import io.github.diffusion4j.samplers.solvers.Ipndm;
import io.github.diffusion4j.samplers.solvers.SlopeWeights;
import io.github.diffusion4j.samplers.solvers.Coordinate;
import io.github.diffusion4j.samplers.solvers.LinearMultistep;
import io.github.diffusion4j.samplers.solvers.LateFlowChurn;
import io.github.diffusion4j.samplers.solvers.LearnedVarianceIgnored;
import io.github.diffusion4j.samplers.solvers.ModelStatistics;
import io.github.diffusion4j.samplers.solvers.SolverCatalog;
import io.github.diffusion4j.samplers.statistics.MeasuredStatistics;
import io.github.diffusion4j.samplers.tokens.BlockDecoding;
import io.github.diffusion4j.samplers.tokens.CanvasDecoding;
import io.github.diffusion4j.samplers.tokens.Corruption;
import io.github.diffusion4j.samplers.tokens.Remasking;
import io.github.diffusion4j.samplers.tokens.Survival;
import io.github.diffusion4j.samplers.tokens.TokenChain;
import io.github.diffusion4j.samplers.tokens.TokenKernel;
import io.github.diffusion4j.samplers.tokens.TokenSamplers;
import io.github.diffusion4j.samplers.tokens.training.TokenLoss;
import io.github.diffusion4j.samplers.tokens.training.TokenRecipe;
import io.github.diffusion4j.samplers.tokens.training.TokenTimes;
import io.github.diffusion4j.samplers.tokens.training.TokenWeight;
import io.github.diffusion4j.samplers.training.BootstrapBatches;
import io.github.diffusion4j.samplers.training.ConditionalPath;
import io.github.diffusion4j.samplers.training.Curriculum;
import io.github.diffusion4j.samplers.likelihood.Decoder;
import io.github.diffusion4j.samplers.likelihood.FlowLikelihood;
import io.github.diffusion4j.samplers.likelihood.ForwardPosterior;
import io.github.diffusion4j.samplers.training.Gap;
import io.github.diffusion4j.samplers.training.LearningRate;
import io.github.diffusion4j.samplers.training.Networks;
import io.github.diffusion4j.samplers.likelihood.Objective;
import io.github.diffusion4j.samplers.training.OptimalTransport;
import io.github.diffusion4j.samplers.likelihood.Prior;
import io.github.diffusion4j.samplers.likelihood.Probes;
import io.github.diffusion4j.samplers.training.Recipe;
import io.github.diffusion4j.samplers.training.Recipes;
import io.github.diffusion4j.samplers.training.Reconstruction.Profile;
import io.github.diffusion4j.samplers.training.Reconstruction;
import io.github.diffusion4j.samplers.likelihood.ReverseVariance;
import io.github.diffusion4j.samplers.rewards.RewardBuffer;
import io.github.diffusion4j.samplers.rewards.SlidingWindow.Stay;
import io.github.diffusion4j.samplers.rewards.SlidingWindow;
import io.github.diffusion4j.samplers.training.TimePair;
import io.github.diffusion4j.samplers.likelihood.VariationalBound;
import io.github.diffusion4j.samplers.likelihood.VdmBound;
import io.github.diffusion4j.schedules.BetaSchedule;
import io.github.diffusion4j.schedules.ComfySchedule;
import io.github.diffusion4j.schedules.CosineSchedule;
import io.github.diffusion4j.schedules.EdmSchedule;
import io.github.diffusion4j.schedules.Flow;
import io.github.diffusion4j.schedules.GeometricSchedule;
import io.github.diffusion4j.schedules.IddpmSchedule;
import io.github.diffusion4j.schedules.PublishedSigmas;
import io.github.diffusion4j.schedules.SigmaRamp;
import io.github.diffusion4j.schedules.SigmaRule;
import io.github.diffusion4j.schedules.Sigmas;
import io.github.diffusion4j.schedules.Timesteps;
import io.github.diffusion4j.schedules.TrainedSigmas;
import io.github.diffusion4j.schedules.TrigSchedule;
import io.github.diffusion4j.schedules.VarianceExploding;
import io.github.diffusion4j.schedules.VarianceSde;
import io.github.diffusion4j.schedules.draws.CubicTime;
import io.github.diffusion4j.schedules.draws.LevelDraws;
import io.github.diffusion4j.schedules.networks.ConsistencyNetwork;
import io.github.diffusion4j.schedules.networks.EdmNetwork;
import io.github.diffusion4j.schedules.networks.FlowNetwork;
import io.github.diffusion4j.schedules.networks.GuidanceEmbedding;
import io.github.diffusion4j.schedules.networks.LcmNetwork;
import io.github.diffusion4j.schedules.networks.ToldTime;
import io.github.diffusion4j.schedules.networks.TrajectoryNetwork;
import io.github.diffusion4j.schedules.networks.TrigFlowNetwork;
import io.github.diffusion4j.schedules.networks.VarianceExplodingNetwork;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Values of every kind that can be written out. */
final class SerializableValues {

    private static final DiscreteSchedule TABLE = BetaSchedule.SCALED_LINEAR.schedule(100, 0.00085, 0.012);

    private SerializableValues() {}

    static List<Object> all() {
        return Stream.of(schedules(), spacings(), solvers(), parts(), noises(), training(), configs(), runs(), schedulers(), names(), guidance(), likelihoods(), tokens()).flatMap(List::stream).collect(toList());
    }

    private static List<Object> guidance() {
        List<Object> guidance = new ArrayList<>();
        Stream.concat(GuidanceCatalog.guidance().stream(), GuidanceCatalog.leavingOut().stream()).forEach(entry -> {
            guidance.add(entry.guidance());
            guidance.add(entry.skipping());
        });
        GuiderConfig.classNames().forEach(name -> guidance.add(GuiderConfig.of(name)));
        guidance.addAll(List.of(Scale.plusPlus(0.6), new ResidualGuidance(1.1, 1, false, 4), new Held<>(Map.of(), Map.of("rate", List.of(1.0))), Guidance.NONE));
        return guidance;
    }

    private static List<Object> tokens() {
        CounterTokens counter = CounterTokens.of(7);
        TokenDraw draw = TokenDraw.coin(3);
        List<List<TokenDraw>> draws = List.of(List.of(TokenDraw.candidate(), draw), List.of());
        TokenConfig block = TokenConfig.of("BlockRefinementScheduler").with("editing_threshold", 0.4);
        TokenPlan plan = block.scheduler().plan(Run.steps(3).with("mask_token_id", 9).with("block_length", 4).with("timesteps", new int[] {0, 1, 2, 3, 4}));
        TokenPlan corrected = TokenConfig.of("DiscreteDDIMScheduler").with("corrector_steps", 1).scheduler().plan(5);
        List<TokenConfig> configs = List.of(block, TokenConfig.of("AmusedScheduler").with("mask_token_id", 5), TokenConfig.of("VQDiffusionScheduler").with("num_vec_classes", 6),
                TokenConfig.of("DiscreteDDIMScheduler").with("corrector_k", 2), TokenConfig.of("EntropyBoundScheduler"));
        List<Object> tokens = new ArrayList<>(List.of(counter, counter.racing().forSamples(2, 1), counter.after(draws), TokenNoise.none(), TorchTokens.of(3).fromRandomTokens().forRun(draws),
                RecordedTokens.of(List.of(new RecordedTokens.Recorded(List.of(0.25, 0.5), true))), new TokenRequest(2, draw, 5, 2, 3), plan, corrected, plan.start(2, 4), Tokens.filled(3, 1, 2, 2),
                new Question(0.5, 3, new Nucleus(0.9, Nucleus.Rule.WITHIN), 2, false, 0.1), TokenLevel.masking(0.3), new Quota.AllBut(0.3), new Quota.Part(0.5), new Quota.Reach(1, 3), new Quota.Fixed(2),
                Verdict.ALL, new Prefix(0.1), new BlockDecoding(plan, 4, 3, true, 1, -1), new CanvasDecoding(corrected, 6, 8, 1, 0.005, false)));
        Corruption corruption = Corruption.masking(Survival.LOG_LINEAR, 5, 5);
        TokenChain chain = TokenChain.of(TokenKernel.gaussian(4), TokenChain.linearBetas(3, 0.1, 0.5));
        TokenSamplers.all(6, 5, 3).forEach(entry -> tokens.add(entry.plan()));
        tokens.addAll(List.of(corruption, chain, TokenKernel.gaussian(4), TokenKernel.banded(4, 1), TokenKernel.absorbing(4, 1), Remasking.cap(0.1), Remasking.rescaled(0.1), Remasking.corrector(10, 0.25).between(0.8, 0.2),
                Survival.LINEAR, Survival.COSINE, Survival.SINE, Survival.ARCCOS, Survival.GEOMETRIC, Survival.table(1, 0.5), TokenRecipe.of(corruption), TokenTimes.inSteps(3), TokenTimes.evenly(0.1),
                TokenWeight.ONE, TokenWeight.ofSteps(4), TokenLoss.crossEntropy(5), TokenLoss.posterior(chain, 3, true, 0.1), TokenLoss.udlm(Corruption.uniform(Survival.LINEAR, 4)),
                TokenLoss.scoreEntropy(corruption), TokenLoss.flowMatching(corruption)));
        for (TokenConfig config : configs) {
            for (Convention convention : List.of(Convention.EXACT, Convention.DIFFUSERS)) {
                tokens.addAll(List.of(config, config.scheduler(convention), config.scheduler(convention).plan(3)));
            }
        }
        return tokens;
    }

    private static List<Object> likelihoods() {
        Plan plan = ComposedScheduler.of(TABLE, DpmSolverMultistep.plusPlus(2)).withEnd(TABLE.cleanest()).plan(4);
        ForwardPosterior posterior = new ForwardPosterior(TABLE);
        List<Object> likelihoods = new ArrayList<>(List.of(posterior, posterior.previousSample(), new VdmBound(-13.3, 5, 256), FlowLikelihood.reversing(plan, Parameterization.epsilon()),
                new VariationalBound(TABLE, Parameterization.epsilon(), ReverseVariance.LEARNED_RANGE, Decoder.TANH, DataCorrection.clip(1)), Prior.standard(), Prior.ofData(0.2, 0.5),
                Probes.exact(), Probes.rademacher(CounterNoise.of(3)), Probes.gaussian(CounterNoise.of(4))));
        Stream.of(ReverseVariance.values(), Decoder.values(), Objective.values()).forEach(names -> likelihoods.addAll(Arrays.asList(names)));
        return likelihoods;
    }

    private static List<Object> schedules() {
        List<NoiseSchedule> schedules = List.of(TABLE, TABLE.withZeroTerminalSnr(), TABLE.withSnrDivided(3), VarianceExploding.of(TABLE), new EdmSchedule(0.002, 80), new Flow(1000),
                new CosineSchedule(1, 0.008), new TrigSchedule(1), new VarianceSde(0.1, 20), new GeometricSchedule(0.01, 50), new IddpmSchedule(TABLE));
        return List.copyOf(schedules);
    }

    private static List<SigmaRamp> ramps() {
        return List.of(SigmaRamp.karras(7), SigmaRamp.exponential(), SigmaRamp.beta(0.6, 0.7), SigmaRamp.polyexponential(2), SigmaRamp.klOptimal(), SigmaRamp.laplace(0, 0.5));
    }

    private static List<SigmaRule> rules() {
        Stream<SigmaRule> named = Stream.concat(Arrays.stream(ComfySchedule.values()), PublishedSigmas.tables().stream().map(name -> new PublishedSigmas(name, PublishedSigmas.End.APPENDED)));
        return Stream.concat(named, Stream.of(ComfySchedule.beta(0.4, 0.8), SigmaRule.ramp(SigmaRamp.karras(5)), ComfySchedule.KARRAS.withoutLastBeforeEnd(),
                ComfySchedule.BETA.offPureNoise())).toList();
    }

    private static List<Object> spacings() {
        List<TrainedSigmas> trained = List.of(TrainedSigmas.of(TABLE), TrainedSigmas.shiftedFlow(3), TrainedSigmas.flux(1.15), TrainedSigmas.of(new EdmSchedule(0.002, 80)));
        Stream<Spacing> spacings = Stream.of(Timesteps.leading(1), Timesteps.linspace(), Timesteps.trailing(), Timesteps.explicit(9, 4, 0), Sigmas.ramp(SigmaRamp.karras(7)),
                Sigmas.ramp(SigmaRamp.exponential(), 10, 0.1), Sigmas.logSnr(3, -3), Sigmas.time(), Sigmas.explicit(3, 1), Sigmas.shiftedFlow(3));
        Stream<Spacing> ruled = rules().stream().flatMap(rule -> trained.stream().map(rule::spacing));
        return Stream.of(ramps().stream(), rules().stream(), trained.stream(), spacings, ruled).<Object>flatMap(stream -> stream).toList();
    }

    private static List<Object> solvers() {
        List<Object> solvers = new ArrayList<>(List.of(KDiffusion.solver("sample_euler_ancestral", "", Map.of("s_noise", 0.9), 10), new LearnedVarianceIgnored(DpmSolverMultistep.plusPlus(2)),
                new LateFlowChurn(0.1, 0, 100, 1), new LinearMultistep(3, Coordinate.FLOW, SlopeWeights.IPNDM_V.endingPlain(), Convention.EXACT), new Ipndm(), new LearnedVariance.Direct(), new LearnedVariance.Ignored(), new LearnedVariance.Range(-3, -1)));
        SolverCatalog.all().forEach(entry -> solvers.add(entry.of(20)));
        DiffusersConfig.classNames().stream().map(DiffusersConfig::of).forEach(config -> {
            try {
                solvers.add(config.scheduler().solver());
            } catch (IllegalArgumentException e) {
                // a class whose solver depends on an argument
            }
        });
        return solvers;
    }

    private static List<Object> parts() {
        Plan plan = ComposedScheduler.of(TABLE, DpmSolverMultistep.sde(2)).plan(5);
        List<Object> parts = new ArrayList<>(List.of(NoiseLevel.clean(0), plan, plan.grid(), plan.from(2), ComposedScheduler.of(TABLE, DpmSolverMultistep.plusPlus(1)).withEnd(TABLE.cleanest()).plan(3).reversed(), Combination.ZERO.withSample(2), plan.startFrom(Trajectory.array(1, 2)),
                ModelStatistics.noise(-3, 3), new MeasuredStatistics(List.of(-1.0, 2.0), List.of(0.5, 1.0), List.of(4.0, 3.0), List.of(1.0, 2.0), List.of(2.0, 2.0), 3),
                new FittedGrid(true, List.of(-2.0, 3.0), List.of(0.0, 1.0), Map.of("guidance", "2")), new Roughness(2, List.of(-2.0, 3.0), List.of(4.0, 5.0), 6),
                new LocalErrors(List.of(TABLE.noisiest(), TABLE.cleanest()), NoiseLevel.clean(0), Collections.nCopies(25, 0.5), 6),
                DataCorrection.NONE, DataCorrection.clip(1), DataCorrection.dynamicThreshold(0.995, 2), new Langevin(0.1), Mask.of(Trajectory.array(0, 1)), AdaptiveSampling.DEFAULT,
                AdaptiveSampling.DEFAULT.control(), new Parameterization.Weights(1, 2), Branch.UNCONDITIONAL));
        parts.addAll(List.of(Parameterization.epsilon(), Parameterization.sample(), Parameterization.velocity(), Parameterization.flow()));
        for (Solver solver : List.of(DpmSolverMultistep.plusPlus(3), DpmSolverMultistep.sde(2))) {
            parts.add(solver.traits());
            parts.addAll(solver.stages(plan.grid(), 0));
        }
        return parts;
    }

    private static List<Object> noises() {
        NoiseSource counter = CounterNoise.of(5);
        NoiseRequest between = new NoiseRequest(NoiseRequest.Stream.STEP, 3, 1, new NoiseRequest.Interval(Double.POSITIVE_INFINITY, 2));
        List<Object> noises = new ArrayList<>(List.of(counter, CounterNoise.ofSeeds(7, 42), CounterNoise.of(1).forSamples(2, 9), BrownianNoise.of(3), TorchNoise.of(1), TorchNoise.of(1, 2).drawnAt(0, 2),
                TorchCudaNoise.of(4), new TorchBrownianNoise(2, 0.1, 14), NoiseSource.none(), NoiseSource.perSample(counter, TorchNoise.of(1)), between, between.interval(), new CounterUniform(6),
                TorchGenerator.seeded(1), TorchGenerator.seeded(1).randn(TorchType.FLOAT64, 3).next(), NumpyGenerator.seeded(1).randn(3).next(), SeedSequence.of(9),
                new TorchBrownianTree(0, 1, 3, TorchType.FLOAT32, 4)));
        for (ElementType type : List.of(ElementType.FLOAT, ElementType.DOUBLE, ElementType.HALF, ElementType.BFLOAT16)) {
            noises.add(RecordedNoise.record(counter, List.of(NoiseRequest.start(), NoiseRequest.step(2)), type, 2, 3));
            HostArray array = HostArrays.DIRECT.make(type, 2, 3);
            counter.fill(NoiseRequest.start(), array);
            noises.add(array);
        }
        noises.addAll(List.of(HostArrays.HEAP, HostArrays.HEAP.vector(ElementType.INT64, 1, 2), Rows.of(0, 2)));
        return noises;
    }

    private static List<Object> training() {
        DiscreteSchedule table = BetaSchedule.LINEAR.schedule(100);
        LevelDraw normal = LevelDraws.normal(-1.2, 1.2);
        List<LevelDraw> draws = List.of(normal, LevelDraw.uniformFlowTime(), normal.shifted(3), normal.truncated(0.02, 80), normal.mirrored(), LevelDraw.histogram(List.of(-1.0, 0.0, 2.0), List.of(1.0, 2.0)),
                LevelDraw.mixture(List.of(0.25, 0.75), List.of(normal, LevelDraws.mode(1.29))), LevelDraws.splitNormal(-1.2, 1.2, 0.6), LevelDraws.uniformAngle(0.5),
                LevelDraws.uniformVpTime(19.9, 0.1, 1e-5), LevelDraws.interpolatedCosine(64, 32, 64, 0.5), LevelDraws.powerTime(1.5, 0.001));
        List<LevelSampler> samplers = List.of(LevelSampler.uniform(table), normal.on(table), normal.on(new Flow(1000)).keeping(LevelDraw.uniformFlowTime()), LevelSampler.uniform(new Flow(1)),
                LevelDraws.cubic(table), ImportanceSampler.of(table),
                ImportanceSampler.of(BetaSchedule.LINEAR.schedule(3)).updated(new double[] {0, 2, 2}, new double[] {1, 0.25, 3}));
        LossByLevel losses = LossByLevel.empty(0.01, 10, 8).with(List.of(table.at(3), table.at(50)), 1, 0.5);
        List<LossWeight> weights = List.of(LossWeight.plain(), LossWeight.snr(), LossWeight.minSnr(5), LossWeight.softMinSnr(4), LossWeight.truncatedSnr(), LossWeight.p2(1, 0.5), LossWeight.snrPower(0.5, 1000),
                LossWeight.sigmoid(-1), LossWeight.edm(0.5), LossWeight.cosmap(), LossWeight.likelihood(normal), losses.normalised(LossWeight.plain()));
        List<Object> training = new ArrayList<>(samplers);
        training.addAll(draws);
        training.addAll(weights);
        training.addAll(changing());
        weights.stream().filter(weight -> weight instanceof LossWeight.OfData).forEach(weight -> training.add(((LossWeight.OfData) weight).data()));
        training.addAll(List.of(losses, samplers.get(0).draw(Uniforms.stratified(), new CounterUniform(1), 0, 4), Uniforms.lowDiscrepancy().inGroup(1, 3), new CubicTime(1000),
                LossNorm.squared(), LossNorm.pseudoHuber(0.1), LossNorm.adaptive(1, 1e-3), HuberScale.constant(0.1), HuberScale.exponential(0.1, 1000), HuberScale.snr(0.1),
                NoiseShape.white(), NoiseShape.offset(0.1, 0.01), NoiseShape.pyramid(0.4, 6), Coupling.independent(),
                EdmNetwork.of(0.5), new ConsistencyNetwork(0.5, 0.002), new LcmNetwork(Parameterization.epsilon(), 10), new TrigFlowNetwork(), new FlowNetwork(1000),
                new ToldTime(Parameterization.epsilon(), 999), new VarianceExplodingNetwork(), new GuidanceEmbedding(256), new TrajectoryNetwork(TrajectoryNetwork.Skip.MIXED, 0.5, 0.002),
                new FrequencyWeight(3), OptimalTransport.ofSquaredDistance(), OptimalTransport.immiscible(), ConditionalPath.straight(0.1), ConditionalPath.towardsData(0.1),
                ConditionalPath.variancePreserving(0.1), ConditionalPath.bridge(0.5, 1e-8), ConditionalPath.straight(0.1).at(0.3),
                TrainingRecipe.of(samplers.get(1)).withWeight(weights.get(2)).withShape(NoiseShape.offset(0.1)).withPerturbation(0.1)));
        training.add(RewardBuffer.of(3, 2).update(List.of("cat", "dog"), 1, 2).buffer());
        training.addAll(Recipes.all());
        Recipes.all().forEach(recipe -> training.addAll(recipe.bootstrap()));
        training.add(new Gap.Pair(table.at(9), table.at(8)));
        Recipe latent = Recipes.named("LCM");
        training.add(BootstrapBatches.of(latent.scheduler(), latent.training(), latent.bootstrap().get(0), new Echo()));
        return training;
    }

    /** A network that is a value. */
    private record Echo() implements Networks<INDArray>, Serializable {

        private static final long serialVersionUID = 1;

        @Override
        public INDArray evaluate(Call<INDArray> call) {
            return call.input();
        }
    }

    /** What changes in the course of a training. */
    private static List<Object> changing() {
        Average.Power power = Average.power(0.05);
        Curriculum.SquareRoot progressive = new Curriculum.SquareRoot(2, 150, 1000);
        Profile profile = new Profile(8, 0.05);
        SlidingWindow window = SlidingWindow.of(4, 10, Stay.exponential(5, 2, 0.4));
        return List.of(power, Average.constant(0.95), Average.ramp().atMost(0.999).atLeast(0.1).after(3), new Average.Ramp(), new Average.AtMost(power, 0.9), new Average.AtLeast(power, 0.1),
                Average.warmup(1, 0.75), Average.halfLife(500, 0.05), progressive, progressive.target(0.95, 2), Curriculum.constant(18), Curriculum.doubling(10, 1280, 1000),
                Curriculum.halving(40, 50), profile, Reconstruction.of(List.of(profile, new Profile(8, 0.1)), new Profile(8, 0.07)), new LearningRate(0.01, 100, 10), new TimePair(2, 8, 1),
                window, window.withStride(1).rollingBack().asPublished(), Stay.linear(8, 2), window.at(7));
    }

    /** The defaults of all classes, and each with values that its keys take; those that the class refuses are configs too. */
    private static List<Object> configs() {
        Map<String, Object> values = Map.of("shift", 3, "lambda_min_clipped", Double.NEGATIVE_INFINITY, "use_karras_sigmas", true, "prediction_type", "v_prediction", "num_train_timesteps", 400.0,
                "trained_betas", new double[] {0.1, 0.2, 0.3}, "sigma_max", Double.POSITIVE_INFINITY);
        List<Object> configs = new ArrayList<>();
        for (String name : DiffusersConfig.classNames()) {
            DiffusersConfig defaults = DiffusersConfig.of(name);
            configs.add(defaults);
            values.forEach((key, value) -> {
                if (defaults.has(key)) {
                    configs.add(defaults.with(key, value));
                }
            });
        }
        return configs;
    }

    private static List<Object> runs() {
        return List.of(Run.steps(7), Run.points(), Run.sigmas(Double.POSITIVE_INFINITY, 1), Run.timesteps(999, 500.5), Run.steps(3).with("eta", null), Run.points().with("s_tmax", Double.NaN),
                Run.steps(4).with("eta", 0.1f), Run.points().with("num_inference_steps", (1L << 32) + 10));
    }

    private static List<Object> schedulers() {
        List<Object> schedulers = new ArrayList<>();
        for (Object config : configs()) {
            try {
                schedulers.add(((DiffusersConfig) config).scheduler());
            } catch (IllegalArgumentException e) {
                // a value that this class refuses
            }
        }
        DiscreteProcess process = DiscreteProcess.of(TABLE);
        schedulers.addAll(List.of(process, DDIMScheduler.of(process), DDPMScheduler.of(process), DDIMInverseScheduler.of(process)));
        rules().forEach(rule -> schedulers.add(ComposedScheduler.of(TABLE, DpmSolverMultistep.plusPlus(2)).withSpacing(rule.spacing(TrainedSigmas.of(TABLE)))));
        schedulers.add(DiffusersConfig.of("EulerDiscreteScheduler").with("use_karras_sigmas", true).scheduler().composed(DpmSolverMultistep.plusPlus(2)));
        return schedulers;
    }

    private static List<Object> names() {
        Set<String> rules = Set.of("karras", "beta");
        List<Object> names = new ArrayList<>(List.of(Names.diffusers("DPM++ 2M Karras")));
        Names.comfySamplers().keySet().forEach(sampler -> rules.forEach(rule -> {
            try {
                names.add(Names.comfy(sampler, rule));
                names.add(Names.comfy(sampler, rule).onFlow());
            } catch (IllegalArgumentException e) {
                // not a sampler of this library
            }
        }));
        return names;
    }

    /** Two iterators are the same if they give the same batches. */
    static NoisingIterator iterator(String className) {
        org.nd4j.linalg.dataset.DataSet data = new org.nd4j.linalg.dataset.DataSet(CounterNoise.of(1).draw(NoiseRequest.start(), DataType.FLOAT, 10, 3), Nd4j.zeros(DataType.FLOAT, 10));
        return new NoisingIterator(data, 3, TrainingRecipe.of(LevelSampler.uniform(BetaSchedule.LINEAR.schedule(900))).withWeight(LossWeight.minSnr(5)).on(DiffusersConfig.of(className).scheduler()), 8);
    }
}

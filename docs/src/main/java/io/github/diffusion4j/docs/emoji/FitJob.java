package io.github.diffusion4j.docs.emoji;

import io.github.diffusion4j.core.kernel.ElementType;
import io.github.diffusion4j.core.kernel.HostArray;
import io.github.diffusion4j.core.kernel.HostArrays;
import io.github.diffusion4j.core.noise.CounterNoise;
import io.github.diffusion4j.core.noise.NoiseRequest;
import io.github.diffusion4j.core.noise.NoiseSource;
import io.github.diffusion4j.core.plan.Plan;
import io.github.diffusion4j.samplers.Sampling;
import io.github.diffusion4j.samplers.diffusers.DiffusersScheduler;
import io.github.diffusion4j.samplers.grids.Comparison;
import io.github.diffusion4j.samplers.grids.FittedGrid;
import io.github.diffusion4j.samplers.grids.GridDescent;
import io.github.diffusion4j.samplers.grids.GridFit;
import io.github.diffusion4j.samplers.grids.LocalErrors;
import io.github.diffusion4j.samplers.grids.Roughness;
import io.github.diffusion4j.samplers.guidance.LinearGuidance;
import io.github.diffusion4j.samplers.solvers.Ancestral;
import io.github.diffusion4j.samplers.solvers.FirstOrder;
import io.github.diffusion4j.samplers.solvers.SolverCatalog;
import io.github.diffusion4j.samplers.solvers.UniPc;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * Fits a grid to a network, one start noise after another, and compares it on others. Even noises are fitted to, odd ones are not.
 *
 * @param model the process
 * @param networks the network for each noise, with its condition; closed if it can be
 * @param shape of a sample, without the batch
 * @param guidance the scale, 1 for none
 * @param seed of the noises
 */
record FitJob(DiffusersScheduler model, IntFunction<Sampling.Model<HostArray>> networks, long[] shape, double guidance, long seed) {

    private static final int FINE = 100;

    private Plan guided(Plan plan) {
        return guidance == 1 ? plan : plan.guided(LinearGuidance.classifierFree(guidance));
    }

    private HostArray start(int noise) {
        HostArray start = HostArrays.DIRECT.make(ElementType.FLOAT, LongStream.concat(LongStream.of(1), LongStream.of(shape)).toArray());
        CounterNoise.of(seed).forSamples(noise).fill(NoiseRequest.start(), start);
        return start;
    }

    /** What somebody makes of the network of a noise. */
    private interface Use<T> {
        T with(Sampling.Model<HostArray> network, HostArray start);
    }

    private <T> T use(int noise, Use<T> use) throws Exception {
        Sampling.Model<HostArray> network = networks.apply(noise);
        try {
            return use.with(network, start(noise));
        } finally {
            if (network instanceof AutoCloseable open) {
                open.close();
            }
        }
    }

    /** The grid; each fine run is a line of a file, which a run that was broken off goes on from. */
    FittedGrid fit(GridFit fit, int noises, Path file, Runnable each) throws IOException {
        Plan fine = guided(fit.fine(model.composed(UniPc.of(2))));
        String key = fine.fingerprint() + " " + seed + " " + Arrays.toString(shape);
        List<Double> lambda = IntStream.range(fit.fromNoisiest(fine) ? 1 : 0, fine.evaluations()).mapToObj(i -> fine.level(i).lambda()).toList();
        long numbers = LongStream.of(shape).reduce(1, (a, b) -> a * b);
        Map<Integer, Roughness> runs = new ConcurrentSkipListMap<>();
        List<String> kept = Files.exists(file) ? Files.readAllLines(file) : List.of();
        if (!kept.isEmpty() && kept.get(0).equals(key)) {
            for (String line : kept.subList(1, kept.size())) {
                String[] words = line.split(" ");
                List<Double> squares = Arrays.stream(words).skip(1).map(Double::valueOf).toList();
                runs.put(Integer.parseInt(words[0]), new Roughness(fit.derivative(), lambda, squares, numbers));
                each.run();
            }
        } else {
            Files.writeString(file, key + "\n");
        }
        Captions.together(IntStream.range(0, noises).filter(k -> !runs.containsKey(k)).mapToObj(k -> (Callable<Integer>) () -> {
            Roughness run = use(2 * k, (network, start) -> fit.roughness(fine.on(HostArrays.DIRECT), network, start));
            keep(file, k + " " + run.squares().stream().map(String::valueOf).collect(Collectors.joining(" ")));
            runs.put(k, run);
            each.run();
            return k;
        }).toList());
        return runs.values().stream().limit(noises).reduce(Roughness::plus).orElseThrow().grid(fit.fromNoisiest(fine));
    }

    /** The grid of a number of steps by dynamic programming on what the fine runs of the noises went through. */
    FittedGrid programmed(GridFit fit, int noises, int steps, Runnable each) {
        Plan fine = guided(fit.fine(model.composed(UniPc.of(2))));
        LocalErrors errors = Captions.together(IntStream.range(0, noises).mapToObj(k -> (Callable<LocalErrors>) () -> {
            LocalErrors run = use(2 * k, (network, start) -> fit.localErrors(fine.on(HostArrays.DIRECT), network, start));
            each.run();
            return run;
        }).toList()).stream().reduce(LocalErrors::plus).orElseThrow();
        return errors.grid(model.schedule(), new FirstOrder(new Ancestral(0), true), steps);
    }

    /** The grid of a number of steps that a descent with a solver finds from another one, on the noises that are fitted to. */
    FittedGrid descended(FittedGrid from, SolverCatalog.Entry solver, int steps, int noises, Runnable each) {
        List<HostArray> exact = ends(fine(), noises, 0, each);
        return GridDescent.DEFAULT.refined(model.schedule(), from, steps,
                grid -> Comparison.mean(errors(ends(guided(model.composed(solver.of(steps)).withSpacing(grid).plan(steps)), noises, 0, each), exact)));
    }

    private static synchronized void keep(Path file, String line) throws IOException {
        Files.writeString(file, line + "\n", StandardOpenOption.APPEND);
    }

    /** Errors on noises that were not fitted to, with the model's own spacing and the grid, for each number of steps. */
    List<Comparison> compare(FittedGrid grid, SolverCatalog.Entry solver, List<Integer> evaluations, int noises, Runnable each) {
        List<HostArray> exact = ends(fine(), noises, 1, each);
        return evaluations.stream().map(steps -> new Comparison(errors(ends(guided(model.composed(solver.of(steps)).plan(steps)), noises, 1, each), exact),
                errors(ends(guided(model.composed(solver.of(steps)).withSpacing(grid).plan(steps)), noises, 1, each), exact))).toList();
    }

    private Plan fine() {
        return guided(GridFit.SECOND_ORDER.fine(model.composed(UniPc.of(2))).withSteps(FINE));
    }

    /** Where runs end, from even or odd noises. */
    private List<HostArray> ends(Plan plan, int noises, int odd, Runnable each) {
        return Captions.together(IntStream.range(0, noises).mapToObj(k -> (Callable<HostArray>) () -> {
            HostArray end = use(2 * k + odd, (network, start) -> Sampling.run(plan.on(HostArrays.DIRECT), network, start, NoiseSource.none(), Sampling.Listener.none()));
            each.run();
            return end;
        }).toList());
    }

    private static List<Double> errors(List<HostArray> got, List<HostArray> exact) {
        return IntStream.range(0, exact.size()).mapToObj(i -> Comparison.error(HostArrays.DIRECT, got.get(i), exact.get(i))).toList();
    }
}

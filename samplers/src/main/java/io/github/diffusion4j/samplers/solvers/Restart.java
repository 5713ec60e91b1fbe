package io.github.diffusion4j.samplers.solvers;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.TimeGrid;
import io.github.diffusion4j.core.noise.NoiseRequest.Interval;
import io.github.diffusion4j.core.plan.Combination;
import io.github.diffusion4j.core.plan.Solver;
import io.github.diffusion4j.core.plan.SolverTraits;
import io.github.diffusion4j.core.plan.Stage;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/**
 * Restart sampling (Xu et al., arXiv:2306.14878, algorithm 1): where a run arrives at the lowest level of a segment, it jumps to the highest with fresh noise and comes down again, some times over,
 * <pre>
 *   x^ = (alpha^ / alpha) x + alpha^ noise sqrt(s_max^2 - s_min^2) z,   s = sigma / alpha
 *   s_i = (s_max^(1/rho) + i / (n - 1) (s_min^(1/rho) - s_max^(1/rho)))^rho,   i = 0 ... n - 1
 * </pre>
 * What the run did wrong above is mostly forgotten in the noise, which costs {@code times (n - 1)} more steps of the solver for each segment and buys quality where there are 30 evaluations and more. All
 * this belongs to the step that arrives; the grid of the run stays what it is. Each way down starts without memory, and the steps behind it go on from the last one. A solver that is given orders for
 * the steps of a grid ({@link DpmSolverSinglestep}) does not fit the ways down.
 *
 * <p>If the solver draws noise of its own, take independent noise (CounterNoise): along a Brownian path every way down would draw the same.
 *
 * @param inner the solver; published with {@link Heun}
 * @param segments where the run restarts; several at one level in this order
 * @param rho the exponent of the levels within a segment
 * @param noise the standard deviation of the fresh noise, S_noise
 */
public record Restart(Solver inner, List<Segment> segments, double rho, double noise) implements Solver {

    /** Published for EDM's ImageNet 64, a run of 36 steps and noise 1.003 (table 3). */
    public static final List<Segment> IMAGENET_64 = List.of(new Segment(4, 1, 19.35, 40.79), new Segment(4, 1, 1.09, 1.92), new Segment(4, 5, 0.59, 1.09), new Segment(4, 5, 0.30, 0.59),
            new Segment(6, 6, 0.06, 0.30));

    private static final double KARRAS = 7;

    /**
     * A stretch of noise levels that is run through again.
     *
     * @param levels the levels on the way down, both ends included, at least 2
     * @param times how often; 0 for not at all
     * @param lowest sigma / alpha at which the run restarts; the nearest level with noise at which one of its steps ends is taken instead
     * @param highest sigma / alpha that it jumps to
     */
    public record Segment(int levels, int times, double lowest, double highest) implements Serializable {

        /** Checks the segment. */
        public Segment {
            if (levels < 2 || times < 0 || !(lowest > 0 && lowest < highest && Double.isFinite(highest))) {
                throw new IllegalArgumentException("a restart needs at least 2 levels, no negative number of times and 0 < lowest < highest, got [" + levels + ", " + times + ", " + lowest + ", " + highest
                        + "]");
            }
        }

        /** The step of a run that arrives where it restarts. */
        private int arrival(TimeGrid grid) {
            if (grid.from(0).edmSigma() < grid.to(grid.steps() - 1).edmSigma()) {
                throw new IllegalArgumentException("a run towards the noise, from " + grid.from(0) + " to " + grid.to(grid.steps() - 1) + ", cannot restart; take its solver alone");
            }
            int nearest = IntStream.range(0, grid.steps()).filter(i -> grid.to(i).sigma() > 0 && grid.to(i).alpha() > 0).boxed()
                    .min((a, b) -> Double.compare(distance(grid.to(a)), distance(grid.to(b)))).orElseThrow(() -> new IllegalArgumentException("no step of the run ends at a level with noise to restart from; take more steps"));
            if (!(grid.to(nearest).edmSigma() < highest)) {
                throw new IllegalArgumentException("the level of the run that is nearest to " + lowest + " is " + grid.to(nearest).edmSigma() + ", from which a restart cannot jump up to " + highest
                        + "; take more steps or another segment");
            }
            return nearest;
        }

        private double distance(NoiseLevel level) {
            return Math.abs(level.edmSigma() - lowest);
        }

        /** The way down, and the rest of the run behind it. */
        private TimeGrid down(TimeGrid grid, int step, double rho) {
            double top = Math.pow(highest, 1 / rho);
            double bottom = Math.pow(grid.to(step).edmSigma(), 1 / rho);
            List<NoiseLevel> starts = new ArrayList<>(IntStream.range(0, levels - 1)
                    .mapToObj(i -> grid.curve().atEdmSigma(i == 0 ? highest : Math.pow(top + (bottom - top) * i / (levels - 1), rho))).toList());
            List<NoiseLevel> ends = new ArrayList<>(starts.subList(1, starts.size()));
            ends.add(grid.to(step));
            starts.addAll(grid.starts().subList(step + 1, grid.steps()));
            ends.addAll(grid.ends().subList(step + 1, grid.steps()));
            return new TimeGrid(starts, ends).withCurve(grid.curve());
        }
    }

    /** Checks the numbers. */
    public Restart {
        segments = List.copyOf(segments);
        if (!(rho > 0 && noise >= 0 && Double.isFinite(rho) && Double.isFinite(noise))) {
            throw new IllegalArgumentException("a restart needs rho above 0 and a noise of at least 0, got " + rho + " and " + noise);
        }
    }

    /**
     * With levels of rho 7 and the noise of the process.
     *
     * @param inner the solver
     * @param segments where the run restarts
     * @return the solver
     */
    public static Restart of(Solver inner, List<Segment> segments) {
        return new Restart(inner, segments, KARRAS, 1);
    }

    @Override
    public SolverTraits traits() {
        SolverTraits traits = inner.traits();
        boolean draws = segments.stream().anyMatch(segment -> segment.times() > 0);
        return traits.withWeakOrder(draws ? Math.max(traits.order(), traits.weakOrder()) : traits.weakOrder()).withCitation("Xu et al., arXiv:2306.14878, algorithm 1");
    }

    @Override
    public List<Stage> stages(TimeGrid grid, int step) {
        int[] arrivals = segments.stream().mapToInt(segment -> segment.times() > 0 ? segment.arrival(grid) : -1).toArray();
        List<Stage> stages = new ArrayList<>(downwards(grid, step, arrivals));
        for (int k : IntStream.range(0, arrivals.length).filter(k -> arrivals[k] == step).toArray()) {
            Segment segment = segments.get(k);
            TimeGrid down = segment.down(grid, step, rho);
            for (int time = 0; time < segment.times(); time++) {
                int first = stages.size();
                for (int i = 0; i + 1 < segment.levels(); i++) {
                    NoiseLevel from = down.from(i);
                    NoiseLevel to = down.to(i);
                    inner.stages(down, i).forEach(stage -> stages.add(stage.interval().equals(Interval.NONE) ? stage.withInterval(from, to) : stage));
                }
                stages.set(first, lifted(stages.get(first), Churn.lift(grid.to(step), down.from(0), noise)));
            }
        }
        return stages;
    }

    /** The step itself, which after a restart is one of the last way down. */
    private List<Stage> downwards(TimeGrid grid, int step, int... arrivals) {
        OptionalInt latest = IntStream.range(0, arrivals.length).filter(k -> arrivals[k] >= grid.first() && arrivals[k] < step).reduce((a, b) -> arrivals[a] > arrivals[b] ? a : b);
        if (latest.isEmpty()) {
            return inner.stages(grid, step);
        }
        Segment segment = segments.get(latest.getAsInt());
        int before = arrivals[latest.getAsInt()];
        return inner.stages(segment.down(grid, before, rho), segment.levels() - 2 + step - before);
    }

    /** A lift before what happens before the network sees the sample. */
    private static Stage lifted(Stage stage, Combination lift) {
        double then = stage.before().sample();
        return stage.withBefore(Combination.ZERO.withSample(then * lift.sample()).withNoise(Math.hypot(then * lift.noise(), stage.before().noise())));
    }
}

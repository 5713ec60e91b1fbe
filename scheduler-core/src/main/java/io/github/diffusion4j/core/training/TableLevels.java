package io.github.diffusion4j.core.training;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.NoiseSchedule;
import java.util.Collections;
import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/** Levels of a list with given shares; {@code weights} are importance weights. */
record TableLevels(List<NoiseLevel> levels, List<Double> cumulative, List<Double> weights) implements LevelSampler {

    private static final long serialVersionUID = 1;

    static TableLevels of(List<NoiseLevel> levels, double... shares) {
        double all = DoubleStream.of(shares).sum();
        if (levels.isEmpty() || shares.length != levels.size() || !(all > 0 && Double.isFinite(all) && DoubleStream.of(shares).allMatch(share -> share >= 0))) {
            throw new IllegalArgumentException("each of " + levels.size() + " levels needs a share of at least 0, with a positive and finite sum, got " + shares.length + " shares that sum to " + all);
        }
        double[] cumulative = new double[shares.length];
        double sum = 0;
        for (int i = 0; i < shares.length; i++) {
            sum += shares[i];
            cumulative[i] = sum / all;
        }
        return new TableLevels(List.copyOf(levels), DoubleStream.of(cumulative).boxed().toList(), Collections.nCopies(shares.length, 1.0));
    }

    static TableLevels of(NoiseSchedule schedule, LevelDraw draw) {
        List<NoiseLevel> levels = schedule.levels();
        double[] edges = edges(levels);
        double lowest = -levels.get(0).lambda();
        double highest = edges[edges.length - 2];
        double reached = levels.size() == 1 ? 1 : draw.cdf(highest) - draw.cdf(lowest);
        CurveLevels.checkReached(draw, reached, schedule);
        return of(levels, draw.probabilities(edges));
    }

    /** Halfway between neighbours in rho; a level without signal begins half a step beyond the one before it. */
    private static double[] edges(List<NoiseLevel> levels) {
        double[] rho = levels.stream().mapToDouble(level -> -level.lambda()).toArray();
        double[] edges = new double[rho.length + 1];
        edges[0] = Double.NEGATIVE_INFINITY;
        edges[rho.length] = Double.POSITIVE_INFINITY;
        for (int i = 1; i < rho.length; i++) {
            double step = Double.isFinite(rho[i]) ? rho[i] - rho[i - 1] : i > 1 ? rho[i - 1] - rho[i - 2] : 0;
            edges[i] = rho[i - 1] + step / 2;
        }
        return edges;
    }

    private int place(double u) {
        int found = Collections.binarySearch(cumulative, u);
        int place = found >= 0 ? found + 1 : -found - 1;
        while (place < cumulative.size() - 1 && share(place) == 0) {
            place++;
        }
        return Math.min(place, cumulative.size() - 1);
    }

    private double share(int place) {
        return cumulative.get(place) - (place == 0 ? 0 : cumulative.get(place - 1));
    }

    @Override
    public NoiseLevel level(double u) {
        return levels.get(place(u));
    }

    @Override
    public double weight(double u) {
        return weights.get(place(u));
    }

    @Override
    public LevelSampler keeping(LevelDraw base) {
        double[] wanted = base.probabilities(edges(levels));
        List<Double> ratios = IntStream.range(0, wanted.length).mapToObj(i -> share(i) == 0 ? 0 : wanted[i] / share(i)).toList();
        for (int i = 0; i < wanted.length; i++) {
            if (share(i) == 0 && wanted[i] > 0) {
                throw new IllegalArgumentException("the level " + levels.get(i) + " is never drawn, so no weight can keep its share " + wanted[i] + " of the objective");
            }
        }
        return new TableLevels(levels, cumulative, ratios);
    }
}

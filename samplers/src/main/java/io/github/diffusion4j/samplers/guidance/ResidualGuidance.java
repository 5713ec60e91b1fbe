package io.github.diffusion4j.samplers.guidance;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.Parameterization.Weights;
import io.github.diffusion4j.core.guidance.Branch;
import io.github.diffusion4j.core.guidance.Guidance;
import io.github.diffusion4j.core.guidance.Guide;
import io.github.diffusion4j.core.guidance.Place;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Residual classifier-free guidance of few-step consistency runs (StreamDiffusion, Kodaira et al., arXiv:2312.12491, equations 5 to 9): the unconditional output is not computed but followed from the
 * noise that the sample was made with, {@code y = delta r + scale (c - delta r)}, with r the noise itself at the first level and
 * <pre>
 *   r' = Z' + (alpha' / sigma') f(sigma r)
 * </pre>
 * at the next one, where f is the consistency step with the guided output and Z' the noise that all samples get at that level. The run is given these noises at its start, see {@link #given}.
 *
 * @param scale the scale
 * @param delta how much of the residual is taken
 * @param initialized whether the unconditional branch is asked for once, at the first level, and r begins with it
 * @param levels how many levels the run has, at most 5
 */
public record ResidualGuidance(double scale, double delta, boolean initialized, int levels) implements Guidance {

    /** The name of r; at the start it is the noise of the first level. */
    public static final String RESIDUAL = "residual noise";

    private static final String STOCK = "noise of level ";
    private static final int MOST = 5;

    /** Checks the numbers. */
    public ResidualGuidance {
        if (levels < 1 || levels > MOST || !Double.isFinite(scale) || !Double.isFinite(delta)) {
            throw new IllegalArgumentException("residual guidance is for 1 to " + MOST + " levels and finite numbers, got " + levels + " levels, scale " + scale + ", delta " + delta);
        }
    }

    @Override
    public List<String> remembered() {
        List<String> names = new ArrayList<>(List.of(RESIDUAL));
        names.addAll(stock(1));
        return names;
    }

    /** {@link #RESIDUAL}, the noise of the first level, and {@code noise of level 1}, {@code 2}, ..., those of the others. */
    @Override
    public List<String> given() {
        return remembered();
    }

    private List<String> stock(int first) {
        return IntStream.range(first, levels).mapToObj(level -> STOCK + level).toList();
    }

    @Override
    public Guide at(Place place) {
        if (place.evaluations() != levels) {
            throw new IllegalArgumentException("this guidance is for runs of " + levels + " evaluations, this one has " + place.evaluations());
        }
        int level = place.evaluation();
        boolean asksBoth = initialized && level == 0;
        List<Branch> branches = asksBoth ? List.of(Branch.CONDITIONAL, Branch.UNCONDITIONAL) : List.of(Branch.CONDITIONAL);
        List<String> held = place.held();
        List<String> kept = new ArrayList<>();
        List<double[]> rows = new ArrayList<>(List.of(new double[1 + branches.size() + held.size()]));
        int residual = asksBoth ? 2 : 1 + branches.size() + held.indexOf(RESIDUAL);
        rows.get(0)[1] = scale;
        rows.get(0)[residual] = (1 - scale) * delta;
        if (level + 1 < levels) {
            kept.add(RESIDUAL);
            rows.add(next(place, rows.get(0), residual, branches.size() + 1 + held.indexOf(STOCK + (level + 1))));
            for (String name : stock(level + 2)) {
                double[] row = new double[rows.get(0).length];
                row[1 + branches.size() + held.indexOf(name)] = 1;
                kept.add(name);
                rows.add(row);
            }
        }
        return Guide.known(branches, held, kept, rows.toArray(double[][]::new));
    }

    /** The weights of the residual at the next level. */
    private static double[] next(Place place, double[] guided, int residual, int stock) {
        NoiseLevel to = place.levels().get(place.evaluation() + 1);
        double sigma = place.level().sigma();
        double share = to.alpha() / to.sigma();
        Weights data = place.data();
        Weights boundary = place.parameterization().boundary(place.level());
        double[] row = new double[guided.length];
        for (int k = 0; k < row.length; k++) {
            row[k] = share * boundary.second() * data.second() * guided[k];
        }
        row[residual] += share * sigma * (boundary.first() + boundary.second() * data.first());
        row[stock] += 1;
        return row;
    }
}

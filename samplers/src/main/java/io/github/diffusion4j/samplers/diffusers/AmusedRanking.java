package io.github.diffusion4j.samplers.diffusers;

import io.github.diffusion4j.core.kernel.ElementType;
import io.github.diffusion4j.core.noise.TokenDraw;
import io.github.diffusion4j.core.tokens.Row;
import io.github.diffusion4j.core.tokens.Score;
import io.github.diffusion4j.core.tokens.Verdict;
import java.util.Arrays;
import java.util.List;

/**
 * The ranking of Diffusers' aMUSEd as it stands: given tokens have a large score, not an infinite one, and what lies strictly below the cut is masked.
 *
 * @param part the part of all positions that goes on masked
 * @param temperature of the noise
 */
record AmusedRanking(double part, double temperature) implements Verdict {

    private static final double SMALLEST = 1e-20;
    private static final double LARGEST_HALF = 65504;
    private static final double LARGEST_BRAIN = 3.3895313892515355e38;

    /** How many positions go on masked. */
    static int length(double part, int length, int masked) {
        return Math.max(1, Math.min(masked - 1, (int) Math.floor(length * part)));
    }

    @Override
    public List<TokenDraw> draws() {
        return List.of(TokenDraw.uniform(TokenDraw.Purpose.SELECTION));
    }

    private static double largest(ElementType type) {
        return switch (type) {
            case DOUBLE, INT64 -> Double.MAX_VALUE;
            case FLOAT -> Float.MAX_VALUE;
            case HALF -> LARGEST_HALF;
            case BFLOAT16 -> LARGEST_BRAIN;
        };
    }

    @Override
    public void decide(Row row) {
        double[] scores = new double[row.length()];
        for (int position = 0; position < scores.length; position++) {
            double probability = row.isMasked(position) ? Math.max(row.probability(position), SMALLEST) : largest(row.type());
            scores[position] = Math.log(probability) + temperature * Score.gumbel(row.uniform(position));
        }
        int masks = length(part, scores.length, row.competing().size());
        if (masks >= scores.length) {
            throw new IllegalArgumentException("a sample of " + scores.length + " token cannot keep " + masks + " masked (Diffusers fails too); use Convention.EXACT");
        }
        double[] sorted = scores.clone();
        Arrays.sort(sorted);
        for (int position = 0; position < scores.length; position++) {
            if (scores[position] < sorted[masks]) {
                row.mask(position);
            } else if (row.isMasked(position)) {
                row.take(position);
            }
        }
    }
}

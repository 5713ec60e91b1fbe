package io.github.diffusion4j.core.tokens;

import io.github.diffusion4j.core.noise.TokenDraw;
import java.util.Comparator;
import java.util.List;

/**
 * The surest positions take their candidate as long as what they do not know of each other stays bounded: with entropies sorted upwards the j-th if {@code e_1 + .. + e_(j-1) <= bound}. At least one,
 * where the bound is 0 or more.
 *
 * <p>Source: Ben-Hamu et al., "Accelerated Sampling from Masked Diffusion Models via Entropy Bounded Unmasking", arXiv:2505.24857.
 *
 * @param bound the bound in nats; below 0 none is taken
 */
public record Prefix(double bound) implements Verdict {

    /**
     * Checks the bound.
     *
     * @throws IllegalArgumentException if it is not a number
     */
    public Prefix {
        if (Double.isNaN(bound)) {
            throw new IllegalArgumentException("a bound of entropies (entropy_bound) is a number, got " + bound);
        }
    }

    @Override
    public List<TokenDraw> draws() {
        return List.of();
    }

    @Override
    public void decide(Row row) {
        List<Integer> sorted = row.competing().stream().sorted(Comparator.comparingDouble(position -> row.reading().temperedEntropy(row.place(position)))).toList();
        double sum = 0;
        for (int position : sorted) {
            if (sum <= bound) {
                row.take(position);
            } else {
                row.leave(position);
            }
            sum += row.reading().temperedEntropy(row.place(position));
        }
    }
}

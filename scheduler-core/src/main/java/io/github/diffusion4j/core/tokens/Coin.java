package io.github.diffusion4j.core.tokens;

import io.github.diffusion4j.core.noise.TokenDraw;
import java.util.ArrayList;
import java.util.List;

/**
 * Each position goes its own way, by exact routes: ancestral sampling. With candidates drawn from a prediction of each token from all tokens the step is the average of posteriors
 * {@code sum_k q(x_s | x_t, k) p(k)}, exact for it.
 *
 * @param masked the routes of a masked position
 * @param known the routes of a position that holds a token
 */
public record Coin(Routes masked, Routes known) implements Verdict {

    private static final int CLEAN = 0;
    private static final int RANDOM = 2;
    private static final int MASK = 3;

    /**
     * The posterior between two levels.
     *
     * @param from the noisier level
     * @param to the cleaner level
     * @return the verdict
     * @throws IllegalArgumentException if no noise leads from the cleaner to the noisier
     */
    public static Coin between(TokenLevel from, TokenLevel to) {
        return new Coin(Routes.masked(from, to), Routes.known(from, to));
    }

    /** Three routes where nothing is masked, otherwise four. */
    private int routes() {
        return masked.mask() + known.mask() > 0 ? MASK + 1 : MASK;
    }

    @Override
    public List<TokenDraw> draws() {
        List<TokenDraw> draws = new ArrayList<>(List.of(TokenDraw.coin(routes())));
        if (masked.random() + known.random() > 0) {
            draws.add(TokenDraw.tokens(TokenDraw.Purpose.RANDOM));
        }
        return draws;
    }

    @Override
    public void decide(Row row) {
        for (int position : row.competing()) {
            Routes routes = row.isMasked(position) ? masked : known;
            boolean agrees = row.candidate(position) == row.current(position);
            switch (row.route(position, routes.probabilities(agrees, row.classes()), routes())) {
                case CLEAN -> row.take(position);
                case RANDOM -> row.random(position);
                case MASK -> row.mask(position);
                default -> { }
            }
        }
    }
}

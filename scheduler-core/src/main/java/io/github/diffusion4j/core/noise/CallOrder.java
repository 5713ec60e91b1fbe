package io.github.diffusion4j.core.noise;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/**
 * The order in which a run draws, for sources that draw one call after another.
 *
 * @param startDrawn whether the tokens that the run starts from are drawn first
 * @param run for each evaluation what it draws
 */
public record CallOrder(boolean startDrawn, List<List<TokenDraw>> run) implements Serializable {

    /** Copies the lists. */
    public CallOrder {
        run = run.stream().map(List::copyOf).toList();
    }

    CallOrder with(List<List<TokenDraw>> draws) {
        return new CallOrder(startDrawn, draws);
    }

    /** The draws before a request, of its own run. */
    List<TokenRequest> before(TokenRequest request) {
        boolean told = request.evaluation() < run.size() && run.get(request.evaluation()).contains(request.draw());
        if (request.draw().purpose() == TokenDraw.Purpose.START && !told) {
            return List.of();
        }
        List<TokenRequest> before = new ArrayList<>();
        if (startDrawn) {
            before.add(like(request, 0, TokenDraw.tokens(TokenDraw.Purpose.START)));
        }
        if (request.evaluation() >= run.size()) {
            throw new IllegalArgumentException("evaluation " + request.evaluation() + " draws, but this source was told of a run of " + run.size() + " evaluations; plans say it with forRun");
        }
        for (int i = 0; i <= request.evaluation(); i++) {
            for (TokenDraw draw : run.get(i)) {
                if (i == request.evaluation() && draw.equals(request.draw())) {
                    return before;
                }
                before.add(like(request, i, draw));
            }
        }
        throw new IllegalArgumentException("evaluation " + request.evaluation() + " draws " + request.draw() + ", but this source was told that it draws " + run.get(request.evaluation()));
    }

    private static TokenRequest like(TokenRequest request, int evaluation, TokenDraw draw) {
        return new TokenRequest(evaluation, draw, request.vocabulary(), request.batch(), request.length());
    }
}

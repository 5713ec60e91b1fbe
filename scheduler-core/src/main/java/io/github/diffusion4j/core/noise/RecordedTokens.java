package io.github.diffusion4j.core.noise;

import io.github.diffusion4j.core.kernel.Chances;
import java.io.Serializable;
import java.util.Arrays;
import java.util.List;

/**
 * Given uniform numbers, in the order in which a run draws: for parity with a run made elsewhere, or to replay one. A whole number below n is {@code floor(n u)}.
 *
 * @param draws the numbers of each draw
 * @param order the order of the draws
 */
public record RecordedTokens(List<Recorded> draws, CallOrder order) implements TokenNoise {

    /**
     * The numbers of one draw.
     *
     * @param uniforms the numbers, positions after one another
     * @param races whether a choice among classes has a number for each class, or one for each position
     */
    public record Recorded(List<Double> uniforms, boolean races) implements Serializable {

        /** Copies the list. */
        public Recorded {
            uniforms = List.copyOf(uniforms);
        }
    }

    /** Copies the list. */
    public RecordedTokens {
        draws = List.copyOf(draws);
    }

    /**
     * Recorded draws of a run whose first tokens are given.
     *
     * @param draws the draws in their order
     * @return the source
     */
    public static RecordedTokens of(List<Recorded> draws) {
        return new RecordedTokens(draws, new CallOrder(false, List.of()));
    }

    /**
     * For runs that start from random tokens, which are drawn first.
     *
     * @return the source
     */
    public RecordedTokens fromRandomTokens() {
        return new RecordedTokens(draws, new CallOrder(true, order.run()));
    }

    @Override
    public RecordedTokens forRun(List<List<TokenDraw>> run) {
        return new RecordedTokens(draws, order.with(run));
    }

    private Recorded recorded(TokenRequest request, boolean choice) {
        int call = order.before(request).size();
        if (call >= draws.size()) {
            throw new IllegalStateException("draw " + call + " was asked for (" + request + ") but only " + draws.size() + " were recorded");
        }
        Recorded recorded = draws.get(call);
        long expected = choice && !recorded.races() ? (long) request.batch() * request.positions() : request.total();
        if (recorded.uniforms().size() != expected) {
            throw new IllegalStateException("draw " + call + " has " + recorded.uniforms().size() + " recorded numbers, asked for " + expected + " (" + request + ")");
        }
        return recorded;
    }

    private static double[] numbers(Recorded recorded) {
        return recorded.uniforms().stream().mapToDouble(Double::doubleValue).toArray();
    }

    @Override
    public double[] uniforms(TokenRequest request) {
        return numbers(recorded(request, false));
    }

    @Override
    public int[] integers(TokenRequest request) {
        return Arrays.stream(uniforms(request)).mapToInt(number -> (int) (number * request.vocabulary())).toArray();
    }

    @Override
    public Chances chances(TokenRequest request) {
        if (request.draw().kind() == TokenDraw.Kind.GUMBEL) {
            return Raced.byClasses(request, uniforms(request));
        }
        Recorded recorded = recorded(request, true);
        double[] uniforms = numbers(recorded);
        return recorded.races() ? Raced.byPositions(request, uniforms) : new Inverted(uniforms);
    }

    private record Inverted(double[] uniforms) implements Chances {
        @Override
        public boolean racing() {
            return false;
        }

        @Override
        public double uniform(int position) {
            return uniforms[position];
        }

        @Override
        public Exponentials exponentials(int position) {
            throw new UnsupportedOperationException("there is one number for a position here");
        }
    }
}

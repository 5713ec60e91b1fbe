package io.github.diffusion4j.core.noise;

import io.github.diffusion4j.core.kernel.Chances;
import io.github.diffusion4j.core.random.TorchGenerator;
import io.github.diffusion4j.core.random.TorchType;
import java.util.Arrays;
import java.util.List;

/**
 * The random numbers of PyTorch's CPU generator, to the last bit: what {@code rand}, {@code randint} and {@code multinomial} draw call by call from
 * {@code torch.Generator().manual_seed(seed)} in float32. A plan says in which order its evaluations draw. {@code multinomial} is a race with numbers of {@code exponential_}; these are the plain
 * kernel's, of builds without MKL and of all from PyTorch 2.7 on (wheels from 2.0 to 2.6 take others there).
 *
 * <p>A pure function all the same: a late draw skips the words of the earlier ones.
 *
 * @param seed the seed
 * @param order the order of the draws
 */
public record TorchTokens(long seed, CallOrder order) implements TokenNoise {

    /**
     * For runs whose first tokens are given: the steps draw from the beginning.
     *
     * @param seed the seed
     * @return the source
     */
    public static TorchTokens of(long seed) {
        return new TorchTokens(seed, new CallOrder(false, List.of()));
    }

    /**
     * For runs that start from random tokens, which are drawn first.
     *
     * @return the source
     */
    public TorchTokens fromRandomTokens() {
        return new TorchTokens(seed, new CallOrder(true, order.run()));
    }

    @Override
    public TorchTokens forRun(List<List<TokenDraw>> run) {
        return new TorchTokens(seed, order.with(run));
    }

    /** The words of 32 bits that a draw takes. */
    private static long words(TokenRequest request) {
        return request.total() * (request.draw().kind() == TokenDraw.Kind.CATEGORICAL ? 2 : 1);
    }

    private TorchGenerator generator(TokenRequest request) {
        return TorchGenerator.seeded(seed).afterWords(order.before(request).stream().mapToLong(TorchTokens::words).sum());
    }

    @Override
    public double[] uniforms(TokenRequest request) {
        return generator(request).rand(TorchType.FLOAT32, (int) request.total()).values();
    }

    @Override
    public int[] integers(TokenRequest request) {
        return Arrays.stream(generator(request).randint(0, request.vocabulary(), (int) request.total()).values()).mapToInt(token -> (int) token).toArray();
    }

    @Override
    public Chances chances(TokenRequest request) {
        TorchGenerator first = generator(request);
        if (request.draw().kind() == TokenDraw.Kind.GUMBEL) {
            return Raced.byClasses(request, first.rand(TorchType.FLOAT32, Math.toIntExact(request.total())).values());
        }
        int rows = request.batch() * request.positions();
        TorchGenerator[] generators = new TorchGenerator[rows];
        for (int row = 0; row < rows; row++) {
            generators[row] = row == 0 ? first : generators[row - 1].afterWords(2L * request.numbers());
        }
        return new Raced(position -> {
            TorchGenerator[] next = {generators[position]};
            return (out, count) -> {
                TorchGenerator.Draw draw = next[0].exponential(TorchType.FLOAT32, count);
                System.arraycopy(draw.values(), 0, out, 0, count);
                next[0] = draw.next();
            };
        });
    }
}

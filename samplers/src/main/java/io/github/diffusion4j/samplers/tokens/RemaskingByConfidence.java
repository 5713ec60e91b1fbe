package io.github.diffusion4j.samplers.tokens;

import io.github.diffusion4j.core.noise.TokenDraw;
import io.github.diffusion4j.core.tokens.Row;
import io.github.diffusion4j.core.tokens.Verdict;
import java.util.List;

/**
 * ReMDM's "conf" (Wang et al., arXiv:2503.00307): a masked position becomes its candidate with a probability; a known one is masked again with {@code bound w_l}, w the softmax over the known positions of a
 * sample of {@code -p_l}, the probability that its token had when it was taken.
 *
 * @param clean the probability with which a masked position becomes its candidate
 * @param bound the largest probability of masking a token again
 */
record RemaskingByConfidence(double clean, double bound) implements Verdict {

    @Override
    public boolean remembers() {
        return true;
    }

    @Override
    public List<TokenDraw> draws() {
        return List.of(TokenDraw.uniform(TokenDraw.Purpose.SELECTION));
    }

    @Override
    public void decide(Row row) {
        List<Integer> known = row.competing().stream().filter(position -> !row.isMasked(position)).toList();
        double sum = known.stream().mapToDouble(position -> Math.exp(-row.remembered(position))).sum();
        for (int position : row.competing()) {
            if (row.isMasked(position)) {
                if (row.uniform(position) < clean) {
                    row.take(position);
                }
            } else if (row.uniform(position) < bound * Math.exp(-row.remembered(position)) / sum) {
                row.mask(position);
            }
        }
    }
}

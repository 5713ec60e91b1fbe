package io.github.diffusion4j.core.tokens;

import io.github.diffusion4j.core.noise.TokenDraw;
import java.util.Comparator;
import java.util.List;

/**
 * The surest positions take their candidate: a quota of them, or all above a threshold where these are as many or more. Of equal scores the lowest position comes first.
 *
 * @param score how sure a position is
 * @param quota how many are taken at least, while so many compete
 * @param threshold the score above which all are taken; infinite for none
 */
public record Rank(Score score, Quota quota, double threshold) implements Verdict {

    /**
     * By the quota alone.
     *
     * @param score how sure a position is
     * @param quota how many are taken
     * @return the verdict
     */
    public static Rank of(Score score, Quota quota) {
        return new Rank(score, quota, Double.POSITIVE_INFINITY);
    }

    @Override
    public List<TokenDraw> draws() {
        return score.draws();
    }

    private record Scored(int position, double score) {}

    @Override
    public void decide(Row row) {
        List<Scored> ranked = row.competing().stream().map(position -> new Scored(position, score.of(row, position))).sorted(Comparator.comparingDouble(Scored::score).reversed()).toList();
        int sure = (int) ranked.stream().filter(scored -> scored.score() > threshold).count();
        int taken = Math.max(sure, quota.of(ranked.size(), row.length(), row.committed()));
        for (int rank = 0; rank < ranked.size(); rank++) {
            if (rank < taken) {
                row.take(ranked.get(rank).position());
            } else {
                row.leave(ranked.get(rank).position());
            }
        }
    }
}

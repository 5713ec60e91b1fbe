package io.github.diffusion4j.samplers.training;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.Parameterization;
import java.io.Serializable;

/**
 * Consistency: what the student says of the data at one noise level is to be what it, or its average, says a little further down the path (Song et al., arXiv:2303.01469, equations 7 and 10;
 * improved: Song and Dhariwal, arXiv:2310.14189; easy tuning: Geng et al., arXiv:2406.14548; latent: Luo et al., arXiv:2310.04378). The recipe's loss weight is of the error of the data, and
 * multiplies that of the gap.
 *
 * @param student what the student outputs, with the boundary condition if it has one
 * @param gap the two levels
 * @param route how the sample gets from the one to the other
 * @param spread how a weight follows from the gap
 * @param guidance the scales w that the student is told, one drawn uniformly for each sample; {@link Guidance#NONE} without
 */
public record Consistency(Parameterization student, Gap gap, Route route, Spread spread, Guidance guidance) implements Bootstrap {

    private static final long serialVersionUID = 1;

    /** How the weight of an error depends on the gap. */
    public enum Spread {
        /** Not at all. */
        UNIFORM,
        /** {@code 1 / (sigma - sigma')} of the two levels, {@code sigma / alpha} each (Song and Dhariwal, arXiv:2310.14189, section 3.5). */
        RECIPROCAL
    }

    /**
     * A range of guidance scales.
     *
     * @param least the least w, as in {@code D + w (D - D_unconditional)}
     * @param most the largest
     * @param told whether the student is told w in a column
     */
    public record Guidance(double least, double most, boolean told) implements Serializable {

        /** No guidance, and nothing told. */
        public static final Guidance NONE = new Guidance(0, 0, false);

        /** Checks the range. */
        public Guidance {
            if (!(least <= most && Double.isFinite(least) && Double.isFinite(most))) {
                throw new IllegalArgumentException("guidance scales lie in a finite range, the least first, got " + least + " and " + most);
            }
        }

        /** The scale of a sample, the first of its chances. */
        double drawn(Chance chance) {
            return least + chance.uniform(0) * (most - least);
        }

        /** What the student is told. */
        double[] columns(double scale) {
            return told ? new double[] {scale} : new double[0];
        }
    }

    /**
     * Consistency training or distillation without guidance.
     *
     * @param student what the student outputs
     * @param gap the two levels
     * @param route how the sample gets from the one to the other
     * @return the bootstrap, whose errors all have the recipe's weight
     */
    public static Consistency of(Parameterization student, Gap gap, Route route) {
        return new Consistency(student, gap, route, Spread.UNIFORM, Guidance.NONE);
    }

    /**
     * With the weight of improved consistency training.
     *
     * @return the bootstrap, with {@code 1 / (sigma - sigma')}
     */
    public Consistency perGap() {
        return new Consistency(student, gap, route, Spread.RECIPROCAL, guidance);
    }

    /**
     * With a guided teacher, of whose scale the student is told.
     *
     * @param least the least w, 5 usually
     * @param most the largest w, 15 usually
     * @return the bootstrap
     */
    public Consistency guided(double least, double most) {
        return new Consistency(student, gap, route, spread, new Guidance(least, most, true));
    }

    @Override
    public Lesson lesson(Tape tape, NoiseLevel level, Chance chance, int iteration) {
        Gap.Pair pair = gap.of(level, iteration);
        double w = guidance.drawn(chance);
        double[] columns = guidance.columns(w);
        Linear next = route.walk(tape, pair.noisier(), pair.cleaner(), w);
        boolean clean = pair.cleaner().sigma() == 0;
        // Where the path has reached the data there is nothing to ask; the question is put nevertheless, at the student's level, so that all rows ask alike.
        NoiseLevel asked = clean ? pair.noisier() : pair.cleaner();
        Linear answer = tape.ask(Role.TARGET, student, clean ? Tape.at(asked) : next, asked, columns);
        Linear wanted = clean ? next : Tape.data(student, asked, next, answer);
        Lesson lesson = Tape.lesson(student, pair.noisier(), Tape.at(pair.noisier()), wanted, columns);
        double gapWeight = spread == Spread.UNIFORM ? 1 : 1 / (pair.noisier().edmSigma() - pair.cleaner().edmSigma());
        return lesson.withWeight(lesson.weight() * gapWeight);
    }
}

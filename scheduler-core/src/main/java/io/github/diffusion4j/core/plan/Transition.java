package io.github.diffusion4j.core.plan;

import io.github.diffusion4j.core.DataCorrection;
import java.util.Arrays;
import java.util.List;

/**
 * How the sample after an evaluation depends on fresh noise and on the network's outputs, in scalars: through the prediction that is remembered, the anchor, the next sample, and the churn before the
 * next evaluation.
 *
 * @param noise the factor of the step's noise
 * @param churn the factor of the noise that goes in before the next evaluation
 * @param scaling how the step's noise scales with learned variance
 * @param slopes the weight of each branch's output
 * @param bent why the sample is no linear function of the outputs, empty if it is
 */
record Transition(double noise, double churn, ArrayScaling scaling, double[] slopes, String bent) {

    /** The transition of one evaluation of a run. */
    static Transition of(Plan plan, int index) {
        Evaluation e = plan.evaluation(index);
        Transition own = of(e, plan.correction());
        List<Integer> drawing = java.util.stream.IntStream.range(0, plan.evaluations()).filter(i -> plan.stepOf(i) == plan.stepOf(index) && plan.evaluation(i).usesNoise()).boxed().toList();
        if (drawing.size() > 1) {
            String why = plan.solver().traits().overlappingDraws() ? ", over stretches of noise levels that overlap: the later noise is not independent of the earlier"
                    : ", of which the earlier stays in what the step remembers: the sample alone does not tell it";
            throw new IllegalArgumentException("the step of evaluation " + index + " draws noise after the evaluations " + drawing + why + ", so that no evaluation alone is a Gaussian step; use a solver that draws once in a step, such as DpmSolverMultistep.sde(2)");
        }
        if (own.noise == 0 && e.anchor()[Evaluation.NOISE] != 0) {
            throw new IllegalArgumentException("evaluation " + index + " draws noise that is not in the sample after it but in what the step remembers: the sample alone does not tell the noise");
        }
        boolean last = index + 1 == plan.evaluations();
        double[] before = last ? asItIs() : plan.evaluation(index + 1).before();
        double scale = before[Evaluation.SAMPLE];
        return new Transition(scale * own.noise, before[Evaluation.NOISE], own.scaling, Arrays.stream(own.slopes).map(slope -> scale * slope).toArray(), own.bent);
    }

    private static double[] asItIs() {
        double[] weights = new double[Evaluation.MEMORY];
        weights[Evaluation.SAMPLE] = 1;
        return weights;
    }

    /** The transition of an evaluation after which nothing follows. */
    static Transition of(Evaluation e, DataCorrection correction) {
        if (e.scaling() instanceof Langevin) {
            throw new IllegalArgumentException("the length of a Langevin step follows from the norm of its noise, so that the sample after it is not Gaussian and has no log-probability of this form");
        }
        int branches = Math.max(1, e.guided().branches().size());
        double[] slopes = new double[branches];
        Arrays.setAll(slopes, branch -> derivative(e, branch == 0 ? Evaluation.OUTPUT : Evaluation.BRANCH + branch - 1));
        return new Transition(derivative(e, Evaluation.NOISE), 0, e.scaling(), slopes, bent(e, correction));
    }

    private static double derivative(Evaluation e, int register) {
        double remembered = e.remembers() ? e.remember()[register] : 0;
        double anchor = e.anchor()[register] + newest(e.anchor()) * remembered;
        return e.next()[register] + newest(e.next()) * remembered + e.next()[Evaluation.ANCHOR] * anchor;
    }

    private static double newest(double... weights) {
        return weights.length > Evaluation.MEMORY ? weights[Evaluation.MEMORY] : 0;
    }

    private static String bent(Evaluation e, DataCorrection correction) {
        if (!e.guided().known()) {
            return "guidance of this evaluation measures the network's outputs before it weighs them";
        }
        return derivative(e, Evaluation.CORRECTED) == 0 ? "" : "the estimate of the data is corrected (" + correction + ")";
    }

    /** Whether no noise goes into the sample. */
    boolean deterministic() {
        return noise == 0 && churn == 0;
    }

    boolean learned() {
        return noise != 0 && scaling instanceof LearnedVariance && !(scaling instanceof LearnedVariance.Ignored);
    }

    /** The standard deviation, for a value of the variance channels where it is learned. */
    double deviation(double variance) {
        return Math.hypot(noise * (scaling instanceof LearnedVariance learned ? learned.deviation(variance) : 1), churn);
    }
}

package io.github.diffusion4j.samplers.diffusers;

import java.util.ArrayList;
import java.util.List;

/**
 * The order in which RePaint takes the steps of a plan (Lugmayr et al., arXiv:2201.09865, section 4.2 and appendix B): every {@code length} steps it goes back that far towards the
 * noise, {@code samples - 1} times.
 *
 * @param evaluations the evaluation of the plan that each move leads to: one higher than the one before for a step, one lower for a jump
 */
public record RePaintMoves(List<Integer> evaluations) {

    /** Copies the list. */
    public RePaintMoves {
        evaluations = List.copyOf(evaluations);
    }

    /**
     * The moves of a run.
     *
     * @param steps the number of steps
     * @param length how many steps a jump undoes
     * @param samples how often each part is sampled
     * @return the moves, starting at evaluation 0
     */
    public static RePaintMoves of(int steps, int length, int samples) {
        if (length < 1 || samples < 1) {
            throw new IllegalArgumentException("jump_length and jump_n_sample must be at least 1, got " + length + " and " + samples);
        }
        int[] jumps = new int[steps];
        for (int j = 0; j < steps - length; j += length) {
            jumps[j] = samples - 1;
        }
        List<Integer> visits = new ArrayList<>();
        int t = steps;
        while (t >= 1) {
            t--;
            visits.add(steps - 1 - t);
            if (jumps[t] > 0) {
                jumps[t]--;
                for (int back = 0; back < length; back++) {
                    t++;
                    visits.add(steps - 1 - t);
                }
            }
        }
        return new RePaintMoves(visits);
    }
}

package io.github.diffusion4j.samplers.guidance;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import io.github.diffusion4j.core.DataCorrection;
import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.Parameterization;
import io.github.diffusion4j.core.TimeGrid;
import io.github.diffusion4j.core.guidance.Guidance;
import io.github.diffusion4j.core.kernel.HostArray;
import io.github.diffusion4j.core.kernel.HostArrays;
import io.github.diffusion4j.core.plan.Plan;
import io.github.diffusion4j.core.plan.Runs;
import io.github.diffusion4j.samplers.solvers.Ancestral;
import io.github.diffusion4j.samplers.solvers.FirstOrder;
import java.util.List;
import org.junit.jupiter.api.Test;

class AdaptiveProjectedTest {

    private static final double[] C = {3, 4, 0};
    private static final double[] U = {1, 4, 2};

    /** The guided data estimate of a run's only evaluation, where the network gives data estimates; it is asked for no more branches than the guidance needs. */
    private static double[] guided(Guidance guidance) {
        TimeGrid grid = TimeGrid.contiguous(List.of(new NoiseLevel(1, 0.6, 0.8)), new NoiseLevel(0, 1, 0));
        Plan plan = Plan.of(new FirstOrder(new Ancestral(0), true), grid, Parameterization.sample(), DataCorrection.NONE).guided(guidance);
        Runs<HostArray> runs = plan.on(HostArrays.HEAP);
        List<HostArray> outputs = List.of(HostArray.of(C, 1, 3), HostArray.of(U, 1, 3)).subList(0, plan.calls());
        return runs.denoised(0, outputs, runs.start(HostArray.of(new double[] {1, 2, 3}, 1, 3))).values();
    }

    /** Algorithm 1: pred_cond + (guidance_scale - 1) * (diff - parallel), diff no longer than the norm. */
    @Test
    void the_papers_settings_add_what_is_orthogonal_to_the_conditional_branch() {
        double length = Math.sqrt(8);
        double[] orthogonal = {2 - 6.0 / 25 * 3, -6.0 / 25 * 4, -2};
        for (double norm : new double[] {0, 1, 10}) {
            double k = norm == 1 ? 1 / length : 1;
            double[] expected = {C[0] + 3 * k * orthogonal[0], C[1] + 3 * k * orthogonal[1], C[2] + 3 * k * orthogonal[2]};
            assertArrayEquals(expected, guided(AdaptiveProjected.of(4, norm)), 1e-12, "norm " + norm);
            assertArrayEquals(expected, guided(Space.DATA.of(AdaptiveProjected.of(4, norm))), 1e-12, "norm " + norm);
        }
    }

    @Test
    void a_scale_of_one_is_no_guidance() {
        assertArrayEquals(C, guided(AdaptiveProjected.of(1, 15)), 0);
    }
}

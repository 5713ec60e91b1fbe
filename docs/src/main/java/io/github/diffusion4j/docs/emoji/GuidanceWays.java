package io.github.diffusion4j.docs.emoji;

import io.github.diffusion4j.core.guidance.Guidance;
import io.github.diffusion4j.core.plan.Plan;
import io.github.diffusion4j.samplers.CfgPlusPlus;
import io.github.diffusion4j.samplers.guidance.AdaptiveProjected;
import io.github.diffusion4j.samplers.guidance.LinearGuidance;
import io.github.diffusion4j.samplers.guidance.Rescaled;
import io.github.diffusion4j.samplers.guidance.Scale;
import io.github.diffusion4j.samplers.guidance.Space;
import io.github.diffusion4j.samplers.guidance.Window;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Ways to guide a run, for pictures side by side. */
final class GuidanceWays {

    private static final double[] SCALES = {2, 4};
    private static final double[] SCALES_OF_CFG_PLUS_PLUS = {0.2, 0.6, 1};

    private GuidanceWays() {}

    /** All of them on one plan. */
    static List<Way> on(Plan plan) {
        List<Way> ways = new ArrayList<>();
        ways.add(new Way("no guidance", "scale 1", plan));
        for (double scale : SCALES) {
            Guidance plain = LinearGuidance.classifierFree(scale);
            String setting = "scale " + (int) scale;
            ways.add(new Way("classifier-free", setting, plan.guided(plain)));
            ways.add(new Way("rescaled", setting + ", phi 0.7", plan.guided(new Rescaled(plain, 0.7))));
            ways.add(new Way("adaptive projected", setting + ", data, -0.5", plan.guided(Space.DATA.of(AdaptiveProjected.of(scale, 15)))));
            ways.add(new Way("limited interval", setting + ", 0.3 to 10", plan.guided(LinearGuidance.classifierFree(Scale.of(scale), Window.edmSigma(0.3, 10)))));
        }
        for (double scale : SCALES_OF_CFG_PLUS_PLUS) {
            ways.add(new Way("CFG++", "scale " + scale, CfgPlusPlus.of("dpmpp_2m_cfg_pp", scale, Map.of()).on(plan)));
        }
        return ways;
    }
}

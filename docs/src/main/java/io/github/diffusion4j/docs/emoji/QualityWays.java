package io.github.diffusion4j.docs.emoji;

import io.github.diffusion4j.core.Spacing;
import io.github.diffusion4j.core.plan.Plan;
import io.github.diffusion4j.laws.Budget;
import io.github.diffusion4j.samplers.ComposedScheduler;
import io.github.diffusion4j.samplers.diffusers.DiffusersConfig;
import io.github.diffusion4j.samplers.diffusers.DiffusersScheduler;
import io.github.diffusion4j.samplers.grids.FittedGrid;
import io.github.diffusion4j.samplers.guidance.LinearGuidance;
import io.github.diffusion4j.samplers.solvers.SolverCatalog;
import io.github.diffusion4j.schedules.SigmaRamp;
import io.github.diffusion4j.schedules.Sigmas;
import io.github.diffusion4j.schedules.Timesteps;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Every solver of the catalog on every spacing, with as many steps as a number of evaluations allows, guided and not. */
final class QualityWays {

    static final double SCALE = 2;
    static final String FITTED = "fitted";
    /** Evaluations of the run that errors are measured against. */
    static final int FINE = 100;

    /** Levels from which a run of few steps cannot go in one: the network's largest sigma is 20,291. */
    private static final double HIGHEST_SIGMA = 80;
    private static final double LOWEST_SIGMA = 0.02;
    private static final double RHO = 7;

    private final DiffusersConfig config;
    private final Map<String, Spacing> spacings;

    QualityWays(EmojiNetwork network) {
        this.config = network.config();
        this.spacings = spacings(network.fittedGrid());
    }

    /**
     * A setting that is measured.
     *
     * @param solver the solver
     * @param spacing the spacing
     * @param guided whether with classifier-free guidance
     * @param evaluations how many evaluations are allowed
     */
    record Setting(String solver, String spacing, boolean guided, int evaluations) {}

    private static Map<String, Spacing> spacings(FittedGrid fitted) {
        Map<String, Spacing> spacings = new LinkedHashMap<>();
        spacings.put("trailing", Timesteps.trailing());
        spacings.put("linspace", Timesteps.linspace());
        spacings.put("leading", Timesteps.leading(0));
        spacings.put("Karras, 80 to 0.02", Sigmas.ramp(SigmaRamp.karras(RHO), HIGHEST_SIGMA, LOWEST_SIGMA));
        spacings.put("exponential, 80 to 0.02", Sigmas.ramp(SigmaRamp.exponential(), HIGHEST_SIGMA, LOWEST_SIGMA));
        spacings.put(FITTED, fitted);
        return spacings;
    }

    /** The run that errors are measured against. */
    Plan fine(boolean guided) {
        return guided(guided, config.as("UniPCMultistepScheduler").config().scheduler().plan(FINE));
    }

    private static Plan guided(boolean guided, Plan plan) {
        return guided ? plan.guided(LinearGuidance.classifierFree(SCALE)) : plan;
    }

    /** All settings whose solver takes such steps, those of a solver one after another. */
    List<Setting> settings(List<Integer> evaluations) {
        List<Setting> settings = new ArrayList<>();
        for (SolverCatalog.Entry entry : SolverCatalog.all()) {
            for (String spacing : spacings.keySet()) {
                for (boolean guided : new boolean[] {true, false}) {
                    evaluations.stream().map(count -> new Setting(entry.toString(), spacing, guided, count)).filter(setting -> longest(setting).isPresent()).forEach(settings::add);
                }
            }
        }
        return settings;
    }

    /** The plan of a setting: as many steps as its evaluations allow. */
    Plan plan(Setting setting) {
        return guided(setting.guided(), longest(setting).orElseThrow());
    }

    private Optional<Plan> longest(Setting setting) {
        return Budget.longest(setting.evaluations(), steps -> plan(setting, steps));
    }

    private Plan plan(Setting setting, int steps) {
        SolverCatalog.Entry entry = SolverCatalog.all().stream().filter(each -> each.toString().equals(setting.solver())).findFirst().orElseThrow();
        DiffusersScheduler own = config.scheduler();
        return ComposedScheduler.of(own.schedule(), entry.of(steps)).withParameterization(own.parameterization()).withSpacing(spacings.get(setting.spacing())).plan(steps);
    }
}

package io.github.diffusion4j.golden;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.diffusion4j.core.kernel.Arrays;
import io.github.diffusion4j.core.kernel.ElementType;
import io.github.diffusion4j.core.plan.ModelInput;
import io.github.diffusion4j.core.plan.Plan;

/**
 * The recorded network of ScoreSdeVe is told the schedule's time; those that people trained are told sigma, as {@code ModelInput.timestep()} has it.
 *
 * @param <A> the array of a library
 */
final class ScoreSdeVeCase<A> extends DiffusersCase<A> {

    ScoreSdeVeCase(JsonNode golden, Arrays<A> arrays, ElementType type) {
        super(golden, arrays, type);
    }

    @Override
    void compareTimes(Plan plan) {
        compareGridTimes(plan);
    }

    @Override
    double told(ModelInput<A> input) {
        return input.level().time();
    }
}

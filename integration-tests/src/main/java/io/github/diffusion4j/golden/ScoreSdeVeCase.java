package io.github.diffusion4j.golden;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.diffusion4j.core.plan.ModelInput;
import io.github.diffusion4j.core.plan.Plan;
import org.nd4j.linalg.api.buffer.DataType;

/** The recorded network of ScoreSdeVe is told the schedule's time; those that people trained are told sigma, as {@code ModelInput.timestep()} has it. */
final class ScoreSdeVeCase extends DiffusersCase {

    ScoreSdeVeCase(JsonNode golden, DataType type) {
        super(golden, type);
    }

    @Override
    void compareTimes(Plan plan) {
        compareGridTimes(plan);
    }

    @Override
    double told(ModelInput input) {
        return input.level().time();
    }
}

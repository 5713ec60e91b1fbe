package io.github.diffusion4j.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.diffusion4j.core.plan.Combination;
import io.github.diffusion4j.core.plan.Plan;
import io.github.diffusion4j.core.plan.Solver;
import io.github.diffusion4j.core.plan.SolverTraits;
import io.github.diffusion4j.core.plan.Stage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InvalidObjectException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What Java serialization reads back is a value that could have been made, or none. */
class SerializedValuesTest {

    private static final DiscreteSchedule SCHEDULE = DiscreteSchedule.ofBetas(0.1, 0.2, 0.37, 0.4);

    /** Scales the sample by a number and ends there. */
    private record Scaling(double factor) implements Solver {
        @Override
        public SolverTraits traits() {
            return new SolverTraits(1, 0, 1, 0, "test");
        }

        @Override
        public List<Stage> stages(TimeGrid grid, int step) {
            return List.of(Stage.of(grid.from(step), Combination.ZERO.withSample(factor)));
        }
    }

    private static Plan plan() {
        TimeGrid grid = TimeGrid.contiguous(List.of(SCHEDULE.at(3), SCHEDULE.at(1)), NoiseLevel.clean(0));
        return Plan.of(new Scaling(0.37), grid, Parameterization.velocity(), DataCorrection.clip(1)).withStartScale(2.5);
    }

    private static byte[] written(Object value) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(value);
        }
        return bytes.toByteArray();
    }

    private static Object read(byte[] bytes) throws IOException, ClassNotFoundException {
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes))) {
            return in.readObject();
        }
    }

    /** The bytes with every occurrence of a number replaced by another. */
    private static byte[] with(byte[] bytes, double number, double other) {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        int found = 0;
        for (int i = 0; i + Double.BYTES <= bytes.length; i++) {
            if (buffer.getLong(i) == Double.doubleToLongBits(number)) {
                buffer.putDouble(i, other);
                found++;
            }
        }
        assertEquals(1, found, "places of " + number);
        return bytes;
    }

    @Test
    void schedules_come_back_equal() throws Exception {
        for (DiscreteSchedule schedule : List.of(SCHEDULE, SCHEDULE.withZeroTerminalSnr(), SCHEDULE.withSnrDivided(3))) {
            assertEquals(schedule, read(written(schedule)));
        }
    }

    @Test
    void a_schedule_is_checked_when_it_is_read() throws IOException {
        byte[] bytes = with(written(SCHEDULE), 0.37, 2.0);
        InvalidObjectException refused = assertThrows(InvalidObjectException.class, () -> read(bytes));
        assertEquals("the tables that were written out are no schedule: betas[2] = 2.0 is not a forward variance; betas lie in [0, 1), the first above 0, and only the last may be 1",
                refused.getMessage());
        byte[] power = with(written(SCHEDULE), SCHEDULE.alphaCumprod(1), -1);
        assertThrows(InvalidObjectException.class, () -> read(power));
    }

    @Test
    void plans_come_back_with_the_same_numbers() throws Exception {
        Plan plan = plan();
        for (Plan each : List.of(plan, plan.from(1), plan.slice(0, 1), plan.reversed())) {
            Plan copy = (Plan) read(written(each));
            assertEquals(each.fingerprint(), copy.fingerprint());
            assertEquals(each.grid(), copy.grid());
            assertEquals(each.startScale(), copy.startScale());
        }
    }

    @Test
    void a_plan_is_compiled_when_it_is_read() throws IOException {
        byte[] weight = with(written(plan()), 0.37, Double.NaN);
        assertThrows(InvalidObjectException.class, () -> read(weight));
        byte[] scale = with(written(plan()), 2.5, -1);
        assertThrows(InvalidObjectException.class, () -> read(scale));
    }
}

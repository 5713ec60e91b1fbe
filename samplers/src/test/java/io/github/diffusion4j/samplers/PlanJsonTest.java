package io.github.diffusion4j.samplers;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.github.diffusion4j.core.DataCorrection;
import io.github.diffusion4j.core.NoiseSchedule;
import io.github.diffusion4j.core.plan.Plan;
import io.github.diffusion4j.core.plan.PlanDescription;
import io.github.diffusion4j.samplers.solvers.SolverCatalog;
import io.github.diffusion4j.schedules.BetaSchedule;
import io.github.diffusion4j.schedules.SigmaRamp;
import io.github.diffusion4j.schedules.Sigmas;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class PlanJsonTest {

    private static final List<String> REGISTERS = List.of("sample", "anchor", "output", "data", "noise", "memory0", "memory1", "memory2", "memory3");

    static Stream<Plan> plans() {
        NoiseSchedule schedule = BetaSchedule.LINEAR.schedule(1000);
        return SolverCatalog.all().stream().map(entry -> ComposedScheduler.of(schedule, entry.of(6))
                .withSpacing(Sigmas.ramp(SigmaRamp.karras(7), 10, 0.02)).withEnd(schedule.cleanest()))
                .flatMap(scheduler -> Stream.of(scheduler, scheduler.withCorrection(DataCorrection.clip(1)))).map(scheduler -> scheduler.plan(6));
    }

    @ParameterizedTest
    @MethodSource("plans")
    void the_json_of_a_plan_holds_every_double_exactly(Plan plan) throws IOException {
        PlanDescription description = plan.describe();
        JsonNode json = JsonMapper.builder().build().readTree(description.json());
        assertEquals(plan.evaluations(), json.get("evaluations").size());
        for (PlanDescription.Row row : description.rows()) {
            JsonNode read = json.get("evaluations").get(row.index());
            assertEquals(row.level().alpha(), read.get("alpha").doubleValue());
            assertEquals(row.level().sigma(), read.get("sigma").doubleValue());
            assertEquals(row.level().logSnr(), number(read.get("logSnr")));
            for (String part : PlanDescription.PARTS) {
                assertEquals(row.weights().get(part).size(), read.get(part).size());
                row.weights().get(part).forEach((name, weight) -> assertEquals(weight, read.get(part).get(name).doubleValue()));
            }
        }
    }

    /** The recipe of {@link PlanDescription#fingerprint}, followed from the JSON alone. */
    @ParameterizedTest
    @MethodSource("plans")
    void the_fingerprint_follows_from_the_json(Plan plan) throws Exception {
        JsonNode json = JsonMapper.builder().build().readTree(plan.describe().json());
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        out.write(json.get("correction").textValue().getBytes(StandardCharsets.UTF_8));
        write(out, json.get("startScale"), json.get("end").get(0), json.get("end").get(1));
        for (JsonNode row : json.get("evaluations")) {
            write(out, row.get("step"), row.get("time"), row.get("alpha"), row.get("sigma"), row.get("inputScale"));
            for (String part : PlanDescription.PARTS) {
                for (Map.Entry<String, JsonNode> weight : row.get(part).properties()) {
                    out.writeDouble(REGISTERS.indexOf(weight.getKey()));
                    write(out, weight.getValue());
                }
                out.writeDouble(-1);
            }
            for (JsonNode draw : row.get("noise")) {
                write(out, draw.get(0), draw.get(1), draw.get(2));
            }
            out.writeDouble(-1);
            out.write(row.get("scaling").textValue().getBytes(StandardCharsets.UTF_8));
        }
        assertEquals(HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes.toByteArray())), plan.fingerprint());
    }

    private static void write(DataOutputStream out, JsonNode... numbers) throws IOException {
        for (JsonNode number : numbers) {
            out.writeDouble(number(number));
        }
    }

    private static double number(JsonNode node) {
        return Double.parseDouble(node.asText());
    }
}

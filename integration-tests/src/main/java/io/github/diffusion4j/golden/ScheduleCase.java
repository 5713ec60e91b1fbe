package io.github.diffusion4j.golden;

import io.github.diffusion4j.core.kernel.ElementType;
import io.github.diffusion4j.core.kernel.HostArray;
import io.github.diffusion4j.core.kernel.HostArrays;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.github.diffusion4j.schedules.BetaSchedule;
import io.github.diffusion4j.schedules.ComfySchedule;
import io.github.diffusion4j.schedules.PublishedSigmas;
import io.github.diffusion4j.schedules.SigmaRamp;
import io.github.diffusion4j.schedules.SigmaRule;
import io.github.diffusion4j.schedules.TrainedSigmas;
import io.github.diffusion4j.schedules.VarianceSde;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * One recorded list of sigmas: a schedule of ComfyUI for a model and a number of steps, or a published table.
 *
 * @param schedule the schedule or table
 * @param id what tells this case from others of the schedule
 * @param expected the recorded sigmas
 * @param actual the sigmas of this library
 */
record ScheduleCase(String schedule, String id, JsonNode expected, Supplier<double[]> actual) {

    /** ComfyUI computes in single precision, {@code tan(atan(14.6))} with an error of 6e-7. */
    private static final double SINGLE_PRECISION = 1e-6;

    /** Our names of the recorded tables. */
    private static final Map<String, String> TABLES = Map.of("AYS_10step", "AYS", "AYS_A1111_rounded_11", "AYS-WEBUI", "GITS_A1111_11", "GITS-WEBUI",
            "AYS_32_Forge", "AYS-32", "OptimalSteps", "OPTIMAL-STEPS");

    private static final Pattern NAME = Pattern.compile("([a-z_]+(?:57)?)[ (]*(?:rho=|mu)?([-0-9.e]*),?(?:beta)?([-0-9.e]*),?([-0-9.e]*)\\)?");

    /** All cases of a file of models or of tables; none if it is neither. */
    static List<ScheduleCase> of(JsonNode root) {
        List<ScheduleCase> cases = new ArrayList<>();
        root.properties().forEach(entry -> {
            if (entry.getKey().equals("GITS_SD1_by_coeff")) {
                entry.getValue().properties().forEach(rows -> gits(rows.getKey(), rows.getValue(), cases));
            } else if (entry.getValue().has("sigma_max")) {
                entry.getValue().properties().stream().filter(steps -> steps.getKey().startsWith("n="))
                        .forEach(steps -> model(entry.getKey(), steps.getKey(), steps.getValue(), cases));
            } else {
                entry.getValue().properties().forEach(table -> cases.add(new ScheduleCase(entry.getKey(), entry.getKey() + "/" + table.getKey(), table.getValue(),
                        () -> PublishedSigmas.published(TABLES.get(entry.getKey()) + "/" + table.getKey()))));
            }
        });
        return cases;
    }

    private static void gits(String coefficient, JsonNode rows, List<ScheduleCase> cases) {
        for (JsonNode row : rows) {
            String table = PublishedSigmas.gits(Double.parseDouble(coefficient)).table() + "/" + (row.size() - 1);
            cases.add(new ScheduleCase("GITS", table, row, () -> PublishedSigmas.published(table)));
        }
    }

    private static void model(String model, String steps, JsonNode lists, List<ScheduleCase> cases) {
        int count = Integer.parseInt(steps.substring(2));
        lists.properties().forEach(list -> cases.add(new ScheduleCase("comfyui:" + list.getKey(), model + "/" + steps, list.getValue(),
                () -> sigmas(list.getKey(), trained(model), count))));
    }

    private static TrainedSigmas trained(String model) {
        if (model.startsWith("sd15_discrete")) {
            return TrainedSigmas.of(BetaSchedule.SCALED_LINEAR.schedule(1000, 0.00085, 0.012));
        }
        if (model.startsWith("sd3_flow_shift")) {
            return TrainedSigmas.shiftedFlow(Double.parseDouble(model.substring("sd3_flow_shift".length())));
        }
        if (model.startsWith("flux_mu")) {
            return TrainedSigmas.flux(Double.parseDouble(model.substring("flux_mu".length())));
        }
        throw new UnsupportedOperationException("this model is not known: " + model);
    }

    private static double[] sigmas(String name, TrainedSigmas trained, int steps) {
        Matcher match = NAME.matcher(name);
        if (!match.matches()) {
            throw new UnsupportedOperationException("this schedule is not known: " + name);
        }
        double[] numbers = IntStream.rangeClosed(2, match.groupCount()).mapToObj(match::group).filter(text -> !text.isEmpty()).mapToDouble(Double::parseDouble).toArray();
        double[] table = trained.table();
        return switch (match.group(1)) {
            case "beta" -> ComfySchedule.beta(numbers[0], numbers[1]).sigmas(trained, steps);
            case "polyexponential" -> SigmaRule.ramp(SigmaRamp.polyexponential(numbers[0])).sigmas(trained, steps);
            case "laplace" -> SigmaRamp.laplace(numbers[0], numbers[1]).sigmas(table[table.length - 1], table[0], steps);
            case "vp" -> variancePreserving(new VarianceSde(numbers[1], numbers[1] + numbers[0]), numbers[2], steps);
            default -> ComfySchedule.of(match.group(1)).sigmas(trained, steps);
        };
    }

    private static double[] variancePreserving(VarianceSde schedule, double last, int steps) {
        double[] sigmas = IntStream.range(0, steps).mapToDouble(i -> schedule.at(1 + (last - 1) * i / (steps - 1)).edmSigma()).toArray();
        return Arrays.copyOf(sigmas, steps + 1);
    }

    double worstError() {
        Comparison<HostArray> comparison = new Comparison<>(HostArrays.HEAP, ElementType.DOUBLE, MissingNode.getInstance());
        comparison.allow(SINGLE_PRECISION);
        comparison.check(schedule, Comparison.doubles(expected), actual.get());
        return comparison.result().worst();
    }
}

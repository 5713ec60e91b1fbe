package io.github.diffusion4j.docs.explorer;

import io.github.diffusion4j.core.DiscreteSchedule;
import io.github.diffusion4j.core.NoiseSchedule;
import io.github.diffusion4j.core.plan.Plan;
import io.github.diffusion4j.samplers.ComposedScheduler;
import io.github.diffusion4j.samplers.guidance.LinearGuidance;
import io.github.diffusion4j.schedules.EdmSchedule;
import io.github.diffusion4j.schedules.Flow;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * What was chosen.
 *
 * @param schedule the id of the schedule
 * @param prediction the id of the parameterization
 * @param spacing the id of the spacing
 * @param solver the id of the solver
 * @param steps the number of steps
 * @param shift the shift of a flow
 * @param size the height and width of a picture in pixels
 * @param words what the network of docs draws, empty for no picture
 * @param guidance the scale of classifier-free guidance, 1 for none
 * @param seed the seed of the picture's noise
 */
public record Selection(String schedule, String prediction, String spacing, String solver, int steps, double shift, int size, String words, double guidance, long seed) {

    /**
     * The selection of an address.
     *
     * @param query for instance {@code schedule=sd&steps=20&words=noto+owl}, a plus for a blank; what it leaves out is that of the first model
     * @return the selection
     */
    public static Selection of(String query) {
        Map<String, String> given = new HashMap<>(Map.of("shift", "3", "size", "1024", "words", "", "guidance", "1", "seed", "1"));
        for (String pair : (Choices.MODELS.get(0).value() + "&" + query).split("&")) {
            int equals = pair.indexOf('=');
            if (equals > 0) {
                given.put(pair.substring(0, equals), pair.substring(equals + 1).replace('+', ' '));
            }
        }
        return new Selection(given.get("schedule"), given.get("prediction"), given.get("spacing"), given.get("solver"), Integer.parseInt(given.get("steps")),
                Double.parseDouble(given.get("shift")), Integer.parseInt(given.get("size")), given.get("words"), Double.parseDouble(given.get("guidance")),
                Long.parseLong(given.get("seed")));
    }

    /**
     * The length of the token sequence: FLUX sees one token for 16 x 16 pixels.
     *
     * @return the number of tokens
     */
    public int tokens() {
        return (size / 16) * (size / 16);
    }

    /**
     * The schedule.
     *
     * @return the forward process
     */
    public NoiseSchedule noise() {
        return Choice.find(Choices.SCHEDULES, schedule);
    }

    Plan plan() {
        return ComposedScheduler.of(noise(), Choice.find(Choices.SOLVERS, solver)).withSpacing(Choice.find(Choices.SPACINGS, spacing).apply(this))
                .withParameterization(Choice.find(Choices.PREDICTIONS, prediction)).plan(steps);
    }

    /**
     * The plan with its guidance. The page needs none, whose points have no words.
     *
     * @return the plan
     */
    public Plan guided() {
        return guidance == 1 ? plan() : plan().guided(LinearGuidance.classifierFree(guidance));
    }

    /** The Java that makes the plan, and the picture if there are words. */
    String java() {
        String plan = "Scheduler scheduler = ComposedScheduler.of(" + Choice.named(Choices.SCHEDULES, schedule).java() + ",\n                "
                + Choice.named(Choices.SOLVERS, solver).java() + ")\n        .withSpacing("
                + Choice.named(Choices.SPACINGS, spacing).java().replace("SHIFT", "" + shift).replace("TOKENS", "" + tokens()) + ")\n        .withParameterization("
                + Choice.named(Choices.PREDICTIONS, prediction).java() + ");\nPlan plan = scheduler.plan(" + steps + ")"
                + (guidance == 1 ? "" : ".guided(LinearGuidance.classifierFree(" + guidance + "))") + ";\n";
        return words.isEmpty() ? plan : plan + "try (EmojiNetwork network = EmojiNetwork.open(); EmojiModel model = network.of(\"" + words + "\")) {\n    CounterNoise noise = CounterNoise.of(" + seed
                + "L);\n    HostArray picture = model.draw(plan, EmojiNetwork.noise(noise, 1), noise);\n}\n";
    }

    private String family() {
        NoiseSchedule noise = noise();
        return noise instanceof DiscreteSchedule ? "betas" : noise instanceof Flow ? "flow" : noise instanceof EdmSchedule ? "edm" : "none";
    }

    /**
     * The {@code scheduler_config.json} of the class in Diffusers that is closest.
     *
     * @return the config, empty where no class composes these parts
     */
    public String config() {
        Map<String, Object> named = Choices.CLASSES.get(solver + " " + family());
        Map<String, Object> spaced = Choice.named(Choices.SPACINGS, spacing).config();
        Set<String> lacks = Choices.LACKS.getOrDefault(solver, Set.of());
        boolean known = named != null && spaced != null && Choice.named(Choices.SCHEDULES, schedule).config() != null
                && !lacks.contains(schedule) && !lacks.contains(prediction) && !lacks.contains(spacing);
        boolean fits = switch (family()) {
            case "flow" -> prediction.equals("flow") && (spacing.equals("shift") || spacing.equals("dynamic"));
            case "edm" -> prediction.equals("x0") && spacing.equals("karras");
            default -> !prediction.equals("flow") && !spacing.equals("shift") && !spacing.equals("dynamic");
        };
        if (!known || !fits) {
            return "";
        }
        Map<String, Object> keys = new TreeMap<>(Choice.named(Choices.SCHEDULES, schedule).config());
        if (!family().equals("edm")) {
            keys.putAll(Choice.named(Choices.PREDICTIONS, prediction).config());
            keys.putAll(spaced);
        }
        keys.putAll(named);
        keys.replace("shift", shift);
        StringBuilder json = new StringBuilder("{\n");
        String gap = "";
        for (Map.Entry<String, Object> key : keys.entrySet()) {
            String value = key.getValue() instanceof String text ? '"' + text + '"' : key.getValue().toString();
            json.append(gap).append("  \"").append(key.getKey()).append("\": ").append(value);
            gap = ",\n";
        }
        return json.append("\n}\n").toString();
    }
}

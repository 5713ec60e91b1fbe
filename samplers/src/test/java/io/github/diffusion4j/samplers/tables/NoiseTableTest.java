package io.github.diffusion4j.samplers.tables;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.diffusion4j.core.DiscreteSchedule;
import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.samplers.diffusers.DiffusersConfig;
import io.github.diffusion4j.samplers.training.Recipe;
import io.github.diffusion4j.samplers.training.Recipes;
import io.github.diffusion4j.schedules.BetaSchedule;
import io.github.diffusion4j.schedules.EdmSchedule;
import io.github.diffusion4j.schedules.TrainedSigmas;
import io.github.diffusion4j.schedules.VarianceExploding;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class NoiseTableTest {

    private static final Path MODELS = Path.of("src/test/resources/models");
    private static final double ROUNDING = 1e-12;
    /** Some roundings of alpha-bar, which is near 1 where 1 - alpha-bar is read. */
    private static final double CANCELLED = 1e-15;

    static List<Path> models() throws IOException {
        try (Stream<Path> files = Files.list(MODELS)) {
            return files.sorted().toList();
        }
    }

    /** Formulas of the papers in 40 digits, by mpmath; how stands in the first line of each file. */
    @ParameterizedTest
    @ValueSource(strings = {"stable-diffusion-1.5", "kolors", "deepfloyd-if-1", "stable-diffusion-3", "playground-2.5", "sana-sprint"})
    void six_models_have_the_numbers_of_their_papers(String model) throws IOException {
        NoiseTable table = NoiseTable.of(model, DiffusersConfig.load(MODELS.resolve(model + ".json")).scheduler());
        List<String> lines = Files.readAllLines(Path.of("src/test/resources/tables", model + ".csv"));
        String[] heads = lines.get(1).split(",");
        for (String line : lines.subList(2, lines.size())) {
            String[] cells = line.split(",");
            for (int k = 1; k < heads.length; k++) {
                Quantity quantity = Quantity.named(heads[k]);
                assertEquals(!cells[k].isEmpty(), table.quantities().contains(quantity), heads[k]);
                if (!cells[k].isEmpty()) {
                    double expected = Double.parseDouble(cells[k]);
                    double noise = 1 - Double.parseDouble(cells[List.of(heads).indexOf("alpha_bar")]);
                    double tolerance = (ROUNDING + CANCELLED / noise) * Math.max(1, Math.abs(expected));
                    assertEquals(expected, table.values(quantity)[Integer.parseInt(cells[0])], Double.isFinite(tolerance) ? tolerance : 0, model + ", " + heads[k] + ": " + line);
                }
            }
        }
    }

    /** Of betas the table's own arrays, of all others what the levels say; nothing is computed twice. */
    @ParameterizedTest
    @MethodSource("models")
    void every_model_has_the_numbers_of_the_library(Path file) throws IOException {
        var scheduler = DiffusersConfig.load(file).scheduler();
        NoiseTable table = NoiseTable.of("model", scheduler);
        assertEquals(table.levels().size(), table.table().rows().size());
        for (Quantity quantity : table.quantities()) {
            double[] values = table.values(quantity);
            List<List<Object>> printed = table.table(quantity).rows();
            assertFalse(Arrays.stream(values).anyMatch(Double::isNaN), quantity.id());
            for (int i = 0; i < values.length; i++) {
                assertEquals(Double.toString(values[i]), printed.get(i).get(0).toString());
            }
        }
        double[] ratios = table.values(Quantity.EDM_SIGMA);
        assertTrue(IntStream.range(1, ratios.length).allMatch(i -> ratios[i] >= ratios[i - 1]), "noise grows");
        if (scheduler.table().isPresent()) {
            DiscreteSchedule betas = scheduler.table().get();
            assertArrayEquals(betas.betas(), table.values(Quantity.BETA));
            assertArrayEquals(betas.alphasCumprod(), table.values(Quantity.ALPHA_BAR));
            assertArrayEquals(betas.snr(), table.values(Quantity.SNR));
            assertArrayEquals(betas.sigmas(), table.values(Quantity.EDM_SIGMA));
        } else {
            assertEquals(scheduler.schedule().noisiest().logSnr(), table.values(Quantity.LOG_SNR)[ratios.length - 1]);
        }
    }

    /** The same quantities for whatever curve: they are ratios, or follow from alpha and sigma. */
    @Test
    void quantities_agree_with_each_other() {
        NoiseLevel level = new NoiseLevel(3, 0.6, 1.2);
        assertEquals(2, Quantity.EDM_SIGMA.of(level), ROUNDING);
        assertEquals(0.25, Quantity.SNR.of(level), ROUNDING);
        assertEquals(Math.log(0.25), Quantity.LOG_SNR.of(level), ROUNDING);
        assertEquals(0.2, Quantity.ALPHA_BAR.of(level), ROUNDING);
        assertEquals(Math.atan(2), Quantity.ANGLE.of(level), ROUNDING);
        assertThrows(IllegalArgumentException.class, () -> Quantity.BETA.of(level));
    }

    @Test
    void sigma_is_the_coefficient_of_the_noise() {
        DiscreteSchedule betas = BetaSchedule.SCALED_LINEAR.schedule(1000, 0.00085, 0.012);
        assertEquals(0.9977, NoiseTable.of("SD", betas).values(Quantity.SIGMA)[999], 1e-4);
        assertEquals(14.6146, NoiseTable.of("SD", betas).values(Quantity.EDM_SIGMA)[999], 1e-4);
        assertArrayEquals(betas.betas(), NoiseTable.of("as x0 + sigma eps", VarianceExploding.of(betas)).values(Quantity.BETA));
    }

    @Test
    void a_shift_moves_the_levels_that_are_trained_on() {
        double[] plain = NoiseTable.of("1", TrainedSigmas.shiftedFlow(1)).values(Quantity.LOG_SNR);
        double[] shifted = NoiseTable.of("3", TrainedSigmas.shiftedFlow(3)).values(Quantity.LOG_SNR);
        for (int i = 0; i < plain.length - 1; i++) {
            assertEquals(plain[i] - 2 * Math.log(3), shifted[i], 1e-9);
        }
    }

    @Test
    void what_belongs_to_training_is_refused_elsewhere() {
        NoiseTable edm = NoiseTable.of("EDM", new EdmSchedule(0.002, 80));
        String message = assertThrows(IllegalArgumentException.class, () -> edm.table(Quantity.DENSITY)).getMessage();
        assertTrue(message.startsWith("EDM has no density: "), message);
        assertThrows(IllegalArgumentException.class, () -> edm.values(Quantity.BETA));
        assertThrows(IllegalArgumentException.class, () -> NoiseTable.of("none", List.of()));
    }

    /** The density is per unit of log SNR, so its integral over the levels is the share of draws between them. */
    @Test
    void a_recipe_has_its_density_and_weight() {
        for (Recipe recipe : Recipes.all()) {
            NoiseTable table = NoiseTable.of(recipe);
            double[] logSnr = table.values(Quantity.LOG_SNR);
            double[] density = table.values(Quantity.DENSITY);
            double sum = 0;
            int from = Double.isInfinite(logSnr[0]) ? 1 : 0;
            int to = Double.isInfinite(logSnr[logSnr.length - 1]) ? logSnr.length - 2 : logSnr.length - 1;
            for (int i = from; i < to; i++) {
                sum += (density[i] + density[i + 1]) / 2 * (logSnr[i] - logSnr[i + 1]);
            }
            double expected = recipe.draw().cdf(-logSnr[to] / 2) - recipe.draw().cdf(-logSnr[from] / 2);
            assertEquals(expected, sum, 0.02, recipe.name());
            assertEquals(recipe.bootstrap().isEmpty(), table.quantities().contains(Quantity.EFFECTIVE_WEIGHT), recipe.name());
            if (recipe.bootstrap().isEmpty()) {
                assertTrue(Arrays.stream(table.values(Quantity.EFFECTIVE_WEIGHT)).allMatch(value -> value >= 0 && Double.isFinite(value)), recipe.name());
            }
        }
    }
}

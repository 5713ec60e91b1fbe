package io.github.diffusion4j.docs.digits;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.diffusion4j.core.NoiseLevel;
import io.github.diffusion4j.core.guidance.Branch;
import io.github.diffusion4j.core.kernel.Nd4jArrays;
import io.github.diffusion4j.core.noise.CounterNoise;
import io.github.diffusion4j.core.noise.NoiseRequest;
import io.github.diffusion4j.core.plan.ModelInput;
import io.github.diffusion4j.docs.Main;
import io.github.diffusion4j.docs.quality.Gaussian;
import io.github.diffusion4j.docs.report.ReportFolder;
import io.github.diffusion4j.docs.report.ReportTable;
import io.github.diffusion4j.samplers.likelihood.VectorJacobian.Evaluated;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class DigitsTest {

    @Test
    void the_data_are_whole() throws Exception {
        Digits digits = Digits.load(1);
        assertEquals(1797, digits.size());
        assertArrayEquals(new long[] {1797, 1, 8, 8}, digits.images().shape());
        assertEquals(-1, digits.images().minNumber().doubleValue());
        assertEquals(1, digits.images().maxNumber().doubleValue());
        for (int digit = 0; digit < 10; digit++) {
            int wanted = digit;
            assertTrue(Arrays.stream(digits.labels()).filter(label -> label == wanted).count() >= 174, "digit " + digit);
        }
    }

    /** Gaussians with diagonal covariances: |m|^2 + sum (s1 - s2)^2, up to the error of 20,000 samples. */
    @Test
    void the_frechet_distance_of_gaussians() {
        Gaussian a = Gaussian.fitted(rows(1, 1, 0));
        Gaussian b = Gaussian.fitted(rows(2, 2, 0.5));
        assertEquals(0, a.frechetDistance(a), 1e-9);
        assertEquals(3 * (0.25 + 1), a.frechetDistance(b), 0.15);
        assertEquals(a.frechetDistance(b), b.frechetDistance(a), 1e-9);
    }

    private static double[][] rows(int seed, double deviation, double mean) {
        double[] z = CounterNoise.of(seed).draw(NoiseRequest.start(), DataType.DOUBLE, 1, 60_000).data().asDouble();
        return IntStream.range(0, 20_000).mapToObj(i -> IntStream.range(0, 3).mapToDouble(k -> mean + deviation * z[3 * i + k]).toArray()).toArray(double[][]::new);
    }

    @Test
    void a_report_appears_whole_or_not_at_all(@TempDir Path parent) throws Exception {
        Path target = parent.resolve("report");
        try (ReportFolder folder = ReportFolder.replacing(target)) {
            Files.writeString(folder.path().resolve("half.txt"), "half");
        }
        try (Stream<Path> left = Files.list(parent)) {
            assertEquals(0, left.count());
        }
        for (String text : new String[] {"first", "second"}) {
            try (ReportFolder folder = ReportFolder.replacing(target)) {
                Files.writeString(folder.path().resolve("index.html"), text);
                folder.publish();
            }
            assertEquals(text, Files.readString(target.resolve("index.html")));
        }
        Path precious = Files.createDirectories(parent.resolve("precious"));
        Files.writeString(precious.resolve("thesis.txt"), "years");
        assertThrows(IllegalArgumentException.class, () -> ReportFolder.replacing(precious));
        assertFalse(Files.exists(precious.resolve("index.html")));
    }

    @Test
    void a_network_knows_how_its_output_changes_with_the_picture() {
        Denoiser denoiser = new Denoiser(3);
        INDArray pictures = CounterNoise.of(4).draw(NoiseRequest.start(), DataType.FLOAT, 2, 1, 8, 8);
        INDArray direction = CounterNoise.of(5).draw(NoiseRequest.start(), DataType.FLOAT, 2, 1, 8, 8);
        INDArray times = Nd4j.createFromArray(100f, 700f);
        INDArray digits = Digits.oneHot(3, 8);
        Evaluated<INDArray> evaluated = denoiser.jacobian(3, 8).evaluate(new GivenInput(pictures, times), direction);
        assertEquals(denoiser.output(pictures, times, digits), evaluated.output());
        // e^T J e by the gradient, and by the difference of two evaluations.
        double h = 1e-2;
        INDArray difference = denoiser.output(pictures.add(direction.mul(h)), times, digits).subi(denoiser.output(pictures.sub(direction.mul(h)), times, digits)).divi(2 * h);
        double expected = difference.mul(direction).sumNumber().doubleValue();
        assertEquals(expected, evaluated.gradient().mul(direction).sumNumber().doubleValue(), 1e-2 * Math.abs(expected) + 1e-2);
    }

    /** The input of one evaluation. */
    private record GivenInput(INDArray sample, INDArray timesteps) implements ModelInput<INDArray> {

        @Override
        public io.github.diffusion4j.core.kernel.Arrays<INDArray> arrays() {
            return Nd4jArrays.ND4J;
        }

        @Override
        public double timestep() {
            return timesteps.getDouble(0);
        }

        @Override
        public NoiseLevel level() {
            return new NoiseLevel(timestep(), 1, 1);
        }

        @Override
        public List<Branch> branches() {
            return List.of(Branch.CONDITIONAL);
        }
    }

    @Test
    void a_policy_moves_away_from_its_start_for_a_reward() {
        Denoiser start = new Denoiser(3);
        DigitsRecipe flow = DigitsRecipe.all(0.75, 10).stream().filter(recipe -> recipe.id().equals(DigitsRecipe.FLOW)).findFirst().orElseThrow();
        RewardRun run = new RewardRun(start, flow.recipe(), 7);
        RewardRun.Point first = run.iterate(0);
        assertEquals(0, first.divergence());
        assertTrue(first.reward() > 0 && first.reward() < 1, "ink " + first.reward());
        assertTrue(run.iterate(1).divergence() > 0);
    }

    @Test
    void ink_is_the_mean_grey_within_the_range_of_pixels() {
        assertArrayEquals(new double[] {0, 0.5, 1}, RewardRun.ink(Nd4j.concat(0, Nd4j.ones(DataType.FLOAT, 1, 1, 8, 8).muli(-3), Nd4j.zeros(DataType.FLOAT, 1, 1, 8, 8),
                Nd4j.ones(DataType.FLOAT, 1, 1, 8, 8).muli(2))), 1e-6);
    }

    @Test
    void a_table_is_readable_as_text_and_as_a_page() {
        ReportTable table = new ReportTable("network", "at 1");
        table.row("student", "93.5%");
        assertEquals(String.format("network   at 1%nstudent  93.5%%%n"), table.text());
        assertTrue(table.html().contains("<tr><td>student</td><td>93.5%</td></tr>"), table.html());
        assertThrows(IllegalArgumentException.class, () -> table.row("alone"));
    }

    @Test
    void recipes_that_are_none_are_refused(@TempDir Path parent) {
        assertEquals(1, Main.execute("digits", "--recipes", "ddpm,diffusion", "--out", parent.resolve("report").toString()));
        assertFalse(Files.exists(parent.resolve("report")));
    }

    /** From one recipe to the page, as small as it gets. */
    @Test
    void the_job_writes_a_page_whose_pictures_are_there(@TempDir Path parent) throws Exception {
        Path report = parent.resolve("report");
        assertEquals(0, Main.execute("digits", "--recipes", "v", "--epochs", "1", "--steps", "2", "--ddim-steps", "2", "--samples", "32", "--out", report.toString()));
        String page = Files.readString(report.resolve("index.html"));
        Matcher pictures = Pattern.compile("<img src=\"([^\"]+)\" alt=\"([^\"]+)\"").matcher(page);
        int found = 0;
        for (; pictures.find(); found++) {
            assertTrue(Files.size(report.resolve(pictures.group(1))) > 0, pictures.group(1));
            assertFalse(pictures.group(2).isBlank());
        }
        assertTrue(found >= 12, found + " figures");
        assertFalse(page.contains("NaN") || page.contains("{parts}"), page);
    }
}

package io.github.diffusion4j.schedules;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.diffusion4j.core.DiscreteSchedule;
import io.github.diffusion4j.core.NoiseLevel;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ComfyScheduleTest {

    private static final DiscreteSchedule SD15 = BetaSchedule.SCALED_LINEAR.schedule(1000, 0.00085, 0.012);

    private static TrainedSigmas trained(String model) {
        return switch (model) {
            case "sd15" -> TrainedSigmas.of(SD15);
            case "sd3" -> TrainedSigmas.shiftedFlow(3);
            default -> TrainedSigmas.flux(1.15);
        };
    }

    /** ComfyUI's own numbers, in its single precision. */
    @ParameterizedTest
    @CsvSource({
        "sd15, 5, simple, 14.6146412 5.08776331 2.27646303 1.16057837 0.569284916 0.0",
        "sd15, 5, normal, 14.6146402 4.08608103 1.61558032 0.695149541 0.0291671604 0.0",
        "sd15, 5, sgm_uniform, 14.6146402 5.09240818 2.27973056 1.16286457 0.571188867 0.0",
        "sd15, 5, ddim_uniform, 5.13443089 2.29285383 1.16821599 0.574050248 0.0413144119 0.0",
        "sd15, 5, beta, 14.6146412 7.37184429 2.61523581 1.02732933 0.39550969 0.0",
        "sd15, 5, beta57, 14.6146412 4.88447571 1.61288619 0.664998531 0.255572736 0.0",
        "sd15, 5, linear_quadratic, 14.6146412 14.4319582 14.2492752 12.5442343 7.79447556 0.0",
        "sd15, 5, kl_optimal, 14.6146326 2.14274144 0.961588085 0.419836193 0.0291671585 0.0",
        "sd15, 5, karras, 14.6146431 4.79653454 1.27410078 0.247949973 0.0291671772 0.0",
        "sd15, 5, exponential, 14.6146402 3.08897638 0.652891755 0.137996376 0.0291671604 0.0",
        "sd15, 10, simple, 14.6146412 8.30280304 5.08776331 3.32108307 2.27646303 1.61288619 1.16057837 0.829859555 0.569284916 0.341673821 0.0",
        "sd15, 10, normal, 14.6146402 7.83988285 4.60917425 2.91830707 1.95016146 1.34492779 0.932357967 0.624976933 0.368657738 0.0291671604 0.0",
        "sd15, 10, sgm_uniform, 14.6146402 8.30717087 5.09240818 3.32506895 2.27973056 1.61558032 1.16286457 0.831883729 0.571188867 0.34370482 0.0",
        "sd15, 10, ddim_uniform, 8.39068508 5.13443089 3.34776354 2.29285383 1.62369204 1.16821599 0.835652828 0.574050248 0.346186697 0.0413144119 0.0",
        "sd15, 10, beta, 14.6146412 11.5427704 7.37184429 4.37280178 2.61523581 1.61827886 1.02732933 0.654885352 0.39550969 0.199058622 0.0",
        "sd15, 10, beta57, 14.6146412 9.18761158 4.88447571 2.69461513 1.61288619 1.0239253 0.664998531 0.426840723 0.255572736 0.123366065 0.0",
        "sd15, 10, linear_quadratic, 14.6146412 14.5415678 14.4684954 14.395422 14.3223486 14.2492752 13.6208448 11.8817034 9.03184795 5.07128048 0.0",
        "sd15, 10, kl_optimal, 14.6146326 4.23235035 2.39371896 1.59706581 1.1329968 0.815244496 0.572914243 0.372484177 0.19528833 0.0291671585 0.0",
        "sd15, 10, karras, 14.6146431 9.10292912 5.47839212 3.16860485 1.74941802 0.914072692 0.446918368 0.201398358 0.0819102973 0.0291671772 0.0",
        "sd15, 10, exponential, 14.6146402 7.32486916 3.67123032 1.84002364 0.922221303 0.462218285 0.231664181 0.116110273 0.0581945628 0.0291671604 0.0",
        "sd3, 5, simple, 1.0 0.923076987 0.818181813 0.666666687 0.428571463 0.0",
        "sd3, 5, normal, 1.0 0.900359035 0.751121104 0.50298506 0.00892857183 0.0",
        "sd3, 5, sgm_uniform, 1.0 0.923342466 0.818923295 0.668326676 0.432225078 0.0",
        "sd3, 5, ddim_uniform, 0.92396307 0.819419265 0.668514431 0.431623936 0.0059760958 0.0",
        "sd3, 5, beta, 1.0 0.955337703 0.840949059 0.63093853 0.298076898 0.0",
        "sd3, 5, beta57, 1.0 0.919055045 0.75 0.485115051 0.167850807 0.0",
        "sd3, 5, linear_quadratic, 1.0 0.987500012 0.975000024 0.858333349 0.533333361 0.0",
        "sd3, 5, kl_optimal, 1.00000012 0.669261873 0.415968508 0.201247767 0.00299401209 0.0",
        "sd3, 5, karras, 1.0 0.345090359 0.0983614475 0.0212884843 0.00299401279 0.0",
        "sd3, 5, exponential, 1.0 0.233917862 0.0547175631 0.0127994185 0.00299401185 0.0",
        "sd3, 10, simple, 1.0 0.964285672 0.923076987 0.87499994 0.818181813 0.75 0.666666687 0.5625 0.428571463 0.25 0.0",
        "sd3, 10, normal, 1.0 0.960129261 0.913348913 0.857692361 0.790368378 0.70727849 0.602150559 0.464876026 0.278048784 0.00892857183 0.0",
        "sd3, 10, sgm_uniform, 1.0 0.964400291 0.923342466 0.87546742 0.818923295 0.751121104 0.668326676 0.564949632 0.432225078 0.255588651 0.0",
        "sd3, 10, ddim_uniform, 0.965049982 0.92396307 0.876039922 0.819419265 0.751496971 0.668514431 0.564837873 0.431623936 0.254152834 0.0059760958 0.0",
        "sd3, 10, beta, 1.0 0.986301303 0.955337703 0.907582879 0.840949059 0.75074929 0.63093853 0.479591817 0.298076898 0.113678373 0.0",
        "sd3, 10, beta57, 1.0 0.971458733 0.919055045 0.845549762 0.75 0.629930377 0.485115051 0.324451387 0.167850807 0.0493230186 0.0",
        "sd3, 10, linear_quadratic, 1.0 0.995000005 0.99000001 0.985000014 0.980000019 0.975000024 0.931999981 0.813000023 0.617999971 0.347000003 0.0",
        "sd3, 10, kl_optimal, 1.00000012 0.839666724 0.701199591 0.578681648 0.467928737 0.365855038 0.270089626 0.178729028 0.0901709944 0.00299401209 0.0",
        "sd3, 10, karras, 1.0 0.635697544 0.391634673 0.232736826 0.132643551 0.071972765 0.0368316621 0.0175571479 0.00766574731 0.00299401279 0.0",
        "sd3, 10, exponential, 1.0 0.524304688 0.27489537 0.144128934 0.075567469 0.0396203771 0.02077315 0.0108914599 0.00571044302 0.00299401185 0.0",
        "flux, 5, simple, 1.0 0.926647365 0.825701594 0.677986741 0.44119978 0.0",
        "flux, 5, normal, 1.0 0.904567122 0.759626269 0.513159573 0.000996524002 0.0",
        "flux, 5, sgm_uniform, 1.0 0.926674068 0.825777352 0.678159058 0.441588819 0.0",
        "flux, 5, ddim_uniform, 0.926732361 0.825821579 0.678168595 0.441507876 0.000631366041 0.0",
        "flux, 5, beta, 1.0 0.957517445 0.84731096 0.642623246 0.306970119 0.0",
        "flux, 5, beta57, 1.0 0.922624052 0.759145439 0.497269809 0.172945023 0.0",
        "flux, 5, linear_quadratic, 1.0 0.987500012 0.975000024 0.858333349 0.533333361 0.0",
        "flux, 5, kl_optimal, 1.00000012 0.66829282 0.414398551 0.199158564 0.000315751153 0.0",
        "flux, 5, karras, 1.0 0.26917091 0.0534502752 0.00650803233 0.000315750949 0.0",
        "flux, 5, exponential, 1.0 0.133301854 0.0177693851 0.00236869208 0.000315751066 0.0",
        "flux, 10, simple, 1.0 0.966013849 0.926647365 0.880513072 0.825701594 0.759510934 0.677986741 0.575102985 0.44119978 0.259758413 0.0",
        "flux, 10, normal, 1.0 0.961940348 0.917068601 0.863376379 0.797979176 0.716581404 0.612492085 0.474686027 0.283614397 0.000996524002 0.0",
        "flux, 10, sgm_uniform, 1.0 0.966025352 0.926674068 0.880560517 0.825777352 0.759626269 0.678159058 0.575360119 0.441588819 0.260365248 0.0",
        "flux, 10, ddim_uniform, 0.966086686 0.926732361 0.880613267 0.825821579 0.759656966 0.678168595 0.575335562 0.441507876 0.26018554 0.000631366041 0.0",
        "flux, 10, beta, 1.0 0.987112403 0.957517445 0.911803722 0.84731096 0.75958395 0.642623246 0.491175115 0.306970119 0.115485437 0.0",
        "flux, 10, beta57, 1.0 0.972778559 0.922624052 0.852142215 0.759145439 0.640930951 0.497269809 0.3345007 0.172945023 0.0479586162 0.0",
        "flux, 10, linear_quadratic, 1.0 0.995000005 0.99000001 0.985000014 0.980000019 0.975000024 0.931999981 0.813000023 0.617999971 0.347000003 0.0",
        "flux, 10, kl_optimal, 1.00000012 0.839159548 0.700312197 0.577490568 0.466478556 0.364168882 0.268174797 0.176580206 0.0877714902 0.000315751153 0.0",
        "flux, 10, karras, 1.0 0.57512486 0.315426409 0.163504809 0.0791725069 0.0352514274 0.0141184377 0.00492637325 0.00142594439 0.000315750949 0.0",
        "flux, 10, exponential, 1.0 0.408355415 0.166754156 0.0680949688 0.0278069451 0.0113551151 0.00463692239 0.00189351302 0.000773226202 0.000315751066 0.0"})
    void the_sigmas_are_comfyuis(String model, int steps, String name, String expected) {
        double[] sigmas = Arrays.stream(expected.split(" ")).mapToDouble(Double::parseDouble).toArray();
        assertArrayEquals(sigmas, ComfySchedule.of(name).sigmas(trained(model), steps), 1e-6 * sigmas[0]);
    }

    @Test
    void short_runs() {
        TrainedSigmas trained = TrainedSigmas.of(SD15);
        double highest = SD15.noisiest().edmSigma();
        for (ComfySchedule schedule : ComfySchedule.values()) {
            double[] one = schedule.sigmas(trained, 1);
            assertEquals(0, one[one.length - 1]);
            assertTrue(schedule == ComfySchedule.DDIM_UNIFORM || one.length == 2 && Math.abs(one[0] - highest) < 1e-9, () -> schedule + ": " + Arrays.toString(one));
        }
        assertArrayEquals(new double[] {highest, highest * 0.975, 0}, ComfySchedule.LINEAR_QUADRATIC.sigmas(trained, 2), 1e-9);
    }

    /** A table that begins at no noise: normal takes one more step instead of appending a 0, ddim_uniform does not append it either. */
    @Test
    void tables_that_begin_clean() {
        TrainedSigmas clean = TrainedSigmas.of(DiscreteSchedule.ofBetas(IntStream.range(0, 50).mapToDouble(i -> i < 2 ? 1e-13 : 0.05).toArray()));
        double[] normal = ComfySchedule.NORMAL.sigmas(clean, 5);
        assertEquals(7, normal.length);
        assertTrue(normal[5] < 1e-5 && normal[6] == 0);
        double[] ddim = ComfySchedule.DDIM_UNIFORM.sigmas(clean, 4);
        assertTrue(ddim[ddim.length - 1] < 1e-5 && ddim[ddim.length - 1] > 0, () -> Arrays.toString(ddim));
        assertEquals(5, ddim.length);
    }

    @Test
    void no_signal_at_the_end_counts_as_comfyuis_least_signal() {
        TrainedSigmas trained = TrainedSigmas.of(SD15.withZeroTerminalSnr());
        double[] table = trained.table();
        assertEquals(Math.sqrt(1 / 4.8973451890853435e-08 - 1), table[999], 1e-6);
        assertEquals(SD15.withZeroTerminalSnr().sigmas()[998], table[998], 1e-9);
    }

    @Test
    void levels_know_the_networks_timestep() {
        TrainedSigmas discrete = TrainedSigmas.of(SD15);
        double between = Math.sqrt(SD15.sigmas()[500] * SD15.sigmas()[501]);
        assertEquals(500, discrete.timestep(between * 0.9999));
        assertEquals(501, discrete.timestep(between * 1.0001));
        assertEquals(999, discrete.timestep(100));
        assertEquals(0, discrete.timestep(0.001));
        assertEquals(SD15.sigmas()[999], discrete.sigma(2000));
        assertEquals(SD15.sigmas()[0], discrete.sigma(-1));
        assertEquals(between, discrete.sigma(500.5), 1e-9);
        NoiseLevel level = discrete.level(2);
        assertEquals(2, level.edmSigma(), 1e-12);
        assertEquals(1, Math.hypot(level.alpha(), level.sigma()), 1e-12);
        assertEquals(new NoiseLevel(600, 0.4, 0.6), TrainedSigmas.shiftedFlow(3).level(0.6));
        assertEquals(0.75, TrainedSigmas.shiftedFlow(3).sigma(500), 1e-12);
        assertEquals(0.5, TrainedSigmas.flux(1).timestep(0.5));
        assertEquals(10_000, TrainedSigmas.flux(1).table().length);
        assertEquals(0.5, TrainedSigmas.of(new Flow(1000)).sigma(500));
        TrainedSigmas edm = TrainedSigmas.of(new EdmSchedule(0.002, 80));
        assertEquals(0.002, edm.table()[0], 1e-12);
        assertEquals(80, edm.table()[999], 1e-9);
        assertEquals(Math.pow(edm.table()[10], 2), edm.table()[9] * edm.table()[11], 1e-12);
        assertEquals(Math.log(5) / 4, edm.timestep(5), 1e-12);
        assertEquals(5, edm.sigma(edm.timestep(5)), 1e-12);
        assertEquals(new NoiseLevel(5, 1, 5), edm.level(5));
        assertThrows(IllegalArgumentException.class, () -> TrainedSigmas.of(new VarianceSde(0.1, 20)));
        assertThrows(IllegalArgumentException.class, () -> TrainedSigmas.shiftedFlow(0));
    }

    @Test
    void a_rule_becomes_a_spacing() {
        SigmaRule karras = ComfySchedule.KARRAS;
        TrainedSigmas trained = TrainedSigmas.of(SD15);
        double[] sigmas = karras.sigmas(trained, 6);
        double[] levels = karras.spacing(trained).levels(SD15, 6).stream().mapToDouble(NoiseLevel::edmSigma).toArray();
        assertArrayEquals(Arrays.copyOf(sigmas, 6), levels, 1e-12);
        double[] longer = karras.sigmas(trained, 7);
        double[] shortened = karras.withoutLastBeforeEnd().sigmas(trained, 6);
        assertArrayEquals(new double[] {longer[0], longer[1], longer[2], longer[3], longer[4], longer[5], 0}, shortened);
        TrainedSigmas flow = TrainedSigmas.shiftedFlow(3);
        double[] simple = ComfySchedule.SIMPLE.sigmas(flow, 4);
        double[] off = ComfySchedule.SIMPLE.offPureNoise().sigmas(flow, 4);
        assertEquals(FlowShift.shift(3, 0.9999), off[0], 1e-12);
        assertArrayEquals(Arrays.copyOfRange(simple, 1, 5), Arrays.copyOfRange(off, 1, 5));
        assertArrayEquals(sigmas, karras.offPureNoise().sigmas(trained, 6));
        assertTrue(assertThrows(IllegalArgumentException.class, () -> ComfySchedule.DDIM_UNIFORM.spacing(trained).levels(SD15, 7)).getMessage().contains("7 steps"));
        assertThrows(IllegalArgumentException.class, () -> karras.spacing(trained).levels(SD15, 0));
        SigmaRule notToClean = (any, steps) -> new double[] {3, 2, 1};
        assertThrows(IllegalArgumentException.class, () -> notToClean.spacing(trained).levels(SD15, 2));
        assertThrows(IllegalArgumentException.class, () -> ComfySchedule.of("karas"));
    }

    @Test
    void published_tables_are_interpolated_in_ln_sigma() {
        TrainedSigmas trained = TrainedSigmas.of(SD15);
        double[] ten = PublishedSigmas.alignYourSteps("SD1").sigmas(trained, 10);
        assertEquals(14.6146412293, ten[0]);
        assertEquals(6.4745760956, ten[1]);
        assertEquals(0.1515232662, ten[9]);
        assertEquals(0, ten[10]);
        double[] twenty = PublishedSigmas.alignYourSteps("SD1").sigmas(trained, 20);
        assertEquals(21, twenty.length);
        for (int i = 0; i < 10; i++) {
            assertEquals(ten[i], twenty[2 * i], 1e-9);
            assertEquals(Math.sqrt(ten[i] * (i == 9 ? 0.0291671582 : ten[i + 1])), twenty[2 * i + 1], 1e-9);
        }
        assertArrayEquals(new double[] {14.6146412293, 0}, PublishedSigmas.alignYourSteps("SD1").sigmas(trained, 1), 1e-9);
        double[] appended = new PublishedSigmas("AYS-WEBUI/SD1", PublishedSigmas.End.APPENDED).sigmas(trained, 11);
        assertEquals(12, appended.length);
        assertEquals(0.029, appended[10]);
        assertEquals(0, appended[11]);
        assertArrayEquals(new double[] {14.61464119, 0.803307, 0}, PublishedSigmas.gits(1.2).sigmas(trained, 2));
        assertEquals(26, PublishedSigmas.gits(1.2).sigmas(trained, 25).length);
        assertEquals(14.61464119, PublishedSigmas.gits(0.8).sigmas(trained, 1)[0], 1e-9);
        assertEquals(0.5512, PublishedSigmas.optimalSteps("FLUX").sigmas(TrainedSigmas.flux(1), 10)[8]);
        assertTrue(PublishedSigmas.tables().contains("AYS/SVD"));
        assertEquals(700, PublishedSigmas.published("AYS/SVD")[0]);
        assertThrows(IllegalArgumentException.class, () -> PublishedSigmas.published("AYS/SD9"));
        assertThrows(IllegalArgumentException.class, () -> PublishedSigmas.alignYourSteps("SD9"));
        assertThrows(IllegalArgumentException.class, () -> PublishedSigmas.gits(1.21));
    }

    /** From the highest to the middle, then on to the lowest, which is left out for 0. */
    @Test
    void a_tangent_of_two_arcs_falls_by_way_of_the_middle() {
        TrainedSigmas trained = TrainedSigmas.of(SD15);
        double highest = trained.table()[999];
        double middle = (highest + trained.table()[0]) / 2;
        assertArrayEquals(new double[] {highest, 0}, ComfySchedule.of("bong_tangent").sigmas(trained, 1), 1e-12);
        assertArrayEquals(new double[] {highest, middle, 0}, ComfySchedule.BONG_TANGENT.sigmas(trained, 2), 1e-12);
        for (int steps = 3; steps < 100; steps++) {
            double[] sigmas = ComfySchedule.BONG_TANGENT.sigmas(trained, steps);
            assertEquals(steps + 1, sigmas.length);
            assertEquals(highest, sigmas[0], 1e-12);
            assertEquals(middle, sigmas[(int) (0.6 * (steps + 2)) - 1], 1e-12);
            for (int i = 0; i < steps; i++) {
                assertTrue(sigmas[i] > sigmas[i + 1]);
            }
        }
    }
}

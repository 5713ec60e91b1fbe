package io.github.diffusion4j.samplers.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.diffusion4j.core.kernel.HostArray;
import io.github.diffusion4j.core.noise.CounterNoise;
import io.github.diffusion4j.core.noise.NoiseRequest;
import io.github.diffusion4j.core.training.Coupling;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.InvocationTargetException;
import java.util.Arrays;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class OptimalTransportTest {

    private static HostArray normal(int seed, int samples, int length) {
        HostArray array = HostArray.of(new double[samples * length], samples, length);
        CounterNoise.of(seed).fill(NoiseRequest.start(), array);
        return array;
    }

    private static double cost(OptimalTransport.Cost cost, HostArray data, HostArray noise, int... noiseOf) {
        return IntStream.range(0, noiseOf.length).mapToDouble(i -> {
            double[] clean = data.row(i).values();
            double[] drawn = noise.row(noiseOf[i]).values();
            double squares = IntStream.range(0, clean.length).mapToDouble(k -> (clean[k] - drawn[k]) * (clean[k] - drawn[k])).sum();
            return cost == OptimalTransport.Cost.DISTANCE ? Math.sqrt(squares) : squares;
        }).sum();
    }

    @Property(tries = 100, seed = "42")
    void the_noise_is_permuted_and_never_costs_more_than_as_it_was(@ForAll OptimalTransport.Cost cost, @ForAll @IntRange(min = 1, max = 24) int batch, @ForAll @IntRange(min = 1, max = 9) int length,
            @ForAll @IntRange(max = 999) int seed) {
        HostArray data = normal(seed, batch, length);
        HostArray noise = normal(seed + 5000, batch, length);
        int[] noiseOf = new OptimalTransport(cost).permutation(data, noise);
        assertArrayEquals(IntStream.range(0, batch).toArray(), Arrays.stream(noiseOf).sorted().toArray(), "a permutation");
        double least = cost(cost, data, noise, noiseOf);
        assertTrue(least <= cost(cost, data, noise, Coupling.independent().permutation(data, noise)) * (1 + 1e-12));
        // No exchange of two is cheaper either.
        for (int i = 1; i < batch; i++) {
            int[] other = noiseOf.clone();
            other[0] = noiseOf[i];
            other[i] = noiseOf[0];
            assertTrue(least <= cost(cost, data, noise, other) * (1 + 1e-12));
        }
    }

    /** In one dimension the squared distance is least where both are sorted. */
    @Property(tries = 50, seed = "42")
    void numbers_are_paired_in_order(@ForAll @IntRange(min = 1, max = 40) int batch, @ForAll @IntRange(max = 999) int seed) {
        HostArray data = normal(seed, batch, 1);
        HostArray noise = normal(seed + 5000, batch, 1);
        int[] noiseOf = OptimalTransport.ofSquaredDistance().permutation(data, noise);
        double[] clean = data.values();
        double[] drawn = noise.values();
        int[] order = IntStream.range(0, batch).boxed().sorted((a, b) -> Double.compare(clean[a], clean[b])).mapToInt(i -> i).toArray();
        assertArrayEquals(Arrays.stream(drawn).sorted().toArray(), Arrays.stream(order).mapToDouble(i -> drawn[noiseOf[i]]).toArray());
    }

    @Test
    void the_two_costs_are_two_couplings() {
        long different = IntStream.range(0, 100).filter(seed -> {
            HostArray data = normal(seed, 8, 2);
            HostArray noise = normal(seed + 5000, 8, 2);
            return !Arrays.equals(OptimalTransport.ofSquaredDistance().permutation(data, noise), OptimalTransport.immiscible().permutation(data, noise));
        }).count();
        assertTrue(different > 30, different + " of 100");
    }

    @Test
    void bad_arrays_are_refused() {
        assertThrows(IllegalArgumentException.class, () -> OptimalTransport.immiscible().permutation(normal(1, 3, 2), normal(1, 2, 3)));
        HostArray broken = HostArray.of(new double[] {0, Double.NaN}, 2, 1);
        String message = assertThrows(IllegalArgumentException.class, () -> OptimalTransport.immiscible().permutation(broken, normal(1, 2, 1))).getMessage();
        assertTrue(message.contains("data 1 and noise 0"), message);
    }

    /** Loads this package anew, and nothing of JGraphT. */
    private static final class WithoutJGraphT extends ClassLoader {

        WithoutJGraphT() {
            super(OptimalTransportTest.class.getClassLoader());
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (name.startsWith("org.jgrapht")) {
                throw new ClassNotFoundException(name);
            }
            return name.startsWith("io.github.diffusion4j.samplers.training.") ? anew(name) : super.loadClass(name, resolve);
        }

        private Class<?> anew(String name) throws ClassNotFoundException {
            Class<?> loaded = findLoadedClass(name);
            if (loaded != null) {
                return loaded;
            }
            try (InputStream in = getParent().getResourceAsStream(name.replace('.', '/') + ".class")) {
                byte[] bytes = in.readAllBytes();
                return defineClass(name, bytes, 0, bytes.length);
            } catch (IOException e) {
                throw new ClassNotFoundException(name, e);
            }
        }
    }

    @Test
    void without_the_library_its_name_is_said() throws ReflectiveOperationException {
        Class<?> type = new WithoutJGraphT().loadClass(OptimalTransport.class.getName());
        Object coupling = type.getMethod("immiscible").invoke(null);
        InvocationTargetException thrown = assertThrows(InvocationTargetException.class,
                () -> type.getMethod("permutation", HostArray.class, HostArray.class).invoke(coupling, normal(1, 2, 2), normal(2, 2, 2)));
        assertEquals(IllegalStateException.class, thrown.getCause().getClass());
        assertTrue(thrown.getCause().getMessage().contains("org.jgrapht:jgrapht-core"), thrown.getCause().getMessage());
    }
}

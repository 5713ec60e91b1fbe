package io.github.diffusion4j.core.noise;

import io.github.diffusion4j.core.kernel.Arrays;
import io.github.diffusion4j.core.kernel.ElementType;
import io.github.diffusion4j.core.kernel.HostArray;
import io.github.diffusion4j.core.kernel.HostArrays;
import io.github.diffusion4j.core.kernel.Nd4jArrays;
import java.io.Serializable;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Given arrays: for parity with a run made elsewhere, or to replay one. A request gets the array of its stream, index and draw; where
 * there is none for its draw, that of draw 0.
 */
public final class RecordedNoise implements NoiseSource {

    private static final long serialVersionUID = 2;

    private final LinkedHashMap<Place, HostArray> arrays;

    private record Place(NoiseRequest.Stream stream, int index, int draw) implements Serializable {
        static Place of(NoiseRequest request) {
            return new Place(request.stream(), request.index(), request.draw());
        }
    }

    private RecordedNoise(LinkedHashMap<Place, HostArray> arrays) {
        this.arrays = arrays;
    }

    /**
     * The arrays of some requests.
     *
     * @param noise the arrays, of ND4J; copied
     * @return the source
     */
    public static RecordedNoise of(Map<NoiseRequest, INDArray> noise) {
        return of(Nd4jArrays.ND4J, noise);
    }

    /**
     * The arrays of some requests.
     *
     * @param <A> the array of the library
     * @param arrays the library
     * @param noise the arrays; copied
     * @return the source
     */
    public static <A> RecordedNoise of(Arrays<A> arrays, Map<NoiseRequest, A> noise) {
        LinkedHashMap<Place, HostArray> copies = new LinkedHashMap<>();
        noise.forEach((request, array) -> arrays.onHost(array, false, host -> copies.put(Place.of(request), HostArrays.HEAP.copy(host))));
        return new RecordedNoise(copies);
    }

    /**
     * The noise of successive evaluations, one array for each. An evaluation that draws before and after the network needs two, see {@link #of}.
     *
     * @param steps the i-th for evaluation i, of ND4J; copied
     * @return the source
     */
    public static RecordedNoise ofSteps(List<INDArray> steps) {
        return ofSteps(Nd4jArrays.ND4J, steps);
    }

    /**
     * The noise of successive evaluations, one array for each. An evaluation that draws before and after the network needs two, see {@link #of}.
     *
     * @param <A> the array of the library
     * @param arrays the library
     * @param steps the i-th for evaluation i; copied
     * @return the source
     */
    public static <A> RecordedNoise ofSteps(Arrays<A> arrays, List<A> steps) {
        Map<NoiseRequest, A> noise = new LinkedHashMap<>();
        for (int i = 0; i < steps.size(); i++) {
            noise.put(NoiseRequest.step(i), steps.get(i));
        }
        return of(arrays, noise);
    }

    /**
     * What another source gives.
     *
     * @param source the source
     * @param requests the requests to record
     * @param type the data type
     * @param shape the shape, samples first
     * @return the source
     */
    public static RecordedNoise record(NoiseSource source, List<NoiseRequest> requests, ElementType type, long... shape) {
        LinkedHashMap<Place, HostArray> drawn = new LinkedHashMap<>();
        for (NoiseRequest request : requests) {
            HostArray noise = HostArrays.HEAP.make(type, shape);
            source.fill(request, noise);
            drawn.put(Place.of(request), noise);
        }
        return new RecordedNoise(drawn);
    }

    @Override
    public void fill(NoiseRequest request, HostArray out) {
        HostArray noise = arrays.getOrDefault(Place.of(request), arrays.get(new Place(request.stream(), request.index(), 0)));
        if (noise == null) {
            throw new IllegalStateException("no noise was recorded for " + request + "; there are recordings for " + arrays.keySet());
        }
        if (!java.util.Arrays.equals(noise.shape(), out.shape())) {
            throw new IllegalArgumentException("the noise recorded for " + request + " is " + noise + ", asked for " + out);
        }
        out.assign(noise);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof RecordedNoise noise && arrays.keySet().equals(noise.arrays.keySet())
                && arrays.entrySet().stream().allMatch(entry -> same(entry.getValue(), noise.arrays.get(entry.getKey())));
    }

    private static boolean same(HostArray one, HostArray other) {
        return one.type() == other.type() && java.util.Arrays.equals(one.shape(), other.shape()) && java.util.Arrays.equals(one.values(), other.values());
    }

    @Override
    public int hashCode() {
        return arrays.keySet().hashCode();
    }

    @Override
    public String toString() {
        return "RecordedNoise" + arrays.keySet();
    }
}

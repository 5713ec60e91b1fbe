package io.github.diffusion4j.core.noise;

import io.github.diffusion4j.core.kernel.Kernels;
import io.github.diffusion4j.core.kernel.Term;
import java.io.Serializable;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Given arrays: for parity with a run made elsewhere, or to replay one. A request gets the array of its stream, index and draw; where
 * there is none for its draw, that of draw 0.
 */
public final class RecordedNoise implements NoiseSource {

    private static final long serialVersionUID = 1;

    private final LinkedHashMap<Place, INDArray> arrays;

    private record Place(NoiseRequest.Stream stream, int index, int draw) implements Serializable {
        static Place of(NoiseRequest request) {
            return new Place(request.stream(), request.index(), request.draw());
        }
    }

    private RecordedNoise(LinkedHashMap<Place, INDArray> arrays) {
        this.arrays = arrays;
    }

    /**
     * The arrays of some requests.
     *
     * @param noise the arrays; copied
     * @return the source
     */
    public static RecordedNoise of(Map<NoiseRequest, INDArray> noise) {
        LinkedHashMap<Place, INDArray> copies = new LinkedHashMap<>();
        noise.forEach((request, array) -> copies.put(Place.of(request), Kernels.copy(array)));
        return new RecordedNoise(copies);
    }

    /**
     * The noise of successive evaluations, one array for each. An evaluation that draws before and after the network needs two, see {@link #of}.
     *
     * @param steps the i-th for evaluation i; copied
     * @return the source
     */
    public static RecordedNoise ofSteps(List<INDArray> steps) {
        Map<NoiseRequest, INDArray> noise = new LinkedHashMap<>();
        for (int i = 0; i < steps.size(); i++) {
            noise.put(NoiseRequest.step(i), steps.get(i));
        }
        return of(noise);
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
    public static RecordedNoise record(NoiseSource source, List<NoiseRequest> requests, DataType type, long... shape) {
        LinkedHashMap<Place, INDArray> drawn = new LinkedHashMap<>();
        requests.forEach(request -> drawn.put(Place.of(request), source.draw(request, type, shape)));
        return new RecordedNoise(drawn);
    }

    @Override
    public void fill(NoiseRequest request, INDArray out) {
        INDArray noise = arrays.getOrDefault(Place.of(request), arrays.get(new Place(request.stream(), request.index(), 0)));
        if (noise == null) {
            throw new IllegalStateException("no noise was recorded for " + request + "; there are recordings for " + arrays.keySet());
        }
        if (!Arrays.equals(noise.shape(), out.shape())) {
            throw new IllegalArgumentException("the noise recorded for " + request + " has shape " + Arrays.toString(noise.shape())
                    + ", asked for " + Arrays.toString(out.shape()));
        }
        Kernels.combine(out, Term.of(noise, 1));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof RecordedNoise noise && arrays.keySet().equals(noise.arrays.keySet())
                && arrays.entrySet().stream().allMatch(entry -> same(entry.getValue(), noise.arrays.get(entry.getKey())));
    }

    private static boolean same(INDArray one, INDArray other) {
        return one.dataType() == other.dataType() && Arrays.equals(one.shape(), other.shape()) && Arrays.equals(Kernels.values(one), Kernels.values(other));
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

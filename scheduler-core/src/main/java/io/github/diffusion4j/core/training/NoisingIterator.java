package io.github.diffusion4j.core.training;

import io.github.diffusion4j.core.kernel.Nd4jArrays;
import io.github.diffusion4j.core.noise.CounterNoise;
import io.github.diffusion4j.core.noise.CounterUniform;
import io.github.diffusion4j.core.noise.NoiseRequest;
import io.github.diffusion4j.core.plan.Scheduler;
import java.util.Arrays;
import java.util.NoSuchElementException;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.nd4j.linalg.dataset.api.MultiDataSetPreProcessor;
import org.nd4j.linalg.dataset.api.iterator.MultiDataSetIterator;

/**
 * Noised batches as ND4J's {@link MultiDataSetIterator}, ready for {@code SameDiff.fit}: features (input, timesteps), and the
 * condition if there is one; labels (target, weights). {@link #reset} begins the next epoch in another order. Order, timesteps and noise are functions
 * of the seed, the epoch and the place in it; the last, incomplete batch of an epoch is left out.
 */
public final class NoisingIterator implements MultiDataSetIterator {

    private static final long serialVersionUID = 1;

    /**
     * How batches are noised.
     *
     * @param scheduler the forward process and the parameterization
     * @param sampler which timesteps
     * @param weight the loss weight
     */
    public record Recipe(Scheduler scheduler, TimestepSampler sampler, LossWeight weight) implements java.io.Serializable {}

    private final DataSet data;
    private final int batch;
    private final Recipe recipe;
    private final CounterUniform times;
    private final CounterUniform orders;
    private final CounterNoise noise;
    private MultiDataSetPreProcessor preProcessor;
    private int epoch;
    private int position;
    private int[] order;

    /**
     * An iterator at the start of its first epoch.
     *
     * @param data the clean data as features, samples along the first axis; what the network is conditioned on (class labels,
     *     embeddings) as labels, or none
     * @param batch the samples of a batch, at least 1 and at most those there are
     * @param recipe how batches are noised
     * @param seed any number
     */
    public NoisingIterator(DataSet data, int batch, Recipe recipe, long seed) {
        if (batch < 1 || batch > data.numExamples()) {
            throw new IllegalArgumentException("a batch must have 1 to " + data.numExamples() + " samples (all the data), got " + batch);
        }
        this.data = data;
        this.batch = batch;
        this.recipe = recipe;
        this.times = new CounterUniform(seed);
        this.orders = new CounterUniform(seed ^ 0x9E3779B97F4A7C15L);
        this.noise = CounterNoise.of(seed);
        this.order = orders.permutation(0, data.numExamples());
    }

    /**
     * A batch in ND4J's terms: features (input, timesteps), labels (target, weights).
     *
     * @param batch the batch
     * @return a data set of the same arrays
     */
    public static MultiDataSet dataSet(NoisedBatch<INDArray> batch) {
        return new org.nd4j.linalg.dataset.MultiDataSet(new INDArray[] {batch.input(), batch.timesteps()}, new INDArray[] {batch.target(), batch.weights()});
    }

    /**
     * The batches of an epoch.
     *
     * @return the number, at least 1
     */
    public int batchesPerEpoch() {
        return data.numExamples() / batch;
    }

    @Override
    public boolean hasNext() {
        return position < batchesPerEpoch();
    }

    @Override
    public MultiDataSet next() {
        return next(batch);
    }

    @Override
    public MultiDataSet next(int size) {
        if (size != batch) {
            throw new UnsupportedOperationException("this iterator gives batches of " + batch + ", asked for " + size);
        }
        if (!hasNext()) {
            throw new NoSuchElementException("epoch " + epoch + " is over; call reset()");
        }
        int iteration = epoch * batchesPerEpoch() + position;
        int[] rows = Arrays.copyOfRange(order, position * batch, (position + 1) * batch);
        INDArray clean = Nd4jArrays.ND4J.samples(data.getFeatures(), rows);
        INDArray eps = noise.draw(NoiseRequest.forward(iteration), clean.dataType(), clean.shape());
        NoisedBatch<INDArray> noised = NoisedBatch.of(recipe.scheduler(), clean, eps, recipe.sampler().draw(times, iteration, batch), recipe.weight());
        clean.close();
        eps.close();
        position++;
        MultiDataSet result = dataSet(noised);
        if (data.getLabels() != null) {
            result.setFeatures(new INDArray[] {noised.input(), noised.timesteps(), Nd4jArrays.ND4J.samples(data.getLabels(), rows)});
        }
        if (preProcessor != null) {
            preProcessor.preProcess(result);
        }
        return result;
    }

    @Override
    public void reset() {
        if (position > 0) {
            epoch++;
            position = 0;
            order = orders.permutation(epoch, data.numExamples());
        }
    }

    @Override
    public boolean resetSupported() {
        return true;
    }

    @Override
    public boolean asyncSupported() {
        return false;
    }

    @Override
    public void setPreProcessor(MultiDataSetPreProcessor processor) {
        this.preProcessor = processor;
    }

    @Override
    public MultiDataSetPreProcessor getPreProcessor() {
        return preProcessor;
    }
}

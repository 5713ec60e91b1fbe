package io.github.diffusion4j.core.training;

import io.github.diffusion4j.core.kernel.Nd4jArrays;
import io.github.diffusion4j.core.noise.CounterUniform;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.NoSuchElementException;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.nd4j.linalg.dataset.api.MultiDataSetPreProcessor;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.dataset.api.iterator.MultiDataSetIterator;

/**
 * Training batches as ND4J's {@link MultiDataSetIterator}, ready for {@code SameDiff.fit}: features (input, timesteps), then further columns if the recipe has any, then the condition if there is
 * one; labels (target, weights). {@link #reset} begins the next epoch. Levels and noise are functions of the seed and the number of the batch since the first epoch; of data in memory the order is
 * one of the seed and the epoch, and the last, incomplete batch of an epoch is left out.
 */
public final class NoisingIterator implements MultiDataSetIterator {

    private static final long serialVersionUID = 2;

    private final Source source;
    private final TrainingBatches<INDArray> recipe;
    private final long seed;
    private MultiDataSetPreProcessor preProcessor;
    private int iteration;

    /** Clean batches of one epoch after another. */
    private interface Source extends Serializable {

        boolean hasNext();

        DataSet next();

        void reset();

        /** How many samples a batch has. */
        int batch();

        /** Whether the arrays of a batch are this iterator's own. */
        boolean owned();
    }

    /**
     * An iterator over data in memory, at the start of its first epoch.
     *
     * @param data the clean data as features, samples along the first axis; what the network is conditioned on (class labels,
     *     embeddings) as labels, or none
     * @param batch the samples of a batch, at least 1 and at most those there are
     * @param recipe how batches are made, for instance {@code trainingRecipe.on(scheduler)}
     * @param seed any number
     */
    public NoisingIterator(DataSet data, int batch, TrainingBatches<INDArray> recipe, long seed) {
        this(new InMemory(data, batch, seed), recipe, seed);
    }

    /**
     * An iterator over the batches of another one, in their order.
     *
     * @param data clean batches: data as features, what the network is conditioned on as labels, or none
     * @param recipe how batches are made, for instance {@code trainingRecipe.on(scheduler)}
     * @param seed any number
     */
    public NoisingIterator(DataSetIterator data, TrainingBatches<INDArray> recipe, long seed) {
        this(new OfIterator(data), recipe, seed);
    }

    private NoisingIterator(Source source, TrainingBatches<INDArray> recipe, long seed) {
        this.source = source;
        this.recipe = recipe;
        this.seed = seed;
    }

    /**
     * A batch in ND4J's terms: features (input, timesteps, columns), labels (target, weights).
     *
     * @param batch the batch
     * @param conditions what the network is conditioned on besides
     * @return a data set of the same arrays
     */
    public static MultiDataSet dataSet(NoisedBatch<INDArray> batch, INDArray... conditions) {
        List<INDArray> features = new ArrayList<>(List.of(batch.input(), batch.timesteps()));
        features.addAll(batch.columns());
        features.addAll(List.of(conditions));
        return new org.nd4j.linalg.dataset.MultiDataSet(features.toArray(INDArray[]::new), new INDArray[] {batch.target(), batch.weights()});
    }

    /**
     * The batches of an epoch of data in memory.
     *
     * @return the number, at least 1
     * @throws UnsupportedOperationException if the data come from an iterator, whose batches nobody has counted
     */
    public int batchesPerEpoch() {
        if (source instanceof InMemory memory) {
            return memory.batches();
        }
        throw new UnsupportedOperationException("how many batches the iterator of the data has is known at the end of its epoch");
    }

    @Override
    public boolean hasNext() {
        return source.hasNext();
    }

    @Override
    public MultiDataSet next() {
        if (!hasNext()) {
            throw new NoSuchElementException("the epoch is over after " + iteration + " batches; call reset()");
        }
        DataSet clean = source.next();
        INDArray[] conditions = clean.getLabels() == null ? new INDArray[0] : new INDArray[] {clean.getLabels()};
        NoisedBatch<INDArray> noised = recipe.batch(clean.getFeatures(), List.of(conditions), seed, iteration++);
        if (source.owned()) {
            clean.getFeatures().close();
        }
        MultiDataSet result = dataSet(noised, conditions);
        if (preProcessor != null) {
            preProcessor.preProcess(result);
        }
        return result;
    }

    @Override
    public MultiDataSet next(int size) {
        if (size != source.batch()) {
            throw new UnsupportedOperationException("this iterator gives batches of " + source.batch() + ", asked for " + size);
        }
        return next();
    }

    @Override
    public void reset() {
        source.reset();
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

    /** Data in memory, in another order each epoch. */
    private static final class InMemory implements Source {

        private static final long serialVersionUID = 1;
        private static final long ORDER_SEED = 0x9E3779B97F4A7C15L;

        private final DataSet data;
        private final int batch;
        private final CounterUniform orders;
        private int epoch;
        private int position;
        private int[] order;

        InMemory(DataSet data, int batch, long seed) {
            if (batch < 1 || batch > data.numExamples()) {
                throw new IllegalArgumentException("a batch must have 1 to " + data.numExamples() + " samples (all the data), got " + batch);
            }
            this.data = data;
            this.batch = batch;
            this.orders = new CounterUniform(seed ^ ORDER_SEED);
            this.order = orders.permutation(0, data.numExamples());
        }

        int batches() {
            return data.numExamples() / batch;
        }

        @Override
        public boolean hasNext() {
            return position < batches();
        }

        @Override
        public DataSet next() {
            int[] rows = Arrays.copyOfRange(order, position * batch, (position + 1) * batch);
            position++;
            INDArray labels = data.getLabels() == null ? null : Nd4jArrays.ND4J.samples(data.getLabels(), rows);
            return new DataSet(Nd4jArrays.ND4J.samples(data.getFeatures(), rows), labels);
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
        public int batch() {
            return batch;
        }

        @Override
        public boolean owned() {
            return true;
        }
    }

    /** The batches of another iterator. */
    private record OfIterator(DataSetIterator data) implements Source {

        @Override
        public boolean hasNext() {
            return data.hasNext();
        }

        @Override
        public DataSet next() {
            return data.next();
        }

        @Override
        public void reset() {
            data.reset();
        }

        @Override
        public int batch() {
            return data.batch();
        }

        @Override
        public boolean owned() {
            return false;
        }
    }
}

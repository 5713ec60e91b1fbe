package io.github.diffusion4j.core.random;

/**
 * PyTorch's CUDA generator as the web UIs compute it on the CPU (Philox4x32-10, one counter for each element): element i of call k has the counter {@code (k, 0, i, 0)} and the
 * seed as key, and is {@code sqrt(-2 ln u) sin v} of its first two words. The GPU's own functions differ by about 1e-6. Tensors of more elements than the GPU has
 * threads (163,840 on a V100, 221,184 on an A100) come out differently there, and differently on each GPU.
 */
public final class TorchCudaGenerator {

    private static final float TO_UNIT = 2.3283064e-10f;
    private static final float TO_ANGLE = 2.3283064e-10f * 6.2831855f;

    private TorchCudaGenerator() {}

    /**
     * {@code torch.randn(..., device="cuda")} in float32.
     *
     * @param seed the seed
     * @param call how many calls of the generator came before
     * @param count the number of elements
     * @return the numbers
     */
    public static double[] randn(long seed, int call, int count) {
        double[] values = new double[count];
        int[] words = new int[4];
        for (int i = 0; i < count; i++) {
            Philox.words(seed, call, 0, i, 0, words);
            float u = Integer.toUnsignedLong(words[0]) * TO_UNIT + TO_UNIT / 2;
            float v = Integer.toUnsignedLong(words[1]) * TO_ANGLE + TO_ANGLE / 2;
            values[i] = (float) (Math.sqrt(-2 * StrictMath.log(u)) * StrictMath.sin(v));
        }
        return values;
    }
}

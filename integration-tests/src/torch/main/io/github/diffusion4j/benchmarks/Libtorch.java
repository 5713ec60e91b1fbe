package io.github.diffusion4j.benchmarks;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDManager;

/** libtorch as the baseline of benchmarks. */
final class Libtorch {

    private Libtorch() {}

    /** Where its arrays come from; its number of threads is that of the processors that Java sees. */
    static NDManager manager() {
        String threads = Integer.toString(Runtime.getRuntime().availableProcessors());
        System.setProperty("ai.djl.pytorch.num_threads", threads);
        System.setProperty("ai.djl.pytorch.num_interop_threads", threads);
        return Engine.getEngine("PyTorch").newBaseManager(Device.cpu());
    }
}

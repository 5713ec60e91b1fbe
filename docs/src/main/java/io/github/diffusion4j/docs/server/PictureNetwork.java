package io.github.diffusion4j.docs.server;

import io.github.diffusion4j.core.guidance.Branch;
import io.github.diffusion4j.core.kernel.HostArray;
import io.github.diffusion4j.core.kernel.HostArrays;
import io.github.diffusion4j.samplers.pipeline.Pipeline;
import io.github.diffusion4j.samplers.diffusers.DiffusersConfig;
import java.util.List;
import java.util.Set;

/**
 * The network of a server: it computes samples of shape [3, side, side], red, green and blue from -1 to 1, and says what it was trained for and what it understands. One thread asks it. What it
 * computes for a sample must not depend on the samples beside it.
 */
public interface PictureNetwork extends Pipeline.Network<HostArray, String> {

    /**
     * The process that the network was trained for.
     *
     * @return the config of its scheduler
     */
    DiffusersConfig config();

    /**
     * The size of a picture.
     *
     * @return height and width
     */
    int side();

    /**
     * Where the network wants its samples.
     *
     * @return the heap, if it does not say otherwise
     */
    default HostArrays arrays() {
        return HostArrays.HEAP;
    }

    /**
     * The branches that the network computes.
     *
     * @return with words and, with the negative ones, without, if it does not say otherwise
     */
    default Set<Branch> branches() {
        return Set.of(Branch.CONDITIONAL, Branch.UNCONDITIONAL);
    }

    /**
     * Whether the network understands words, asked before a request is accepted.
     *
     * @param words the words
     * @throws IllegalArgumentException if it does not, with the reason
     */
    void check(String words);

    /**
     * Words that the network understands, to begin with.
     *
     * @return some, at least one
     */
    List<String> examples();
}

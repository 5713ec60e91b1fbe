package io.github.diffusion4j.core.guidance;

import java.io.Serializable;

/**
 * One of the outputs that a network evaluation is asked for: the same network, or a worse one, at the same sample under another condition.
 *
 * @param name the name by which the network's side knows it
 */
public record Branch(String name) implements Serializable {

    /** The network under the condition that is wanted; always asked for first. */
    public static final Branch CONDITIONAL = new Branch("conditional");

    /** What guidance leads away from, the second: the network without condition, or under a negative one. Solvers of CFG++ renoise with it. */
    public static final Branch UNCONDITIONAL = new Branch("unconditional");

    /**
     * Checks the name.
     *
     * @throws IllegalArgumentException if it is blank
     */
    public Branch {
        if (name.isBlank()) {
            throw new IllegalArgumentException("a branch needs a name, by which the network's side knows what to compute");
        }
    }

    @Override
    public String toString() {
        return name;
    }
}

package io.github.diffusion4j.samplers.solvers;

import io.github.diffusion4j.core.NoiseLevel;

/**
 * A rule that adds no noise in the step to time 0, where a schedule keeps some noise there.
 *
 * @param rule the rule elsewhere
 */
public record QuietEnd(Renoise rule) implements Renoise {

    @Override
    public String citation() {
        return rule.citation();
    }

    @Override
    public Split split(NoiseLevel from, NoiseLevel to) {
        Split split = rule.split(from, to);
        return to.time() == 0 ? new Split(split.keep(), 0, split.scaling()) : split;
    }
}

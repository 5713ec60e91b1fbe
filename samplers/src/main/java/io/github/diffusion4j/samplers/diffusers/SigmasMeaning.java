package io.github.diffusion4j.samplers.diffusers;

/** What the last entry of the argument {@code sigmas} of a run is, which differs among Diffusers' classes. */
public enum SigmasMeaning {
    /** The run ends at the last entry: n + 1 entries make n steps. */
    END,
    /** The last step starts at the last entry and goes on to the end that the config names: n entries make n steps. */
    START,
    /** The last step starts at the last entry and ends there too, so that it changes nothing. */
    START_AND_END,
    /** Places of the config's ramp from 0, its highest level, to 1, its lowest; a step starts at each. */
    PLACES,
    /** The class takes no sigmas. */
    NONE
}

package io.github.diffusion4j.core.random;

/** The floating-point types in which PyTorch draws. */
public enum TorchType {
    /** {@code torch.float32}. */
    FLOAT32(24),
    /** {@code torch.float64}. */
    FLOAT64(53),
    /** {@code torch.float16}. */
    FLOAT16(11),
    /** {@code torch.bfloat16}. */
    BFLOAT16(8);

    private static final double SMALLEST_NORMAL_HALF = 0x1p-14;
    private static final double SMALLEST_HALF = 0x1p-24;

    private final int significand;

    TorchType(int significand) {
        this.significand = significand;
    }

    /** A uniform number in [0, 1) with as many bits as the significand has. */
    double uniform(MersenneTwister engine) {
        long word = this == FLOAT64 ? engine.nextLong() : engine.next();
        return (word & (1L << significand) - 1) * Math.scalb(1.0, -significand);
    }

    /** Rounds as a conversion through {@code float} does: to nearest, ties to even. */
    double round(double value) {
        return switch (this) {
            case FLOAT64 -> value;
            case FLOAT32 -> (float) value;
            case FLOAT16 -> Math.abs((float) value) < SMALLEST_NORMAL_HALF ? Math.rint((float) value / SMALLEST_HALF) * SMALLEST_HALF : shortened((float) value);
            case BFLOAT16 -> shortened((float) value);
        };
    }

    private float shortened(float value) {
        int dropped = FLOAT32.significand - significand;
        int bits = Float.floatToRawIntBits(value);
        int rounded = bits + (bits >>> dropped & 1) + (1 << dropped - 1) - 1;
        return Float.intBitsToFloat(rounded >> dropped << dropped);
    }
}

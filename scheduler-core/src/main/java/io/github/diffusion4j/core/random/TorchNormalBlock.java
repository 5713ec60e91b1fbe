package io.github.diffusion4j.core.random;

/** PyTorch's Box-Muller on blocks of 16 uniform numbers: eight radii, eight angles. Three arithmetics, one for each kind of type. */
interface TorchNormalBlock {

    int SIZE = 16;
    int HALF = 8;

    /** Turns the 16 uniform numbers from a place on into normal ones. */
    void transform(double[] values, int at);

    static TorchNormalBlock of(TorchType type) {
        return switch (type) {
            case FLOAT32 -> TorchNormalBlock::single;
            case FLOAT64 -> TorchNormalBlock::twice;
            case FLOAT16, BFLOAT16 -> (values, at) -> reduced(type, values, at);
        };
    }

    /** The AVX2 kernel. */
    private static void single(double[] values, int at) {
        for (int j = at; j < at + HALF; j++) {
            float radius = (float) Math.sqrt(-2f * Avx2.ln(1 - (float) values[j]));
            float angle = 6.2831855f * (float) values[j + HALF];
            values[j] = radius * Avx2.cos(angle);
            values[j + HALF] = radius * Avx2.sin(angle);
        }
    }

    /** The scalar code with the C library's functions, which round correctly all but always. */
    private static void twice(double[] values, int at) {
        for (int j = at; j < at + HALF; j++) {
            double radius = Math.sqrt(-2 * DoubleDouble.ln(1 - values[j]));
            double angle = 2 * Math.PI * values[j + HALF];
            values[j] = radius * DoubleDouble.cos(angle);
            values[j + HALF] = radius * DoubleDouble.sin(angle);
        }
    }

    /** Every operation rounded to the type. */
    private static void reduced(TorchType type, double[] values, int at) {
        for (int j = at; j < at + HALF; j++) {
            double log = type.round(StrictMath.log(type.round(1 - values[j])));
            double radius = type.round(Math.sqrt(type.round(-2 * log)));
            double angle = type.round(2 * Math.PI * values[j + HALF]);
            values[j] = type.round(radius * type.round(StrictMath.cos(angle)));
            values[j + HALF] = type.round(radius * type.round(StrictMath.sin(angle)));
        }
    }
}

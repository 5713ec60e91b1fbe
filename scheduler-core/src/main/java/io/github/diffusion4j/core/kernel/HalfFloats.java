package io.github.diffusion4j.core.kernel;

/** The 16-bit types, IEEE 754 binary16 (HALF) and BFLOAT16, from and to float; to the nearest value, ties to even. The JDK has binary16 from version 20 on. */
final class HalfFloats {

    /** 2^112: the distance of the exponents' biases, 127 - 15. */
    private static final float BIAS = 0x1p112f;
    /** From here on a float rounds to infinity in binary16. */
    private static final int OVERFLOW = Float.floatToRawIntBits(65520f);
    /** The smallest normal number of binary16, 2^-14. */
    private static final int NORMAL = Float.floatToRawIntBits(0x1p-14f);

    private HalfFloats() {}

    static float fromBrain(short bits) {
        return Float.intBitsToFloat(bits << 16);
    }

    static short toBrain(float value) {
        int bits = Float.floatToRawIntBits(value);
        if (value != value) {
            return (short) (bits >>> 16 | 0x40);
        }
        return (short) (bits + 0x7fff + (bits >>> 16 & 1) >>> 16);
    }

    /** The exponent's bias is put right by a multiplication, which handles subnormal numbers too. */
    static float fromHalf(short bits) {
        int magnitude = (bits & 0x7fff) << 13;
        float value = magnitude < 0x7c00 << 13 ? Float.intBitsToFloat(magnitude) * BIAS : Float.intBitsToFloat(magnitude | 0x7f800000);
        return Float.intBitsToFloat(Float.floatToRawIntBits(value) | (bits & 0x8000) << 16);
    }

    static short toHalf(float value) {
        int bits = Float.floatToRawIntBits(value);
        int sign = bits >>> 16 & 0x8000;
        int magnitude = bits & 0x7fffffff;
        if (magnitude >= OVERFLOW) {
            return (short) (sign | (value != value ? 0x7e00 : 0x7c00));
        }
        if (magnitude < NORMAL) {
            // Adding 1/2 leaves multiples of 2^-24, the subnormal numbers' distance, in the last place.
            return (short) (sign | Float.floatToRawIntBits(Float.intBitsToFloat(magnitude) + 0.5f) - Float.floatToRawIntBits(0.5f));
        }
        return (short) (sign | magnitude - (112 << 23) + 0xfff + (magnitude >>> 13 & 1) >>> 13);
    }
}

package io.github.diffusion4j.core.kernel;

/** What an array holds. */
public enum ElementType {

    /** 32-bit floating point. */
    FLOAT(4),
    /** 64-bit floating point. */
    DOUBLE(8),
    /** IEEE 754 half precision: 5 bits of exponent, 10 of fraction. */
    HALF(2),
    /** The upper half of a float: 8 bits of exponent, 7 of fraction. */
    BFLOAT16(2),
    /** 64-bit whole numbers: timesteps that a network takes as such. Nothing is computed in them. */
    INT64(8);

    private final int width;

    ElementType(int width) {
        this.width = width;
    }

    /**
     * The size of a value.
     *
     * @return the bytes
     */
    public int width() {
        return width;
    }

    /**
     * The type in which arrays of this type are computed.
     *
     * @return FLOAT for HALF and BFLOAT16, otherwise the type itself
     * @throws IllegalArgumentException if this is INT64
     */
    public ElementType computed() {
        return switch (this) {
            case FLOAT, DOUBLE -> this;
            case HALF, BFLOAT16 -> FLOAT;
            case INT64 -> throw unsupported(this);
        };
    }

    /**
     * The refusal of a type in which nothing is computed.
     *
     * @param type the type, of any library
     * @return the exception
     */
    public static IllegalArgumentException unsupported(Object type) {
        return new IllegalArgumentException("arrays of type " + type + " are not supported; use FLOAT, DOUBLE, HALF or BFLOAT16");
    }
}

package io.github.diffusion4j.core.plan;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.stream.IntStream;

/** What tells a run from another by its numbers, but not by their last digits. */
public final class RunKey {

    private static final int DIGITS = 16;

    /** Bits of a double that are left out, which leaves 13 of its fraction. */
    private static final int DROPPED = 39;

    /** Less than the dropped bits are worth, and of no pattern, so that no fraction that people choose stands where rounding turns. */
    private static final long OFFSET = 0x30d1b54a32L;

    /** Weights below are what is left where terms cancel. */
    private static final double NOTHING = 1e-12;

    private RunKey() {}

    static String of(Plan plan) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.write(text(plan.correction()).getBytes(StandardCharsets.UTF_8));
            if (plan.guided()) {
                out.writeUTF(text(plan.guidance()) + text(plan.skipping()));
            }
            for (Evaluation e : plan.program().evaluations()) {
                write(out, e.conditioning(), e.level().alpha(), e.level().sigma(), e.inputScale());
                for (double[] weights : new double[][] {e.before(), e.remember(), e.anchor(), e.next()}) {
                    write(out, ofSteps(weights));
                    if (plan.guided()) {
                        write(out, ofBranches(weights));
                    }
                }
                out.writeUTF(e.scaling().getClass().getSimpleName());
            }
            return sha256(bytes.toByteArray()).substring(0, DIGITS);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * The hash SHA-256.
     *
     * @param bytes what is hashed
     * @return hexadecimal digits
     */
    public static String sha256(byte[] bytes) {
        try {
            return String.format("%064x", new BigInteger(1, MessageDigest.getInstance("SHA-256").digest(bytes)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /** The registers that every run has. */
    private static double[] ofSteps(double... weights) {
        return IntStream.range(0, weights.length).filter(k -> k < Evaluation.BRANCH || k >= Evaluation.MEMORY).mapToDouble(k -> weights[k]).toArray();
    }

    /** Those of guidance. */
    private static double[] ofBranches(double... weights) {
        return Arrays.copyOfRange(weights, Evaluation.BRANCH, Evaluation.MEMORY);
    }

    /** What a correction or guidance says of itself; nothing where that is only the name that Java gives an object, which the same run has otherwise elsewhere. */
    private static String text(Object correction) {
        String text = correction.toString();
        return text.equals(correction.getClass().getName() + "@" + Integer.toHexString(correction.hashCode())) ? "" : text;
    }

    /** Zeros at the end say nothing. */
    private static void write(DataOutputStream out, double... numbers) throws IOException {
        long[] rounded = Arrays.stream(numbers).mapToLong(number -> Math.abs(number) < NOTHING ? 0 : Double.doubleToLongBits(number) + OFFSET >>> DROPPED).toArray();
        int count = rounded.length;
        while (count > 0 && rounded[count - 1] == 0) {
            count--;
        }
        out.writeInt(count);
        for (int i = 0; i < count; i++) {
            out.writeInt((int) rounded[i]);
        }
    }
}

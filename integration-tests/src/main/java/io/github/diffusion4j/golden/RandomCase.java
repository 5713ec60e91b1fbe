package io.github.diffusion4j.golden;

import io.github.diffusion4j.core.kernel.ElementType;
import io.github.diffusion4j.core.kernel.HostArray;
import io.github.diffusion4j.core.kernel.HostArrays;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.github.diffusion4j.core.random.Philox;
import io.github.diffusion4j.core.random.SeedSequence;
import io.github.diffusion4j.core.random.TorchBrownianTree;
import io.github.diffusion4j.core.random.TorchCudaGenerator;
import io.github.diffusion4j.core.random.TorchGenerator;
import io.github.diffusion4j.core.random.TorchType;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * Recorded random numbers: PyTorch's CPU generator (bits), its CUDA generator (1e-6), NumPy's SeedSequence (bits) and torchsde's Brownian tree (nine digits, as recorded).
 *
 * @param kind the generator
 * @param id what tells this case from others of the generator
 * @param check compares and gives the error
 */
record RandomCase(String kind, String id, Check check) {

    private static final double NINE_DIGITS = 1e-8;
    private static final double CUDA = 1e-6;

    private static final Map<String, TorchType> TYPES = Map.of("float32", TorchType.FLOAT32, "float64", TorchType.FLOAT64, "float16", TorchType.FLOAT16,
            "half", TorchType.FLOAT16, "bfloat16", TorchType.BFLOAT16);

    private static final Pattern NUMBER = Pattern.compile("-?\\d+");

    /** Compares one case. */
    interface Check {
        double error();
    }

    /** All cases of a file; none if it is of another kind. */
    static List<RandomCase> of(JsonNode root) {
        List<RandomCase> cases = new ArrayList<>();
        Stream.of("cases", "extra").forEach(list -> root.path(list).forEach(golden -> cases.add(new RandomCase("torch." + golden.path("fn").asText("?"),
                golden.path("name").asText(), () -> torch(golden)))));
        root.path("numpy_seedsequence").properties().forEach(entry -> cases.add(new RandomCase("SeedSequence", entry.getKey(), () -> seedSequence(entry.getKey(), entry.getValue()))));
        root.path("brownian_tree").forEach(tree -> cases.add(new RandomCase("BrownianTree", tree.path("entropy") + "/" + tree.path("shape"), () -> brownian(tree))));
        root.properties().stream().filter(entry -> entry.getValue().has("raw_idx0"))
                .forEach(entry -> cases.add(new RandomCase("CudaPhilox", entry.getKey(), () -> cuda(Long.parseUnsignedLong(entry.getKey()), entry.getValue()))));
        return cases;
    }

    private static TorchType type(JsonNode golden) {
        String name = golden.path("dtype").asText().replace("torch.", "");
        if (!TYPES.containsKey(name)) {
            throw new UnsupportedOperationException("this data type is not known: " + name);
        }
        return TYPES.get(name);
    }

    private static int count(JsonNode shape) {
        return (int) Arrays.stream(Comparison.doubles(shape)).reduce(1, (a, b) -> a * b);
    }

    private static double torch(JsonNode golden) {
        TorchGenerator generator = TorchGenerator.seeded(golden.path("seed").asLong());
        for (JsonNode call : golden.path("preceding_randn_calls_on_same_generator")) {
            generator = generator.randn(type(call), count(call.path("shape"))).next();
        }
        int count = count(golden.path("shape"));
        String function = golden.path("fn").asText();
        if (function.equals("randint")) {
            long[] bounds = NUMBER.matcher(golden.path("name").asText()).results().map(MatchResult::group).mapToLong(Long::parseLong).limit(2).toArray();
            long[] values = generator.randint(bounds[0], bounds[1], count).values();
            exact("first8", longs(golden.path("first8")), LongStream.of(values).limit(8).toArray());
            return exact("last8", longs(golden.path("last8")), LongStream.of(values).skip(Math.max(0, count - 8)).toArray());
        }
        TorchType type = type(golden);
        double[] values = switch (function) {
            case "randn" -> generator.randn(type, count).values();
            case "rand" -> generator.rand(type, count).values();
            default -> throw new UnsupportedOperationException("this function is not known: " + function);
        };
        exact("first8_hex", bits(golden.path("first8_hex")), bits(type, Arrays.copyOf(values, Math.min(8, count))));
        exact("last8_hex", bits(golden.path("last8_hex")), bits(type, Arrays.copyOfRange(values, Math.max(0, count - 8), count)));
        return compared(NINE_DIGITS, Map.of("sum_float64", golden.path("sum_float64"), "sumsq_float64", golden.path("sumsq_float64")),
                Map.of("sum_float64", new double[] {Arrays.stream(values).sum()}, "sumsq_float64", new double[] {Arrays.stream(values).map(x -> x * x).sum()}));
    }

    private static long[] bits(JsonNode hex) {
        List<Long> bits = new ArrayList<>();
        hex.forEach(text -> bits.add(new BigInteger(text.asText(), 16).longValue()));
        return bits.stream().mapToLong(Long::longValue).toArray();
    }

    private static long[] bits(TorchType type, double[] values) {
        return Arrays.stream(values).mapToLong(value -> switch (type) {
            case FLOAT64 -> Double.doubleToRawLongBits(value);
            case FLOAT32 -> Integer.toUnsignedLong(Float.floatToRawIntBits((float) value));
            case BFLOAT16 -> Float.floatToRawIntBits((float) value) >>> 16;
            case FLOAT16 -> halfBits((float) value);
        }).toArray();
    }

    /** Bits of a number that is a half already. */
    private static long halfBits(float value) {
        int sign = Float.floatToRawIntBits(value) >>> 16 & 0x8000;
        float size = Math.abs(value);
        if (size < 0x1p-14f) {
            return sign | (int) (size * 0x1p24f);
        }
        return sign | (Float.floatToRawIntBits(size) >>> 13) - (112 << 10);
    }

    private static double cuda(long seed, JsonNode golden) {
        for (int i = 0; i < 2; i++) {
            int[] words = new int[4];
            Philox.words(seed, 0, 0, i, 0, words);
            exact("raw_idx" + i, longs(golden.path("raw_idx" + i)), IntStream.of(words).mapToLong(Integer::toUnsignedLong).toArray());
        }
        return compared(CUDA, Map.of("first12", golden.path("first12"), "second_call_first4", golden.path("second_call_first4")),
                Map.of("first12", TorchCudaGenerator.randn(seed, 0, 12), "second_call_first4", TorchCudaGenerator.randn(seed, 1, 4)));
    }

    private static double seedSequence(String call, JsonNode expected) {
        String arguments = call.replace("2**40+7", String.valueOf((1L << 40) + 7));
        long[] numbers = NUMBER.matcher(arguments).results().map(MatchResult::group).mapToLong(Long::parseLong).toArray();
        boolean spawned = arguments.contains("spawn_key");
        List<Long> key = spawned ? List.of(numbers[1], numbers[2]) : List.of();
        int pool = (int) numbers[spawned ? 3 : 1];
        int[] state = new SeedSequence(numbers[0], key, pool).generateState(expected.size());
        return exact(call, longs(expected), IntStream.of(state).mapToLong(Integer::toUnsignedLong).toArray());
    }

    private static double brownian(JsonNode golden) {
        TorchBrownianTree tree = new TorchBrownianTree(golden.path("t0").asDouble(), golden.path("t1").asDouble(), golden.path("entropy").asLong(), type(golden),
                count(golden.path("shape")));
        double worst = 0;
        for (JsonNode query : golden.path("queries")) {
            double[] increment = tree.increment(query.path("ta").asDouble(), query.path("tb").asDouble());
            worst = Math.max(worst, compared(NINE_DIGITS, Map.of("W_first4", query.path("W_first4")), Map.of("W_first4", Arrays.copyOf(increment, 4))));
        }
        return worst;
    }

    private static double compared(double tolerance, Map<String, JsonNode> expected, Map<String, double[]> actual) {
        Comparison<HostArray> comparison = new Comparison<>(HostArrays.HEAP, ElementType.DOUBLE, MissingNode.getInstance());
        comparison.allow(tolerance);
        expected.forEach((name, values) -> comparison.check(name, values.isArray() ? Comparison.doubles(values) : new double[] {values.asDouble()}, actual.get(name)));
        return comparison.result().worst();
    }

    private static long[] longs(JsonNode values) {
        return IntStream.range(0, values.size()).mapToLong(i -> values.get(i).asLong()).toArray();
    }

    private static double exact(String what, long[] expected, long[] actual) {
        if (expected.length > 0 && !Arrays.equals(expected, actual)) {
            throw new IllegalStateException(what + " has the bits " + Arrays.toString(actual) + ", expected " + Arrays.toString(expected));
        }
        return 0;
    }
}

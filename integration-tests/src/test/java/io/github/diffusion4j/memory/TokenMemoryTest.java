package io.github.diffusion4j.memory;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.github.diffusion4j.core.kernel.ElementType;
import io.github.diffusion4j.core.kernel.HostArray;
import io.github.diffusion4j.core.kernel.HostArrays;
import io.github.diffusion4j.core.kernel.Nucleus;
import io.github.diffusion4j.core.kernel.Question;
import io.github.diffusion4j.core.noise.CounterTokens;
import io.github.diffusion4j.core.tokens.Score;
import io.github.diffusion4j.core.tokens.TokenPlan;
import io.github.diffusion4j.core.tokens.TokenState;
import io.github.diffusion4j.samplers.tokens.Survival;
import io.github.diffusion4j.samplers.tokens.TokenSamplers;
import java.lang.management.ManagementFactory;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class TokenMemoryTest {

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final int CLASSES = 151_936;
    private static final int POSITIONS = 16;
    private static final int STEPS = 6;
    /** Of all threads in a step: far less than one position's classes. */
    private static final long MOST = CLASSES * Float.BYTES / 2;

    private static long allocated() {
        return Arrays.stream(THREADS.getThreadAllocatedBytes(THREADS.getAllThreadIds())).filter(bytes -> bytes > 0).sum();
    }

    /** Blocks and rows stay with the threads; after a few steps nothing as long as a position's classes is made any more. */
    @Test
    void a_step_allocates_nothing_of_the_size_of_the_logits() {
        HostArray logits = HostArrays.DIRECT.make(ElementType.FLOAT, 1, POSITIONS, CLASSES);
        FloatBuffer values = logits.floats();
        for (int i = 0; i < POSITIONS * CLASSES; i++) {
            values.put(i, (float) Math.sin(i * 0.7) * 8);
        }
        Question filtered = Question.PLAIN.withFilter(50, new Nucleus(0.9, Nucleus.Rule.CROSSING));
        for (TokenPlan plan : List.of(TokenSamplers.llada(CLASSES, 0, 1, POSITIONS, STEPS, 0, Score.of(Score.Measure.MARGIN)), TokenSamplers.mdlm(CLASSES, STEPS, Survival.LINEAR),
                TokenSamplers.dream(CLASSES, STEPS, filtered, Score.of(Score.Measure.ENTROPY)))) {
            TokenState warm = plan.start(1, POSITIONS);
            for (int i = 0; i < 2 * STEPS; i++) {
                plan.step(HostArrays.DIRECT, logits, warm, CounterTokens.of(i));
            }
            long least = Long.MAX_VALUE;
            for (int i = 0; i < STEPS; i++) {
                long before = allocated();
                plan.step(HostArrays.DIRECT, logits, warm, CounterTokens.of(i));
                least = Math.min(least, allocated() - before);
            }
            assertTrue(least < MOST, plan.name() + " allocates " + least + " bytes in a step");
        }
    }
}

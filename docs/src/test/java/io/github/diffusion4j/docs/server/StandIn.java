package io.github.diffusion4j.docs.server;

import io.github.diffusion4j.core.kernel.HostArray;
import io.github.diffusion4j.samplers.pipeline.NetworkCall;
import io.github.diffusion4j.samplers.diffusers.DiffusersConfig;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;

/** A network that is a formula for each sample, knows all words but those that begin with x, fails for "fail", and can be held before each call. */
final class StandIn implements PictureNetwork {

    static final int SIDE = 8;

    /** A permit for each call. */
    final Semaphore turns;
    /** The words of each call. */
    final List<List<String>> calls = new CopyOnWriteArrayList<>();

    private StandIn(int turns) {
        this.turns = new Semaphore(turns);
    }

    static StandIn free() {
        return new StandIn(Integer.MAX_VALUE);
    }

    static StandIn held() {
        return new StandIn(0);
    }

    @Override
    public void evaluate(NetworkCall<HostArray, String> call) {
        calls.add(call.conditions());
        turns.acquireUninterruptibly();
        if (call.conditions().contains("fail")) {
            throw new IllegalStateException("the network fell over");
        }
        double[] x = call.x().values();
        int length = x.length / call.times().length;
        double[] out = new double[x.length];
        for (int i = 0; i < x.length; i++) {
            int sample = i / length;
            out[i] = Math.tanh(0.8 * x[i] + call.conditions().get(sample).length() * 0.1) + 0.1 * Math.sin(0.01 * call.times()[sample]);
        }
        call.out().fill(out);
    }

    @Override
    public DiffusersConfig config() {
        return DiffusersConfig.of("DDIMScheduler");
    }

    @Override
    public int side() {
        return SIDE;
    }

    @Override
    public void check(String words) {
        if (words.startsWith("x")) {
            throw new IllegalArgumentException("the network was not taught '" + words + "'");
        }
    }

    @Override
    public List<String> examples() {
        return List.of("red cat", "a \"green\" dog & more", "");
    }
}

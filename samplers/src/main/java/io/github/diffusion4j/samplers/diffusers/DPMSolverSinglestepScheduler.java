package io.github.diffusion4j.samplers.diffusers;

import io.github.diffusion4j.core.plan.Solver;
import io.github.diffusion4j.samplers.solvers.Convention;
import io.github.diffusion4j.samplers.solvers.DpmSolverSinglestep;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** DPM-Solver and DPM-Solver++ singlestep of order 1 to 3, spread over the steps of a run (Lu et al., arXiv:2206.00927). */
public final class DPMSolverSinglestepScheduler extends LambdaScheduler {

    private static final long serialVersionUID = 1;

    private final DpmOptions options;
    private final boolean zero;

    DPMSolverSinglestepScheduler(DiffusersConfig config) {
        super(config, Parts.betas(config.settings()));
        this.options = DpmOptions.of(settings());
        this.zero = settings().choice("final_sigmas_type", Map.of("zero", true, "sigma_min", false));
        options.checkEnd(name(), zero);
    }

    @Override
    Solver solver(int steps) {
        return new DpmSolverSinglestep(orders(steps), options.algorithm().prediction(), options.type(), options.algorithm().eta(), Convention.DIFFUSERS);
    }

    /** The order of each step: blocks of 1, 2, .. p, and lower orders at the end where they do not fit or the run ends at sigma 0. */
    private List<Integer> orders(int steps) {
        int order = options.order();
        boolean lower = settings().flag("lower_order_final") || steps % order != 0 || zero;
        List<Integer> orders = new ArrayList<>();
        if (!lower) {
            return cycle(order, steps);
        }
        if (order == 3) {
            int rest = steps % 3;
            orders.addAll(cycle(3, rest == 0 ? steps - 3 : steps - rest));
            orders.addAll(rest == 0 ? List.of(1, 2, 1) : rest == 1 ? List.of(1) : List.of(1, 2));
        } else if (order == 2) {
            orders.addAll(cycle(2, steps % 2 == 0 ? steps - 2 : steps - 1));
            orders.addAll(steps % 2 == 0 ? List.of(1, 1) : List.of(1));
        } else {
            orders.addAll(Collections.nCopies(steps, 1));
        }
        if (zero) {
            orders.set(orders.size() - 1, 1);
        }
        return orders.subList(Math.max(0, orders.size() - steps), orders.size());
    }

    private static List<Integer> cycle(int order, int count) {
        return IntStream.range(0, Math.max(0, count)).mapToObj(i -> i % order + 1).toList();
    }

    @Override
    double finalSigma(double last, boolean respaced) {
        return zero ? 0 : sigmas().sigma(0);
    }
}

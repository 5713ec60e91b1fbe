package io.github.diffusion4j.golden;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.diffusion4j.core.kernel.Arrays;
import io.github.diffusion4j.core.kernel.Rows;
import io.github.diffusion4j.core.plan.Regression;
import io.github.diffusion4j.samplers.rewards.D3po;
import io.github.diffusion4j.samplers.rewards.DiffusionNft;
import io.github.diffusion4j.samplers.rewards.PreferenceLoss;
import java.util.stream.IntStream;

/** Losses of preferences between samples. */
final class PreferenceCases {

    private PreferenceCases() {}

    static <A> void check(TrainingCase<A> golden) {
        switch (golden.recipe()) {
            case "diffusion_dpo" -> loss(golden, dpo(golden));
            case "diffusion_orpo" -> orpo(golden);
            case "dpo_as_regression" -> regression(golden);
            case "d3po" -> d3po(golden);
            case "diffusion_nft" -> nft(golden);
            default -> throw golden.unknown();
        }
    }

    /** The script for SDXL has half of beta, that for SD 1.5, which offers types of loss, the whole. */
    private static <A> PreferenceLoss dpo(TrainingCase<A> golden) {
        golden.takes("beta_dpo", "loss_type", "beta");
        double[] errors = golden.input("model_losses");
        double[] references = golden.input("reference_losses");
        double beta = golden.number("beta_dpo", golden.number("beta", 0));
        return switch (golden.argument("loss_type").asText("sdxl")) {
            case "sdxl" -> PreferenceLoss.diffusionDpo(beta, errors, references);
            case "sigmoid" -> PreferenceLoss.diffusionDpo(2 * beta, errors, references);
            case "hinge" -> PreferenceLoss.hinge(beta, errors, references);
            case "ipo" -> PreferenceLoss.ipo(golden.number("beta", beta), errors, references);
            default -> throw new UnsupportedOperationException("this type of loss is not known: " + golden.argument("loss_type"));
        };
    }

    /** Compares with what the reference returned, and with what is right where it returned nothing or something else. */
    private static <A> void loss(TrainingCase<A> golden, PreferenceLoss loss) {
        boolean returned = golden.expected().path("loss").isNumber();
        if (returned) {
            golden.check("loss", loss.value());
        }
        if (golden.correct().path("loss").isNumber()) {
            golden.checkCorrect("loss", loss.value());
        } else if (!returned) {
            throw new IllegalStateException("the case has no loss");
        }
    }

    private static <A> void orpo(TrainingCase<A> golden) {
        golden.takes("beta_orpo");
        double beta = golden.number("beta_orpo");
        double[] errors = golden.input("model_losses");
        golden.check("loss", PreferenceLoss.orpoAsInDiffusers(beta, errors).value());
        if (golden.correct().has("loss")) {
            golden.checkCorrect("loss", PreferenceLoss.orpo(beta, errors).value());
        }
    }

    private static <A> void regression(TrainingCase<A> golden) {
        PreferenceLoss loss = dpo(golden);
        golden.check("weight", loss.weights());
        Arrays<A> arrays = golden.comparison().arrays();
        Regression<A> regression = new Regression<>(arrays, Rows.SAMPLES, golden.array("target"), loss.weights());
        golden.check("gradient", PolicyCases.gradient(arrays, regression, golden.array("prediction"), 1));
    }

    private static <A> void d3po(TrainingCase<A> golden) {
        golden.takes("beta", "eps", "human_prefer");
        JsonNode preferences = golden.argument("human_prefer");
        D3po.Side[] sides = IntStream.range(0, 2).mapToObj(side -> new D3po.Side(golden.input("log_prob_" + side), golden.input("reference_" + side),
                IntStream.range(0, preferences.size() / 2).mapToDouble(pair -> preferences.path(2 * pair + side).asDouble()).toArray())).toArray(D3po.Side[]::new);
        golden.check("loss", new D3po(golden.number("beta"), golden.number("eps")).of(sides[0], sides[1]).value());
    }

    private static <A> void nft(TrainingCase<A> golden) {
        golden.takes("beta");
        DiffusionNft.Batch<A> batch = new DiffusionNft.Batch<>(golden.array("velocity"), golden.array("old_velocity"), golden.array("x0"), golden.array("x_t"));
        DiffusionNft.Loss<A> loss = new DiffusionNft(golden.number("beta")).of(golden.comparison().arrays(), Rows.SAMPLES, batch, golden.input("t"), golden.input("r"));
        golden.check("positive", loss.positive());
        golden.check("negative", loss.negative());
        golden.check("loss", loss.values());
        loss.regression().close();
    }
}

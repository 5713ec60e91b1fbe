package io.github.diffusion4j.samplers.diffusers;

import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

/** The scheduler classes by their Diffusers names. */
final class Catalog {

    private static final Map<String, Function<DiffusersConfig, DiffusersScheduler>> CLASSES = new TreeMap<>(Map.ofEntries(
            Map.entry("CMStochasticIterativeScheduler", CMStochasticIterativeScheduler::new),
            Map.entry("CogVideoXDDIMScheduler", CogVideoXDDIMScheduler::new),
            Map.entry("CogVideoXDPMScheduler", CogVideoXDPMScheduler::new),
            Map.entry("ConsistencyDecoderScheduler", ConsistencyDecoderScheduler::new),
            Map.entry("CosineDPMSolverMultistepScheduler", CosineDPMSolverMultistepScheduler::new),
            Map.entry("DDIMInverseScheduler", DDIMInverseScheduler::new),
            Map.entry("DDIMParallelScheduler", DDIMParallelScheduler::new),
            Map.entry("DDIMScheduler", DDIMScheduler::new),
            Map.entry("DDPMParallelScheduler", DDPMParallelScheduler::new),
            Map.entry("DDPMScheduler", DDPMScheduler::new),
            Map.entry("DDPMWuerstchenScheduler", DDPMWuerstchenScheduler::new),
            Map.entry("DEISMultistepScheduler", DEISMultistepScheduler::new),
            Map.entry("DPMSolverMultistepInverseScheduler", DPMSolverMultistepInverseScheduler::new),
            Map.entry("DPMSolverMultistepScheduler", DPMSolverMultistepScheduler::new),
            Map.entry("DPMSolverSDEScheduler", DPMSolverSDEScheduler::new),
            Map.entry("DPMSolverSinglestepScheduler", DPMSolverSinglestepScheduler::new),
            Map.entry("EDMDPMSolverMultistepScheduler", EDMDPMSolverMultistepScheduler::new),
            Map.entry("EDMEulerScheduler", EDMEulerScheduler::new),
            Map.entry("EulerAncestralDiscreteScheduler", EulerAncestralDiscreteScheduler::new),
            Map.entry("EulerDiscreteScheduler", EulerDiscreteScheduler::new),
            Map.entry("FlowMapEulerDiscreteScheduler", FlowMapEulerDiscreteScheduler::new),
            Map.entry("FlowMatchEulerDiscreteScheduler", FlowMatchEulerDiscreteScheduler::new),
            Map.entry("FlowMatchHeunDiscreteScheduler", FlowMatchHeunDiscreteScheduler::new),
            Map.entry("FlowMatchLCMScheduler", FlowMatchLCMScheduler::new),
            Map.entry("HeliosDMDScheduler", HeliosDMDScheduler::new),
            Map.entry("HeliosScheduler", HeliosScheduler::new),
            Map.entry("HeunDiscreteScheduler", HeunDiscreteScheduler::new),
            Map.entry("IPNDMScheduler", IPNDMScheduler::new),
            Map.entry("KDPM2AncestralDiscreteScheduler", KDPM2AncestralDiscreteScheduler::new),
            Map.entry("KDPM2DiscreteScheduler", KDPM2DiscreteScheduler::new),
            Map.entry("KarrasVeScheduler", KarrasVeScheduler::new),
            Map.entry("LCMScheduler", LCMScheduler::new),
            Map.entry("LMSDiscreteScheduler", LMSDiscreteScheduler::new),
            Map.entry("LTXEulerAncestralRFScheduler", LTXEulerAncestralRFScheduler::new),
            Map.entry("MiniMaxH3Scheduler", MiniMaxH3Scheduler::new),
            Map.entry("PNDMScheduler", PNDMScheduler::new),
            Map.entry("RePaintScheduler", RePaintScheduler::new),
            Map.entry("SASolverScheduler", SASolverScheduler::new),
            Map.entry("SCMScheduler", SCMScheduler::new),
            Map.entry("ScoreSdeVeScheduler", ScoreSdeVeScheduler::new),
            Map.entry("ScoreSdeVpScheduler", ScoreSdeVpScheduler::new),
            Map.entry("TCDScheduler", TCDScheduler::new),
            Map.entry("UnCLIPScheduler", UnCLIPScheduler::new),
            Map.entry("UniPCMultistepScheduler", UniPCMultistepScheduler::new)));

    private Catalog() {}

    static DiffusersScheduler scheduler(DiffusersConfig config) {
        return CLASSES.get(config.className()).apply(config);
    }
}

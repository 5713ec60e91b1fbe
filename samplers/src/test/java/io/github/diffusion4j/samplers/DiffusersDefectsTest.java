package io.github.diffusion4j.samplers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.diffusion4j.core.kernel.ElementType;
import io.github.diffusion4j.core.noise.CounterNoise;
import io.github.diffusion4j.core.plan.Plan;
import io.github.diffusion4j.core.plan.SamplerState;
import io.github.diffusion4j.samplers.diffusers.DiffusersConfig;
import io.github.diffusion4j.samplers.diffusers.Run;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.ops.transforms.Transforms;

/** What fails, or gives NaN or another number of steps, in Diffusers: here it works, or is refused when the plan is made, with the reason. */
class DiffusersDefectsTest {

    private static Plan plan(String json, int steps) {
        return DiffusersConfig.parse(json.replace('\'', '"')).scheduler().plan(Run.steps(steps));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "{'_class_name': 'DDIMScheduler', 'timestep_spacing': 'trailing'} | 61",
        "{'_class_name': 'EulerDiscreteScheduler', 'timestep_spacing': 'trailing', 'num_train_timesteps': 1100} | 15",
        "{'_class_name': 'DDPMScheduler', 'timestep_spacing': 'trailing', 'num_train_timesteps': 1024} | 49",
        "{'_class_name': 'DPMSolverMultistepScheduler', 'timestep_spacing': 'trailing'} | 103",
        "{'_class_name': 'PNDMScheduler'} | 1",
        "{'_class_name': 'PNDMScheduler'} | 3",
        "{'_class_name': 'PNDMScheduler', 'skip_prk_steps': true} | 1",
        "{'_class_name': 'UniPCMultistepScheduler', 'lower_order_final': false} | 8",
        "{'_class_name': 'UniPCMultistepScheduler', 'predict_x0': false} | 8",
        "{'_class_name': 'DPMSolverMultistepScheduler', 'use_flow_sigmas': true, 'prediction_type': 'flow_prediction', 'flow_shift': 100} | 50",
        "{'_class_name': 'UniPCMultistepScheduler', 'use_flow_sigmas': true, 'prediction_type': 'flow_prediction', 'flow_shift': 100} | 50",
        "{'_class_name': 'DPMSolverSinglestepScheduler', 'algorithm_type': 'dpmsolver', 'final_sigmas_type': 'sigma_min', 'thresholding': true} | 9",
        "{'_class_name': 'SASolverScheduler', 'algorithm_type': 'noise_prediction', 'thresholding': true} | 9",
        "{'_class_name': 'EDMDPMSolverMultistepScheduler', 'algorithm_type': 'sde-dpmsolver++', 'solver_order': 3} | 9",
        "{'_class_name': 'DDPMScheduler', 'variance_type': 'fixed_large_log'} | 10",
        "{'_class_name': 'DPMSolverMultistepScheduler', 'solver_order': 7} | 20"})
    void works_here(String json, int steps) {
        Plan plan = plan(json, steps);
        assertEquals(steps, plan.steps());
        SamplerState<INDArray> state = plan.start(CounterNoise.of(1), ElementType.DOUBLE, 1, 2, 2);
        while (state.index() < plan.evaluations()) {
            INDArray output = Transforms.tanh(plan.input(state.index(), state).sample(), true);
            state = plan.step(state.index(), output, state, CounterNoise.of(2));
        }
        assertTrue(Double.isFinite(state.sample().sumNumber().doubleValue()), json);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "{'_class_name': 'DDIMScheduler', 'timestep_spacing': 'trailing', 'rescale_betas_zero_snr': true} | 10 | zero terminal SNR",
        "{'_class_name': 'DDPMScheduler', 'timestep_spacing': 'trailing', 'rescale_betas_zero_snr': true} | 10 | zero terminal SNR",
        "{'_class_name': 'DDIMScheduler', 'steps_offset': 1} | 1000 | timestep 1000",
        "{'_class_name': 'DPMSolverMultistepScheduler', 'algorithm_type': 'sde-dpmsolver', 'solver_order': 3, 'final_sigmas_type': 'sigma_min'} | 20 | order 2",
        "{'_class_name': 'DPMSolverMultistepScheduler', 'algorithm_type': 'dpmsolver'} | 10 | sigma_min",
        "{'_class_name': 'CosineDPMSolverMultistepScheduler', 'solver_order': 3} | 10 | solver_order 1 and 2",
        "{'_class_name': 'DPMSolverMultistepInverseScheduler', 'algorithm_type': 'sde-dpmsolver++'} | 10 | towards the noise",
        "{'_class_name': 'UnCLIPScheduler'} | 1 | at least 2 steps",
        "{'_class_name': 'EulerDiscreteScheduler', 'use_karras_sigmas': true, 'use_beta_sigmas': true} | 10 | only one of",
        "{'_class_name': 'DDIMInverseScheduler', 'timestep_spacing': 'linspace'} | 10 | linspace",
        "{'_class_name': 'HeliosScheduler', 'thresholding': true} | 10 | no thresholding",
        "{'_class_name': 'FlowMatchEulerDiscreteScheduler', 'use_dynamic_shifting': true} | 10 | needs the argument mu",
        "{'_class_name': 'KDPM2DiscreteScheduler', 'prediction_type': 'sample'} | 10 | unknown prediction_type",
        "{'_class_name': 'DDIMScheduler'} | 1001 | 1 to 1000"})
    void is_refused_with_the_reason(String json, int steps, String reason) {
        String message = assertThrows(IllegalArgumentException.class, () -> plan(json, steps)).getMessage();
        assertTrue(message.contains(reason), message);
    }
}

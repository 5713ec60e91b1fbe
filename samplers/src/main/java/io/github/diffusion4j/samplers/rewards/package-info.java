/** Fine-tuning by rewards and preferences: policies, advantages, windows. */
package io.github.diffusion4j.samplers.rewards;

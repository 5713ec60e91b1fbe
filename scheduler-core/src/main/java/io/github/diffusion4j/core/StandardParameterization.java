package io.github.diffusion4j.core;

/** The parameterizations people train. */
enum StandardParameterization implements Parameterization {
    EPSILON {
        @Override
        public Weights target(NoiseLevel level) {
            return new Weights(0, 1);
        }

        @Override
        public Weights noise(NoiseLevel level) {
            return new Weights(0, 1);
        }
    },
    SAMPLE {
        @Override
        public Weights target(NoiseLevel level) {
            return new Weights(1, 0);
        }

        @Override
        public Weights data(NoiseLevel level) {
            return new Weights(0, 1);
        }
    },
    FLOW {
        @Override
        public Weights target(NoiseLevel level) {
            return new Weights(-1, 1);
        }
    },
    VELOCITY {
        @Override
        public Weights target(NoiseLevel level) {
            return new Weights(-level.sigma(), level.alpha());
        }
    }
}

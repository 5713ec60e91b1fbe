package io.github.diffusion4j.core.guidance;

import java.io.Serializable;
import java.util.List;

/**
 * Which outputs of the network each evaluation of a run asks for, and how they become one. Immutable; what it remembers between evaluations is held by the state of the run.
 *
 * <pre>{@code
 *   Plan guided = scheduler.plan(30).guided(ClassifierFree.of(7.5));
 * }</pre>
 */
@FunctionalInterface
public interface Guidance extends Serializable {

    /** No guidance: the network is asked once and taken at its word. */
    Guidance NONE = new Guidance() {
        private static final long serialVersionUID = 1;

        @Override
        public Guide at(Place place) {
            return Guide.CONDITIONAL;
        }

        @Override
        public String toString() {
            return "no guidance";
        }

        private Object readResolve() {
            return NONE;
        }
    };

    /**
     * What one evaluation asks for; called once for each when a plan is made.
     *
     * @param place the evaluation
     * @return what it asks for
     * @throws IllegalArgumentException if the guidance means nothing there, with the reason
     */
    Guide at(Place place);

    /**
     * The names of the arrays that the guidance may remember between evaluations.
     *
     * @return the names, none by default
     */
    default List<String> remembered() {
        return List.of();
    }

    /**
     * The names of the arrays that a run must be given at its start, {@code state.holding(...)}; some of {@link #remembered}.
     *
     * @return the names, none by default
     */
    default List<String> given() {
        return List.of();
    }
}

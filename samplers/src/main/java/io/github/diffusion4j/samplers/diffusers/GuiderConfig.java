package io.github.diffusion4j.samplers.diffusers;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.diffusion4j.core.guidance.Guidance;
import java.io.IOException;
import java.io.InvalidObjectException;
import java.io.ObjectInputStream;
import java.io.Serializable;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.List;
import java.util.Set;

/**
 * A {@code guider_config.json} of Diffusers: the door to guidance by its Python names. Keys that are absent or null take the class's default; values that mean nothing are errors; keys the class
 * does not have are kept, reported by {@link #lint()} and written back. Guidance made here gives Diffusers' numbers: windows count evaluations, not steps. Keys that say which layers of the network
 * are skipped, perturbed or smoothed are for the network's side, which is asked for the branch. Immutable.
 *
 * <pre>{@code
 *   Plan guided = scheduler.plan(30).guided(GuiderConfig.load(Path.of("model")).guidance());
 * }</pre>
 */
public final class GuiderConfig extends JsonConfig {

    private static final long serialVersionUID = 1;

    private static final Path IN_MODEL = Paths.get("guider", "guider_config.json");

    private GuiderConfig(ObjectNode root) {
        super(root);
        className();
    }

    /**
     * Reads a config from text.
     *
     * @param json the JSON object and nothing after it, each key once
     * @return the config
     * @throws IllegalArgumentException if the text is no JSON object, or its class is not known
     */
    public static GuiderConfig parse(String json) {
        return new GuiderConfig(Json.object(json));
    }

    /**
     * Reads a config from a file or a model folder.
     *
     * @param path a {@code guider_config.json}, or a folder that holds one, itself or in its {@code guider} folder
     * @return the config
     * @throws IOException if there is none, or it cannot be read
     */
    public static GuiderConfig load(Path path) throws IOException {
        return parse(text(path, IN_MODEL));
    }

    /**
     * The defaults of a class.
     *
     * @param className the class in Diffusers, for instance {@code ClassifierFreeGuidance}
     * @return the config
     */
    public static GuiderConfig of(String className) {
        return new GuiderConfig(Json.empty().put(CLASS, className));
    }

    /**
     * The names of the classes that can be loaded.
     *
     * @return the names, sorted
     */
    public static Set<String> classNames() {
        return Guiders.names();
    }

    /**
     * The class this config is for.
     *
     * @return the name in Diffusers
     * @throws IllegalArgumentException if it is missing or not known
     */
    public String className() {
        String name = root().path(CLASS).asText();
        if (!classNames().contains(name)) {
            throw new IllegalArgumentException("unknown guider class '" + Json.shortened(name) + "' in " + CLASS + "; known are " + classNames());
        }
        return name;
    }

    /**
     * The guidance this config describes.
     *
     * @return the guidance
     * @throws IllegalArgumentException if a value means nothing, naming key and value
     */
    public Guidance guidance() {
        Settings settings = new Settings(className(), root().deepCopy().retain(Json.keys(Guiders.defaults(className()))), Guiders.defaults(className()));
        return Reasons.naming(() -> Guiders.guidance(className(), settings), () -> Json.brief(root()), Json.keys(root()).stream());
    }

    /**
     * The config with another value.
     *
     * @param key a key of the class
     * @param value a string, number, boolean or array
     * @return the config
     * @throws IllegalArgumentException if the class has no such key
     */
    public GuiderConfig with(String key, Object value) {
        return new GuiderConfig(changed(className(), Json.keys(Guiders.defaults(className())), key, value));
    }

    /**
     * What a config holds that its class does not read.
     *
     * @param unknown keys that no guider has: most likely misspelt
     * @param ofOtherClasses keys of other guiders
     * @param odd what Diffusers computes from this config and hardly anybody means, with what to use instead
     */
    public record Lint(List<String> unknown, List<String> ofOtherClasses, List<String> odd) {

        /**
         * Whether there is nothing to report.
         *
         * @return true if every key is the class's own and nothing is odd
         */
        public boolean clean() {
            return unknown.isEmpty() && ofOtherClasses.isEmpty() && odd.isEmpty();
        }
    }

    /**
     * Looks for keys that this class does not read, and for settings that do what hardly anybody means.
     *
     * @return the report
     * @throws IllegalArgumentException if a value means nothing, naming key and value
     */
    public Lint lint() {
        guidance();
        List<String> foreign = foreign(Json.keys(Guiders.defaults(className())));
        return new Lint(foreign.stream().filter(key -> !Guiders.anyHas(key)).toList(), foreign.stream().filter(Guiders::anyHas).toList(), Guiders.oddities(className(), root()));
    }

    /** Written out is the text: read back it is checked anew. */
    private Object writeReplace() {
        return new Written(toJson());
    }

    private void readObject(ObjectInputStream in) throws InvalidObjectException {
        throw new InvalidObjectException("a config is written out as text");
    }

    private record Written(String json) implements Serializable {
        private Object readResolve() throws InvalidObjectException {
            return Json.restored("guider config", () -> parse(json));
        }
    }
}

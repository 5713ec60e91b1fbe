package io.github.diffusion4j.samplers.diffusers;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.diffusion4j.samplers.solvers.Convention;
import java.io.IOException;
import java.io.InvalidObjectException;
import java.io.ObjectInputStream;
import java.io.Serializable;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A {@code scheduler_config.json} of Diffusers for a scheduler over tokens: the door to these by their Python names, as {@link DiffusersConfig} is to those over numbers. Keys that are absent or null
 * take the class's default; values that mean nothing are errors; keys the class does not have are kept, reported by {@link #lint()} and written back. Arguments of a step that newer versions keep in the
 * config are read there too. Immutable.
 *
 * <pre>{@code
 *   TokenPlan plan = TokenConfig.load(Path.of("amused-256")).scheduler().plan(12);
 * }</pre>
 */
public final class TokenConfig extends JsonConfig {

    private static final long serialVersionUID = 1;

    private static final Path IN_MODEL = Paths.get("scheduler", "scheduler_config.json");

    /** Names of newer versions. */
    private static final Map<String, String> RENAMED = Map.of("UniformRefinementScheduler", "BlockRefinementScheduler");

    private TokenConfig(ObjectNode root) {
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
    public static TokenConfig parse(String json) {
        return new TokenConfig(Json.object(json));
    }

    /**
     * Reads a config from a file or a model folder.
     *
     * @param path a {@code scheduler_config.json}, or a folder that holds one, itself or in its {@code scheduler} folder
     * @return the config
     * @throws IOException if there is none, or it cannot be read
     */
    public static TokenConfig load(Path path) throws IOException {
        return parse(text(path, IN_MODEL));
    }

    /**
     * The defaults of a class.
     *
     * @param className the class in Diffusers, for instance {@code DiscreteDDIMScheduler}
     * @return the config
     */
    public static TokenConfig of(String className) {
        return new TokenConfig(Json.empty().put(CLASS, className));
    }

    /**
     * The names of the classes that can be loaded.
     *
     * @return the names, sorted
     */
    public static Set<String> classNames() {
        return TokenClasses.names();
    }

    /**
     * The class this config is for.
     *
     * @return the name in Diffusers
     * @throws IllegalArgumentException if it is missing or not known
     */
    public String className() {
        String given = root().path(CLASS).asText();
        String name = RENAMED.getOrDefault(given, given);
        if (!classNames().contains(name)) {
            throw new IllegalArgumentException("unknown class of schedulers over tokens '" + Json.shortened(given) + "' in " + CLASS + "; known are " + classNames()
                    + " (schedulers over numbers are read by DiffusersConfig)");
        }
        return name;
    }

    /**
     * The scheduler this config describes, with Diffusers' numbers.
     *
     * @return the scheduler
     * @throws IllegalArgumentException if a value means nothing, naming key and value
     */
    public TokenScheduler scheduler() {
        return scheduler(Convention.DIFFUSERS);
    }

    /**
     * The scheduler this config describes.
     *
     * @param convention whose numbers it gives where Diffusers deviates from the mathematics
     * @return the scheduler
     * @throws IllegalArgumentException if a value means nothing, naming key and value
     */
    public TokenScheduler scheduler(Convention convention) {
        return Reasons.naming(() -> TokenClasses.scheduler(this, convention), () -> Json.brief(root()), Json.keys(root()).stream());
    }

    /**
     * The config with another value.
     *
     * @param key a key of the class
     * @param value a string, number, boolean or array
     * @return the config
     * @throws IllegalArgumentException if the class has no such key
     */
    public TokenConfig with(String key, Object value) {
        return new TokenConfig(changed(className(), TokenClasses.read(className()), key, value));
    }

    /**
     * What a config holds that its class does not read.
     *
     * @param unknown keys that no class over tokens has: most likely misspelt
     * @param ofOtherClasses keys of other classes
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
        List<String> foreign = foreign(TokenClasses.read(className()));
        List<String> odd = new ArrayList<>(scheduler().oddities());
        if (root().hasNonNull("minimal_topk") && root().get("minimal_topk").asInt() != 1) {
            odd.add("minimal_topk: no step reads it; only the pipeline of LLaDA 2 takes fewer steps for it");
        }
        return new Lint(foreign.stream().filter(key -> !TokenClasses.anyReads(key)).toList(), foreign.stream().filter(TokenClasses::anyReads).toList(), List.copyOf(odd));
    }

    Settings settings() {
        ObjectNode own = root().deepCopy();
        own.retain(TokenClasses.read(className()));
        return new Settings(className(), own, TokenClasses.defaults(className()));
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
            return Json.restored("config of tokens", () -> parse(json));
        }
    }
}

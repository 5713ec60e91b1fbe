package io.github.diffusion4j.samplers.diffusers;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.InvalidObjectException;
import java.io.ObjectInputStream;
import java.io.Serializable;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * A {@code scheduler_config.json} of Diffusers: the door to the schedulers by their Python names. Keys that are absent or null take the
 * class's default; values that mean nothing are errors; keys the class does not have are kept, reported by {@link #lint()} and written
 * back. Numbers are equal by value, 3 and 3.0. Schedulers made here give Diffusers' numbers. Immutable.
 *
 * <pre>{@code
 *   DiffusersScheduler scheduler = DiffusersConfig.load(Path.of("stable-diffusion-v1-5")).scheduler();
 *   DiffusersScheduler faster = DiffusersConfig.load(Path.of("stable-diffusion-v1-5"))
 *           .as("DPMSolverMultistepScheduler").config().with("use_karras_sigmas", true).scheduler();
 * }</pre>
 */
public final class DiffusersConfig extends JsonConfig {

    private static final long serialVersionUID = 1;

    private static final String FLAX = "Flax";
    private static final Path IN_MODEL = Paths.get("scheduler", "scheduler_config.json");

    private static final String TIMESTEPS = "num_train_timesteps";
    private static final int MOST_TIMESTEPS = 1_000_000;

    private DiffusersConfig(ObjectNode root) {
        super(root);
        className();
    }

    /**
     * Reads a config from text.
     *
     * @param json the JSON object and nothing after it, each key once; Python's {@code -Infinity} is understood
     * @return the config
     * @throws IllegalArgumentException if the text is no JSON object, or its class is not known
     */
    public static DiffusersConfig parse(String json) {
        return new DiffusersConfig(Json.object(json));
    }

    /**
     * Reads a config from a stream of UTF-8 text; the stream is not closed.
     *
     * @param stream the text
     * @return the config
     * @throws IOException if the stream cannot be read
     * @throws IllegalArgumentException if the text is longer than any config, no JSON object, or its class is not known
     */
    public static DiffusersConfig read(InputStream stream) throws IOException {
        return parse(Json.read(stream));
    }

    /**
     * Reads a config from a file or a model folder.
     *
     * @param path a {@code scheduler_config.json}, or a folder that holds one, itself or in its {@code scheduler} folder
     * @return the config
     * @throws IOException if there is none, or it cannot be read
     */
    public static DiffusersConfig load(Path path) throws IOException {
        return parse(text(path, IN_MODEL));
    }

    /**
     * The defaults of a class.
     *
     * @param className the class in Diffusers, for instance {@code EulerDiscreteScheduler}
     * @return the config
     */
    public static DiffusersConfig of(String className) {
        return new DiffusersConfig(Json.empty().put(CLASS, className));
    }

    /**
     * The names of the classes that can be loaded.
     *
     * @return the names, sorted
     */
    public static Set<String> classNames() {
        return DiffusersClasses.names();
    }

    /**
     * The class this config is for; the prefix {@code Flax} of old files is left out.
     *
     * @return the name in Diffusers
     * @throws IllegalArgumentException if it is missing or not known
     */
    public String className() {
        String given = root().path(CLASS).asText();
        String name = given.startsWith(FLAX) ? given.substring(FLAX.length()) : given;
        if (!DiffusersClasses.knows(name)) {
            throw new IllegalArgumentException("unknown scheduler class '" + Json.shortened(given) + "' in " + CLASS + "; known are " + classNames()
                    + " (schedulers over tokens are read by TokenConfig)");
        }
        return name;
    }

    /**
     * The scheduler this config describes.
     *
     * @return the scheduler
     * @throws IllegalArgumentException if a value means nothing, naming key and value
     */
    public DiffusersScheduler scheduler() {
        return Reasons.naming(() -> Catalog.scheduler(this), () -> Json.brief(root()), Json.keys(root()).stream());
    }

    /**
     * Whether the class has a key.
     *
     * @param key the key
     * @return true if the class reads it
     */
    public boolean has(String key) {
        return DiffusersClasses.defaults(className()).has(key);
    }

    /**
     * The config with another value.
     *
     * @param key a key of the class
     * @param value a string, number, boolean or array
     * @return the config
     * @throws IllegalArgumentException if the class has no such key
     */
    public DiffusersConfig with(String key, Object value) {
        return new DiffusersConfig(changed(className(), ownKeys(), key, value));
    }

    /**
     * The config with the values of another one.
     *
     * @param settings a config of the same class
     * @return the config with the keys of both, those of the other in place of its own
     * @throws IllegalArgumentException if the other config is for another class
     */
    public DiffusersConfig withAll(DiffusersConfig settings) {
        if (!settings.className().equals(className())) {
            throw new IllegalArgumentException("the settings are for " + settings.className() + ", the config for " + className() + "; change its class first, with as");
        }
        ObjectNode changed = root().deepCopy();
        changed.setAll(settings.root());
        return new DiffusersConfig(changed);
    }

    /**
     * What a config holds that its class does not read.
     *
     * @param unknown keys that no class has: most likely misspelt
     * @param ofOtherClasses keys of other classes, kept for a change of class; some classes take {@code sigma_min} and {@code sigma_max} from
     *     here, as in Diffusers
     * @param renamed values that belong to another class and are read as one of this class, as {@code key: value -> value}
     * @param odd what Diffusers computes from this config and hardly anybody means, with what to use instead
     */
    public record Lint(List<String> unknown, List<String> ofOtherClasses, List<String> renamed, List<String> odd) {

        /**
         * Whether there is nothing to report.
         *
         * @return true if every key is the class's own, no value is renamed and nothing is odd
         */
        public boolean clean() {
            return unknown.isEmpty() && ofOtherClasses.isEmpty() && renamed.isEmpty() && odd.isEmpty();
        }
    }

    /**
     * Looks for keys that this class does not read, and for settings that do what hardly anybody means.
     *
     * @return the report
     * @throws IllegalArgumentException if a value means nothing, naming key and value
     */
    public Lint lint() {
        List<String> unknown = new ArrayList<>();
        List<String> others = new ArrayList<>();
        for (String key : foreign(ownKeys())) {
            (DiffusersClasses.anyHas(key) ? others : unknown).add(key);
        }
        return new Lint(List.copyOf(unknown), List.copyOf(others), Renames.applied(className(), root()), Oddities.of(scheduler()));
    }

    /**
     * A config for another class.
     *
     * @param config the config of the other class
     * @param carried keys whose values hold for the other class too
     * @param dropped keys the other class does not read; they are kept in the config
     * @param told keys that the other class has to be told so that the model stays the same: its defaults or its names differ
     */
    public record Swap(DiffusersConfig config, List<String> carried, List<String> dropped, List<String> told) {}

    /**
     * Another solver for the same model. All keys are kept, those that both classes have carry over, and what says which network was trained (its noise levels, its prediction, the shift
     * of its times) is told to the other class where its defaults or its names differ; Diffusers' {@code from_config} falls back to defaults there.
     *
     * @param otherClass the class in Diffusers
     * @return the config for that class, and what it reads of this one
     * @throws IllegalArgumentException if the other class cannot carry the model, with what would be lost and what to use instead
     */
    public Swap as(String otherClass) {
        DiffusersConfig named = new DiffusersConfig(root().deepCopy().put(CLASS, otherClass));
        DiffusersConfig other = new DiffusersConfig(ModelKeys.carried(this, root(), named.className()).put(CLASS, otherClass));
        List<String> lost;
        try {
            lost = named.className().equals(className()) ? List.of() : ModelKeys.lost(scheduler(), other.scheduler());
        } catch (IllegalArgumentException e) {
            lost = List.of(e.getMessage());
        }
        if (!lost.isEmpty()) {
            throw new IllegalArgumentException(className() + " as " + otherClass + " would be another model: " + String.join("; ", lost)
                    + ". Use a solver of this library on the same model, config.scheduler().composed(solver), or a name on it, Names.comfy(sampler, scheduler).on(config)");
        }
        List<String> dropped = other.foreign(other.ownKeys());
        List<String> told = Json.keys(other.root()).stream().filter(key -> !key.equals(CLASS) && !(root().has(key) && Json.byValue(other.root().get(key)).equals(Json.byValue(root().get(key))))).toList();
        List<String> carried = Json.keys(root()).stream().filter(key -> !key.startsWith("_") && !dropped.contains(key) && !told.contains(key)).toList();
        return new Swap(other, carried, dropped, told);
    }

    /**
     * Another solver for the same process.
     *
     * @param otherClass a scheduler class that carries its Diffusers name
     * @return the config for that class, and what it reads of this one
     */
    public Swap as(Class<? extends DiffusersScheduler> otherClass) {
        return as(otherClass.getSimpleName());
    }

    private List<String> ownKeys() {
        return Json.keys(DiffusersClasses.defaults(className()));
    }

    /** The keys the class reads: its own, and those that Diffusers' classes find although they are not theirs. */
    Settings settings() {
        String name = className();
        ObjectNode own = Renames.apply(name, root());
        own.retain(DiffusersClasses.read(name));
        Settings settings = new Settings(name, own, DiffusersClasses.defaults(name));
        if (settings.holds(TIMESTEPS) && !(settings.number(TIMESTEPS) <= MOST_TIMESTEPS)) {
            throw new IllegalArgumentException(TIMESTEPS + " of " + name + " must be at most " + MOST_TIMESTEPS + ", got " + settings.number(TIMESTEPS));
        }
        return settings;
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
            return Json.restored("config", () -> parse(json));
        }
    }
}

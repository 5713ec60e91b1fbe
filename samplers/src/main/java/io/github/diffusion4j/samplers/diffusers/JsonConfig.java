package io.github.diffusion4j.samplers.diffusers;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.diffusion4j.samplers.WholeFile;
import java.io.IOException;
import java.io.InputStream;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;

/** A config file of Diffusers: what was read is written back, and configs are equal by their values. */
abstract class JsonConfig implements Serializable {

    /** The key of the class's name. */
    static final String CLASS = "_class_name";

    private static final long serialVersionUID = 1;

    private final ObjectNode root;

    JsonConfig(ObjectNode root) {
        this.root = root;
    }

    final ObjectNode root() {
        return root;
    }

    /** The text of a file, or of the one that a model folder holds, itself or in its own folder for it. */
    static String text(Path path, Path inModel) throws IOException {
        try (InputStream stream = Files.newInputStream(in(path, inModel))) {
            return Json.read(stream);
        }
    }

    private static Path in(Path path, Path inModel) {
        if (!Files.isDirectory(path)) {
            return path;
        }
        return Files.exists(path.resolve(inModel)) ? path.resolve(inModel) : path.resolve(inModel.getFileName());
    }

    /** The values with another one, of a key that the class has. */
    final ObjectNode changed(String className, Collection<String> own, String key, Object value) {
        if (!own.contains(key)) {
            throw new IllegalArgumentException(className + " has no key " + Json.shortened(key) + "; it has " + own);
        }
        ObjectNode changed = root.deepCopy();
        changed.set(key, Json.value(value));
        return changed;
    }

    /** The keys that are not the class's own; Diffusers' notes, which begin with an underscore, are nobody's. */
    final List<String> foreign(Collection<String> own) {
        return Json.keys(root).stream().filter(key -> !key.startsWith("_") && !own.contains(key)).toList();
    }

    /**
     * The config as JSON that Diffusers reads, every key that was read included.
     *
     * @return the text
     */
    public final String toJson() {
        return Json.text(root);
    }

    /**
     * Writes the config, whole or not at all: where it cannot be written an older file stays as it was.
     *
     * @param file the file
     * @throws IOException if it cannot be written
     * @see WholeFile
     */
    public final void save(Path file) throws IOException {
        WholeFile.write(file, (toJson() + "\n").getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public final boolean equals(Object other) {
        return other instanceof JsonConfig config && getClass() == other.getClass() && Json.byValue(root).equals(Json.byValue(config.root));
    }

    @Override
    public final int hashCode() {
        return Json.byValue(root).hashCode();
    }

    @Override
    public final String toString() {
        return root.toString();
    }
}

package io.github.diffusion4j.laws;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.github.diffusion4j.core.plan.Plan;
import io.github.diffusion4j.core.plan.Scheduler;
import io.github.diffusion4j.core.training.NoisingIterator;
import io.github.diffusion4j.samplers.diffusers.DiffusersConfig;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.dataset.api.MultiDataSet;

/** Every value that can be written out comes back equal, in this Java and in another one; schedulers with the same plans, iterators with the same batches. */
class SerializationTest {

    /** Compared by what they do: a plan by its fingerprint, an iterator by its batches. */
    private static final Set<String> OTHERWISE = Set.of(Plan.class.getName(), NoisingIterator.class.getName());

    private static final List<Object> VALUES = SerializableValues.all();

    private static byte[] written(Object value) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(value);
        } catch (IOException e) {
            throw new IOException(value.getClass() + ": " + value, e);
        }
        return bytes.toByteArray();
    }

    private static Object read(byte[] bytes) throws IOException, ClassNotFoundException {
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes))) {
            return in.readObject();
        }
    }

    /** What a value does, where that is short to say: plans of schedulers. */
    static String effect(Object value) {
        if (value instanceof Plan plan) {
            return plan.fingerprint();
        }
        if (value instanceof Scheduler scheduler) {
            try {
                return scheduler.plan(9).fingerprint();
            } catch (IllegalArgumentException e) {
                return e.getMessage();
            }
        }
        return "";
    }

    private static void assertSame(Object value, Object copy) {
        if (!(value instanceof Plan)) {
            assertEquals(value, copy);
            assertEquals(copy, value);
            assertEquals(value.hashCode(), copy.hashCode(), value::toString);
            assertEquals(value.toString(), copy.toString());
        }
        assertEquals(effect(value), effect(copy), value::toString);
    }

    @Test
    void every_value_comes_back_equal() throws Exception {
        List<Object> values = VALUES;
        assertTrue(values.size() > 600, "values: " + values.size());
        for (Object value : values) {
            assertSame(value, read(written(value)));
        }
    }

    /** A value names what it is, the same in every process. */
    @Test
    void every_value_can_be_printed() {
        for (Object value : VALUES) {
            if (!(value instanceof Plan)) {
                assertTrue(!value.toString().contains("$$Lambda") && !value.toString().matches("(?s).*@[0-9a-f]{5,}.*"), value::toString);
            }
        }
    }

    @Test
    void every_value_comes_back_equal_from_another_java(@TempDir Path folder) throws Exception {
        List<Object> values = VALUES;
        Path there = folder.resolve("values");
        Path back = folder.resolve("back");
        Path log = folder.resolve("log");
        Files.write(there, written(new ArrayList<>(values)));
        Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx1g", "-cp", System.getProperty("java.class.path"),
                Other.class.getName(), there.toString(), back.toString()).redirectErrorStream(true).redirectOutput(log.toFile()).start();
        assertTrue(process.waitFor(3, TimeUnit.MINUTES), "the other Java does not end");
        assertEquals(0, process.exitValue(), () -> {
            try {
                return Files.readString(log);
            } catch (IOException e) {
                return e.toString();
            }
        });
        List<?> answer = (List<?>) read(Files.readAllBytes(back));
        List<?> copies = (List<?>) answer.get(0);
        List<?> effects = (List<?>) answer.get(1);
        assertEquals(values.size(), copies.size());
        for (int i = 0; i < values.size(); i++) {
            assertSame(values.get(i), copies.get(i));
            assertEquals(effect(values.get(i)), effects.get(i), values.get(i)::toString);
        }
    }

    /** The program of the other Java: it reads values, and writes them with what they do there. */
    static final class Other {

        private Other() {}

        public static void main(String[] arguments) throws Exception {
            List<?> values = (List<?>) read(Files.readAllBytes(Path.of(arguments[0])));
            List<Object> effects = new ArrayList<>();
            values.forEach(value -> effects.add(effect(value)));
            Files.write(Path.of(arguments[1]), written(new ArrayList<>(List.of(values, effects))));
            System.exit(0);
        }
    }

    /** The type of a value, and of what it is made of. */
    private static void show(Object value, Set<String> shown) {
        shown.add(value.getClass().getName());
        if (value instanceof Collection<?> parts) {
            parts.forEach(part -> show(part, shown));
        }
        if (value instanceof Record) {
            for (RecordComponent component : value.getClass().getRecordComponents()) {
                show(part(component, value), shown);
            }
        }
    }

    private static Object part(RecordComponent component, Object owner) {
        try {
            component.getAccessor().setAccessible(true);
            return component.getAccessor().invoke(owner);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Whoever adds a type that can be written out has to show a value of it. */
    @Test
    void no_public_type_is_missing() throws Exception {
        Set<String> shown = new TreeSet<>(OTHERWISE);
        VALUES.forEach(value -> show(value, shown));
        Set<String> missing = new TreeSet<>();
        for (JavaClass type : new ClassFileImporter().withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS).importPackages("io.github.diffusion4j.core", "io.github.diffusion4j.schedules",
                "io.github.diffusion4j.samplers")) {
            boolean value = type.isAssignableTo(Serializable.class) && !type.isInterface() && !type.isEnum() && !type.isAssignableTo(Throwable.class) && !type.isAnonymousClass();
            if (value && type.getModifiers().contains(JavaModifier.PUBLIC) && !type.getModifiers().contains(JavaModifier.ABSTRACT) && !shown.contains(type.getName())) {
                missing.add(type.getName());
            }
        }
        assertEquals(Set.of(), missing);
    }

    @Test
    void iterators_go_on_where_they_were() throws Exception {
        for (String name : DiffusersConfig.classNames()) {
            NoisingIterator iterator = SerializableValues.iterator(name);
            try {
                iterator.next();
            } catch (IllegalArgumentException e) {
                continue; // no forward process at whole timesteps
            }
            NoisingIterator copy = (NoisingIterator) read(written(iterator));
            MultiDataSet expected = iterator.next();
            MultiDataSet given = copy.next();
            assertEquals(expected.getFeatures(0), given.getFeatures(0), name);
            assertEquals(expected.getFeatures(1), given.getFeatures(1), name);
            assertEquals(expected.getLabels(0), given.getLabels(0), name);
        }
    }
}

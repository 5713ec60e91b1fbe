package io.github.diffusion4j.docs.tabulate;

import io.github.diffusion4j.core.DiscreteSchedule;
import io.github.diffusion4j.core.NoiseSchedule;
import io.github.diffusion4j.docs.explorer.Choice;
import io.github.diffusion4j.docs.explorer.Choices;
import io.github.diffusion4j.docs.explorer.Selection;
import io.github.diffusion4j.samplers.diffusers.DiffusersConfig;
import io.github.diffusion4j.samplers.names.NamedSampler;
import io.github.diffusion4j.samplers.names.Names;
import io.github.diffusion4j.samplers.names.Spelling;
import io.github.diffusion4j.samplers.tables.NoiseTable;
import io.github.diffusion4j.samplers.training.Recipe;
import io.github.diffusion4j.samplers.training.Recipes;
import io.github.diffusion4j.schedules.BetaSchedule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import picocli.CommandLine.Option;

/** What people write for a model, a schedule or a sampler on the command line. */
final class Models {

    /** How it is said in help. */
    static final String SYNTAX = "[LABEL=]SOURCE[@PIXELS]";

    private static final Pattern LABELLED = Pattern.compile("(?:([^=]+)=)?(.+?)(?:@(\\d+))?");

    @Option(names = "--timesteps", defaultValue = "1000", description = "T, for the name of a beta_schedule (default: ${DEFAULT-VALUE}).")
    private int timesteps;

    @Option(names = "--beta-start", defaultValue = "0.0001", description = "For the name of a beta_schedule (default: ${DEFAULT-VALUE}).")
    private double betaStart;

    @Option(names = "--beta-end", defaultValue = "0.02", description = "For the name of a beta_schedule (default: ${DEFAULT-VALUE}).")
    private double betaEnd;

    @Option(names = "--zero-snr", description = "Rescale the beta_schedule of a name to zero terminal SNR.")
    private boolean zeroSnr;

    /** The names of models and schedules, for shells and for errors. */
    static final class Known implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return names().iterator();
        }
    }

    private static List<String> names() {
        return Stream.of(Arrays.stream(BetaSchedule.values()).map(BetaSchedule::diffusersName), Choices.MODELS.stream().map(Choice::id), Choices.SCHEDULES.stream().map(Choice::id),
                Recipes.all().stream().map(Recipe::name)).flatMap(names -> names).distinct().toList();
    }

    /** The names of samplers. */
    static final class Samplers implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return samplers().iterator();
        }
    }

    private static List<String> samplers() {
        return Stream.of(DiffusersConfig.classNames().stream(), Names.a1111Samplers().keySet().stream().flatMap(name -> Stream.of(name, name + " Karras")), Names.comfySamplers().keySet().stream())
                .flatMap(names -> names).toList();
    }

    /** What a word stands for. */
    Model of(String word) throws IOException {
        Matcher parts = LABELLED.matcher(word);
        if (isPath(word) || !parts.matches()) {
            return source(word, label(word), OptionalInt.empty());
        }
        String source = parts.group(2);
        OptionalInt pixels = parts.group(3) == null ? OptionalInt.empty() : OptionalInt.of(Integer.parseInt(parts.group(3)));
        String label = parts.group(1) != null ? parts.group(1) : label(source) + (pixels.isPresent() ? ", " + pixels.getAsInt() + " pixels" : "");
        return source(source, label, pixels);
    }

    private Model source(String source, String label, OptionalInt pixels) throws IOException {
        if (source.equals("-")) {
            return new Model.Configured(label, DiffusersConfig.read(System.in), pixels);
        }
        if (isPath(source)) {
            return new Model.Configured(label, DiffusersConfig.load(Path.of(source)), pixels);
        }
        if (source.endsWith(".json") || source.contains("/") || source.contains("\\")) {
            throw new NoSuchFileException(source + ": there is no such file or folder");
        }
        return named(source, label, pixels);
    }

    private static boolean isPath(String word) {
        try {
            return Files.exists(Path.of(word));
        } catch (InvalidPathException e) {
            return false;
        }
    }

    /** A file is called by its name, the config in a model's folder by that of the model. */
    private static String label(String source) {
        if (!isPath(source)) {
            return source.equals("-") ? "standard input" : source;
        }
        Path path = Path.of(source).toAbsolutePath().normalize();
        for (String inner : List.of("scheduler_config.json", "scheduler")) {
            path = path.getFileName() != null && path.endsWith(inner) && path.getParent().getFileName() != null ? path.getParent() : path;
        }
        return path.getFileName() == null ? source : path.getFileName().toString().replaceFirst("\\.json$", "");
    }

    private Model named(String name, String label, OptionalInt pixels) {
        Optional<BetaSchedule> betas = Arrays.stream(BetaSchedule.values()).filter(known -> known.diffusersName().equals(name)).findFirst();
        if (betas.isPresent()) {
            DiscreteSchedule table = betas.get().schedule(timesteps, betaStart, betaEnd);
            return scheduled(label, zeroSnr ? table.withZeroTerminalSnr() : table);
        }
        Optional<Choice<String>> model = find(Choices.MODELS, name);
        if (model.isPresent()) {
            Selection selection = Selection.of(model.get().value());
            return selection.config().isEmpty() ? scheduled(label, selection.noise())
                    : new Model.Configured(label, DiffusersConfig.parse(selection.config()), pixels.isPresent() ? pixels : OptionalInt.of(selection.size()));
        }
        Optional<Choice<NoiseSchedule>> schedule = find(Choices.SCHEDULES, name);
        if (schedule.isPresent()) {
            return scheduled(label, schedule.get().value());
        }
        Recipe recipe = Recipes.all().stream().filter(known -> known.name().equalsIgnoreCase(name)).findFirst()
                .orElseThrow(() -> Spelling.unknown("model, schedule or recipe", name, names()));
        return new Model.Scheduled(label, recipe.schedule(), NoiseTable.of(recipe).named(label));
    }

    private static <T> Optional<Choice<T>> find(List<Choice<T>> choices, String id) {
        return choices.stream().filter(choice -> choice.id().equals(id)).findFirst();
    }

    private static Model scheduled(String label, NoiseSchedule schedule) {
        return new Model.Scheduled(label, schedule, NoiseTable.of(label, schedule));
    }

    /** A sampler by the name of Diffusers' class, of the web UI, or of ComfyUI with its scheduler behind a blank or a slash. */
    static NamedSampler sampler(String name) {
        String[] words = name.split("[ /]", 2);
        if (DiffusersConfig.classNames().contains(name)) {
            return Names.diffusers(name);
        }
        if (Names.comfySamplers().containsKey(words[0])) {
            return Names.comfy(words[0], words.length == 1 ? "normal" : words[1]);
        }
        if (Names.a1111Samplers().keySet().stream().noneMatch(known -> name.equals(known) || name.startsWith(known + " "))) {
            throw Spelling.unknown("sampler", name, samplers());
        }
        return Names.a1111(name);
    }
}

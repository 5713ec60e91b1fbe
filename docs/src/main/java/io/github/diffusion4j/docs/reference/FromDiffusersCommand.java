package io.github.diffusion4j.docs.reference;

import io.github.diffusion4j.core.DataCorrection;
import io.github.diffusion4j.samplers.diffusers.DiffusersConfig;
import io.github.diffusion4j.samplers.diffusers.DiffusersScheduler;
import io.github.diffusion4j.samplers.diffusers.SigmasMeaning;
import io.github.diffusion4j.samplers.names.Names;
import io.github.diffusion4j.samplers.names.Parity;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Properties;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Writes the table of Diffusers' classes: what each is made of here, how close it comes, and what is better. */
@Command(name = "from-diffusers", description = "Write the table of Diffusers' scheduler classes and their compositions as Markdown.", mixinStandardHelpOptions = true)
public final class FromDiffusersCommand implements Callable<Integer> {

    private static final String HEAD = """
            # From Diffusers

            Every continuous scheduler class of Diffusers, with its default config, as the parts it is made of here. A `scheduler_config.json` gives Diffusers' numbers;
            parts composed in code (`ComposedScheduler`) give the exact ones. *Recorded* classes repeat recorded runs of Diffusers to 1e-7 of the largest value, see
            `integration-tests`; for the others there is no recorded run, they follow the formulas. Written by `java -jar docs/target/diffusion4j.jar from-diffusers`.

            *Last sigma* says what the last entry of a run's argument `sigmas` is, which differs among the classes: where the run ends (*end*), where its last step starts on the way to the
            end that the config names (*start*), or both, so that the last step changes nothing (*start and end*); *places* are places of the config's ramp from 0 to 1. Classes without an
            entry take no sigmas. Composed in code, given sigmas are always starts.

            | class | schedule and network | solver | last sigma | parity | what differs from Diffusers |
            | --- | --- | --- | --- | --- | --- |
            """;

    @Option(names = "--out", description = "The file to write; by default standard output.")
    private Path out;

    @Spec
    private CommandSpec spec;

    /** Made by the command line. */
    public FromDiffusersCommand() {}

    @Override
    public Integer call() throws IOException {
        if (out == null) {
            spec.commandLine().getOut().print(table());
            spec.commandLine().getOut().flush();
        } else {
            Files.writeString(out, table());
        }
        return 0;
    }

    private static String table() throws IOException {
        Properties corrections = new Properties();
        try (InputStream in = FromDiffusersCommand.class.getResourceAsStream("corrections.properties")) {
            corrections.load(in);
        }
        return HEAD + DiffusersConfig.classNames().stream().map(name -> row(name, corrections)).collect(Collectors.joining());
    }

    private static String lastSigma(DiffusersScheduler scheduler) {
        SigmasMeaning meaning = scheduler.meaningOfSigmas();
        return meaning == SigmasMeaning.NONE ? "" : meaning.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    private static String row(String name, Properties corrections) {
        DiffusersScheduler scheduler = DiffusersConfig.of(name).scheduler();
        String correction = scheduler.correction().equals(DataCorrection.NONE) ? "" : ", `" + scheduler.correction() + "`";
        String parity = Names.diffusers(name).parity() == Parity.RECORDED ? "recorded" : "formula";
        return "| " + name + " | `" + scheduler.schedule() + "`, `" + scheduler.parameterization() + "`" + correction + " | `" + scheduler.solver() + "` | " + lastSigma(scheduler) + " | " + parity + " | "
                + corrections.getProperty(name, "") + " |\n";
    }
}

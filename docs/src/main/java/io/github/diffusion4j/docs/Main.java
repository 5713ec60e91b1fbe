package io.github.diffusion4j.docs;

import io.github.diffusion4j.docs.benchmarks.BenchmarkCommand;
import io.github.diffusion4j.docs.digits.DigitsCommand;
import io.github.diffusion4j.docs.emoji.DrawCommand;
import io.github.diffusion4j.docs.emoji.FitCommand;
import io.github.diffusion4j.docs.emoji.GuidanceCommand;
import io.github.diffusion4j.docs.emoji.GuidesCommand;
import io.github.diffusion4j.docs.emoji.QualityCommand;
import io.github.diffusion4j.docs.figures.WorkPrecisionCommand;
import io.github.diffusion4j.docs.gallery.GalleryCommand;
import io.github.diffusion4j.docs.reference.FromDiffusersCommand;
import io.github.diffusion4j.docs.reference.ReferenceCommand;
import io.github.diffusion4j.docs.server.ExploreCommand;
import io.github.diffusion4j.docs.server.ServeCommand;
import io.github.diffusion4j.docs.site.SiteCommand;
import io.github.diffusion4j.docs.tabulate.PlanCommand;
import io.github.diffusion4j.docs.tabulate.TabulateCommand;
import io.github.diffusion4j.docs.text.TextCommand;
import picocli.AutoComplete.GenerateCompletion;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/**
 * The command line: {@code draw}, {@code digits}, {@code text}, {@code tabulate}, {@code plan}, {@code from-diffusers}, {@code work-precision}, {@code reference}, {@code gallery}, {@code site}, {@code benchmark},
 * {@code guidance}, {@code quality}, {@code fit}, {@code guides}, {@code serve}, {@code explore} and {@code generate-completion}.
 */
@Command(name = "diffusion4j", description = "Noise schedulers for diffusion models on the JVM.", mixinStandardHelpOptions = true,
        subcommands = {DrawCommand.class, DigitsCommand.class, TextCommand.class, TabulateCommand.class, PlanCommand.class, FromDiffusersCommand.class, WorkPrecisionCommand.class, ReferenceCommand.class,
            GalleryCommand.class, SiteCommand.class, BenchmarkCommand.class, GuidanceCommand.class, QualityCommand.class, FitCommand.class, GuidesCommand.class, ServeCommand.class, ExploreCommand.class,
            GenerateCompletion.class},
        synopsisSubcommandLabel = "COMMAND")
public final class Main {

    private Main() {}

    /**
     * The program.
     *
     * @param arguments see {@code --help}
     */
    public static void main(String[] arguments) {
        System.setProperty("java.awt.headless", "true");
        System.exit(execute(arguments));
    }

    /**
     * Runs a command.
     *
     * @param arguments the command line
     * @return 0 if it succeeded
     */
    public static int execute(String... arguments) {
        return new CommandLine(new Main()).setExecutionExceptionHandler((exception, commandLine, result) -> {
            if (exception instanceof IllegalArgumentException || exception instanceof java.io.IOException) {
                commandLine.getErr().println(commandLine.getColorScheme().errorText("error: " + exception.getMessage()));
                return 1;
            }
            throw exception;
        }).execute(arguments);
    }
}

package io.github.diffusion4j.docs.digits;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** What the digits job found, as a page and as text. */
final class Report {

    private record Row(String sampler, int steps, String eta, double distance, double recognized, String file) {}

    private final List<Row> rows = new ArrayList<>();
    private final List<String> schedules = new ArrayList<>();
    private Row noise;
    private Row real;

    void pureNoise(double distance, double recognized) {
        noise = new Row("pure noise", 0, "", distance, recognized, "");
    }

    void realDigits(double distance, double recognized) {
        real = new Row("real digits (floor)", 0, "", distance, recognized, "");
    }

    void sampler(String name, int steps, double eta, double[] quality, String file) {
        rows.add(new Row(name, steps, String.format(Locale.ROOT, "%.0f", eta), quality[0], quality[1], file));
    }

    void schedule(String name, String file) {
        schedules.add("<a href=\"" + file + "\">" + name + "</a>");
    }

    private List<Row> table() {
        List<Row> all = new ArrayList<>();
        all.add(noise);
        rows.stream().filter(row -> row.sampler().equals("DDIM")).forEach(all::add);
        rows.stream().filter(row -> !row.sampler().equals("DDIM")).forEach(all::add);
        all.add(real);
        return all;
    }

    String text() {
        return String.format(Locale.ROOT, "%n%-22s %6s %4s %18s %11s%n", "sampler", "steps", "eta", "Frechet distance", "recognized") + table().stream()
                .map(row -> String.format(Locale.ROOT, "%-22s %6s %4s %18.3f %10.1f%%%n", row.sampler(), steps(row), row.eta(), row.distance(), 100 * row.recognized()))
                .collect(Collectors.joining()) + String.format("%n");
    }

    private static String steps(Row row) {
        return row.steps() == 0 ? "" : Integer.toString(row.steps());
    }

    void write(Path file, String settings) throws IOException {
        String table = table().stream().map(row -> String.format(Locale.ROOT, "<tr><td>%s</td><td>%s</td><td>%s</td><td>%.3f</td><td>%.1f%%</td></tr>%n",
                row.sampler(), steps(row), row.eta(), row.distance(), 100 * row.recognized())).collect(Collectors.joining());
        String grids = rows.stream().map(row -> figure(row.file(), row.sampler() + ", " + row.steps() + " steps" + (row.sampler().equals("DDIM") ? ", eta " + row.eta() : "")))
                .collect(Collectors.joining());
        String curves = List.of("alphas_cumprod", "sigma", "log_snr", "beta").stream()
                .map(column -> figure("curve-" + column + ".svg", column + " of every schedule (<a href=\"curve-" + column + ".png\">PNG</a>)")).collect(Collectors.joining());
        Files.writeString(file, PAGE.replace("{table}", table).replace("{grids}", grids).replace("{curves}", curves)
                .replace("{forward}", figure("forward.png", "From clean to noise: timesteps 0 to 999 in ten steps"))
                .replace("{reverse}", figure("reverse.png", "From noise to clean: DDPM, every tenth of the run"))
                .replace("{loss}", figure("loss.png", "Training loss (<a href=\"loss.csv\">CSV</a>)"))
                .replace("{real}", figure("real.png", "Real digits, held out"))
                .replace("{schedules}", String.join(", ", schedules))
                .replace("{settings}", settings));
    }

    private static String figure(String file, String caption) {
        String plain = caption.replaceAll("<[^>]*>", "");
        return "<figure><img src=\"" + file + "\" alt=\"" + plain + "\"><figcaption>" + caption + "</figcaption></figure>\n";
    }

    private static final String PAGE = """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>diffusion4j: handwritten digits</title>
            <style>
              body { font: 16px/1.5 system-ui, sans-serif; max-width: 56rem; margin: 2rem auto; padding: 0 1rem; color: #222; background: #fff; }
              img { max-width: 100%; } figure { margin: 1.5rem 0; } figcaption { color: #555; font-size: .9rem; }
              table { border-collapse: collapse; } th, td { padding: .25rem 1rem; border-bottom: 1px solid #ddd; text-align: right; }
              th:first-child, td:first-child { text-align: left; }
            </style>
            </head>
            <body>
            <h1>Handwritten digits with DDPM and DDIM</h1>
            <p>One small convolutional network, trained on 8x8 handwriting with the cosine schedule and v prediction, sampled in several ways. {settings}</p>
            <h2>Steps against quality</h2>
            <p>Frechet distance to 500 held-out digits in the feature space of a classifier trained on real digits. Lower is better; real digits against real digits is the floor. Recognized: the share that this classifier takes for the digit that was asked for.</p>
            <table>
            <thead><tr><th>sampler</th><th>steps</th><th>eta</th><th>Frechet distance</th><th>recognized</th></tr></thead>
            <tbody>
            {table}</tbody>
            </table>
            <h2>Samples</h2>
            <p>Each pair of columns was asked for one digit, 0 to 9 from left to right.</p>
            {real}{grids}
            <h2>Forward and reverse</h2>
            {forward}{reverse}
            <h2>Training</h2>
            {loss}
            <h2>Noise curves</h2>
            <p>Tables: {schedules}.</p>
            {curves}
            <p>Data: E. Alpaydin and C. Kaynak, Optical Recognition of Handwritten Digits, UCI Machine Learning Repository, CC BY 4.0.</p>
            </body>
            </html>
            """;
}

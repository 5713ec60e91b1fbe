package io.github.diffusion4j.docs.text;

import io.github.diffusion4j.core.tokens.TokenState;
import io.github.diffusion4j.core.tokens.Tokens;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Runs as HTML, a line for each evaluation; with JavaScript one line is shown at a time and a slider moves all runs. */
final class StepsView {

    private StepsView() {}

    /** The runs of strategies by name, with the number of samples that are shown of each. */
    static String html(Map<String, List<TokenState>> paths, int samples) {
        int evaluations = paths.values().stream().mapToInt(List::size).max().orElse(1) - 1;
        String runs = paths.entrySet().stream().map(run -> "<section class=\"run\">\n<h3>" + run.getKey() + "</h3>\n" + IntStream.range(0, samples)
                .mapToObj(sample -> list(run.getKey(), run.getValue(), sample)).collect(Collectors.joining()) + "</section>\n").collect(Collectors.joining());
        return STYLE + PLAYER.replace("{evaluations}", Integer.toString(evaluations)) + "<div class=\"runs\">\n" + runs + "</div>\n" + SCRIPT;
    }

    private static String list(String name, List<TokenState> path, int sample) {
        String lines = IntStream.range(0, path.size()).mapToObj(i -> "<li>" + line(path.get(Math.max(0, i - 1)).tokens(), path.get(i).tokens(), sample) + "</li>\n").collect(Collectors.joining());
        return "<ol start=\"0\" aria-label=\"" + name + ", text " + (sample + 1) + " after each evaluation\">\n" + lines + "</ol>\n";
    }

    /** A text, neighbours of the same kind together. */
    static String line(Tokens before, Tokens after, int sample) {
        StringBuilder line = new StringBuilder("<code>");
        String open = "";
        for (int at = 0; at < after.length(); at++) {
            String kind = kind(before.at(sample, at), after.at(sample, at));
            if (!kind.equals(open)) {
                line.append(close(open)).append(kind.isEmpty() ? "" : "<span class=\"" + kind + "\">");
                open = kind;
            }
            line.append(Alphabet.sign(after.at(sample, at)));
        }
        return line + close(open) + "</code>";
    }

    private static String close(String kind) {
        return kind.isEmpty() ? "" : "</span>";
    }

    private static String kind(int before, int after) {
        String sign = after == Alphabet.MASK ? "mask" : after == Alphabet.END ? "end" : "";
        return after == before || after == Alphabet.MASK ? sign : (sign + " new").strip();
    }

    private static final String STYLE = """
            <style>
              :root { --new: #0a4f9c; --glow: #d9ebff; --unknown: #b5b5b5; }
              @media (prefers-color-scheme: dark) { :root { --new: #bfe0ff; --glow: #123a63; --unknown: #5f5f5f; } }
              .runs { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(22rem, 100%), 1fr)); gap: 0 1.5rem; }
              .run h3 { margin: 1rem 0 .25rem; font-size: 1rem; } .run ol { margin: 0 0 .75rem; padding: 0; list-style: none; }
              code { font: clamp(11px, 3.4vw, 15px)/1.5 ui-monospace, Menlo, Consolas, monospace; white-space: pre; }
              .mask, .end { color: var(--unknown); } .new { color: var(--new); background: var(--glow); border-radius: 2px; }
              .player { position: sticky; top: 0; display: flex; flex-wrap: wrap; gap: .5rem 1rem; align-items: center; padding: .6rem 0; }
              .player { background: var(--paper); border-bottom: 1px solid var(--line); }
              .player[hidden] { display: none; } .player button { font: inherit; min-width: 5.5rem; padding: .3rem .8rem; } .player input[type=range] { flex: 1 1 10rem; accent-color: var(--new); }
              .one li:not(.now) { display: none; } .one .run ol { margin: 0; }
            </style>
            """;

    private static final String PLAYER = """
            <div class="player" hidden>
              <button type="button">Play</button>
              <label for="evaluation">after evaluation</label> <input type="range" id="evaluation" min="0" max="{evaluations}" value="{evaluations}">
              <output for="evaluation">{evaluations}</output>
              <label><input type="checkbox"> all lines</label>
            </div>
            """;

    private static final String SCRIPT = """
            <script>
            (() => {
              const player = document.querySelector('.player'), runs = document.querySelector('.runs'), lists = [...runs.querySelectorAll('ol')];
              const button = player.querySelector('button'), slider = player.querySelector('input[type=range]');
              const said = player.querySelector('output'), all = player.querySelector('input[type=checkbox]');
              let timer = 0;
              const show = () => {
                said.value = slider.value;
                lists.forEach(list => [...list.children].forEach((line, i) => line.classList.toggle('now', i === Math.min(+slider.value, list.children.length - 1))));
              };
              const stop = () => { clearInterval(timer); timer = 0; button.textContent = 'Play'; };
              const play = () => {
                if (slider.value === slider.max) slider.value = 0;
                button.textContent = 'Pause';
                show();
                timer = setInterval(() => { slider.value = +slider.value + 1; show(); if (slider.value === slider.max) stop(); }, 450);
              };
              button.addEventListener('click', () => timer ? stop() : play());
              slider.addEventListener('input', () => { stop(); show(); });
              all.addEventListener('change', () => runs.classList.toggle('one', !all.checked));
              player.hidden = false;
              runs.classList.add('one');
              show();
            })();
            </script>
            """;
}

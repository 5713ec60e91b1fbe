"use strict";
/* Pictures from words under a run: drawn by a server that has the network, or carried by the page. */
const pictures = (() => {
  const $ = id => document.getElementById(id);
  const SIDE = 32, GAP = 4, MOST_COLUMNS = 21;
  const server = typeof live !== "undefined";
  const offered = server ? live : atlas;
  const SHARED = ["words", "seed", "guidance"], OTHER = ["spacing", "solver", "steps", "guidance"];
  const KEYS = [...SHARED, "compare", ...OTHER.map(key => "b-" + key)];
  const DEFAULTS = {seed: 1, guidance: 2, "b-spacing": "trailing", "b-solver": "ddim", "b-steps": 20, "b-guidance": 2};
  let shown = {}, position = 1;

  /** A field for a setting: a list of what the page carries, or anything where a server draws. */
  function field(id, values, type) {
    const old = $(id), made = document.createElement(server ? "input" : "select");
    if (server) {
      Object.assign(made, type === "text" ? {value: "noto cat face", spellcheck: false} : {type, min: 1, max: id.endsWith("guidance") ? 20 : 1e9, step: id.endsWith("guidance") ? 0.5 : 1});
    } else {
      made.append(...values.map(value => new Option(value, value)));
    }
    made.id = id;
    old.replaceWith(made);
  }

  function build(choices) {
    if (!offered) {
      return;
    }
    field("words", offered.words, "text");
    field("seed", offered.seeds, "number");
    for (const id of ["guidance", "b-guidance"]) {
      field(id, offered.guidance, "number");
    }
    if (server) {
      $("words").setAttribute("list", "captions");
      $("captions").append(...offered.words.map(words => new Option(words)));
    }
    $("b-spacing").append(...choices.spacings.map(choice => new Option(choice.label, choice.id)));
    $("b-solver").append(...choices.solvers.map(choice => new Option(choice.label, choice.id)));
    apply({});
  }

  function apply(given) {
    if (!offered) {
      return;
    }
    const all = {words: server ? "noto cat face" : offered.words[0], ...DEFAULTS, ...given};
    KEYS.filter(key => key !== "compare").forEach(key => $(key).value = all[key]);
    KEYS.filter(key => key !== "compare" && !$(key).value).forEach(key => $(key).value = DEFAULTS[key] ?? offered.words[0]);
    $("compare").checked = given.compare === "1";
  }

  const clean = text => String(text).trim().split(/\s+/).map(encodeURIComponent).join("+");

  /** The part of the address that is about pictures, empty where the schedule is not the network's. */
  function query(settings) {
    if (!fits(settings)) {
      return "";
    }
    const keys = $("compare").checked ? KEYS : SHARED;
    return "&" + keys.map(key => `${key}=${key === "compare" ? 1 : clean($(key).value)}`).join("&");
  }

  const fits = settings => Boolean(offered) && settings.schedule === "cosine" && settings.prediction === "v";

  /** Draws anew where settings changed; whether there are pictures. */
  function update(settings) {
    $("pictures").hidden = !fits(settings);
    $("drawn-b").hidden = $("b-settings").hidden = !$("compare").checked;
    const wanted = fits(settings) ? {a: all(settings)} : {};
    if (wanted.a && $("compare").checked) {
      wanted.b = {...wanted.a, ...Object.fromEntries(OTHER.map(key => [key, clean($("b-" + key).value)]))};
    }
    for (const side of ["a", "b"]) {
      const text = wanted[side] ? Object.entries(wanted[side]).map(([key, value]) => `${key}=${value}`).join("&") : "";
      if (shown[side]?.text !== text) {
        shown[side]?.stop();
        shown[side] = {text, frames: [], count: 1, note: "", stop: () => {}};
        if (text) {
          (server ? stream : look)(shown[side], wanted[side]);
        }
      }
    }
    return fits(settings);
  }

  const all = settings => ({...settings, ...Object.fromEntries(SHARED.map(key => [key, clean($(key).value)]))});

  /** Frames come from a server while they are computed. */
  function stream(drawn) {
    const wait = setTimeout(() => {
      const source = new EventSource("draw?" + drawn.text);
      const add = event => {
        const [evaluation, count, png] = event.data.split(" ");
        const image = Object.assign(new Image(), {src: "data:image/png;base64," + png});
        image.decode().then(() => {
          drawn.frames[evaluation] = {image, left: 0, top: 0};
          drawn.count = Number(count) + 1;
          draw();
        });
      };
      const end = note => {
        source.close();
        drawn.note = note;
        draw();
      };
      source.addEventListener("frame", add);
      source.addEventListener("done", event => {
        add(event);
        end("");
      });
      source.addEventListener("refused", event => end(event.data));
      source.onerror = () => end("The server is gone; start it again.");
      drawn.stop = () => source.close();
    }, 250);
    drawn.stop = () => clearTimeout(wait);
  }

  /** Frames lie on a sheet beside the page. */
  function look(drawn, settings) {
    const nearest = atlas.steps.reduce((best, steps) => Math.abs(steps - settings.steps) < Math.abs(best - settings.steps) ? steps : best);
    const key = ["guidance", "seed", "solver", "spacing", "steps", "words"].map(name => `${name}=${name === "steps" ? nearest : settings[name]}`).join("&");
    const place = atlas.runs[key];
    if (!place) {
      drawn.note = `This page carries pictures with the spacings ${atlas.spacings.join(" and ")}; java -jar docs/target/diffusion4j.jar explore draws any.`;
      return;
    }
    drawn.note = nearest === Number(settings.steps) ? "" : `Pictures of ${nearest} steps: the page carries ${atlas.steps.join(", ")}.`;
    const image = Object.assign(new Image(), {src: place.sheet});
    image.decode().then(() => {
      drawn.frames = Array.from({length: place.frames}, (_, k) => ({image, left: k * SIDE, top: place.top}));
      drawn.count = place.frames;
      draw();
    });
  }

  /** The frames at a share of the run, 0 to 1. */
  function show(share) {
    position = share;
    for (const side of ["a", "b"]) {
      if (shown[side]?.text) {
        paint(side, shown[side]);
      }
    }
  }

  const draw = () => show(position);

  const plain = canvas => {
    const pen = canvas.getContext("2d");
    pen.imageSmoothingEnabled = false;
    pen.clearRect(0, 0, canvas.width, canvas.height);
    return pen;
  };

  function paint(side, drawn) {
    const last = drawn.count - 1, k = Math.min(Math.round(position * last), Math.max(0, drawn.frames.length - 1)), frame = drawn.frames[k];
    const large = $("large-" + side), strip = $("strip-" + side), scale = large.height / SIDE;
    const pen = plain(large), thin = plain(strip);
    if (frame) {
      for (const row of [0, 1]) {
        pen.drawImage(frame.image, frame.left, frame.top + row * SIDE, SIDE, SIDE, row * (SIDE * scale + GAP * scale), 0, SIDE * scale, SIDE * scale);
      }
    }
    const columns = Math.min(MOST_COLUMNS, drawn.count);
    strip.width = columns * (SIDE + GAP) - GAP;
    for (let column = 0; column < columns; column++) {
      const at = drawn.frames[Math.round(column / Math.max(1, columns - 1) * last)];
      if (at) {
        thin.drawImage(at.image, at.left, at.top, SIDE, 2 * SIDE, column * (SIDE + GAP), 0, SIDE, 2 * SIDE);
      }
    }
    const words = decodeURIComponent(shown[side].text.match(/words=([^&]*)/)[1].replaceAll("+", " "));
    large.setAttribute("aria-label", `Sample and clean estimate after ${k} of ${last} evaluations: ${words}`);
    strip.setAttribute("aria-label", `All ${last} evaluations, samples above, clean estimates below`);
    $("note-" + side).textContent = drawn.note || (frame ? `After ${k} of ${last} evaluations: the sample, and the clean picture seen in it` : "Drawing");
    $("note-" + side).classList.toggle("trouble", Boolean(drawn.note) && !frame);
  }

  const done = side => Boolean(shown[side]?.frames.length) && shown[side].frames.length === shown[side].count;

  return {KEYS, build, apply, query, update, show, done};
})();

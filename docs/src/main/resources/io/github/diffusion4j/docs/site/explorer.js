"use strict";
/* The explorer's page: settings, address, copying. Every number comes from the library: in explorer-library.js, or behind explorer-live.js. */
const explorer = (() => {
  const $ = id => document.getElementById(id);
  const KEYS = ["schedule", "prediction", "spacing", "solver", "steps", "shift", "size"];
  const LISTS = {model: "models", schedule: "schedules", prediction: "predictions", spacing: "spacings", solver: "solvers"};
  const offered = JSON.parse(choices());
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  let current = null, all = [], timer = 0;

  const own = () => Object.fromEntries(KEYS.map(key => [key, $(key).value]));
  const query = () => KEYS.map(key => `${key}=${$(key).value}`).join("&") + pictures.query(own());
  const settings = text => Object.fromEntries(new URLSearchParams(text));

  function apply(text) {
    const given = {shift: 3, size: 1024, ...settings(offered.models[0].value), ...settings(text)};
    KEYS.forEach(key => $(key).value = given[key]);
    KEYS.filter(key => LISTS[key] && !$(key).value).forEach(key => $(key).value = settings(offered.models[0].value)[key]);
    pictures.apply(settings(text));
  }

  /** The model whose settings are chosen, or none. */
  function recognise() {
    const chosen = settings(query());
    const model = offered.models.find(m => Object.entries(settings(m.value)).every(([key, value]) => Number(chosen[key]) === Number(value) || chosen[key] === value));
    $("model").value = model ? model.id : "";
  }

  function disable() {
    const refusals = JSON.parse(refused(query()));
    for (const key of ["spacing", "solver"]) {
      for (const option of $(key).options) {
        option.disabled = refusals[LISTS[key]].includes(option.value) && !option.selected;
      }
    }
  }

  function update() {
    stop();
    recognise();
    $("steps-value").value = $("steps").value;
    $("shift-value").value = $("shift").value;
    $("size-value").value = $("size").value;
    $("shift-row").hidden = $("spacing").value !== "shift";
    $("size-row").hidden = !["dynamic", "logitnormal"].includes($("spacing").value);
    history.replaceState(null, "", "#" + query());
    disable();
    const answer = JSON.parse(run(query()));
    $("error").textContent = answer.error ? `There is no such run: ${answer.error}` : "";
    document.querySelector(".panels").hidden = Boolean(answer.error);
    for (const button of ["copy-java", "copy-config"]) {
      $(button).disabled = Boolean(answer.error);
    }
    if (answer.error) {
      $("summary").textContent = "";
      return;
    }
    current = answer;
    $("command-line").hidden = !pictures.update(own());
    $("command").textContent = `java -jar docs/target/diffusion4j.jar explore --draw "${query()}"`;
    place(current);
    all = cloud.frames(current);
    $("frame").max = all.length - 1;
    $("frame").value = all.length - 1;
    $("curves").innerHTML = figures.curves(current.curve, current.plan.evaluations);
    $("numbers").innerHTML = figures.numbers(current.plan.evaluations);
    $("java").textContent = current.java;
    $("config").textContent = current.config;
    $("config-note").textContent = current.config ? "The class of Diffusers that is closest; loaded from a config it has Diffusers' numbers, its deviations included."
      : "No scheduler class of Diffusers is composed of these parts.";
    $("copy-config").disabled = !current.config;
    const rows = current.plan.evaluations;
    $("summary").textContent = `${rows.length} network evaluations in ${rows[rows.length - 1].step + 1} steps; ${current.stochastic ? "adds noise, weak order" : "deterministic, order"} ${current.order}; `
      + `the points end ${figures.short(cloud.distance(all[all.length - 1]))} from the nearest cluster's centre on average (perfect: 0.15). Source: ${current.citation}.`;
    show();
  }

  /** Where each evaluation stands on the axis of the schedule's curve: the network may be told another time. */
  function place(answer) {
    const {time, logSnr} = answer.curve;
    for (const row of answer.plan.evaluations) {
      const k = Math.max(1, logSnr.findIndex(value => value <= row.logSnr));
      const share = (logSnr[k - 1] - row.logSnr) / (logSnr[k - 1] - logSnr[k]);
      row.curveTime = time[k - 1] + (Number.isFinite(share) ? Math.min(1, Math.max(0, share)) : 0) * (time[k] - time[k - 1]);
    }
  }

  function show() {
    const frame = Number($("frame").value), rows = current.plan.evaluations, last = Math.min(frame, rows.length - 1);
    pictures.show(frame / (all.length - 1));
    $("frame-value").value = `${frame} of ${all.length - 1} evaluations`;
    cloud.draw($("cloud"), current, all, frame);
    $("cloud").setAttribute("aria-label", `400 points after ${frame} of ${rows.length} evaluations, mean distance to the nearest centre ${figures.short(cloud.distance(all[frame]))}`);
    $("grid").innerHTML = figures.grid(rows, last, current.fitted);
    $("weights").innerHTML = figures.weights(rows, last);
  }

  function stop() {
    clearInterval(timer);
    timer = 0;
    $("play").textContent = still.matches ? "To the end" : "Play";
  }

  function play() {
    if (timer) {
      stop();
      return;
    }
    if (still.matches) {
      $("frame").value = $("frame").max;
      show();
      return;
    }
    if ($("frame").value === $("frame").max) {
      $("frame").value = 0;
      show();
    }
    $("play").textContent = "Pause";
    timer = setInterval(() => {
      $("frame").value = Number($("frame").value) + 1;
      show();
      if ($("frame").value === $("frame").max) {
        stop();
      }
    }, Math.max(40, 2500 / all.length));
  }

  async function copy(what, text) {
    try {
      await navigator.clipboard.writeText(text);
      $("copied").textContent = `${what} copied.`;
    } catch {
      const area = document.body.appendChild(Object.assign(document.createElement("textarea"), {value: text}));
      area.select();
      $("copied").textContent = document.execCommand("copy") ? `${what} copied.` : `This browser does not let the page copy; ${what} is shown below.`;
      area.remove();
    }
  }

  for (const [key, list] of Object.entries(LISTS)) {
    $(key).append(...(key === "model" ? [new Option("(own settings)", "")] : []), ...offered[list].map(choice => new Option(choice.label, choice.id)));
  }
  pictures.build(offered);
  $("form").addEventListener("submit", event => event.preventDefault());
  $("model").addEventListener("change", () => {
    const model = offered.models.find(m => m.id === $("model").value);
    if (model) {
      apply(model.value);
    }
    update();
  });
  KEYS.forEach(key => $(key).addEventListener(LISTS[key] ? "change" : "input", update));
  pictures.KEYS.forEach(key => $(key).addEventListener("change", update));
  $("frame").addEventListener("input", () => {
    stop();
    show();
  });
  $("play").addEventListener("click", play);
  $("copy-java").addEventListener("click", () => copy("Java", current.java));
  $("copy-config").addEventListener("click", () => copy("scheduler_config.json", current.config));
  window.addEventListener("hashchange", () => {
    apply(location.hash.slice(1));
    update();
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => current && show());
  apply(location.hash.slice(1));
  update();
  return {query, current: () => current, frames: () => all};
})();

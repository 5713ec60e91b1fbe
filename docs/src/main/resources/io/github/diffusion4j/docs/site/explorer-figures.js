"use strict";
/* Figures of the explorer: numbers of the library in, SVG as text out. */
const figures = (() => {
  const escape = text => String(text).replace(/[&<>"]/g, c => ({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"})[c]);
  const short = x => Math.abs(x) >= 1e5 || (x !== 0 && Math.abs(x) < 1e-3) ? x.toExponential(2) : String(+x.toPrecision(4));
  const finite = x => typeof x === "number" && Math.abs(x) < 30;

  function svg(width, height, label, body) {
    return `<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${escape(label)}">${body}</svg>`;
  }

  function scale(low, high, from, to) {
    return x => from + (x - low) / ((high - low) || 1) * (to - from);
  }

  function ticks(low, high) {
    const raw = Math.max(high - low, 1e-9) / 5, power = 10 ** Math.floor(Math.log10(raw));
    const step = power * [1, 2, 5, 10].find(m => raw <= m * power * 1.001);
    const found = [];
    for (let k = Math.ceil(low / step - 1e-9); k * step <= high + 1e-9 * step; k++) {
      found.push(+(k * step).toPrecision(12));
    }
    return found;
  }

  const label = (x, y, style, text) => `<text x="${x}" y="${y}" class="${style}">${escape(text)}</text>`;

  function axes(x, y, box, xs, ys) {
    return ticks(...ys).map(v => `<line class="grid" x1="${box[0]}" x2="${box[2]}" y1="${y(v)}" y2="${y(v)}"/>` + label(box[0] - 6, y(v) + 4, "tick end", short(v))).join("")
      + ticks(...xs).map(v => label(x(v), box[3] + 16, "tick middle", short(v))).join("")
      + `<line class="axis" x1="${box[0]}" x2="${box[2]}" y1="${box[3]}" y2="${box[3]}"/>`;
  }

  function path(style, xs, ys, x, y) {
    let d = "", pen = false;
    xs.forEach((v, i) => {
      const seen = Math.abs(ys[i]) < 1e299;
      if (seen) {
        d += `${pen ? "L" : "M"}${x(v).toFixed(1)} ${y(ys[i]).toFixed(1)}`;
      }
      pen = seen;
    });
    return `<path class="${style}" d="${d}"/>`;
  }

  /** Alpha, sigma and log SNR over time; dots where the network is asked. */
  function curves(curve, rows) {
    const times = [curve.time[0], curve.time[curve.time.length - 1]];
    const top = Math.max(...curve.alpha, ...curve.sigma), logs = curve.logSnr.filter(finite);
    const range = [Math.min(...logs), Math.max(...logs)];
    const x = scale(...times, 46, 450), y = scale(0, top, 150, 16), z = scale(...range, 350, 216);
    const clipped = curve.logSnr.map(v => finite(v) ? v : NaN);
    const early = Math.floor(curve.time.length * 0.22), late = Math.floor(curve.time.length * 0.72);
    const dots = rows.filter(r => finite(r.logSnr) && r.alpha > 0).map(r => `<circle cx="${x(Math.min(times[1], Math.max(times[0], r.curveTime)))}" cy="${z(r.logSnr)}" r="3"/>`).join("");
    return svg(472, 385, `alpha and sigma, and log SNR from ${short(range[1])} to ${short(range[0])}, over time`,
      axes(x, y, [46, 16, 450, 150], times, [0, top]) + path("c0", curve.time, curve.alpha, x, y) + path("c1", curve.time, curve.sigma, x, y)
      + label(x(curve.time[early]) + 8, y(curve.alpha[early]) - 6, "c0", "alpha") + label(x(curve.time[late]) + 8, y(curve.sigma[late]) + 18, "c1", "sigma")
      + axes(x, z, [46, 216, 450, 350], times, range) + label(46, 205, "head", "log SNR") + path("c0", curve.time, clipped, x, z) + dots + label(248, 382, "note middle", "time"));
  }

  /** The evaluations over log SNR, noise on the left; above them the curve of a fitted grid, each step the same share of its height. */
  function grid(rows, current, fitted) {
    const logs = rows.map(r => r.logSnr).filter(finite);
    const known = [...logs, ...(fitted ? fitted.logSnr : [])];
    const range = [Math.min(...known, 0), Math.max(...known, 1)], x = scale(...range, 30, 870);
    const top = fitted ? 130 : 0, y = scale(0, 1, top, 12);
    const dots = rows.filter(r => finite(r.logSnr)).map(r =>
      `<circle class="${r.index === current ? "now" : ""}" cx="${x(r.logSnr)}" cy="${top + 26}" r="${r.index === current ? 7 : 4.5}"><title>evaluation ${r.index}, step ${r.step}: time ${short(r.time)}, log SNR ${short(r.logSnr)}</title></circle>`).join("");
    const hidden = rows.length - logs.length;
    return svg(900, top + 78, `${rows.length} network evaluations over log SNR from ${short(range[0])} to ${short(range[1])}` + (fitted ? ", and the share of steps above each log SNR" : ""),
      (fitted ? share(rows, fitted, x, y) : "")
      + `<line class="axis" x1="30" x2="870" y1="${top + 26}" y2="${top + 26}"/>` + dots + ticks(...range).map(v => label(x(v), top + 50, "tick middle", short(v))).join("")
      + label(30, top + 72, "note", hidden ? "noise; an evaluation at pure noise is not drawn" : "noise") + label(870, top + 72, "note end", "data"));
  }

  /** The curve of a fitted grid, and where it is a whole number of steps. */
  function share(rows, fitted, x, y) {
    const lines = rows.filter(r => finite(r.logSnr) && r.logSnr >= fitted.logSnr[0]).map(r => {
      const k = fitted.logSnr.findIndex(v => v >= r.logSnr - 1e-9), after = Math.max(1, k < 0 ? fitted.logSnr.length - 1 : k);
      const part = (r.logSnr - fitted.logSnr[after - 1]) / (fitted.logSnr[after] - fitted.logSnr[after - 1]);
      const height = fitted.share[after - 1] + part * (fitted.share[after] - fitted.share[after - 1]);
      return `<path class="grid" d="M30 ${y(height).toFixed(1)}L${x(r.logSnr).toFixed(1)} ${y(height).toFixed(1)}L${x(r.logSnr).toFixed(1)} ${(y(0) + 26).toFixed(1)}"/>`;
    }).join("");
    return lines + path("c0", fitted.logSnr, fitted.share, x, y) + label(34, 10, "note", "share of the steps above");
  }

  const parts = {next: "next sample", anchor: "new anchor", remember: "remembered", before: "before the network"};
  const trivial = (part, weights) => Object.keys(weights).length === 0 || (Object.keys(weights).length === 1 && (part === "anchor" && weights.anchor === 1 || part === "before" && weights.sample === 1));

  /** Strips of cells: blue positive, orange negative. */
  function weights(rows, current) {
    const lines = [];
    for (const part of Object.keys(parts)) {
      if (rows.some(r => !trivial(part, r[part]))) {
        const names = [...new Set(rows.flatMap(r => Object.keys(r[part])))].sort((a, b) => order(a) - order(b));
        names.forEach((name, k) => lines.push({part, name, head: k === 0}));
      }
    }
    const width = Math.min(40, 700 / rows.length);
    let y = 4, body = "";
    for (const line of lines) {
      if (line.head) {
        body += label(4, y + 14, "head", parts[line.part]);
        y += 22;
      }
      body += label(150, y + 14, "note end", line.name);
      rows.forEach((r, i) => {
        const weight = r[line.part][line.name] || 0, strength = weight === 0 ? 0 : Math.min(1, 0.12 + 0.88 * Math.log1p(4 * Math.abs(weight)) / Math.log1p(8));
        body += `<rect class="${weight < 0 ? "minus" : "plus"}" x="${160 + i * width}" y="${y}" width="${width - 1}" height="19" fill-opacity="${strength.toFixed(3)}"><title>evaluation ${i}, ${line.name}: ${short(weight)}</title></rect>`;
      });
      y += 20;
    }
    body += `<rect class="frame" x="${160 + current * width - 1}" y="2" width="${width + 1}" height="${y}"/>`;
    return svg(900, y + 8, `weights of ${lines.length} arrays at ${rows.length} evaluations; the table of numbers has them`, body);
  }

  const order = name => ["sample", "anchor", "output", "data", "noise"].indexOf(name) + (name.startsWith("memory") ? 10 + Number(name.slice(6)) : 0);

  function numbers(rows) {
    const sum = w => Object.entries(w).map(([name, v]) => `${short(v)} ${name}`).join(" + ").replaceAll("+ -", "- ");
    return `<table tabindex="0"><thead><tr><th>evaluation<th>step<th>time<th>alpha<th>sigma<th>log SNR<th>next sample</tr></thead><tbody>`
      + rows.map(r => `<tr><td>${r.index}<td>${r.step}<td>${short(r.time)}<td>${short(r.alpha)}<td>${short(r.sigma)}<td>${escape(short(Number(r.logSnr)))}<td>${escape(sum(r.next))}</tr>`).join("") + "</tbody></table>";
  }

  return {curves, grid, weights, numbers, short};
})();

"use strict";
/* Points in the plane under a run: the library's weights applied to numbers. The network is exact: the mean of the data given the noised point. */
const cloud = (() => {
  const CENTRES = Array.from({length: 8}, (_, k) => [1.3 * Math.cos(k * Math.PI / 4), 1.3 * Math.sin(k * Math.PI / 4)]);
  const SPREAD = 0.12, POINTS = 400, SEED = 7;

  /** The mean of the clean data given x = alpha x0 + sigma eps, for points as [x, y, x, y, ...]. */
  function denoised(x, alpha, sigma) {
    const variance = alpha * alpha * SPREAD * SPREAD + sigma * sigma, gain = alpha * SPREAD * SPREAD / variance;
    const out = new Float64Array(x.length);
    for (let i = 0; i < x.length; i += 2) {
      const distances = CENTRES.map(c => ((x[i] - alpha * c[0]) ** 2 + (x[i + 1] - alpha * c[1]) ** 2) / (2 * variance));
      const nearest = Math.min(...distances);
      let total = 0;
      CENTRES.forEach((c, k) => {
        const likely = Math.exp(nearest - distances[k]);
        total += likely;
        out[i] += likely * (c[0] + gain * (x[i] - alpha * c[0]));
        out[i + 1] += likely * (c[1] + gain * (x[i + 1] - alpha * c[1]));
      });
      out[i] /= total;
      out[i + 1] /= total;
    }
    return out;
  }

  function combine(weights, arrays) {
    const out = new Float64Array(arrays.sample.length);
    for (const [name, weight] of Object.entries(weights)) {
      const array = arrays[name];
      for (let i = 0; i < out.length; i++) {
        out[i] += weight * array[i];
      }
    }
    return out;
  }

  /** All samples of a run: before the first evaluation, and after each. `network(x, row, k)` gives its output. */
  function drive(plan, start, network, noise) {
    const rows = plan.evaluations;
    const drawn = (row, draw) => row.noise.some(request => request[0] === draw) ? noise(row.index, draw) : null;
    const churned = (sample, row) => combine(row.before, {sample, noise: drawn(row, 1)});
    let sample = churned(start, rows[0]), anchor = sample, memory = [];
    const frames = [sample];
    rows.forEach((row, k) => {
      const arrays = {sample, anchor, output: network(sample, row, k), noise: drawn(row, 0)};
      if (Object.keys(row.remember).length > 0) {
        memory = [combine(row.remember, arrays), ...memory].slice(0, 8);
      }
      memory.forEach((prediction, j) => arrays["memory" + j] = prediction);
      arrays.anchor = anchor = combine(row.anchor, arrays);
      sample = combine(row.next, arrays);
      if (k + 1 < rows.length) {
        sample = churned(sample, rows[k + 1]);
      }
      frames.push(sample);
    });
    return frames;
  }

  /** The run of the page's points; the exact estimate is turned into what the network would output. */
  function frames(run) {
    const noise = (index, draw) => normals(SEED, index + 1, draw, 2 * POINTS);
    const network = (x, row, k) => {
      const x0 = denoised(x, row.alpha, row.sigma), p = run.targetData[k], q = run.targetNoise[k];
      return x0.map((value, i) => p * value + (q === 0 ? 0 : q * (x[i] - row.alpha * value) / row.sigma));
    };
    const start = Float64Array.from(normals(SEED, 0, 0, 2 * POINTS), z => z * run.plan.startScale);
    return drive(run.plan, start, network, noise);
  }

  /** How far the points are from the data: the mean distance to the nearest centre. */
  function distance(points) {
    let sum = 0;
    for (let i = 0; i < points.length; i += 2) {
      sum += Math.min(...CENTRES.map(c => Math.hypot(points[i] - c[0], points[i + 1] - c[1])));
    }
    return sum / (points.length / 2);
  }

  function draw(canvas, run, all, frame) {
    const rows = run.plan.evaluations, pen = canvas.getContext("2d"), style = getComputedStyle(document.documentElement);
    const colour = name => style.getPropertyValue(name).trim();
    const level = k => k < rows.length ? [rows[k].alpha, rows[k].sigma] : run.plan.end;
    const place = (points, k, i) => {
      const unit = canvas.width / 5.6 / Math.hypot(...level(k));
      return [canvas.width / 2 + points[i] * unit, canvas.height / 2 - points[i + 1] * unit];
    };
    pen.fillStyle = colour("--panel");
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.strokeStyle = colour("--faint");
    pen.globalAlpha = 0.35;
    for (let i = 0; i < 60; i += 2) {
      pen.beginPath();
      for (let k = 0; k <= frame; k++) {
        pen.lineTo(...place(all[k], k, i));
      }
      pen.stroke();
    }
    pen.globalAlpha = 0.75;
    pen.fillStyle = colour("--c0");
    for (let i = 0; i < all[frame].length; i += 2) {
      pen.beginPath();
      pen.arc(...place(all[frame], frame, i), 3.2, 0, 7);
      pen.fill();
    }
    pen.globalAlpha = 1;
    pen.strokeStyle = colour("--c1");
    pen.lineWidth = 2;
    const [alpha] = level(frame);
    for (const c of CENTRES) {
      const [x, y] = place([alpha * c[0], alpha * c[1]], frame, 0);
      pen.strokeRect(x - 4, y - 4, 8, 8);
    }
    pen.lineWidth = 1;
  }

  return {frames, drive, draw, distance};
})();

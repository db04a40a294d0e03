/* How weights and gradients are spread, parameter by parameter, whenever the run looked at them. */
import { current, ask, latest, note, figure } from "./store.js";
import { steps } from "./steps.js";
const { $, make, css, fit } = kit;

const load = latest(), loadSpreads = latest();
const KINDS = ["weights", "gradients"];
const NOTHING = { run: null, steps: [], parameters: [] };
let shown = null, seen = -1, data = NOTHING, chosen = null, spreads = {};

const slider = steps("weights", step), at = () => slider.index;

function spark(values) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const known = values.map((y, x) => [x, y]).filter(([, y]) => y !== null);
  const low = Math.min(...known.map(([, y]) => y)), high = Math.max(...known.map(([, y]) => y));
  const line = document.createElementNS("http://www.w3.org/2000/svg", "polyline");
  line.setAttribute("points", known.map(([x, y]) =>
    `${known.length < 2 ? 0 : 100 * x / (values.length - 1)},${high > low ? 19 - 18 * (y - low) / (high - low) : 10}`).join(" "));
  svg.setAttribute("viewBox", "0 0 100 20");
  svg.setAttribute("preserveAspectRatio", "none");
  svg.setAttribute("class", "spark");
  svg.setAttribute("aria-hidden", "true");
  svg.append(line);
  return svg;
}

/* The layer of a parameter: its name without the last part. */
const layer = name => name.includes(".") ? name.slice(0, name.lastIndexOf(".")) : "";

function table() {
  if (data.run === null) { $("parameters").replaceChildren(); return; }
  const head = make("tr");
  head.append(make("th", "parameter"), make("th", "numbers"), ...KINDS.flatMap(kind =>
    [make("th", kind + ": rms", "g"), make("th", "mean"), make("th", "deviation"), make("th", "least, most")]));
  head.querySelectorAll(".g").forEach(th => { th.title = "root mean square"; });
  const rows = [head];
  let before = null;
  for (const p of data.parameters) {
    if (layer(p.name) !== before) {
      before = layer(p.name);
      if (before !== "") {
        const row = make("tr", undefined, "layer"), cell = make("td", before);
        cell.colSpan = 10;
        row.append(cell);
        rows.push(row);
      }
    }
    const row = make("tr");
    row.tabIndex = 0;
    row.dataset.name = p.name;
    row.classList.toggle("chosen", p.name === chosen);
    row.append(make("td", before === "" ? p.name : p.name.slice(before.length + 1)), make("td", p.count.toLocaleString("en")));
    for (const kind of KINDS) {
      const k = p[kind], i = at(), cell = make("td", undefined, "g");
      cell.append(spark(k.size), " ", figure(k.size[i]));
      row.append(cell, make("td", figure(k.mean[i])), make("td", figure(k.deviation[i])), make("td", `${figure(k.min[i])}, ${figure(k.max[i])}`));
    }
    row.onclick = () => choose(p.name);
    row.onkeydown = e => {
      if (e.key === "Enter") choose(p.name);
      const to = { ArrowDown: "nextSibling", ArrowUp: "previousSibling" }[e.key];
      if (!to) return;
      e.preventDefault();
      let next = row[to];
      while (next && next.tabIndex < 0) next = next[to];
      next?.focus();
    };
    rows.push(row);
  }
  const focused = document.activeElement?.closest?.("#parameters tr")?.dataset.name;
  $("parameters").replaceChildren(...rows);
  if (focused) $("parameters").querySelector(`tr[data-name="${CSS.escape(focused)}"]`)?.focus();
}

/* Steps to the right, values upwards: the more colour, the more. */
function paint(kind) {
  const box = $("spreads").querySelector(`[data-kind=${kind}]`), s = spreads[kind];
  if (!box || !s) return;
  const [g, w, h] = fit(box.querySelector("canvas.map"));
  const bins = s.parts[0].length, most = Math.max(...s.parts.flat());
  const now = s.steps.indexOf(data.steps[at()]);
  g.fillStyle = css("--mark");
  s.parts.forEach((part, i) => part.forEach((p, b) => {
    // whole pixels, or their edges would show as lines
    const left = Math.round(w * i / s.steps.length), top = Math.round(h * (1 - (b + 1) / bins));
    g.globalAlpha = Math.sqrt(p / most);
    g.fillRect(left, top, Math.round(w * (i + 1) / s.steps.length) - left, Math.round(h * (1 - b / bins)) - top);
  }));
  g.globalAlpha = 1;
  if (now >= 0) {
    g.strokeStyle = css("--text");
    g.strokeRect(w * now / s.steps.length + 0.5, 0.5, Math.max(1, w / s.steps.length - 1), h - 1);
  }
  const [bars, bw, bh] = fit(box.querySelector("canvas.bars"));
  bars.fillStyle = css("--mark");
  if (now >= 0) {
    const top = Math.max(...s.parts[now]);
    s.parts[now].forEach((p, b) => bars.fillRect(bw * b / bins, bh * (1 - p / top), Math.max(1, bw / bins - 1), bh * p / top));
  }
}

/* A parameter of the run whose figures are shown, whichever is the current one. */
function choose(name) {
  const { run } = data, parameter = data.parameters.find(p => p.name === name);
  chosen = name;
  $("parameters").querySelectorAll("tr[data-name]").forEach(row => row.classList.toggle("chosen", row.dataset.name === name));
  loadSpreads(async () => {
    const all = {};
    // a parameter that is not trained has no gradient
    for (const kind of KINDS.filter(kind => parameter[kind].size.some(size => size !== null))) {
      all[kind] = await (await ask("spread", run, { of: `${kind}/${name}` })).json();
    }
    return all;
  }, all => {
    spreads = all;
    $("spreads").replaceChildren(...KINDS.filter(kind => all[kind]).map(kind => {
      const box = make("div", undefined, "chart"), map = make("canvas", undefined, "map"), bars = make("canvas", undefined, "bars");
      const ends = make("div", undefined, "ends"), steps = all[kind].steps;
      box.dataset.kind = kind;
      map.setAttribute("role", "img");
      map.setAttribute("aria-label", `${kind} of ${name} from ${figure(all[kind].low)} to ${figure(all[kind].high)} by step`);
      bars.setAttribute("role", "img");
      bars.setAttribute("aria-label", `${kind} of ${name} at one step`);
      const range = make("div", undefined, "ends");
      range.append(make("span", `step ${steps[0]}`), make("span", "upwards: the value, as below"), make("span", `step ${steps.at(-1)}`));
      ends.append(make("span", figure(all[kind].low)), make("span", `step ${data.steps[at()]}`, "now"), make("span", figure(all[kind].high)));
      box.append(make("h2", `${name}: ${kind}`), map, range, bars, ends);
      return box;
    }));
    KINDS.forEach(paint);
  }, e => note("weights", e.message, true));
}

function step() {
  $("spreads").querySelectorAll(".now").forEach(e => { e.textContent = `step ${data.steps[at()]}`; });
  table();
  KINDS.forEach(paint);
}

function look() {
  const run = current();
  if ($("weights").hidden || !run?.screens.includes("weights") || (run.id === shown && run.saved === seen)) return;
  if (run.id !== shown) {
    loadSpreads.forget();
    data = NOTHING;
    slider.set([]);
    spreads = {};
    chosen = null;
    $("spreads").replaceChildren();
    step();
    note("weights", "reading …");
  }
  shown = run.id;
  seen = run.saved;
  load(async () => (await ask("weights", run)).json(), answer => {
    const news = answer.steps.length !== data.steps.length;
    data = { run, ...answer };
    slider.set(data.steps);
    note("weights", data.steps.length ? "" : "no look at the weights yet: one is taken whenever the run validates");
    step();
    const names = data.parameters.map(p => p.name);
    if (news && names.length) choose(names.includes(chosen) ? chosen : names.find(name => name.endsWith("weight")) ?? names[0]);
  }, e => { seen = -1; note("weights", e.message, true); });
}

const repaint = () => KINDS.forEach(paint);
kit.dark.addEventListener("change", repaint);
addEventListener("resize", repaint);

// what came while another screen was shown had no size to be painted in
export const weights = { show() { look(); repaint(); }, changed: look };

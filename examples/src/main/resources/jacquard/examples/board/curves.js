/* Curves of the runs that are followed, one chart for each metric, one line for each run. */
import { state, byId, title, colour, note, figure } from "./store.js";
const { $, make, css } = kit;

const charts = new Map(); // by metric
let smoothing = 0, logarithmic = false, asked = false;

const LAST = name => name === "ms" || name.endsWith("_per_s");
const FIRST = ["loss", "val_loss"];

function metrics() {
  const found = new Set();
  for (const id of state.followed)
    for (const line of state.lines.get(id) ?? [])
      for (const [name, value] of Object.entries(line))
        if (name !== "step" && typeof value === "number") found.add(name);
  const rank = name => FIRST.includes(name) ? FIRST.indexOf(name) : name.includes("/") ? 4 : LAST(name) ? 3 : 2;
  return [...found].sort((a, b) => rank(a) - rank(b));
}

/* Steps and values of a run that has this metric. */
function curve(id, metric) {
  const xs = [], ys = [];
  for (const line of state.lines.get(id) ?? []) {
    if (!(metric in line)) continue;
    xs.push(line.step);
    ys.push(logarithmic && line[metric] <= 0 ? null : line[metric]);
  }
  return [xs, ys];
}

/* The mean of what came before, the older the less; it begins at the first value. */
function smooth(ys) {
  let mean = 0, weight = 0;
  return ys.map(y => {
    if (y === null) return null;
    mean = smoothing * mean + (1 - smoothing) * y;
    weight = smoothing * weight + 1 - smoothing;
    return mean / weight;
  });
}

function options(ids, width) {
  const axis = { stroke: css("--faint"), grid: { stroke: css("--line"), width: 0.5 }, ticks: { stroke: css("--line"), width: 0.5 }, font: "11px system-ui, sans-serif" };
  const value = (u, v) => figure(v);
  const series = [{ label: "step", value: (u, v) => v === null ? "–" : String(v) }];
  for (const id of ids) {
    const stroke = css(colour(id)), label = title(byId(id));
    const points = { show: (u, i) => u.data[i].filter(y => y !== null && y !== undefined).length < 40, size: 5 };
    if (smoothing > 0) series.push({ class: "raw", label: label + " as it is", stroke: stroke + "55", width: 1, value, spanGaps: true, points: { show: false } });
    series.push({ label, stroke, width: 1.75, value, spanGaps: true, points });
  }
  return {
    width, height: 240, series,
    scales: { x: { time: false }, y: { distr: logarithmic ? 3 : 1 } },
    axes: [axis, { ...axis, size: 62, values: (u, vs) => vs.map(v => v === null ? "" : figure(v)) }],
    cursor: { sync: { key: "board" }, drag: { x: true, y: false } },
    legend: { markers: { width: 2 } },
  };
}

function chart(metric) {
  const ids = [...state.followed].filter(id => byId(id) && (state.lines.get(id) ?? []).some(line => typeof line[metric] === "number"));
  const curves = ids.map(id => curve(id, metric));
  const tables = curves.flatMap(([xs, ys]) => smoothing > 0 ? [[xs, ys, smooth(ys)]] : [[xs, ys]]);
  const data = tables.length > 1 ? uPlot.join(tables) : tables[0];
  const look = JSON.stringify([ids.map(id => [id, colour(id)]), smoothing > 0, logarithmic, kit.dark.matches]);
  let c = charts.get(metric);
  if (!c) {
    c = { box: make("div", undefined, "chart") };
    c.box.append(make("h2", metric));
    c.box.setAttribute("role", "figure");
    c.box.setAttribute("aria-label", `${metric} by step`);
    charts.set(metric, c);
  }
  $("charts").append(c.box);
  if (c.look !== look) {
    c.plot?.destroy();
    c.plot = new uPlot(options(ids, c.box.clientWidth - 18), data, c.box);
    c.look = look;
  } else {
    // what somebody has zoomed into stays
    const { min, max } = c.plot.scales.x, xs = c.plot.data[0];
    const zoomed = xs.length > 1 && (min > xs[0] || max < xs.at(-1));
    c.plot.setData(data, !zoomed);
    if (zoomed) c.plot.redraw(true);
  }
}

function draw() {
  asked = false;
  if ($("curves").hidden) return;
  const shown = metrics();
  for (const [metric, c] of charts) {
    if (!shown.includes(metric)) { c.plot?.destroy(); c.box.remove(); charts.delete(metric); }
  }
  shown.forEach(chart);
  note("curves", shown.length ? "" : state.runs.length === 0 ? "no runs yet"
    : state.followed.size === 0 ? "tick a run to see its curves (x ticks the current one)" : "no metrics yet");
  differences();
}

/* Options in which the followed runs differ. */
function differences() {
  const runs = [...state.followed].map(byId).filter(Boolean);
  const text = (run, name) => name in run.options ? [run.options[name]].flat().join(", ") : "–";
  const names = [...new Set(runs.flatMap(run => Object.keys(run.options)))].sort()
    .filter(name => new Set(runs.map(run => text(run, name))).size > 1);
  const box = $("differences");
  if (names.length === 0) { box.replaceChildren(); return; }
  const table = make("table"), head = make("tr");
  head.append(make("th", "differs"), ...runs.map(run => make("th", title(run))));
  table.append(head);
  for (const name of names) {
    const row = make("tr");
    row.append(make("th", name), ...runs.map(run => make("td", text(run, name))));
    table.append(row);
  }
  box.replaceChildren(table);
}

function redraw() {
  if (asked) return;
  asked = true;
  requestAnimationFrame(draw);
}

$("smooth").oninput = e => { smoothing = Number(e.target.value); redraw(); };
$("log").onchange = e => { logarithmic = e.target.checked; redraw(); };
kit.dark.addEventListener("change", redraw);
new ResizeObserver(() => {
  for (const c of charts.values()) c.plot?.setSize({ width: c.box.clientWidth - 18, height: 240 });
}).observe($("charts"));

export const curves = {
  show: redraw,
  changed: redraw,
  keys: { l: ["logarithmic curves", () => $("log").click()] },
  points: metric => charts.get(metric)?.plot.data[0].length ?? 0,
};

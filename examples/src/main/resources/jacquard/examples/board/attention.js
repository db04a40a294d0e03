/* What each head of each layer attends to in a text that somebody types. */
import { current, send, latest, note, figure } from "./store.js";
import { checkpoints, chosen, fill } from "./checkpoints.js";
const { $, make, css, fit } = kit;

const load = latest(), list = latest();
let shown = null, seen = "", data = null, layer = 0, head = 0, row = null;

const unpack = text => {
  const bytes = Uint8Array.from(atob(text), c => c.charCodeAt(0));
  return new Uint16Array(bytes.buffer);
};
/* How much position t takes up from position s, 0 to 1. */
const weight = (l, h, t, s) => { const n = data.tokens.length; return data.layers[l][(h * n + t) * n + s] / 65535; };
const visible = token => token.replaceAll("\n", "⏎").replaceAll(" ", "·").replaceAll("\t", "→") || "∅";

function paint(canvas, l, h, side) {
  const n = data.tokens.length, [g] = fit(canvas, side, side);
  g.resetTransform(); // by the screen's pixels, or their edges would show as lines
  const cell = canvas.width / n;
  g.fillStyle = css("--back");
  g.fillRect(0, 0, canvas.width, canvas.height);
  g.fillStyle = css("--mark");
  for (let t = 0; t < n; t++) for (let s = 0; s < n; s++) {
    g.globalAlpha = Math.sqrt(weight(l, h, t, s));
    const left = Math.round(s * cell), top = Math.round(t * cell);
    g.fillRect(left, top, Math.round((s + 1) * cell) - left, Math.round((t + 1) * cell) - top);
  }
  g.globalAlpha = 1;
  if (row !== null && side > 100) {
    g.strokeStyle = css("--text");
    g.strokeRect(0.5, Math.floor(row * cell) + 0.5, canvas.width - 1, Math.max(1, cell - 1));
  }
}

function maps() {
  const grid = $("heads");
  grid.style.setProperty("--heads", data.heads);
  grid.replaceChildren();
  data.layers.forEach((_, l) => {
    for (let h = 0; h < data.heads; h++) {
      const button = make("button"), canvas = make("canvas");
      button.type = "button";
      button.title = `layer ${l}, head ${h}`;
      button.setAttribute("aria-label", button.title);
      button.setAttribute("aria-pressed", l === layer && h === head);
      button.dataset.at = `${l} ${h}`;
      button.onclick = () => choose(l, h);
      button.onkeydown = e => {
        const by = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -data.heads, ArrowDown: data.heads }[e.key];
        if (!by) return;
        e.preventDefault();
        const next = grid.children[l * data.heads + h + by];
        if (next) { next.focus(); next.click(); }
      };
      button.append(canvas);
      grid.append(button);
      paint(canvas, l, h, 64);
    }
  });
}

function choose(l, h) {
  layer = l;
  head = h;
  for (const button of $("heads").children) button.setAttribute("aria-pressed", button.dataset.at === `${l} ${h}`);
  map();
}

function map() {
  if (!data) return;
  const side = Math.min(460, Math.max(220, $("attention").clientWidth - 60));
  $("map").style.width = $("map").style.height = side + "px";
  paint($("map"), layer, head, side);
  $("map").setAttribute("aria-label", `layer ${layer}, head ${head}: rows are positions that look, columns those that they look at`);
  $("map-name").textContent = `layer ${layer}, head ${head}`;
  read();
}

/* The text, each token with the more colour the more the chosen one looks at it. */
function read() {
  $("tokens").replaceChildren(...data.tokens.map((token, s) => {
    const e = make("button", visible(token)), part = row === null ? 0 : weight(layer, head, row, s);
    e.type = "button";
    e.style.background = `color-mix(in srgb, var(--mark) ${Math.round(100 * Math.sqrt(part))}%, transparent)`;
    e.title = row === null ? "" : `${(100 * part).toFixed(1)} %`;
    e.setAttribute("aria-pressed", s === row);
    e.onclick = () => { row = s; map(); $("tokens").children[s].focus(); };
    return e;
  }));
  if (row === null) { $("looks").textContent = "choose a token to see what it looks at"; return; }
  const most = data.tokens.map((token, s) => [weight(layer, head, row, s), s]).sort((a, b) => b[0] - a[0]).slice(0, 5).filter(([p]) => p > 0.005);
  $("looks").textContent = `position ${row} '${visible(data.tokens[row])}' looks at: ` + most.map(([p, s]) => `${s} '${visible(data.tokens[s])}' ${(100 * p).toFixed(0)} %`).join(", ");
}

function ask() {
  const run = current();
  if (!run) return;
  note("attention", "computing …");
  load(async () => {
    const answer = await send("attention", { run: run.id, checkpoint: chosen($("attention-checkpoint"), run), text: $("attention-text").value });
    if (!answer.ok) throw new Error((await answer.text()).trim());
    return answer.json();
  }, answer => {
    data = { ...answer, layers: answer.layers.map(unpack) };
    layer = Math.min(layer, data.layers.length - 1);
    head = Math.min(head, data.heads - 1);
    row = data.tokens.length - 1;
    note("attention", data.dropped ? `the last ${data.tokens.length} tokens; ${data.dropped} before them are left out` : "");
    $("attended").hidden = false;
    maps();
    map();
  }, e => { $("attended").hidden = true; note("attention", e.message, true); });
}

function look() {
  const run = current();
  if ($("attention").hidden || !run?.screens.includes("attention")) return;
  if (run.id !== shown) { load.forget(); data = null; $("attended").hidden = true; note("attention"); }
  if (run.id === shown && `${run.saved} ${run.state}` === seen) return;
  shown = run.id;
  seen = `${run.saved} ${run.state}`;
  list(() => checkpoints(run), names => fill($("attention-checkpoint"), run, names), e => note("attention", e.message, true));
}

$("attention-form").onsubmit = e => { e.preventDefault(); ask(); };
$("map").onpointermove = e => {
  const n = data.tokens.length, side = $("map").clientWidth, at = x => Math.min(n - 1, Math.max(0, Math.floor(x / side * n)));
  const t = at(e.offsetY), s = at(e.offsetX);
  $("looks").textContent = `position ${t} '${visible(data.tokens[t])}' takes ${figure(100 * weight(layer, head, t, s))} % from ${s} '${visible(data.tokens[s])}'`;
};
$("map").onclick = e => { row = Math.min(data.tokens.length - 1, Math.floor(e.offsetY / $("map").clientHeight * data.tokens.length)); map(); };
kit.dark.addEventListener("change", () => { if (data) { maps(); map(); } });
addEventListener("resize", map);

export const attention = { show: look, changed: look };

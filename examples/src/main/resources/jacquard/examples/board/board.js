/* The list of runs, the screens, and the connection that tells what changes. */
import { state, byId, title, colour, figure } from "./store.js";
import { curves } from "./curves.js";
import { samples } from "./samples.js";
import { weights } from "./weights.js";
import { prompt } from "./prompt.js";
import { attention } from "./attention.js";
import { latent } from "./latent.js";
import { warnings, count } from "./warnings.js";
const { $, make } = kit;

const MOST_AT_FIRST = 4, MOST_FOLLOWED = 8;
const screens = { curves, samples, weights, prompt, attention, latent };
const names = ["curves", "samples", "weights", "prompt", "attention", "latent"];
const LACKS = {
  curves: "a model that was made elsewhere has no curves",
  samples: "a model that was made elsewhere has no samples",
  weights: "a model that was made elsewhere has no history",
  prompt: "only transformers write text",
  attention: "only transformers attend",
  latent: "only a vae has a latent space",
};
let tab = "curves", source = null, known = false;

/* Screens */
const { show, keys } = kit.tabs(names, name => { tab = name; address(); refresh(); screens[name]?.show(); });

function address() {
  history.replaceState(null, "", "#" + tab + (state.current === null ? "" : "/" + encodeURIComponent(state.current)));
}

/* Which screens the current run has; those that it lacks say so. */
function refresh() {
  const run = byId(state.current);
  warnings();
  for (const name of names) {
    const lacks = name !== "curves" && run !== undefined && !run.screens.includes(name);
    $("tab-" + name).classList.toggle("off", lacks);
    if (name !== "curves") {
      const section = $(name);
      let cover = section.querySelector(".cover");
      if (!cover) { cover = make("p", "", "cover faint"); section.prepend(cover); }
      cover.textContent = run === undefined ? "choose a run" : run.problem ?? (lacks ? `${title(run)}: ${LACKS[name]}` : "");
      cover.hidden = cover.textContent === "";
      section.classList.toggle("covered", !cover.hidden);
    }
  }
}

function choose(id) {
  state.current = id;
  address();
  list();
  refresh();
  screens[tab]?.show();
  document.querySelector("#runs li.current")?.scrollIntoView({ block: "nearest" });
}

function follow(id, on) {
  if (on) state.followed.add(id); else { state.followed.delete(id); state.lines.delete(id); }
  list();
  connect();
  curves.changed();
}

/* The list */
function status(run) {
  const step = run.last?.step ?? 0;
  const loss = run.last?.val_loss ?? run.last?.loss;
  const words = { training: `step ${step} of ${run.steps}`, ended: `${step} steps`, stopped: `stopped at ${step} of ${run.steps}`, imported: "imported" }[run.state];
  return [run.recipe, words, loss === undefined || loss === null ? "" : `${run.last.val_loss === undefined ? "loss" : "val"} ${figure(loss)}`, count(run)]
    .filter(Boolean).join(" · ");
}

const items = new Map(); // kept, so that a click is not lost when a line changes under it
function item(run) {
  let i = items.get(run.id);
  if (!i) {
    i = { li: make("li"), box: make("input"), button: make("button"), status: make("small"), bar: make("div", undefined, "bar-of"), part: make("i") };
    i.li.dataset.run = run.id;
    i.box.type = "checkbox";
    i.box.setAttribute("aria-label", `show the curves of ${title(run)}`);
    i.box.onchange = () => follow(run.id, i.box.checked);
    i.button.onclick = () => choose(run.id);
    i.bar.append(i.part);
    i.button.append(make("span", title(run)), i.status, i.bar);
    i.li.append(i.box, i.button);
    items.set(run.id, i);
  }
  const shown = state.followed.has(run.id), is = run.id === state.current;
  i.li.classList.toggle("current", is);
  if (is) i.button.setAttribute("aria-current", "true"); else i.button.removeAttribute("aria-current");
  i.li.style.setProperty("--run", shown ? `var(${colour(run.id)})` : "var(--faint)");
  i.box.checked = shown;
  i.box.disabled = !run.screens.includes("curves") || run.problem !== null;
  i.status.textContent = run.problem ?? status(run);
  i.bar.hidden = run.state !== "training";
  i.part.style.width = `${100 * (run.last?.step ?? 0) / Math.max(1, run.steps)}%`;
  return i.li;
}

function shownRuns() {
  const query = $("search").value.trim().toLowerCase();
  return state.runs.filter(run => (run.id + " " + run.recipe).toLowerCase().includes(query));
}

function list() {
  const wanted = shownRuns().map(item), is = [...$("runs").children];
  if (wanted.length !== is.length || wanted.some((li, i) => li !== is[i])) $("runs").replaceChildren(...wanted);
  for (const id of items.keys()) if (!byId(id)) items.delete(id);
  $("none").hidden = state.runs.length > 0 || !known;
  $("none").textContent = "no runs yet: they appear here as they begin, for example by jacquard train gpt";
}

function step(by) {
  const runs = shownRuns(), at = runs.findIndex(run => run.id === state.current);
  if (runs.length) choose(runs[Math.min(runs.length - 1, Math.max(0, at + by))].id);
}

/* The connection */
function connect() {
  source?.close();
  const query = new URLSearchParams([...state.followed].map(id => ["run", id]));
  source = new EventSource("events?" + query);
  source.onopen = () => { $("link").textContent = ""; };
  source.onerror = () => {
    $("link").textContent = "not connected; is jacquard board still running?";
    if (source.readyState === EventSource.CLOSED) setTimeout(connect, 3000);
  };
  source.addEventListener("runs", e => {
    const { order, changed } = JSON.parse(e.data), now = new Map(changed.map(run => [run.id, run]));
    told(order.map(id => now.get(id) ?? byId(id)));
  });
  source.addEventListener("lines", e => {
    const { run, anew, lines } = JSON.parse(e.data);
    if (anew || !state.lines.has(run)) state.lines.set(run, []);
    const all = state.lines.get(run);
    for (const line of lines) all.push(line);
    curves.changed();
  });
}

function told(runs) {
  const before = new Set(state.runs.map(run => run.id));
  state.runs = runs;
  const fresh = runs.filter(run => !before.has(run.id) && run.screens.includes("curves") && run.problem === null);
  const most = known ? MOST_FOLLOWED : MOST_AT_FIRST;
  let more = false;
  const first = fresh.find(run => run.id === state.current) ?? fresh[0]; // the address may name one
  for (const run of first ? [first, ...fresh] : []) {
    // losses of other recipes have other scales
    if (!known && run.recipe !== first.recipe) continue;
    if (state.followed.size < most && !state.followed.has(run.id)) { state.followed.add(run.id); more = true; }
  }
  for (const id of state.followed) if (!byId(id)) { state.followed.delete(id); state.lines.delete(id); }
  known = true;
  if (state.current === null || !byId(state.current)) {
    state.current = runs[0]?.id ?? null;
    address();
  }
  list();
  refresh();
  if (fresh.length) document.querySelector("#runs li.current")?.scrollIntoView({ block: "nearest" });
  if (more) connect();
  curves.changed();
  screens[tab]?.changed();
}

// a browser has few connections to one server: a page that nobody looks at needs none
document.addEventListener("visibilitychange", () => { if (document.hidden) source?.close(); else connect(); });

/* Keys */
function slide(by) {
  const slider = $(tab).querySelector("input[type=range]");
  if (!slider) return;
  if (by < 0) slider.stepDown(); else slider.stepUp();
  slider.dispatchEvent(new Event("input"));
}
const actions = {
  j: ["the next run", () => step(1)],
  k: ["the run before", () => step(-1)],
  x: ["shows or hides the curves of the run", () => { const run = byId(state.current); if (run?.screens.includes("curves")) follow(run.id, !state.followed.has(run.id)); }],
  "[": ["moves the screen's slider back", () => slide(-1)],
  "]": ["moves it forth", () => slide(1)],
  "/": ["finds runs", () => $("search").focus()],
};
for (const screen of Object.values(screens)) Object.assign(actions, screen.keys ?? {});
function help() {
  const all = { "1 to 6": ["a screen"], ...actions, "?": ["this list"], Esc: ["leaves a field, closes this list"] };
  $("keys").replaceChildren(...Object.entries(all).flatMap(([key, [what]]) => [make("dt", key), make("dd", what)]));
  $("help").showModal();
}
kit.keys({ ...keys, ...Object.fromEntries(Object.entries(actions).map(([key, [, run]]) => [key, run])), "?": help });
$("ask").onclick = help;
$("search").oninput = list;

/* The address says which screen of which run. */
function go() {
  const [asked, run] = location.hash.slice(1).split("/");
  if (run !== undefined) state.current = decodeURIComponent(run);
  list();
  show(names.includes(asked) ? asked : "curves");
}
addEventListener("hashchange", go);
go();
connect();
window.board = { state, points: curves.points };

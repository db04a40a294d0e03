/* What a run drew or wrote, step by step. */
import { state, current, link, ask, latest, note } from "./store.js";
const { $, make } = kit;

const load = latest(), read = latest();
let shown = null, steps = [], seen = -2;

function show(run) {
  const step = steps[Number($("sample-step").value)];
  $("sample-at").textContent = step === undefined ? "" : String(step);
  if (step === undefined) { $("sample").replaceChildren(); return; }
  if (["gpt", "mlm"].includes(run.recipe)) {
    read(async () => (await ask("sample", run, { step })).text(),
      text => $("sample").replaceChildren(make("pre", text)), e => note("samples", e.message, true));
    return;
  }
  let picture = $("sample").querySelector("img");
  if (!picture) { picture = make("img"); $("sample").replaceChildren(picture); }
  picture.src = link("sample", run, { step });
  picture.alt = `${run.recipe === "classifier" ? "images that the model misread" : "what the model drew"} after ${step} steps`;
}

function list(run) {
  const same = shown === run.id;
  load(async () => (await ask("samples", run)).json(), answer => {
    const slider = $("sample-step"), follow = !same || Number(slider.value) >= steps.length - 1;
    if (!same) $("sample").replaceChildren();
    shown = run.id;
    steps = answer.steps;
    slider.max = Math.max(0, steps.length - 1);
    slider.disabled = steps.length < 2;
    if (follow) slider.value = slider.max;
    note("samples", steps.length ? "" : "no samples yet: they come whenever the run validates");
    show(run);
    $("pictures").replaceChildren(...answer.pictures.map(name => {
      const box = make("figure"), picture = make("img");
      picture.src = link("picture", run, { name, at: run.sample });
      picture.alt = name;
      box.append(picture, make("figcaption", name));
      return box;
    }));
  }, e => note("samples", e.message, true));
}

function look() {
  const run = current();
  if ($("samples").hidden || !run?.screens.includes("samples")) return;
  if (run.id !== shown || run.sample !== seen) { seen = run.sample; list(run); }
}

$("sample-step").oninput = () => show(current());
export const samples = {
  show: look,
  changed: look,
};

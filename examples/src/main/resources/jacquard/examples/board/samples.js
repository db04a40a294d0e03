/* What a run drew or wrote, step by step. */
import { current, link, ask, latest, note } from "./store.js";
import { steps } from "./steps.js";
const { $, make } = kit;

const load = latest(), read = latest();
const slider = steps("samples", show);
let shown = null, seen = -2; // the run that is shown, the last of its steps

/* A step of the run that is shown, whichever is the current one. */
function show() {
  const run = shown;
  const { step } = slider;
  if (step === undefined) { read.forget(); $("sample").replaceChildren(); return; }
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
  load(async () => (await ask("samples", run)).json(), answer => {
    slider.set(answer.steps);
    note("samples", answer.steps.length ? "" : "no samples yet: they come whenever the run validates");
    show();
    $("pictures").replaceChildren(...answer.pictures.map(name => {
      const box = make("figure"), picture = make("img");
      picture.src = link("picture", run, { name, at: run.sample });
      picture.alt = name;
      box.append(picture, make("figcaption", name));
      return box;
    }));
  }, e => { seen = -2; note("samples", e.message, true); });
}

function look() {
  const run = current();
  if ($("samples").hidden || !run?.screens.includes("samples")) return;
  const same = run.id === shown?.id;
  if (same && run.sample === seen) return;
  shown = run;
  seen = run.sample;
  if (!same) {
    slider.set([]);
    show();
    $("pictures").replaceChildren();
    note("samples", "reading …");
  }
  list(run);
}

export const samples = {
  show: look,
  changed: look,
};

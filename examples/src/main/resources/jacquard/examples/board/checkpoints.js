/* A choice among the checkpoints of the current run. */
import { ask } from "./store.js";
const { make } = kit;

/* Names of a run's checkpoints. */
export const checkpoints = async run =>
  run.recipe === "" ? [] : (await (await ask("checkpoints", run)).json()).checkpoints;

/* What is chosen of a run; the weights it saved last while the select still has another one's. */
export const chosen = (select, run) => select.dataset.run === run.id ? select.value : "";

/* Fills a select, which keeps what is chosen in it if that is still there. */
export function fill(select, run, names) {
  const before = chosen(select, run);
  const options = [["", "saved last"], ...names.map(name => [name, name.replace(/^step-0*(?=\d)/, "step ")])].map(([value, text]) => {
    const option = make("option", text);
    option.value = value;
    return option;
  });
  select.replaceChildren(...options);
  select.value = names.includes(before) ? before : "";
  select.dataset.run = run.id;
}

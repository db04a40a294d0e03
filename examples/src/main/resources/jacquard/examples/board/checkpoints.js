/* A choice among the checkpoints of the current run. */
import { ask } from "./store.js";
const { make } = kit;

/* Fills a select, which keeps what is chosen in it if that is still there. */
export async function checkpoints(select, run) {
  const before = select.dataset.run === run.id ? select.value : "";
  const names = run.recipe === "" ? [] : (await (await ask("checkpoints", run)).json()).checkpoints;
  const options = [["", "saved last"], ...names.map(name => [name, name.replace(/^step-0*(?=\d)/, "step ")])].map(([value, text]) => {
    const option = make("option", text);
    option.value = value;
    return option;
  });
  select.replaceChildren(...options);
  select.value = names.includes(before) ? before : "";
  select.dataset.run = run.id;
}

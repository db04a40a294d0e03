/* What training warned of in the current run, the latest first. */
import { current } from "./store.js";
const { $, make } = kit;

let shown = "";

export function warnings() {
  const all = current()?.warnings ?? [], is = JSON.stringify([current()?.id, all]);
  if (is === shown) return; // an unchanged list keeps its place
  shown = is;
  $("warnings").hidden = all.length === 0;
  $("warnings").replaceChildren(...all.toReversed().map(({ step, warning }) => {
    const line = make("li", warning);
    line.prepend(make("span", `step ${step} `, "faint"));
    return line;
  }));
}

/* For a line of the list of runs. */
export const count = run => run.warnings.length === 0 ? "" : run.warnings.length === 1 ? "1 warning" : `${run.warnings.length} warnings`;

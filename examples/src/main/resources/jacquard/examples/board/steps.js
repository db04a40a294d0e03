/* The slider at the head of a screen that chooses one of a run's steps; who is at the last one stays there as more come. */
const { $, make } = kit;

/* `chosen` is called when somebody moves it. */
export function steps(screen, chosen) {
  const bar = make("div", undefined, "bar"), label = make("label", "step "), slider = make("input"), at = make("output");
  slider.id = screen + "-step";
  slider.type = "range";
  slider.min = slider.max = slider.value = 0;
  at.id = screen + "-at";
  at.htmlFor = slider.id;
  label.append(slider);
  bar.append(label, at);
  $(screen).prepend(bar);
  let all = [];
  const index = () => Number(slider.value);
  const tell = () => { at.textContent = all.length ? String(all[index()]) : ""; };
  slider.oninput = () => { tell(); chosen(); };
  return {
    get index() { return index(); },
    get step() { return all[index()]; },
    set(steps) {
      const follow = index() >= all.length - 1;
      all = steps;
      slider.max = Math.max(0, all.length - 1);
      slider.disabled = all.length < 2;
      if (follow) slider.value = slider.max;
      tell();
    },
  };
}

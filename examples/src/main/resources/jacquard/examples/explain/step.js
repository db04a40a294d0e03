/* What the page shows: a plan of the step, and how to draw it. */
const step = (() => {
const { shown, plans } = JSON.parse(document.getElementById("data").textContent);
const { $, make, css, dark } = kit;
// #kernels/1 is the second plan's kernels
const [asked, number] = location.hash.slice(1).split("/");
const plan = plans[number] ? Number(number) : shown;
const data = plans[plan].step;
const ops = data.operations.map(([name, type, layer, line, caller, role, sources, tasks], id) =>
  ({ id, name, type, layer, line, caller, role, sources, tasks,
     text: [name, type, layer, line, caller].join("\n").toLowerCase() }));
const digits = (x, n) => x === null || x === undefined ? "–" : x.toFixed(n);
const bytes = n => n >= 1e6 ? (n / 1e6).toFixed(2) + " MB" : n >= 1e3 ? (n / 1e3).toFixed(1) + " kB" : n + " B";
// one hue for each layer, the same in every view; all as light as each other, so that text can be read on any
const hue = text => { let h = 7; for (const c of text) h = (h * 31 + c.codePointAt(0)) % 99991; return h * 137.5 % 360; }; // names that differ by one are far apart
const fill = (text, strong) => `oklch(${dark.matches ? (strong ? 0.46 : 0.34) : (strong ? 0.76 : 0.91)} ${strong ? 0.12 : 0.05} ${hue(text)})`;
const clock = f => { const t = performance.now(); const r = f(); return [r, performance.now() - t]; };
const speed = window.jacquardSpeed = {};

$("title").textContent = `${data.title} on ${data.device}`;
document.title = data.title;

/* Tabs */
const tabs = ["graph", "kernels", "memory", "timeline", "passes"];
const views = {};
let open = "graph";
const { show, keys } = kit.tabs(tabs, name => { open = name; views[name]?.(); });
kit.keys({ ...keys, "/": () => $("search").focus() });

/* Plans: one at a time */
plans.forEach(({ name }, i) => {
  const option = make("option", name);
  option.value = i;
  $("plan").append(option);
});
$("plan").value = plan;
$("plan").hidden = plans.length < 2;
$("plan").onchange = e => { location.hash = `${open}/${e.target.value}`; };
addEventListener("hashchange", () => location.reload());

/* As much of a text's end as there is room for: of a layer's name that says most. */
function label(g, text, x, y, room) {
  const width = g.measureText(text).width;
  const end = width <= room ? text : "…" + text.slice(text.length - Math.max(0, Math.floor(text.length * room / width) - 1));
  if (end !== "…") g.fillText(end, x, y);
}

/* Where something may be moved to when it is `k` times as large, so that it leaves no gap within from .. to. */
const within = (at, k, from, to) => Math.min(from * (1 - k), Math.max(to * (1 - k), at));

/* A canvas that can be moved and zoomed; with a box, what is drawn fills it at k = 1 and later on. */
function canvasOf(id, draw, options = {}) {
  const c = $(id), g = c.getContext("2d");
  const v = { x: 0, y: 0, k: 1, w: 0, h: 0, canvas: c, g };
  let asked = false;
  v.paint = () => {
    if (asked) return;
    asked = true;
    requestAnimationFrame(() => { asked = false; v.now(); });
  };
  v.now = () => {
    if (!c.clientWidth || !c.clientHeight) return;
    [, v.w, v.h] = kit.fit(c);
    g.font = "12px system-ui, sans-serif";
    if (options.box) {
      const { left, right, top, bottom } = options.box(v);
      v.x = within(v.x, v.k, left, right);
      if (!options.flat) v.y = within(v.y, v.k, top, bottom);
    }
    draw(v);
  };
  v.zoom = (by, cx = v.w / 2, cy = v.h / 2) => {
    const least = options.box ? 1 : Math.min(0.01, v.k);
    const k = Math.min(options.most ?? 8, Math.max(least, v.k * by)), f = k / v.k;
    v.x = cx - (cx - v.x) * f;
    if (!options.flat) v.y = cy - (cy - v.y) * f;
    v.k = k;
    v.paint();
  };
  let from = null, moved = 0;
  c.onpointerdown = e => { from = [e.clientX - v.x, e.clientY - v.y]; moved = 0; c.setPointerCapture(e.pointerId); };
  c.onpointermove = e => {
    if (from) {
      moved += Math.abs(e.movementX) + Math.abs(e.movementY);
      v.x = e.clientX - from[0];
      if (!options.flat) v.y = e.clientY - from[1];
      v.paint();
    } else options.over?.(e.offsetX, e.offsetY);
  };
  c.onpointerup = e => { from = null; if (moved < 4) options.click?.(e.offsetX, e.offsetY); };
  c.addEventListener("wheel", e => { e.preventDefault(); v.zoom(Math.exp(-e.deltaY / 400), e.offsetX, e.offsetY); }, { passive: false });
  c.addEventListener("keydown", e => {
    const step = { ArrowLeft: [60, 0], ArrowRight: [-60, 0], ArrowUp: [0, 60], ArrowDown: [0, -60] }[e.key];
    if (step) { e.preventDefault(); v.x += step[0]; if (!options.flat) v.y += step[1]; v.paint(); }
    if (e.key === "+") v.zoom(1.3);
    if (e.key === "-") v.zoom(1 / 1.3);
    if (e.key === "f" && options.box) { v.x = v.y = 0; v.k = 1; v.paint(); }
  });
  addEventListener("resize", v.paint);
  dark.addEventListener("change", v.paint);
  return v;
}
return { data, ops, digits, bytes, fill, clock, speed, views, show, label, canvasOf, begin: () => show(tabs.includes(asked) ? asked : "graph") };
})();

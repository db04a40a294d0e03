/* The graph, whose layers are boxes until they are opened, and the search. */
const graph = (() => {
const { $, make, css } = kit, { data, ops, fill, clock, speed, views, show, label, canvasOf } = step;
const MARK = { input: "", forward: "", gradient: "∇ ", update: "Δ " };
const opened = new Set();
const paths = ops.map(o => {
  if (!o.layer) return ["data"];
  const parts = o.layer.split(".");
  parts[0] = MARK[o.role] + parts[0];
  return parts;
});
// the names from the second on, so that a model's blocks are boxes of their own
const prefixes = paths.map(p => {
  const all = [];
  for (let n = Math.min(2, p.length); n <= p.length; n++) all.push(p.slice(0, n).join("."));
  return all;
});
const WIDTH = 170, HEIGHT = 36, GAP_X = 16, GAP_Y = 34, READABLE = 0.45;
$("node").append(make("p", "Click a box to see what it holds; Enter opens it. Drag moves, the wheel and + - zoom, f shows all. ∇ is of a gradient, Δ of an update.", "faint"));
let items = [], edges = [], itemOf = [];
function layout() {
  const byKey = new Map();
  items = [];
  itemOf = ops.map(o => {
    const key = prefixes[o.id].find(p => !opened.has(p));
    let item = key === undefined ? null : byKey.get(key);
    if (!item) {
      item = { key, ops: [], sources: new Set(), rank: 0, order: items.length };
      items.push(item);
      if (key !== undefined) byKey.set(key, item);
    }
    item.ops.push(o.id);
    return item;
  });
  for (const o of ops) for (const s of o.sources) {
    if (itemOf[s] !== itemOf[o.id]) itemOf[o.id].sources.add(itemOf[s]);
  }
  edges = [];
  for (const item of items) for (const s of item.sources) {
    edges.push([s, item]);
    if (s.order < item.order) item.rank = Math.max(item.rank, s.rank + 1);
  }
  const ranks = [];
  for (const item of items) (ranks[item.rank] ??= []).push(item);
  ranks.forEach(r => r.forEach((item, i) => { item.place = i - r.length / 2; }));
  for (let sweep = 0; sweep < 3; sweep++) {
    for (const r of ranks) {
      if (!r) continue;
      for (const item of r) {
        let sum = 0, n = 0;
        for (const s of item.sources) if (s.rank < item.rank) { sum += s.place; n++; }
        item.wish = n ? sum / n : item.place;
      }
      r.sort((a, b) => a.wish - b.wish || a.order - b.order);
      r.forEach((item, i) => { item.place = i - (r.length - 1) / 2; });
    }
  }
  for (const item of items) {
    item.x = item.place * (WIDTH + GAP_X);
    item.y = item.rank * (HEIGHT + GAP_Y);
    const first = ops[item.ops[0]], closed = item.key !== undefined;
    item.label = closed ? item.key : first.name;
    item.below = !closed ? first.type : item.ops.length === 1 ? "1 operation" : item.ops.length + " operations";
    // of a closed box its layer, or what several have in common; the same for what is computed there and its gradients
    item.layer = !closed ? (first.role === "input" ? "" : first.layer)
      : item.ops.every(o => ops[o].layer === first.layer) ? first.layer : item.key.slice(MARK[first.role].length);
  }
}
let chosen = null, query = "", hits = new Set(), hitItems = new Set();
const view = canvasOf("graph-canvas", v => { speed.draw = clock(() => drawGraph(v))[1]; }, {
  click: (x, y) => {
    const gx = (x - view.x) / view.k, gy = (y - view.y) / view.k;
    const item = items.find(i => Math.abs(gx - i.x) < WIDTH / 2 && Math.abs(gy - i.y) < HEIGHT / 2);
    if (item) choose(item);
  },
});
function drawGraph(v) {
  const { g, k } = v, left = -v.x / k, top = -v.y / k, right = left + v.w / k, bottom = top + v.h / k;
  g.translate(v.x, v.y);
  g.scale(k, k);
  g.strokeStyle = css("--line");
  g.lineWidth = 1 / Math.min(1, k * 2);
  g.beginPath();
  for (const [a, b] of edges) {
    const y0 = Math.min(a.y, b.y), y1 = Math.max(a.y, b.y), x0 = Math.min(a.x, b.x), x1 = Math.max(a.x, b.x);
    if (y1 < top || y0 > bottom || x1 < left || x0 > right) continue;
    g.moveTo(a.x, a.y + HEIGHT / 2);
    g.lineTo(b.x, b.y - HEIGHT / 2);
  }
  g.stroke();
  const chosenLinks = chosen && new Set([...chosen.sources, ...items.filter(i => i.sources.has(chosen))]);
  g.textAlign = "center";
  speed.drawn = 0;
  for (const i of items) {
    if (i.x + WIDTH / 2 < left || i.x - WIDTH / 2 > right || i.y + HEIGHT / 2 < top || i.y - HEIGHT / 2 > bottom) continue;
    speed.drawn++;
    g.globalAlpha = query && !hitItems.has(i) ? 0.25 : 1;
    g.fillStyle = i.layer === "" ? css("--panel") : fill(i.layer, i.key !== undefined);
    g.fillRect(i.x - WIDTH / 2, i.y - HEIGHT / 2, WIDTH, HEIGHT);
    if (i === chosen || hitItems.has(i) || chosenLinks?.has(i)) {
      g.strokeStyle = css("--mark");
      g.lineWidth = (i === chosen ? 3 : 1.5) / Math.min(1, k);
      g.strokeRect(i.x - WIDTH / 2, i.y - HEIGHT / 2, WIDTH, HEIGHT);
    }
    if (k > 0.3) {
      g.fillStyle = css("--text");
      label(g, i.label, i.x, i.y - 2, WIDTH - 8);
      label(g, i.below, i.x, i.y + 13, WIDTH - 8);
    }
  }
  g.globalAlpha = 1;
}
// all of it, unless boxes became too small to read
function fit(least = 0) {
  if (!items.length || !view.canvas.clientWidth) return;
  const xs = items.map(i => i.x), ys = items.map(i => i.y);
  let x0 = Infinity, x1 = -Infinity, y0 = Infinity, y1 = -Infinity;
  xs.forEach(x => { x0 = Math.min(x0, x); x1 = Math.max(x1, x); });
  ys.forEach(y => { y0 = Math.min(y0, y); y1 = Math.max(y1, y); });
  const w = view.canvas.clientWidth, h = view.canvas.clientHeight;
  view.k = Math.min(1, (w - 40) / (x1 - x0 + WIDTH), Math.max(least, (h - 40) / (y1 - y0 + HEIGHT)));
  view.x = w / 2 - view.k * (x0 + x1) / 2;
  view.y = 40 - view.k * y0 + view.k * HEIGHT / 2;
}
function relayout(around) {
  speed.layout = clock(layout)[1];
  mark();
  if (around) center(itemOf[around]); else fit(READABLE);
  view.paint();
}
function center(item) {
  view.x = view.canvas.clientWidth / 2 - item.x * view.k;
  view.y = view.canvas.clientHeight / 2 - item.y * view.k;
  view.paint();
}
function choose(item) {
  chosen = item;
  const side = $("node"), first = ops[item.ops[0]];
  side.replaceChildren(make("h2", item.label));
  const say = (name, value) => {
    if (!value) return;
    const p = make("p");
    p.append(make("span", name + " ", "faint"), value);
    side.append(p);
  };
  if (item.key !== undefined) {
    say("operations", String(item.ops.length));
    const b = make("button", "open (Enter)");
    b.id = "open";
    b.onclick = () => { opened.add(item.key); chosen = null; side.replaceChildren(); relayout(first.id); };
    side.append(b);
    const counts = new Map();
    item.ops.forEach(o => counts.set(ops[o].name, (counts.get(ops[o].name) ?? 0) + 1));
    side.append(make("p", [...counts].sort((a, b) => b[1] - a[1]).map(([n, c]) => c > 1 ? `${c} ${n}` : n).join(", ")));
  } else {
    say("value", first.type);
    say("layer", first.layer);
    say("for", first.role);
    say("line", first.line);
    if (first.caller !== first.line) say("called from", first.caller);
    say("sources", first.sources.map(s => ops[s].name).join(", "));
    if (first.layer) {
      const b = make("button", "close layer");
      b.id = "close";
      b.onclick = () => {
        prefixes[first.id].forEach(p => opened.delete(p));
        chosen = null; side.replaceChildren(); relayout(first.id);
      };
      side.append(b);
    }
  }
  const by = [...new Set(item.ops.flatMap(o => ops[o].tasks))].sort((a, b) => a - b);
  side.append(make("h2", by.length === 1 ? "computed by" : `computed by ${by.length} tasks`));
  by.slice(0, 40).forEach(t => {
    const a = make("a", `${t} ${data.tasks[t].text.split("\n")[0]}`);
    a.href = "#";
    a.onclick = e => { e.preventDefault(); show("kernels"); tasks.pick(t); };
    const p = make("p");
    p.append(a);
    side.append(p);
  });
  view.paint();
}
$("graph-canvas").addEventListener("keydown", e => {
  if (e.key === "Enter") $("open")?.click();
  if (e.key === "f") { fit(); view.paint(); }
});
views.graph = () => { if (!view.w) fit(READABLE); view.paint(); };

/* Search */
function mark() {
  hitItems = new Set();
  hits.forEach(o => hitItems.add(itemOf[o]));
}
let nextHit = 0;
$("search").oninput = e => {
  speed.search = clock(() => {
    query = e.target.value.trim().toLowerCase();
    hits = new Set();
    if (query) for (const o of ops) if (o.text.includes(query)) hits.add(o.id);
    mark();
    nextHit = 0;
  })[1];
  $("found").textContent = query ? `${hits.size} of ${ops.length} operations` : "";
  document.querySelectorAll("tr[data-task]").forEach(tr =>
    tr.classList.toggle("hit", query !== "" && data.tasks[tr.dataset.task].operations.some(o => hits.has(o))));
  view.paint();
};
$("search").onkeydown = e => {
  const all = [...hitItems];
  if (e.key === "Enter" && all.length) {
    show("graph");
    const item = all[nextHit++ % all.length];
    choose(item);
    center(item);
  }
};

relayout();
return {
  openAll() { prefixes.forEach(p => p.forEach(x => opened.add(x))); relayout(); },
  paint() { view.now(); },
  get items() { return items.length; },
  place(i) { return { x: items[i].x * view.k + view.x, y: items[i].y * view.k + view.y }; }, // of a box's middle
  get zoom() { return view.k; },
};
})();

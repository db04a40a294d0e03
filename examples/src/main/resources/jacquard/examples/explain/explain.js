(() => {
const data = JSON.parse(document.getElementById("data").textContent);
const ops = data.operations.map(([name, type, layer, line, caller, role, sources, tasks], id) =>
  ({ id, name, type, layer, line, caller, role, sources, tasks,
     text: [name, type, layer, line, caller].join("\n").toLowerCase() }));
const { $, make, css, dark } = kit;
const number = (x, digits) => x === null || x === undefined ? "–" : x.toFixed(digits);
const bytes = n => n >= 1e6 ? (n / 1e6).toFixed(2) + " MB" : n >= 1e3 ? (n / 1e3).toFixed(1) + " kB" : n + " B";
// one hue for each layer, the same in every view
const hue = text => { let h = 7; for (const c of text) h = (h * 31 + c.codePointAt(0)) % 360; return h; };
const fill = (text, strong) => `hsl(${hue(text)} ${strong ? 70 : 45}% ${dark.matches ? (strong ? 45 : 28) : (strong ? 60 : 84)}%)`;
const clock = f => { const t = performance.now(); const r = f(); return [r, performance.now() - t]; };
const speed = window.jacquardSpeed = {};

$("title").textContent = `${data.title} on ${data.device}`;
document.title = data.title;

/* Tabs */
const tabs = ["graph", "kernels", "memory", "timeline", "passes"];
const views = {};
const { show, keys } = kit.tabs(tabs, name => views[name]?.());
kit.keys({ ...keys, "/": () => $("search").focus() });

/* A canvas that can be moved and zoomed */
function canvasOf(id, draw, options = {}) {
  const c = $(id), g = c.getContext("2d");
  const v = { x: 0, y: 0, k: 1, ky: 1, w: 0, h: 0, canvas: c, g };
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
    draw(v);
  };
  v.zoom = (by, cx = v.w / 2, cy = v.h / 2) => {
    const k = Math.min(8, Math.max(options.least?.() ?? 0.01, v.k * by)), f = k / v.k;
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
  });
  addEventListener("resize", v.paint);
  dark.addEventListener("change", v.paint);
  return v;
}

/* Graph: layers are boxes until they are opened */
const MARK = { input: "", forward: "", gradient: "∇ ", update: "Δ " };
const open = new Set();
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
const WIDTH = 170, HEIGHT = 36, GAP_X = 16, GAP_Y = 34;
$("node").append(make("p", "Click a box to see what it holds; Enter opens it. Drag moves, the wheel and + - zoom, f shows all. ∇ is of a gradient, Δ of an update.", "faint"));
let items = [], edges = [], itemOf = [];
function layout() {
  const byKey = new Map();
  items = [];
  itemOf = ops.map(o => {
    const key = prefixes[o.id].find(p => !open.has(p));
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
    item.label = item.key ?? ops[item.ops[0]].name;
    item.kind = ops[item.ops[0]].role;
    item.below = item.key === undefined ? ops[item.ops[0]].type : item.ops.length + " operations";
  }
}
let chosen = null, query = "", hits = new Set(), hitItems = new Set();
const graph = canvasOf("graph-canvas", v => { speed.draw = clock(() => drawGraph(v))[1]; }, {
  click: (x, y) => {
    const gx = (x - graph.x) / graph.k, gy = (y - graph.y) / graph.k;
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
  for (const i of items) {
    if (i.x + WIDTH / 2 < left || i.x - WIDTH / 2 > right || i.y + HEIGHT / 2 < top || i.y - HEIGHT / 2 > bottom) continue;
    g.globalAlpha = query && !hitItems.has(i) ? 0.25 : 1;
    g.fillStyle = i.kind === "input" && i.key === undefined ? css("--panel") : fill(ops[i.ops[0]].layer, i.key !== undefined);
    g.fillRect(i.x - WIDTH / 2, i.y - HEIGHT / 2, WIDTH, HEIGHT);
    if (i === chosen || hitItems.has(i) || chosenLinks?.has(i)) {
      g.strokeStyle = css("--mark");
      g.lineWidth = (i === chosen ? 3 : 1.5) / Math.min(1, k);
      g.strokeRect(i.x - WIDTH / 2, i.y - HEIGHT / 2, WIDTH, HEIGHT);
    }
    if (k > 0.3) {
      g.fillStyle = css("--text");
      g.fillText(i.label, i.x, i.y - 2, WIDTH - 8);
      g.fillText(i.below, i.x, i.y + 13, WIDTH - 8);
    }
  }
  g.globalAlpha = 1;
}
function fit() {
  if (!items.length || !graph.canvas.clientWidth) return;
  const xs = items.map(i => i.x), ys = items.map(i => i.y);
  let x0 = Infinity, x1 = -Infinity, y0 = Infinity, y1 = -Infinity;
  xs.forEach(x => { x0 = Math.min(x0, x); x1 = Math.max(x1, x); });
  ys.forEach(y => { y0 = Math.min(y0, y); y1 = Math.max(y1, y); });
  const w = graph.canvas.clientWidth, h = graph.canvas.clientHeight;
  graph.k = Math.min(1, (w - 40) / (x1 - x0 + WIDTH), Math.max(0.45, (h - 40) / (y1 - y0 + HEIGHT)));
  graph.x = w / 2 - graph.k * (x0 + x1) / 2;
  graph.y = 40 - graph.k * y0 + graph.k * HEIGHT / 2;
}
function relayout(around) {
  speed.layout = clock(layout)[1];
  mark();
  if (around) center(itemOf[around]); else fit();
  graph.paint();
}
function center(item) {
  graph.x = graph.canvas.clientWidth / 2 - item.x * graph.k;
  graph.y = graph.canvas.clientHeight / 2 - item.y * graph.k;
  graph.paint();
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
    b.onclick = () => { open.add(item.key); chosen = null; side.replaceChildren(); relayout(first.id); };
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
      b.onclick = () => {
        prefixes[first.id].forEach(p => open.delete(p));
        chosen = null; side.replaceChildren(); relayout(first.id);
      };
      side.append(b);
    }
  }
  const tasks = [...new Set(item.ops.flatMap(o => ops[o].tasks))].sort((a, b) => a - b);
  side.append(make("h2", tasks.length === 1 ? "computed by" : `computed by ${tasks.length} tasks`));
  tasks.slice(0, 40).forEach(t => {
    const a = make("a", `${t} ${data.tasks[t].text.split("\n")[0]}`);
    a.href = "#";
    a.onclick = e => { e.preventDefault(); show("kernels"); pick(t); };
    const p = make("p");
    p.append(a);
    side.append(p);
  });
  graph.paint();
}
$("graph-canvas").addEventListener("keydown", e => {
  if (e.key === "Enter") $("open")?.click();
  if (e.key === "f") { fit(); graph.paint(); }
});
views.graph = () => { if (!graph.w) fit(); graph.paint(); };

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
  graph.paint();
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

/* Kernels */
const total = data.tasks.reduce((sum, t) => sum + (t.us ?? 0), 0);
const columns = [
  ["#", t => t.id, t => t.id],
  ["µs", t => t.us ?? 0, t => number(t.us, 1)],
  ["%", t => t.us ?? 0, t => total ? number(100 * t.us / total, 1) : "–"],
  ["GFLOP/s", t => t.flops / (t.us || Infinity), t => t.us ? number(t.flops / t.us / 1e3, 1) : "–"],
  ["GB/s", t => t.bytes / (t.us || Infinity), t => t.us ? number(t.bytes / t.us / 1e3, 1) : "–"],
  ["of it", t => t.share ?? 0, t => t.share === null ? "–" : `${Math.round(100 * t.share)} % ${t.limit}`],
  ["what", t => t.text, t => t.text.split("\n")[0]],
];
data.tasks.forEach((t, id) => { t.id = id; });
let sorted = 1, falling = true;
function listKernels() {
  const table = make("table"), head = make("tr"), body = make("tbody");
  columns.forEach(([name], i) => {
    const th = make("th", name);
    th.onclick = () => { falling = sorted === i ? !falling : true; sorted = i; listKernels(); };
    head.append(th);
  });
  const thead = make("thead");
  thead.append(head);
  const by = columns[sorted][1];
  const order = [...data.tasks].sort((a, b) => (by(a) < by(b) ? -1 : by(a) > by(b) ? 1 : 0) * (falling ? -1 : 1) || a.id - b.id);
  order.forEach(t => {
    const tr = make("tr");
    tr.dataset.task = t.id;
    tr.tabIndex = 0;
    columns.forEach(([, , text]) => tr.append(make("td", text(t))));
    tr.title = t.layer;
    tr.onclick = () => pick(t.id);
    tr.onkeydown = e => {
      if (e.key === "Enter") pick(t.id);
      if (e.key === "ArrowDown") { e.preventDefault(); tr.nextSibling?.focus(); }
      if (e.key === "ArrowUp") { e.preventDefault(); tr.previousSibling?.focus(); }
    };
    body.append(tr);
  });
  table.append(thead, body);
  $("kernel-list").replaceChildren(table);
}
function pick(id) {
  document.querySelectorAll("tr.chosen").forEach(tr => tr.classList.remove("chosen"));
  const row = document.querySelector(`tr[data-task="${id}"]`);
  row?.classList.add("chosen");
  row?.scrollIntoView({ block: "nearest" });
  const t = data.tasks[id], box = $("kernel");
  box.replaceChildren(make("h2", `${id} ${t.label}`), make("p", t.text), make("p",
    `${t.layer || "no layer"} · ${(t.flops / 1e6).toFixed(2)} MFLOP · ${bytes(t.bytes)}` +
    (t.us === null ? "" : ` · ${t.us.toFixed(1)} µs` + (t.share === null ? "" : ` · ${Math.round(100 * t.share)} % of ${t.limit}`)), "faint"));
  box.append(make("h2", "why it ends here"));
  const ends = make("ul");
  t.ends.forEach(([value, reader, why]) =>
    ends.append(make("li", reader < 0 ? `v${value}: ${why}` : `v${value} is read by task ${reader}: ${why}`)));
  box.append(ends, make("h2", `covers ${t.operations.length} operations`));
  const list = make("ul");
  t.operations.map(o => ops[o]).filter(o => o.role !== "input").forEach(o => {
    const li = make("li", `${o.name} ${o.type} `);
    li.append(make("span", `${o.role === "gradient" ? "gradient of " : ""}${o.line}`, "faint"));
    list.append(li);
  });
  box.append(list, make("h2", "code"));
  const codes = make("div", undefined, "codes");
  [`${data.device}: bytecode, as Java`, "OpenCL C", "CUDA C"].forEach((name, i) => {
    const text = data.codes[t.code[i]];
    if (!text) return; // a device that runs one of the others
    const d = make("div");
    d.append(make("div", name, "faint"), make("pre", text));
    codes.append(d);
  });
  box.append(codes);
}
listKernels();
if (data.tasks.length) pick(Number(document.querySelector("tr[data-task]").dataset.task));

/* Memory: offset upwards, tasks to the right */
const boxes = () => ({ left: 70, top: 10, right: memory.w - 10, bottom: memory.h - 24 });
const memory = canvasOf("memory-canvas", v => {
  const { g } = v, { left, top, right, bottom } = boxes(), n = Math.max(1, data.tasks.length);
  const x = t => left + (right - left) * t / n, y = b => bottom - (bottom - top) * b / Math.max(1, data.arena);
  for (const [value, , offset, size, first, last] of data.blocks) {
    g.fillStyle = fill(data.tasks[first].layer, true);
    g.strokeStyle = css("--back");
    const w = Math.max(1, x(last + 1) - x(first)), h = Math.max(1, y(offset) - y(offset + size));
    g.fillRect(x(first), y(offset + size), w, h);
    g.strokeRect(x(first), y(offset + size), w, h);
    if (w > 40 && h > 13) { g.fillStyle = css("--text"); g.fillText("v" + value, x(first) + 4, y(offset + size) + 12); }
  }
  g.fillStyle = css("--faint");
  g.textAlign = "right";
  for (let i = 0; i <= 4; i++) g.fillText(bytes(Math.round(data.arena * i / 4)), left - 6, y(data.arena * i / 4) + 4);
  g.textAlign = "left";
  g.fillText(`task 0 to ${n - 1} →`, left, bottom + 18);
}, { flat: true, over: (px, py) => {
  const { left, top, right, bottom } = boxes(), n = Math.max(1, data.tasks.length);
  const t = Math.floor((px - left) / (right - left) * n), b = (bottom - py) / (bottom - top) * data.arena;
  const hit = data.blocks.filter(([, , offset, size, first, last]) => t >= first && t <= last && b >= offset && b < offset + size);
  $("memory-note").textContent = hit.length
    ? hit.map(([v, dtype, offset, size, first, last]) =>
        `v${v}: ${dtype}, ${bytes(size)} at ${offset}, from task ${first} (${data.tasks[first].label}, ${data.tasks[first].layer || "no layer"}) to ${last}`).join(" · ")
    : t >= 0 && t < n ? `task ${t}: ${data.tasks[t].text.split("\n")[0]}` : "";
} });
views.memory = memory.paint;

/* Timeline */
const starts = [];
let end = 0;
data.tasks.forEach(t => { starts.push(end); end += t.us ?? 1; });
const timeline = canvasOf("timeline-canvas", v => {
  const { g } = v, scale = (v.w - 20) / end * v.k, x = us => 10 + v.x + us * scale;
  data.tasks.forEach((t, i) => {
    const x0 = x(starts[i]), w = Math.max(0.5, (t.us ?? 1) * scale);
    if (x0 + w < 0 || x0 > v.w) return;
    g.fillStyle = fill(t.layer, true);
    g.fillRect(x0, 30, w, v.h / 3);
    g.fillStyle = fill(t.label, true);
    g.fillRect(x0, 34 + v.h / 3, w, v.h / 6);
    if (w > 50) { g.fillStyle = css("--text"); g.fillText(`${i} ${t.label}`, x0 + 4, 48, w - 8); g.fillText(t.layer, x0 + 4, 64, w - 8); }
  });
  g.fillStyle = css("--faint");
  const least = 90 / scale, power = 10 ** Math.floor(Math.log10(least));
  const step = power * [1, 2, 5, 10].find(n => n * power >= least);
  for (let us = 0; us <= end; us += step) { const at = x(us); if (at > 0 && at < v.w) { g.fillText(`${us < 1000 ? us + " µs" : us / 1000 + " ms"}`, at, 20); g.fillRect(at, 22, 1, 6); } }
}, { flat: true, least: () => 1, over: px => {
  const us = (px - 10 - timeline.x) / ((timeline.w - 20) / end * timeline.k);
  const i = starts.findIndex((s, n) => us >= s && us < s + (data.tasks[n].us ?? 1));
  $("timeline-note").textContent = i < 0 ? "" : `task ${i}, ${number(data.tasks[i].us, 1)} µs, ${data.tasks[i].layer || "no layer"}: ${data.tasks[i].text.split("\n")[0]}`;
} });
views.timeline = timeline.paint;

/* Passes */
data.stages.forEach(s => {
  $("passes").append(make("h2", s.name), make("p", `${s.before} → ${s.after}`));
  const ul = make("ul");
  s.notes.forEach(n => ul.append(make("li", n)));
  $("passes").append(ul);
});

relayout();
const asked = location.hash.slice(1);
show(tabs.includes(asked) ? asked : "graph");
window.jacquard = {
  openAll() { prefixes.forEach(p => p.forEach(x => open.add(x))); relayout(); },
  paint() { graph.now(); },
  get items() { return items.length; },
};
})();

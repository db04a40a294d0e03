/* The tasks: kernels with their code, memory, timeline, and the passes that made them. */
const tasks = (() => {
const { $, make, css } = kit, { data, ops, digits, bytes, fill, views, label, canvasOf } = step;
/* Kernels */
const total = data.tasks.reduce((sum, t) => sum + (t.us ?? 0), 0);
const columns = [
  ["#", t => t.id, t => t.id],
  ["µs", t => t.us ?? 0, t => digits(t.us, 1)],
  ["%", t => t.us ?? 0, t => total ? digits(100 * t.us / total, 1) : "–"],
  ["GFLOP/s", t => t.flops / (t.us || Infinity), t => t.us ? digits(t.flops / t.us / 1e3, 1) : "–"],
  ["GB/s", t => t.bytes / (t.us || Infinity), t => t.us ? digits(t.bytes / t.us / 1e3, 1) : "–"],
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
  const notes = data.notes.map(n => make("p", n, "faint"));
  $("kernel-list").replaceChildren(...notes, table);
}
function pick(id) {
  document.querySelectorAll("tr.chosen").forEach(tr => tr.classList.remove("chosen"));
  const row = document.querySelector(`tr[data-task="${id}"]`);
  row?.classList.add("chosen");
  row?.scrollIntoView({ block: "nearest" });
  const t = data.tasks[id], box = $("kernel");
  box.replaceChildren(make("h2", `${id} ${t.label}`), make("p", t.text), make("p",
    `${t.layer || "no layer"} · ${(t.flops / 1e6).toFixed(2)} MFLOP · ${bytes(t.bytes)}` +
    (t.us === null ? "" : ` · ${t.us.toFixed(1)} µs` + (t.share === null ? "" : ` · ${Math.round(100 * t.share)} % of ${t.limit}`) + (t.interim ? " · not compiled when it was timed" : "") + (t.far ? " · far from any ceiling" : "")), "faint"));
  box.append(make("h2", "why it ends here"));
  const ends = make("ul");
  t.ends.forEach(([value, reader, why]) =>
    ends.append(make("li", reader < 0 ? `v${value}: ${why}` : `v${value} is read by task ${reader}: ${why}`)));
  box.append(ends, make("h2", `covers ${t.operations.length} operations`));
  const list = make("ul");
  const alike = new Map(); // a constant may be expanded a dozen times for one line
  const covered = t.operations.map(o => ops[o]), made = covered.filter(o => o.role !== "input");
  (made.length ? made : covered).forEach(o => {
    const key = [o.name, o.type, o.role, o.line].join();
    alike.set(key, [o, (alike.get(key)?.[1] ?? 0) + 1]);
  });
  for (const [o, count] of alike.values()) {
    const li = make("li", `${count > 1 ? count + " × " : ""}${o.name} ${o.type} `);
    li.append(make("span", `${o.role === "gradient" ? "gradient of " : ""}${o.line}`, "faint"));
    list.append(li);
  }
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
const HINT = "Point to a block to see what it is. The wheel and + - zoom, drag moves, f shows all.";
const count = Math.max(1, data.tasks.length), arena = Math.max(1, data.arena);
const room = v => ({ left: 70, top: 10, right: v.w - 10, bottom: v.h - 24 });
const memory = canvasOf("memory-canvas", v => {
  const { g } = v, { left, top, right, bottom } = room(v);
  const x = t => v.x + v.k * (left + (right - left) * t / count), y = b => v.y + v.k * (bottom - (bottom - top) * b / arena);
  g.save();
  g.beginPath();
  g.rect(left, top, right - left, bottom - top);
  g.clip();
  for (const [value, , offset, size, first, last] of data.blocks) {
    const x0 = x(first), y0 = y(offset + size), w = Math.max(1, x(last + 1) - x0), h = Math.max(1, y(offset) - y0);
    if (x0 > right || x0 + w < left || y0 > bottom || y0 + h < top) continue;
    g.fillStyle = fill(data.tasks[first].layer, true);
    g.strokeStyle = css("--back");
    g.fillRect(x0, y0, w, h);
    g.strokeRect(x0, y0, w, h);
    if (w > 40 && h > 13) { g.fillStyle = css("--text"); g.fillText("v" + value, Math.max(left, x0) + 4, Math.max(top, y0) + 12); }
  }
  g.restore();
  g.fillStyle = css("--faint");
  g.textAlign = "right";
  for (let i = 0; i <= 4; i++) { const at = bottom - (bottom - top) * i / 4; g.fillText(bytes(Math.round(place(left, at).offset)), left - 6, at + 4); }
  g.textAlign = "left";
  const [first, last] = [left, right - 1e-3].map(at => Math.min(count - 1, place(at, top).task));
  g.fillText(`task ${first} to ${last} →`, left, bottom + 18);
}, { most: 200, box: room, over: (px, py) => {
  const { left, top, right, bottom } = room(memory), { task: t, offset: b } = place(px, py);
  const inside = px >= left && px < right && py >= top && py < bottom && t < data.tasks.length;
  const hit = data.blocks.filter(([, , offset, size, first, last]) => inside && t >= first && t <= last && b >= offset && b < offset + size);
  $("memory-note").textContent = hit.length
    ? hit.map(([v, dtype, offset, size, first, last]) =>
        `v${v}: ${dtype}, ${bytes(size)} at ${offset}, from task ${first} (${data.tasks[first].label}, ${data.tasks[first].layer || "no layer"}) to ${last}`).join(" · ")
    : inside ? `task ${t}: ${data.tasks[t].text.split("\n")[0]}` : HINT;
} });
$("memory-note").textContent = HINT;
/* The task and the offset that are drawn at a place. */
function place(px, py) {
  const { left, top, right, bottom } = room(memory), { x, y, k } = memory;
  return { task: Math.floor(((px - x) / k - left) / (right - left) * count), offset: (bottom - (py - y) / k) / (bottom - top) * arena };
}
views.memory = memory.paint;

/* Timeline */
const starts = [];
let end = 0;
data.tasks.forEach(t => { starts.push(end); end += t.us ?? 0; });
$("timeline-note").textContent = end ? HINT : data.notes[0] ?? "there are no tasks";
const EDGE = 10;
const perMicro = v => (v.w - 2 * EDGE) / end; // pixels, at k = 1
const timeline = canvasOf("timeline-canvas", v => {
  if (!end) return;
  const { g } = v, scale = perMicro(v) * v.k, x = us => v.x + v.k * EDGE + us * scale;
  data.tasks.forEach((t, i) => {
    const x0 = x(starts[i]), w = Math.max(0.5, t.us * scale);
    if (x0 + w < 0 || x0 > v.w) return;
    g.fillStyle = fill(t.layer, true);
    g.fillRect(x0, 30, w, v.h / 3);
    g.fillStyle = fill(t.label, true);
    g.fillRect(x0, 34 + v.h / 3, w, v.h / 6);
    if (w > 50) { g.fillStyle = css("--text"); label(g, `${i} ${t.label}`, x0 + 4, 48, w - 8); label(g, t.layer, x0 + 4, 64, w - 8); }
  });
  g.fillStyle = css("--faint");
  const least = 90 / scale, power = 10 ** Math.floor(Math.log10(least));
  const step = power * [1, 2, 5, 10].find(n => n * power >= least);
  for (let us = 0; us <= end; us += step) { const at = x(us); if (at > 0 && at < v.w) { g.fillText(`${us < 1000 ? Number(us.toPrecision(6)) + " µs" : Number((us / 1000).toPrecision(6)) + " ms"}`, at, 20); g.fillRect(at, 22, 1, 6); } }
}, { flat: true, most: 1000, box: v => ({ left: EDGE, right: v.w - EDGE }), over: px => {
  if (!end) return;
  const us = ((px - timeline.x) / timeline.k - EDGE) / perMicro(timeline);
  const i = starts.findIndex((s, n) => us >= s && us < s + data.tasks[n].us);
  $("timeline-note").textContent = i < 0 ? HINT : `task ${i}, ${digits(data.tasks[i].us, 1)} µs, ${data.tasks[i].layer || "no layer"}: ${data.tasks[i].text.split("\n")[0]}`;
} });
views.timeline = timeline.paint;

/* Passes */
data.stages.forEach(s => {
  $("passes").append(make("h2", s.name), make("p", `${s.before} → ${s.after}`));
  const ul = make("ul");
  s.notes.forEach(n => ul.append(make("li", n)));
  $("passes").append(ul);
});

return { pick, memory, timeline };
})();
step.begin();
window.jacquard = graph;

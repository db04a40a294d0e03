/* A text that the current run writes, token by token. */
import { current, send, latest, note, connected, GONE } from "./store.js";
import { checkpoints, chosen, fill } from "./checkpoints.js";
const { $, make } = kit;

const list = latest();
const FIELDS = { "--prompt": "prompt-text", "--length": "prompt-length", "--temperature": "prompt-temperature", "--top-k": "prompt-top-k", "--seed": "prompt-seed" };
let shown = null, seen = "", writing = null;

/* Lines of JSON as they arrive; a character may be cut by the network, not by the decoder. */
async function* lines(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await connected(reader.read());
    if (done) return;
    const parts = (rest + value).split("\n");
    rest = parts.pop();
    for (const part of parts) if (part) yield JSON.parse(part);
  }
}

function busy(is) {
  $("prompt-write").disabled = is;
  $("prompt-stop").disabled = !is;
  $("written").setAttribute("aria-busy", is);
}

async function write() {
  const run = current();
  if (!run || writing) return;
  const options = {};
  for (const [option, id] of Object.entries(FIELDS)) {
    const field = $(id);
    if (field.value !== "" && !field.closest("label").hidden) options[option] = field.value;
  }
  const stop = writing = new AbortController();
  busy(true);
  note("prompt", "writing …");
  $("written").textContent = "";
  let whole = false;
  try {
    const answer = await send("write", { run: run.id, checkpoint: chosen($("prompt-checkpoint"), run), options }, stop.signal);
    if (!answer.ok) throw new Error((await answer.text()).trim());
    for await (const line of lines(answer.body)) {
      if (line.text !== undefined) $("written").append(line.text);
      if (line.error !== undefined) throw new Error(line.error);
      if (line.millis !== undefined) {
        whole = true;
        note("prompt", `written in ${(line.millis / 1000).toFixed(1)} s`);
      }
    }
    if (!whole) throw new Error(GONE);
  } catch (e) {
    note("prompt", stop.signal.aborted ? "stopped" : e.message, !stop.signal.aborted);
  } finally {
    writing = null;
    busy(false);
  }
}

const stop = () => writing?.abort();

function look() {
  const run = current();
  if ($("prompt").hidden || !run?.screens.includes("prompt")) return;
  if (run.id === shown && `${run.saved} ${run.state}` === seen) return;
  if (run.id !== shown) { stop(); $("written").textContent = ""; note("prompt"); }
  shown = run.id;
  seen = `${run.saved} ${run.state}`;
  const gaps = run.recipe === "mlm";
  $("prompt-length").closest("label").hidden = gaps;
  $("prompt-text").placeholder = gaps ? "a text in which _ stands for each gap" : "how the text begins; empty for any";
  list(() => checkpoints(run), names => fill($("prompt-checkpoint"), run, names), e => note("prompt", e.message, true));
}

$("prompt-form").onsubmit = e => { e.preventDefault(); write(); };
$("prompt-stop").onclick = stop;
$("prompt-text").onkeydown = e => { if (e.key === "Enter" && (e.ctrlKey || e.metaKey)) { e.preventDefault(); write(); } };
busy(false);

export const prompt = {
  show: look,
  changed: look,
  keys: {
    w: ["writes a text (in the field: Ctrl+Enter)", () => { if (!$("prompt").hidden) write(); }],
    s: ["stops writing", stop],
  },
};

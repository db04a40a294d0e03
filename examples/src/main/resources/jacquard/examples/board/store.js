/* What the screens share: the runs as the server tells them, which are followed, and how to ask. */
const COLOURS = 8;
const taken = new Map();

export const state = {
  runs: [],
  lines: new Map(), // by run: its metrics so far
  followed: new Set(),
  current: null,
};

export const byId = id => state.runs.find(run => run.id === id);
export const current = () => byId(state.current);
export const title = run => run.id === "." ? "this run" : run.id;

/* A colour of the theme for each followed run, kept as long as it is followed. */
export function colour(id) {
  if (!taken.has(id)) {
    for (const old of taken.keys()) if (!state.followed.has(old)) taken.delete(old);
    const used = new Set(taken.values());
    let free = 0;
    while (used.has(free) && free < COLOURS - 1) free++;
    taken.set(id, free);
  }
  return `--c${taken.get(id)}`;
}

const address = (path, parameters) => path + "?" + new URLSearchParams(parameters);
export const link = (path, run, more = {}) => address(path, { run: run.id, ...more });

export const GONE = "no answer, or half of one; is jacquard board still running?";

/* Errors of a connection as a line for people; those of who gave up stay what they are. */
export const connected = answer => answer.catch(e => { throw e.name === "AbortError" ? e : new Error(GONE); });

/* What the server answers; what it refuses is an error with its line. */
export async function ask(path, run, more = {}, options = {}) {
  const answer = await connected(fetch(link(path, run, more), options));
  if (!answer.ok) throw new Error((await answer.text()).trim());
  return answer;
}

/* Sends JSON. */
export const send = (path, value, signal) =>
  connected(fetch(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(value), signal }));

/* Of several questions only the last one's answer counts, and none that was asked before forget(). */
export function latest() {
  let asked = 0;
  const asks = async (question, then, failed) => {
    const mine = ++asked;
    try {
      const answer = await question();
      if (mine === asked) then(answer);
    } catch (e) {
      if (mine === asked) failed(e);
    }
  };
  asks.forget = () => { asked++; };
  return asks;
}

/* The line of a screen that says what is missing or wrong. */
export function note(screen, text = "", wrong = false) {
  const line = kit.$(screen).querySelector(".note");
  line.textContent = text;
  line.classList.toggle("wrong", wrong);
}

/* Four digits: 0.001234, 1.2e-4, 12,345. */
export const figure = x => x === null || x === undefined || !Number.isFinite(x) ? "–"
  : Math.abs(x) >= 1e6 || (x !== 0 && Math.abs(x) < 1e-3) ? x.toExponential(2)
  : Math.abs(x) >= 1000 ? Math.round(x).toLocaleString("en")
  : String(Number(x.toPrecision(4)));

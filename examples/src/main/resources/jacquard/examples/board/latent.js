/* Pictures that a VAE draws from a place in its latent space, which two sliders choose. */
import { current, ask, latest, note } from "./store.js";
const { $, make, css, dark, fit } = kit;

const load = latest(), draw = latest();
let shown = null, seen = -2, data = null, reach = 3;

const at = axis => Number($("latent-" + axis).value);
const hue = label => `hsl(${36 * label} 70% ${dark.matches ? 62 : 42}%)`;

/* The test pictures as dots in the colours of their classes, and the chosen place. */
function plane() {
  const c = $("plane"), side = c.clientWidth;
  if (!data || !side) return;
  const [g] = fit(c, side, side);
  const place = v => side / 2 * (1 + v / reach);
  g.strokeStyle = css("--line");
  g.lineWidth = 1;
  g.beginPath();
  g.moveTo(side / 2, 0); g.lineTo(side / 2, side); g.moveTo(0, side / 2); g.lineTo(side, side / 2);
  g.stroke();
  data.labels.forEach((label, i) => {
    g.fillStyle = hue(label);
    g.fillRect(place(data.x[i]) - 1.5, place(-data.y[i]) - 1.5, 3, 3);
  });
  g.strokeStyle = css("--text");
  g.lineWidth = 2;
  g.beginPath();
  g.arc(place(at("x")), place(-at("y")), 7, 0, 7);
  g.stroke();
}

/* Of the run whose pictures are shown, whichever is the current one. */
function picture() {
  if (!data) return;
  const { run } = data, x = at("x"), y = at("y");
  $("latent-at").textContent = `${x.toFixed(2)}, ${y.toFixed(2)}`;
  plane();
  draw(async () => new Uint8Array(await (await ask("drawn", run, { x, y, class: $("latent-class").value || 0 })).arrayBuffer()), grey => {
    const c = $("drawn"), g = c.getContext("2d");
    c.width = data.width;
    c.height = data.height;
    const image = g.createImageData(data.width, data.height);
    grey.forEach((v, i) => { image.data.set([v, v, v, 255], 4 * i); });
    g.putImageData(image, 0, 0);
    c.dataset.place = `${x} ${y}`;
  }, e => note("latent", e.message, true));
}

function look() {
  const run = current();
  if ($("latent").hidden || !run?.screens.includes("latent") || (run.id === shown && run.saved === seen)) return;
  const same = run.id === shown;
  shown = run.id;
  seen = run.saved;
  if (!same) {
    draw.forget();
    data = null;
    $("explored").hidden = true;
    note("latent", "computing where test images lie …");
  }
  load(async () => (await ask("latent", run)).json(), answer => {
    const first = data === null;
    data = { run, ...answer };
    reach = Math.ceil(1.1 * Math.max(2.5, ...data.x.map(Math.abs), ...data.y.map(Math.abs)));
    for (const axis of ["x", "y"]) {
      const slider = $("latent-" + axis);
      slider.min = -reach;
      slider.max = reach;
      slider.step = reach / 100;
      if (first) slider.value = 0;
    }
    const classes = $("latent-class"), before = classes.value;
    classes.replaceChildren(...Array.from({ length: data.classes }, (_, i) => make("option", String(i))));
    if (!first) classes.value = before;
    classes.closest("label").hidden = data.classes === 0;
    $("latent-name-x").textContent = data.whole ? "first number" : "first component";
    $("latent-name-y").textContent = data.whole ? "second number" : "second component";
    note("latent", data.whole ? "" : `the plane in which test images vary most: ${Math.round(100 * data.share)} % of the variance`);
    $("explored").hidden = false;
    picture();
  }, e => {
    draw.forget();
    data = null;
    $("explored").hidden = true;
    note("latent", e.message, true);
  });
}

const point = e => {
  const side = $("plane").clientWidth, place = v => reach * (2 * v / side - 1);
  $("latent-x").value = place(e.offsetX);
  $("latent-y").value = -place(e.offsetY);
  picture();
};
$("plane").onpointerdown = e => { $("plane").setPointerCapture(e.pointerId); point(e); };
$("plane").onpointermove = e => { if (e.buttons) point(e); };
$("latent-x").oninput = $("latent-y").oninput = $("latent-class").onchange = picture;
dark.addEventListener("change", plane);
addEventListener("resize", plane);

// what came while another screen was shown had no size to be painted in
export const latent = { show() { look(); plane(); }, changed: look };

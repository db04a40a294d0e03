"use strict";
/* What the pages share: elements, the theme's colours, tabs, keys. */
const kit = (() => {
const $ = id => document.getElementById(id);
const make = (tag, text, cls) => {
  const e = document.createElement(tag);
  if (text !== undefined) e.textContent = text;
  if (cls) e.className = cls;
  return e;
};
const css = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const dark = matchMedia("(prefers-color-scheme: dark)");

/* A canvas of as many pixels as the screen has there, empty; it is drawn on in the page's. */
function fit(c, w = c.clientWidth, h = c.clientHeight) {
  const r = devicePixelRatio, g = c.getContext("2d"), across = Math.round(w * r), down = Math.round(h * r);
  if (c.width !== across || c.height !== down) { c.width = across; c.height = down; }
  g.resetTransform();
  g.clearRect(0, 0, across, down);
  g.scale(r, r);
  return [g, w, h];
}

/* Buttons in #tabs for the sections of these names; one is shown. Keys 1, 2, ... open them. */
function tabs(names, opened) {
  const keys = {};
  const show = name => {
    for (const t of names) {
      $(t).hidden = t !== name;
      $("tab-" + t).setAttribute("aria-selected", t === name);
    }
    opened(name);
  };
  names.forEach((name, i) => {
    const b = make("button", name);
    b.setAttribute("role", "tab");
    b.setAttribute("aria-controls", name);
    b.id = "tab-" + name;
    b.title = `key ${i + 1}`;
    b.onclick = () => show(name);
    keys[i + 1] = () => show(name);
    $("tabs").append(b);
  });
  return { show, keys };
}

/* What keys do where nobody is typing; Escape ends typing. */
function keys(actions) {
  addEventListener("keydown", e => {
    if (e.target.matches?.("textarea, select, input:not([type=range], [type=checkbox], [type=radio])")) {
      if (e.key === "Escape") e.target.blur();
      return;
    }
    if (e.ctrlKey || e.metaKey || e.altKey || !actions[e.key] || document.querySelector("dialog[open]")) return;
    e.preventDefault();
    actions[e.key](e);
  });
}
return { $, make, css, dark, fit, tabs, keys };
})();

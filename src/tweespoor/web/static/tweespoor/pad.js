/**
 * A signature is drawn with a finger, a pen or a mouse: strokes of points in a box of 1000 by 400, never an image.
 *
 * What is drawn stands here until its form is sent; a page that is morphed meanwhile does not lose it. Whoever does not
 * draw has a button beside it that needs no script.
 */

const WIDTH = 1000;
const HEIGHT = 400;
const NEAR = 5; // points closer than this add nothing that one sees
const MOST_STROKES = 60;
const MOST_POINTS = 1400;

/** @typedef {[number, number]} Point */

/** @type {WeakMap<Element, Point[][]>} */
const drawings = new WeakMap();
/** @type {{pad: Element, id: number}|null} */
let drawing = null;

/** @param {Element} pad */
function strokesOf(pad) {
  const known = drawings.get(pad) ?? [];
  drawings.set(pad, known);
  return known;
}

/** @param {Element} pad @param {PointerEvent} event @returns {Point} */
function place(pad, event) {
  const box = pad.getBoundingClientRect();
  const within = (/** @type {number} */ at, /** @type {number} */ most) => Math.round(Math.min(1, Math.max(0, at)) * most);
  return [within((event.clientX - box.left) / box.width, WIDTH), within((event.clientY - box.top) / box.height, HEIGHT)];
}

/** @param {Element} pad */
function show(pad) {
  const drawn = strokesOf(pad).map(([first, ...rest]) => `M${first[0]} ${first[1]}${rest.map(([x, y]) => `L${x} ${y}`).join("")}${rest.length ? "" : "h0"}`);
  pad.querySelector("[data-wave=drawn]")?.setAttribute("d", drawn.join(""));
}

/** @param {Element} pad @param {Point} point */
function add(pad, point) {
  const strokes = strokesOf(pad);
  const stroke = strokes[strokes.length - 1];
  const last = stroke[stroke.length - 1];
  if (strokes.reduce((sum, one) => sum + one.length, 0) >= MOST_POINTS) return;
  if (Math.hypot(point[0] - last[0], point[1] - last[1]) >= NEAR) stroke.push(point);
}

document.addEventListener("pointerdown", (event) => {
  const pad = /** @type {Element} */ (event.target).closest?.("[data-pad]");
  if (!pad || event.button !== 0 || strokesOf(pad).length >= MOST_STROKES) return;
  event.preventDefault();
  drawing = { pad, id: event.pointerId };
  pad.setPointerCapture?.(event.pointerId);
  strokesOf(pad).push([place(pad, event)]);
  show(pad);
});

document.addEventListener("pointermove", (event) => {
  if (drawing?.id !== event.pointerId) return;
  const { pad } = drawing;
  const passed = event.getCoalescedEvents?.() ?? [];
  for (const one of passed.length ? passed : [event]) add(pad, place(pad, one));
  show(pad);
});

for (const end of ["pointerup", "pointercancel"]) {
  document.addEventListener(end, (event) => {
    if (drawing?.id === /** @type {PointerEvent} */ (event).pointerId) drawing = null;
  });
}

document.addEventListener("click", (event) => {
  const pad = /** @type {Element} */ (event.target).closest?.("[data-clear]")?.closest("form")?.querySelector("[data-pad]");
  if (!pad) return;
  drawings.set(pad, []);
  show(pad);
});

// Before the form is read and sent, whoever does that.
document.addEventListener("submit", (event) => {
  const form = /** @type {HTMLFormElement} */ (event.target);
  const pad = form.querySelector("[data-pad]");
  const field = form.querySelector("input[name=drawn]");
  if (pad && field instanceof HTMLInputElement) field.value = JSON.stringify(strokesOf(pad));
}, true);

function reveal() {
  for (const one of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-signs] [data-needs-script]"))) one.hidden = false;
}

document.addEventListener("page", reveal);
reveal();

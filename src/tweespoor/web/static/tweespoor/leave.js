/**
 * «Snel weg»: gone in one tap, or Esc three times, and the way back shows nothing.
 *
 * While this device records the first tap only hides the screen and the recording goes on; the second closes
 * the track, keeps what was not sent, and leaves. Unsent sound is never wiped here.
 */

const TIMES = 3;
const WITHIN = 2000;
const PATIENCE = 1500;

/** @type {{recording: () => boolean, close: () => Promise<void>}|null} */
let guard = null;
/** @type {number[]} */
let escapes = [];
let leaving = false;

/**
 * The recorder says here how it is asked and closed.
 * @param {{recording: () => boolean, close: () => Promise<void>}} recorder
 */
export function guardWith(recorder) {
  guard = recorder;
}

/** @param {boolean} on */
function cover(on) {
  for (const element of document.querySelectorAll("main, footer")) /** @type {HTMLElement} */ (element).hidden = on;
  for (const element of document.querySelectorAll(".top__aids, .skip")) /** @type {HTMLElement} */ (element).hidden = on;
  const sheet = /** @type {HTMLElement|null} */ (document.querySelector("[data-cover]"));
  if (sheet) sheet.hidden = !on;
  document.documentElement.toggleAttribute("data-covered", on);
  if (on) /** @type {HTMLElement|null} */ (document.querySelector("[data-uncover]"))?.focus();
  else document.querySelector("main")?.focus();
}

/** Hide the screen, or leave when it is hidden already or nothing records. */
export async function leave() {
  if (leaving) return;
  if (guard?.recording() && !document.documentElement.hasAttribute("data-covered")) {
    cover(true);
    return;
  }
  leaving = true;
  const link = /** @type {HTMLAnchorElement|null} */ (document.querySelector("[data-leave]"));
  document.documentElement.hidden = true;
  document.title = "";
  if (guard) await Promise.race([guard.close(), new Promise((done) => setTimeout(done, PATIENCE))]).catch(() => undefined);
  navigator.sendBeacon?.(link?.dataset.beacon ?? "/weg");
  location.replace(link?.href ?? "/weg");
}

document.addEventListener("click", (event) => {
  const target = /** @type {Element} */ (event.target);
  if (target.closest("[data-leave]")) {
    event.preventDefault();
    void leave();
  } else if (target.closest("[data-hide]")) {
    event.preventDefault();
    cover(true);
  } else if (target.closest("[data-uncover]")) {
    cover(false);
  } else if (target.closest("[data-aid=print]")) {
    print();
  } else {
    const button = target.closest("[data-aid=read]");
    if (button instanceof HTMLElement) void import("./aids.js").then((aids) => aids.toggle(button));
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const now = performance.now();
  escapes = [...escapes.filter((at) => now - at < WITHIN), now];
  if (escapes.length >= TIMES) {
    escapes = [];
    void leave();
  }
});

// A page that comes back from the browser's memory is not shown: it may be another person who looks.
addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload();
});

function offerAids() {
  const aids = "speechSynthesis" in window ? "[data-aid]" : "[data-aid=print]";
  for (const button of document.querySelectorAll(aids)) /** @type {HTMLElement} */ (button).hidden = false;
}

offerAids();
document.addEventListener("page", offerAids);

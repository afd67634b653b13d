/**
 * What a person taps on a page that follows: forms are sent and links fetched without leaving it, one after the other.
 *
 * A tap while another is on its way waits for its turn, with its address and its fields as they were under the finger:
 * the page may look different by then, and it is sent only where the same button still stands. The same tap twice is
 * one. To stop or to pause never waits. That something waits is shown by the whole screen, never by a button: nobody who
 * looks along may see what was tapped.
 *
 * @typedef {"stop"|"pause"|"start"|"retry"|"copy"} Act what this device does itself before a form is sent
 *
 * @typedef {object} Around what the page does with what comes back
 * @property {(url: string, options: RequestInit, patience: number) => Promise<Response>} ask
 * @property {(html: string, response: Response) => void} apply
 * @property {() => Promise<void>} load
 * @property {() => Promise<void>} poll
 * @property {() => void} unheard         nothing came back, so we do not know
 * @property {(url: string) => void} remember
 * @property {(url: string, fields: Record<string, string>) => Promise<Response|null>} post
 * @property {() => Promise<typeof import("./room.js")>} room
 * @property {() => Promise<typeof import("./room.js")>|null} opened  the room if it was opened: else nothing records here
 *
 * @typedef {object} Tap
 * @property {"form"|"a"} on
 * @property {string} address              as the form or the link gives it
 * @property {string} url                  where it goes to
 * @property {URLSearchParams} fields
 * @property {string} said                 those fields as they were tapped
 * @property {{name: string, value: string}|null} button
 * @property {Act|null} act
 */

const PERIOD = 1000;
const PATIENCE = 10_000;
/** @type {Act[]} */
const ACTS = ["stop", "pause", "start", "retry", "copy"];

/** @type {Around} */
let page;
/** @type {Tap|null} the one whose turn it is */
let current = null;
/** @type {Tap[]} */
const waiting = [];
/** @type {Tap[]} stops and pauses on their way */
const urgent = [];
let answering = 0; // taps of which the answer is not there yet

/** Whether a tap is on its way, so that a page fetched now may be older than its answer. */
export function underway() {
  return answering > 0;
}

/** @param {Around} around */
export function followTaps(around) {
  page = around;
  document.addEventListener("submit", (event) => {
    const form = /** @type {HTMLFormElement} */ (event.target);
    if (!inMain(form) || form.matches("[data-plain]") || form.method === "get" || !document.body.dataset.stateUrl) return;
    event.preventDefault();
    tapped(ofForm(form, event.submitter));
  });
  document.addEventListener("page", showBusy);
  document.addEventListener("click", (event) => {
    const link = /** @type {Element} */ (event.target).closest?.("a[data-in-place]");
    if (!(link instanceof HTMLAnchorElement) || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    tapped({ on: "a", address: addressOf(link), url: link.href, fields: new URLSearchParams(), said: "", button: null, act: null });
  });
}

/** @param {Element} element */
function inMain(element) {
  return document.querySelector("main")?.contains(element) === true;
}

/** @param {Element} on */
function addressOf(on) {
  return on.getAttribute(on instanceof HTMLAnchorElement ? "href" : "action") ?? "";
}

/**
 * Take down what a form says now.
 * @param {HTMLFormElement} form
 * @param {HTMLElement|null} submitter
 * @returns {Tap}
 */
function ofForm(form, submitter) {
  const fields = new URLSearchParams();
  for (const [name, value] of new FormData(form)) if (typeof value === "string") fields.append(name, value);
  const button = submitter instanceof HTMLButtonElement ? submitter : null;
  if (button?.name) fields.append(button.name, button.value);
  const address = addressOf(form);
  const url = button?.getAttribute("formaction") || address || location.href;
  const act = ACTS.find((one) => one in form.dataset) ?? null;
  return { on: "form", address, url, fields, said: String(fields), button: button && { name: button.name, value: button.value }, act };
}

/** @param {Tap} one @param {Tap} other */
function same(one, other) {
  return one.on === other.on && one.url === other.url && one.said === other.said;
}

/** @param {Tap} tap */
function tapped(tap) {
  if (tap.act === "stop" || tap.act === "pause") {
    if (!urgent.some((one) => same(one, tap))) void sendAtOnce(tap);
    return;
  }
  if ([current, ...waiting].some((one) => one !== null && same(one, tap))) return;
  waiting.push(tap);
  if (current) showBusy();
  else void takeTurns();
}

async function takeTurns() {
  for (let next = waiting.shift(); next; next = waiting.shift()) {
    current = next;
    if (stands(next)) await (next.on === "form" ? send(next) : fetchInPlace(next));
  }
  current = null;
  showBusy();
}

/**
 * Whether what was tapped still stands on the page as it is now: a form or a link of that address, with that button.
 * @param {Tap} tap
 */
function stands({ on, address, button }) {
  return [...document.querySelectorAll(on === "form" ? "main form" : "main a[data-in-place]")].some((one) => {
    if (addressOf(one) !== address) return false;
    if (!(one instanceof HTMLFormElement) || !button) return true;
    return [...one.elements].some((its) => its instanceof HTMLButtonElement && its.name === button.name && its.value === button.value);
  });
}

/** A quiet sign that something is on its way or waits. */
function showBusy() {
  const main = document.querySelector("main");
  if (answering + waiting.length > 0) main?.setAttribute("aria-busy", "true");
  else main?.removeAttribute("aria-busy");
}

/** @param {Tap} tap */
async function sendAtOnce(tap) {
  urgent.push(tap);
  try {
    if (!(await send(tap))) await deliver(tap);
  } finally {
    urgent.splice(urgent.indexOf(tap), 1);
  }
}

/**
 * Send a form without leaving the page; gives whether it need not be sent again.
 * @param {Tap} tap
 */
async function send(tap) {
  const { fields, url, act } = tap;
  let response = null;
  let open = true;
  const answered = () => {
    if (open) answering -= 1;
    open = false;
    showBusy();
  };
  answering += 1;
  showBusy();
  try {
    const room = act === "stop" || act === "pause" ? await page.opened() : act ? await page.room() : null;
    if (act && room) {
      const extra = await room.act(act, fields);
      if (extra === null) return true; // done on this device, or it cannot be done now
      for (const [name, value] of Object.entries(extra)) fields.set(name, value);
    }
    response = await page.ask(url, { method: "POST", body: fields, headers: { Accept: "text/html" } }, PATIENCE);
    const text = isPage(response) ? await response.text() : null;
    answered();
    if (text === null) await page.load();
    else page.apply(text, response);
    return true;
  } catch {
    page.unheard();
    return false;
  } finally {
    answered();
    if (act) void page.opened()?.then((room) => room.acted(response !== null));
    void page.poll();
  }
}

/** @param {Response} response */
function isPage(response) {
  return response.headers.get("Content-Type")?.startsWith("text/html") === true;
}

/**
 * A stop or a pause that could not be sent is sent until it has arrived.
 * @param {Tap} tap
 */
async function deliver(tap) {
  let response = null;
  while (response === null || response.status >= 500) {
    await new Promise((resolve) => setTimeout(resolve, PERIOD));
    response = await page.post(tap.url, Object.fromEntries(tap.fields));
  }
  (await page.opened())?.acted(true);
  await page.poll();
}

/** @param {Tap} tap */
async function fetchInPlace(tap) {
  answering += 1;
  showBusy();
  try {
    const response = await page.ask(tap.url, { headers: { Accept: "text/html" } }, PATIENCE);
    page.apply(await response.text(), response);
    if (!response.redirected && document.body.dataset.role !== "device") page.remember(response.url);
  } catch {
    location.replace(tap.url);
  } finally {
    answering -= 1;
    showBusy();
  }
}

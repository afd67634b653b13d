/**
 * A page that follows the conversation: asks the state once a second and swaps <main> when it changed.
 *
 * The document itself stays, so that a recorder in it lives on. Every page behaves in the same way whatever
 * was answered on it: nothing here looks at an answer. Without this file the same forms and links work, with
 * a reload between them.
 *
 * @typedef {object} State
 * @property {string} version   changes whenever the page would look different
 * @property {string} screen
 * @property {string} running   not-started, running, paused or stopped
 * @property {number} part
 * @property {number|null} elapsed_ms
 * @property {number} server_ms
 * @property {string} ours      good, bad, unknown, or none while nobody of us is there
 * @property {boolean} record   this device should be recording now
 * @property {boolean} claim    this device said that it records
 * @property {number} asked     page clock (ms) when this was asked …
 * @property {number} received  … and when it came
 *
 * @typedef {object} Page what the recorder may use of this page
 * @property {(name: string, filling?: Record<string, string>) => string} sentence
 * @property {(name: string, said: Record<string, string>|boolean) => void} notice
 * @property {() => Promise<void>} poll
 * @property {() => State|null} state
 * @property {() => number} age       how old that state is, in milliseconds
 * @property {() => number} elapsed   the conversation's clock now, in milliseconds
 * @property {(ms: number) => string} minutes
 * @property {(verb: string) => string} beside  the address of another verb of this conversation
 * @property {(url: string, fields?: Record<string, string>) => Promise<Response|null>} post
 */

import { followTaps, underway } from "./taps.js";

const PERIOD = 1000;
const STALE = 3000;
const PATIENCE = 2500;
const OURS = /^W([5-8]|FAIL)/; // screens on which the worker's device may record

const FINISHED = /^(P[78]|W9)/; // nothing is recorded any more, also without network

/** Sentences that this page may say, by name; they come with the page, in its language. */
const sentences = JSON.parse(document.querySelector("#words")?.textContent || "{}");
/** What is being said at the top of the page, and what fills its sentence. @type {Map<string, Record<string, string>>} */
const notices = new Map();
const board = document.createElement("div");
board.setAttribute("role", "status");
/** @type {State|null} */
let state = null;
let answeredAt = performance.now();
let stateAt = 0;
let knownVersion = main()?.dataset.version ?? "";
let loading = false;
let applied = 0; // pages that were put here
let asks = 0;
let newest = 0; // of the asks, the last that was answered
/** @type {Promise<typeof import("./room.js")>|null} */
let room = null;

/** @returns {HTMLElement|null} */
function main() {
  return document.querySelector("main");
}

/**
 * A sentence by its name, filled in.
 * @param {string} name
 * @param {Record<string, string>} [filling]
 * @returns {string}
 */
function sentence(name, filling = {}) {
  return (sentences[name] ?? "").replaceAll(/\{(\w+)\}/g, (/** @type {string} */ _, /** @type {string} */ key) => filling[key] ?? "");
}

/**
 * Say something at the top of the page, or no longer.
 * @param {string} name
 * @param {Record<string, string>|boolean} said
 */
function notice(name, said) {
  const filling = said === true ? {} : said;
  if (filling ? sentence(name, filling) === sentence(name, notices.get(name)) && notices.has(name) : !notices.has(name)) return;
  if (filling) notices.set(name, filling);
  else notices.delete(name);
  showNotices();
}

function showNotices() {
  const lines = [...notices].map(([name, filling]) => {
    const line = document.createElement("p");
    line.className = "notice";
    line.dataset.notice = name;
    line.textContent = sentence(name, filling);
    if (name === "tap") {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "button";
      button.dataset.goOn = "";
      button.textContent = sentence("go_on");
      line.append(" ", button);
    }
    return line;
  });
  board.replaceChildren(...lines.filter((line) => line.textContent !== ""));
  if (lines.length > 0 && !board.isConnected) main()?.prepend(board);
}

/** @param {number} ms */
function minutes(ms) {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  return `${String(Math.floor(seconds / 60)).padStart(2, "0")}:${String(seconds % 60).padStart(2, "0")}`;
}

function elapsed() {
  if (!state || state.elapsed_ms === null) return 0;
  const since = state.running === "running" ? Math.min(performance.now() - stateAt, STALE) : 0;
  return state.elapsed_ms + since;
}

function showClock() {
  const known = performance.now() - answeredAt <= STALE || FINISHED.test(main()?.dataset.screen ?? "");
  for (const line of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-unknown]"))) {
    line.hidden = known;
  }
  if (!state || state.elapsed_ms === null) return;
  for (const element of document.querySelectorAll("[data-bind=clock]")) element.textContent = minutes(elapsed());
}

/**
 * Ask something, and give up in time.
 * @param {string} url
 * @param {RequestInit} options
 * @param {number} patience in milliseconds
 */
async function ask(url, options, patience) {
  const giveUp = new AbortController();
  const timer = setTimeout(() => giveUp.abort(), patience);
  try {
    return await fetch(url, { cache: "no-store", signal: giveUp.signal, ...options });
  } finally {
    clearTimeout(timer);
  }
}

/** Ask the state once, and follow it. */
async function poll() {
  const url = document.body.dataset.stateUrl;
  if (!url) return;
  asks += 1;
  const mine = asks;
  const asked = performance.now();
  let next;
  try {
    const response = await ask(url, { headers: { Accept: "application/json" } }, PATIENCE);
    if (response.status >= 500) return; // not an answer: shown as «unknown» when it lasts
    if (!response.ok || response.redirected) {
      answeredAt = performance.now();
      if (mine % 10 === 1) await load(); // the page itself says what is the matter
      return;
    }
    next = /** @type {State} */ (await response.json());
  } catch {
    return;
  }
  if (mine < newest) return; // overtaken by a newer answer
  newest = mine;
  answeredAt = stateAt = performance.now();
  state = Object.assign(next, { asked, received: stateAt });
  showClock();
  if (next.version !== knownVersion) await load();
  await followWithRecorder(next);
}

/** Fetch the page as it should look now. */
async function load() {
  const url = document.body.dataset.pageUrl;
  if (!url || loading || underway()) return;
  loading = true;
  const before = applied;
  try {
    const response = await ask(url, { headers: { Accept: "text/html" } }, 2 * PATIENCE);
    if (!response.headers.get("Content-Type")?.startsWith("text/html")) return;
    const text = await response.text();
    if (applied === before && !underway()) apply(text, response); // else a tap went further meanwhile
  } catch {
    // the next answer brings it
  } finally {
    loading = false;
  }
}

/**
 * Put the <main> of a fetched page in the place of ours.
 * @param {string} html
 * @param {Response} response
 */
function apply(html, response) {
  applied += 1;
  const page = new DOMParser().parseFromString(html, "text/html");
  const next = page.querySelector("main");
  const old = main();
  if (!next || !old) return;
  const follows = page.body.dataset.stateUrl !== undefined;
  if (response.redirected && !follows) {
    location.replace(response.url); // a page of another kind
    return;
  }
  if (follows) {
    for (const name of Object.keys(document.body.dataset)) delete document.body.dataset[name];
    Object.assign(document.body.dataset, page.body.dataset);
    document.body.className = page.body.className;
    if (response.redirected || page.body.dataset.role === "device") remember(response.url);
    knownVersion = next.dataset.version ?? knownVersion;
  }
  document.title = page.title;
  document.documentElement.lang = page.documentElement.lang;
  document.documentElement.dir = page.documentElement.dir;
  board.remove();
  if (follows && next.dataset.screen === old.dataset.screen) {
    morph(old, next);
  } else {
    next.hidden = old.hidden; // a screen that is covered stays so
    old.replaceWith(next);
    next.tabIndex = -1;
    next.focus();
    scrollTo(0, 0);
    announce(next.querySelector("h1")?.textContent ?? "");
  }
  if (notices.size > 0) main()?.prepend(board);
  showClock();
  document.dispatchEvent(new CustomEvent("page"));
  loadPad();
}

/** The pad to draw on comes with the first page that has one: nobody waits for it before the first question. */
function loadPad() {
  if (document.querySelector("[data-pad]")) void import("./pad.js");
}

/**
 * A page that follows has no history of its own: Back leads away from it. Only while the device goes from hand
 * to hand there is a step to go back to, and it shows what each turn ends with (see `popstate`).
 * @param {string} url
 */
function remember(url) {
  if (document.body.dataset.role === "device") history.pushState(null, "", url);
  else history.replaceState(null, "", url);
}

addEventListener("popstate", () => {
  if (document.body.dataset.role === "device") void load();
});

/** @param {string} text */
function announce(text) {
  const place = document.querySelector("[data-announce]");
  if (place) place.textContent = text.trim();
}

/**
 * Make `old` like `next` with as little change as can be: focus, ticks, open details and what a person typed
 * stay, and a live region that is there already speaks only of what is new in it.
 * @param {Element} old
 * @param {Element} next
 */
function morph(old, next) {
  for (const { name } of [...old.attributes]) {
    if (!next.hasAttribute(name) && name !== "hidden" && name !== "open") old.removeAttribute(name);
  }
  for (const { name, value } of next.attributes) {
    const ours = name === "hidden" || (name === "d" && old.hasAttribute("data-wave"));
    if (!ours && old.getAttribute(name) !== value) old.setAttribute(name, value);
  }
  if (old.hasAttribute("data-bind")) return; // what it says comes from this device
  const theirs = [...next.childNodes];
  theirs.forEach((node, place) => {
    const mine = old.childNodes[place];
    if (!mine) old.append(node);
    else if (mine.nodeName !== node.nodeName || (mine instanceof Element && mine.id !== /** @type {Element} */ (node).id)) mine.replaceWith(node);
    else if (mine instanceof Element) morph(mine, /** @type {Element} */ (node));
    else if (mine.nodeValue !== node.nodeValue) mine.nodeValue = node.nodeValue;
  });
  while (old.childNodes.length > theirs.length) old.lastChild?.remove();
}

/**
 * Post a few fields, quietly.
 * @param {string} url
 * @param {Record<string, string>} fields
 */
async function post(url, fields = {}) {
  try {
    return await ask(url, { method: "POST", body: new URLSearchParams(fields), keepalive: true }, 4 * PATIENCE);
  } catch {
    return null;
  }
}

/** The address of another verb of this conversation. @param {string} verb */
function beside(verb) {
  return (document.body.dataset.ticketUrl ?? "/p/track").replace(/[^/]*$/, verb);
}

/** @returns {Promise<typeof import("./room.js")>} */
function openRoom() {
  room ??= import("./room.js").then(async (module) => {
    await module.open({ beside, age: () => performance.now() - stateAt, sentence, notice, poll, elapsed, post, state: () => state, minutes });
    return module;
  });
  room.catch(() => {
    room = null; // could not be fetched: try again next time
  });
  return room;
}

/** @param {State} next */
async function followWithRecorder(next) {
  const worker = document.body.dataset.role === "worker";
  const needed = room || next.record || (worker ? OURS.test(next.screen) : next.claim);
  if (document.body.dataset.ticketUrl && needed) await (await openRoom()).follow(next);
}

document.addEventListener("change", (event) => {
  const tick = event.target;
  if (tick instanceof HTMLInputElement && tick.matches("[data-microphone]")) void openRoom().then((module) => module.ticked(tick.checked));
});

/** Nothing came back: then we do not know how it stands. */
function unheard() {
  answeredAt = Math.min(answeredAt, performance.now() - STALE - 1);
  showClock();
}

/** Whether something of an earlier visit lies on this device; a spool that is empty is thrown away. */
async function lookForUnfinished() {
  const bases = (await indexedDB.databases?.()) ?? [];
  if (bases.some(({ name }) => name === "p")) await openRoom();
}

followTaps({ ask, apply, load, poll, unheard, remember, post, room: openRoom, opened: () => room });
loadPad();
if (document.querySelector("[data-copy]")) void openRoom();
else void lookForUnfinished().catch(() => undefined);
if (document.body.dataset.stateUrl) {
  setInterval(poll, PERIOD);
  setInterval(showClock, PERIOD / 4);
  addEventListener("online", () => void poll());
  document.addEventListener("visibilitychange", () => void poll());
}
